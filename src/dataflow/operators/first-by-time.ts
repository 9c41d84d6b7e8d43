/**
 * Deduplication that keeps the first row of each key by event time and never corrects itself.
 *
 * State: the keys, and the first row so far of keys whose first row is not certain yet.
 * Emits the row (+I) when the watermark reaches its time, in order of time, then of arrival. Rows before the watermark are late: dropped
 * and counted. Ends with what was still waiting.
 */
import { type Batch, changeInsert, type DataType, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { LateRows } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { RowHeap } from '../state/row-heap.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { StoredChanges } from './stored-changes.ts'
import { timesOf } from './times.ts'

export interface FirstByTimeShape {
  readonly types: readonly DataType[]
  /** Places of the key columns. */
  readonly key: readonly number[]
  /** Place of the event-time column, in milliseconds. */
  readonly time: number
  /** Who takes late rows; left out: nobody. */
  readonly late?: LateRows
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
  #slots = new Int32Array(0)
  readonly #progress = { watermarkMs: watermarkNone, lateRows: 0 }
  /** Keys that have had their row. */
  readonly #keysPart: KeyedPart
  /** First rows so far, of the others. */
  readonly #rowsPart: RowsPart
  readonly state: readonly StatePart[]

  constructor(shape: FirstByTimeShape, output: Output) {
    const { types, key } = shape
    this.#shape = shape
    this.#output = output
    const keyTypes = key.map((column) => types[column] as DataType)
    this.#table = new KeyTable(keyTypes)
    this.#store = new RowStore(types)
    this.#changes = new StoredChanges({ placed: false, timed: false }, this.#store, output)
    this.#waiting = new RowHeap((a, b) => (this.#times[a] as number) - (this.#times[b] as number) || this.#rowsPart.compareArrivals(a, b))
    this.#keysPart = this.#createKeysPart(keyTypes)
    const enter = (ids: Int32Array, columns: readonly Vector[]): void => this.#enter(ids, columns)
    this.#rowsPart = new RowsPart({ name: 'waiting', store: this.#store, rowTypes: types, keys: key, ordered: true, enter })
    this.state = [new ScalarsPart('progress', this.#progress), this.#keysPart, this.#rowsPart]
  }

  #createKeysPart(keyTypes: readonly DataType[]): KeyedPart {
    return new KeyedPart({
      name: 'emitted',
      table: this.#table,
      keyTypes,
      columns: [],
      holds: (slot) => this.#ids[slot] === emitted,
      reserve: (slots) => this.#reserveSlots(slots),
      enter: (slot) => {
        this.#ids[slot] = emitted
      },
    })
  }

  /** Rows dropped since they came after the watermark had passed their time. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    const rows = this.#store.stateBytes + this.#rowsPart.stateBytes + this.#waiting.stateBytes + this.#times.byteLength * 2
    return this.#table.stateBytes + rows
  }

  push(_input: number, batch: Batch): void {
    const { time } = this.#shape
    this.#findKeys(batch.columns, batch.length)
    const times = timesOf(batch.columns[time] as Vector, batch.length)
    for (let row = 0; row < batch.length; row++) {
      const watermarkMs = batch.watermarks === null ? this.#progress.watermarkMs : (batch.watermarks[row] as number)
      if ((times[row] as number) < watermarkMs) {
        this.#progress.lateRows += 1
        this.#shape.late?.take(batch, row, watermarkMs)
      } else this.#offer(batch, row, this.#slots[row] as number, times[row] as number)
    }
  }

  advance(_input: number, watermarkMs: number): void {
    if (watermarkMs > this.#progress.watermarkMs) this.#emitUpTo(watermarkMs)
    this.#progress.watermarkMs = Math.max(this.#progress.watermarkMs, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#emitUpTo(watermarkEnd)
    this.#output.finish()
  }

  #findKeys(columns: readonly Vector[], rows: number): void {
    if (this.#slots.length < rows) this.#slots = new Int32Array(rows)
    const keys = this.#shape.key.map((column) => columns[column] as Vector)
    this.#table.resolve(keys, rows, this.#slots)
    this.#reserveSlots(this.#table.capacity)
  }

  #offer(batch: Batch, row: number, slot: number, time: number): void {
    const before = this.#ids[slot] as number
    if (before === emitted || (before !== none && time >= (this.#times[before] as number))) return
    const ids = new Int32Array(1)
    this.#store.append(batch.columns, Int32Array.of(row), 1, ids)
    this.#rowsPart.come(ids, 1)
    if (before !== none) this.#rowsPart.go(before)
    this.#wait(ids[0] as number, slot, time)
  }

  #wait(id: number, slot: number, time: number): void {
    this.#times = grownNumbers(this.#times, id + 1)
    this.#slotsById = grownIntegers(this.#slotsById, id + 1)
    this.#times[id] = time
    this.#slotsById[id] = slot
    this.#ids[slot] = id
    this.#waiting.push(id)
  }

  /** Takes loaded rows in: one for each key. */
  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    this.#findKeys(columns, ids.length)
    const times = timesOf(columns[this.#shape.time] as Vector, ids.length)
    for (const [row, id] of ids.entries()) this.#wait(id, this.#slots[row] as number, times[row] as number)
  }

  /** Takes rows off the heap; one that an earlier row of its key replaced is only let go. */
  #emitUpTo(watermarkMs: number): void {
    for (let id = this.#waiting.top(); id !== none && (this.#times[id] as number) <= watermarkMs; id = this.#waiting.top()) {
      this.#waiting.pop()
      const slot = this.#slotsById[id] as number
      if (this.#ids[slot] === id) {
        this.#keysPart.pages.mark(slot)
        this.#ids[slot] = emitted
        this.#rowsPart.go(id)
        this.#changes.add(changeInsert, id)
      }
      this.#changes.free(id)
    }
    this.#changes.flush()
  }

  #reserveSlots(slots: number): void {
    this.#ids = grownIntegers(this.#ids, slots, none)
  }
}
