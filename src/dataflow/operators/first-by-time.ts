/**
 * Deduplication that keeps the first row of each key by event time and never corrects itself.
 *
 * State: the keys, and the first row so far of keys whose first row is not certain yet.
 * Emits the row (+I) when the watermark reaches its time, in order of time, then of arrival. Rows before the watermark are late: dropped
 * and counted. Ends with what was still waiting.
 */
import { type Batch, changeInsert, type DataType, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { RowHeap } from '../state/row-heap.ts'
import { RowStore } from '../state/row-store.ts'
import { StoredChanges } from './stored-changes.ts'
import { timesOf } from './times.ts'

export interface FirstByTimeShape {
  readonly types: readonly DataType[]
  /** Places of the key columns. */
  readonly key: readonly number[]
  /** Place of the event-time column, in milliseconds. */
  readonly time: number
}

const none = -1
/** Instead of a row id: the key has had its row. */
const emitted = -2

export class FirstByTime implements Operator {
  readonly #shape: FirstByTimeShape
  readonly #output: Output
  readonly #table: KeyTable
  readonly #store: RowStore
  readonly #changes: StoredChanges
  readonly #waiting: RowHeap
  /** By slot: the id of the first row so far, −1 or `emitted`. */
  #ids = new Int32Array(0)
  /** By row id. */
  #times = new Float64Array(64)
  #slotsById = new Int32Array(64)
  #arrivals = new Float64Array(64)
  #arrived = 0
  #watermarkMs = watermarkNone
  #slots = new Int32Array(0)
  #lateRows = 0

  constructor(shape: FirstByTimeShape, output: Output) {
    const { types, key } = shape
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable(key.map((column) => types[column] as DataType))
    this.#store = new RowStore(types)
    this.#changes = new StoredChanges({ placed: false, timed: false }, this.#store, output)
    this.#waiting = new RowHeap(
      (a, b) => (this.#times[a] as number) - (this.#times[b] as number) || (this.#arrivals[a] as number) - (this.#arrivals[b] as number),
    )
  }

  /** Rows dropped since they came after the watermark had passed their time. */
  get lateRows(): number {
    return this.#lateRows
  }

  get stateBytes(): number {
    return this.#table.stateBytes + this.#store.stateBytes + this.#waiting.stateBytes + this.#times.byteLength * 3
  }

  push(_input: number, batch: Batch): void {
    const { key, time } = this.#shape
    if (this.#slots.length < batch.length) this.#slots = new Int32Array(batch.length)
    const columns = key.map((column) => batch.columns[column] as Vector)
    this.#table.resolve(columns, batch.length, this.#slots)
    this.#ids = grownIntegers(this.#ids, this.#table.capacity, none)
    const times = timesOf(batch.columns[time] as Vector, batch.length)
    for (let row = 0; row < batch.length; row++) {
      const watermarkMs = batch.watermarks === null ? this.#watermarkMs : (batch.watermarks[row] as number)
      if ((times[row] as number) < watermarkMs) this.#lateRows += 1
      else this.#offer(batch, row, this.#slots[row] as number, times[row] as number)
    }
  }

  advance(_input: number, watermarkMs: number): void {
    this.#watermarkMs = watermarkMs
    this.#emitUpTo(watermarkMs)
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#emitUpTo(watermarkEnd)
    this.#output.finish()
  }

  #offer(batch: Batch, row: number, slot: number, time: number): void {
    const before = this.#ids[slot] as number
    if (before === emitted || (before !== none && time >= (this.#times[before] as number))) return
    const ids = new Int32Array(1)
    this.#store.append(batch.columns, Int32Array.of(row), 1, ids)
    const id = ids[0] as number
    this.#reserve(id + 1)
    this.#times[id] = time
    this.#slotsById[id] = slot
    this.#arrivals[id] = ++this.#arrived
    this.#ids[slot] = id
    this.#waiting.push(id)
  }

  /** Takes rows off the heap; one that an earlier row of its key replaced is only let go. */
  #emitUpTo(watermarkMs: number): void {
    for (let id = this.#waiting.top(); id !== none && (this.#times[id] as number) <= watermarkMs; id = this.#waiting.top()) {
      this.#waiting.pop()
      const slot = this.#slotsById[id] as number
      if (this.#ids[slot] === id) {
        this.#ids[slot] = emitted
        this.#changes.add(changeInsert, id)
      }
      this.#changes.free(id)
    }
    this.#changes.flush()
  }

  #reserve(ids: number): void {
    this.#times = grownNumbers(this.#times, ids)
    this.#arrivals = grownNumbers(this.#arrivals, ids)
    this.#slotsById = grownIntegers(this.#slotsById, ids)
  }
}
