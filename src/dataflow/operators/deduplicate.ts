/**
 * Deduplication: of each key the first or the last row, by event time or by arrival, over an input that only inserts (ROW_NUMBER = 1
 * ordered by a time column).
 *
 * first by arrival: state is the keys. Emits each first row (+I) as it comes.
 * last by arrival, first and last by event time: state is one row for each key. Emits, once a batch for each key whose row changed, +I,
 * then −U and +U (or +U alone). Of rows with the same time the first wins for `first`, the last for `last`.
 * first by event time, `once`: see first-by-time.ts.
 * With a retention, a key goes when it was not written for that long: where the first row by arrival wins, since that row came; else since
 * a row took the place, which it then does, and is sent, even where it equals the one before, so that who follows keeps its state as well.
 */
import { type Batch, type DataType, selectBatch, type Vector } from '#data'
import type { Operator, Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { savedNumber } from '../state/saved-columns.ts'
import type { StatePart } from '../state/state-part.ts'
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
  /** How long idle keys are kept; left out: for good. */
  readonly retention?: Retention
}

/** Makes the operator that fits the shape. */
export function createDeduplicate(shape: DeduplicateShape, output: Output): Operator & Pick<Required<Operator>, 'tick'> {
  return shape.keep === 'first' && shape.time === null ? new FirstByArrival(shape, output) : new DeduplicateByUpdates(shape, output)
}

class FirstByArrival extends PassingOperator {
  readonly #key: readonly number[]
  readonly #table: KeyTable
  #slots = new Int32Array(0)
  #selection = new Int32Array(0)
  readonly #expiry: Expiry | null
  readonly #part: KeyedPart
  readonly state: readonly StatePart[]

  constructor({ types, key, retention }: DeduplicateShape, output: Output) {
    super(output)
    const keyTypes = key.map((column) => types[column] as DataType)
    this.#key = key
    this.#table = new KeyTable(keyTypes)
    this.#expiry = retention === undefined ? null : new Expiry(retention)
    const columns = this.#expiry === null ? [] : [this.#expiry.saved]
    const reserve = (slots: number): void => this.#expiry?.reserve(slots)
    this.#part = new KeyedPart({ name: 'keys', table: this.#table, keyTypes, columns, reserve })
    this.state = [this.#part]
  }

  get stateBytes(): number {
    return this.#table.stateBytes + (this.#expiry?.stateBytes ?? 0)
  }

  push(_input: number, batch: Batch): void {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#selection = new Int32Array(batch.length)
    }
    const known = this.#table.capacity
    const keys = this.#key.map((column) => batch.columns[column] as Vector)
    this.#table.resolve(keys, batch.length, this.#slots)
    const count = this.#expiry === null ? this.#selectNew(batch.length, known) : this.#selectNotHeld(batch.length, this.#expiry)
    for (let i = 0; i < count; i++) this.#part.pages.mark(this.#slots[this.#selection[i] as number] as number)
    if (count === batch.length) this.output.push(batch)
    else if (count > 0) this.output.push(selectBatch(batch, this.#selection, count))
    this.#expiry?.sweep(batch.length, this.#remove)
  }

  tick(nowMs: number): void {
    this.#expiry?.tick(nowMs, this.#remove)
  }

  /** Where keys are never removed, slots count up: a new key has the next one. */
  #selectNew(rows: number, known: number): number {
    let next = known
    let count = 0
    for (let row = 0; row < rows; row++) {
      if (this.#slots[row] !== next) continue
      next += 1
      this.#selection[count++] = row
    }
    return count
  }

  #selectNotHeld(rows: number, expiry: Expiry): number {
    expiry.begin()
    expiry.reserve(this.#table.capacity)
    let count = 0
    for (let row = 0; row < rows; row++) {
      const slot = this.#slots[row] as number
      if (expiry.isHeld(slot)) continue
      this.#part.pages.mark(slot)
      expiry.write(slot)
      this.#selection[count++] = row
    }
    return count
  }

  readonly #remove = (slot: number): void => {
    this.#part.pages.mark(slot)
    this.#table.remove(slot)
  }
}

class DeduplicateByUpdates extends PassingOperator {
  readonly #shape: DeduplicateShape
  readonly #rows: KeyedRows
  /** By slot: the time of the row that the key has. */
  #times = new Float64Array(0)
  readonly state: readonly StatePart[]

  constructor(shape: DeduplicateShape, output: Output) {
    super(output)
    this.#shape = shape
    const times = savedNumber(
      (slot) => this.#times[slot] as number,
      (slot, time) => {
        this.#times = grownNumbers(this.#times, slot + 1)
        this.#times[slot] = time
      },
    )
    this.#rows = new KeyedRows(shape, output, shape.time === null ? [] : [times])
    this.state = [this.#rows.part]
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

  tick(nowMs: number): void {
    this.#rows.tick(nowMs)
  }

  #chooseByTime(batch: Batch, slots: Int32Array, times: Float64Array, keepsLast: boolean): void {
    this.#times = grownNumbers(this.#times, this.#rows.table.capacity)
    for (let row = 0; row < batch.length; row++) {
      const slot = slots[row] as number
      const time = times[row] as number
      const before = this.#times[slot] as number
      if (this.#rows.has(slot) && (keepsLast ? time < before : time >= before)) continue
      this.#rows.choose(slot, row)
      this.#times[slot] = time
    }
  }
}
