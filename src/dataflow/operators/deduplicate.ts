/**
 * Deduplication: of each key the first or the last row, by event time or by arrival, over an input that only inserts (ROW_NUMBER = 1
 * ordered by a time column).
 *
 * first by arrival: state is the keys. Emits each first row (+I) as it comes.
 * last by arrival, first and last by event time: state is one row for each key. Emits, once a batch for each key whose row changed, +I,
 * then −U and +U (or +U alone). Of rows with the same time the first wins for `first`, the last for `last`.
 * first by event time, `once`: see first-by-time.ts.
 */
import { type Batch, type DataType, selectBatch, type Vector } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedRows } from './keyed-rows.ts'
import { timesOf } from './times.ts'

export interface DeduplicateShape {
  readonly types: readonly DataType[]
  /** Places of the key columns. */
  readonly key: readonly number[]
  readonly keep: 'first' | 'last'
  /** Place of the event-time column, in milliseconds; null: by arrival. */
  readonly time: number | null
  /** Whether the receiver wants −U before each +U. */
  readonly emitsUpdateBefore: boolean
}

/** Makes the operator that fits the shape. */
export function createDeduplicate(shape: DeduplicateShape, output: Output): Operator {
  return shape.keep === 'first' && shape.time === null ? new FirstByArrival(shape, output) : new DeduplicateByUpdates(shape, output)
}

class FirstByArrival implements Operator {
  readonly #key: readonly number[]
  readonly #table: KeyTable
  readonly #output: Output
  #slots = new Int32Array(0)
  #selection = new Int32Array(0)

  constructor({ types, key }: DeduplicateShape, output: Output) {
    this.#key = key
    this.#table = new KeyTable(key.map((column) => types[column] as DataType))
    this.#output = output
  }

  get stateBytes(): number {
    return this.#table.stateBytes
  }

  push(_input: number, batch: Batch): void {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#selection = new Int32Array(batch.length)
    }
    // Keys are never removed, so slots count up: a new key has the next one.
    let known = this.#table.capacity
    const keys = this.#key.map((column) => batch.columns[column] as Vector)
    this.#table.resolve(keys, batch.length, this.#slots)
    let count = 0
    for (let row = 0; row < batch.length; row++) {
      if (this.#slots[row] !== known) continue
      known += 1
      this.#selection[count++] = row
    }
    if (count === batch.length) this.#output.push(batch)
    else if (count > 0) this.#output.push(selectBatch(batch, this.#selection, count))
  }

  advance(_input: number, watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }
}

class DeduplicateByUpdates implements Operator {
  readonly #shape: DeduplicateShape
  readonly #rows: KeyedRows
  readonly #output: Output
  /** By slot: the time of the row that the key has. */
  #times = new Float64Array(0)

  constructor(shape: DeduplicateShape, output: Output) {
    this.#shape = shape
    this.#rows = new KeyedRows(shape, output)
    this.#output = output
  }

  get stateBytes(): number {
    return this.#rows.stateBytes + this.#times.byteLength
  }

  push(_input: number, batch: Batch): void {
    const slots = this.#rows.begin(batch)
    const { time, keep } = this.#shape
    if (time === null) {
      for (let row = 0; row < batch.length; row++) this.#rows.choose(slots[row] as number, row)
    } else this.#chooseByTime(batch, slots, timesOf(batch.columns[time] as Vector, batch.length), keep === 'last')
    this.#rows.end(batch)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }

  #chooseByTime(batch: Batch, slots: Int32Array, times: Float64Array, keepsLast: boolean): void {
    this.#times = grownNumbers(this.#times, this.#rows.table.capacity)
    for (let row = 0; row < batch.length; row++) {
      const slot = slots[row] as number
      const time = times[row] as number
      const before = this.#times[slot] as number
      if (this.#rows.has(slot) && (keepsLast ? time < before : time >= before)) continue
      this.#times[slot] = time
      this.#rows.choose(slot, row)
    }
  }
}
