/**
 * ORDER BY over a stream, by event time first: rows wait until the watermark reaches their time. Rows that the order does not tell apart
 * stand as they arrived.
 *
 * State: the rows that wait. It is bounded by how far the watermark lags behind.
 * Emits rows (+I) when the watermark reaches them, in order. A row whose time is not after that of the last row emitted is late: dropped
 * and counted. Ends with what was still waiting.
 */
import { type Batch, changeInsert, type DataType, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { LateRows } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import { grownNumbers } from '../state/grown.ts'
import { RowHeap } from '../state/row-heap.ts'
import { type OrderColumn, RowOrder } from '../state/row-order.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { StoredChanges } from './stored-changes.ts'
import { timesOf } from './times.ts'

export interface TimeSortShape {
  readonly types: readonly DataType[]
  /** Place of the event-time column, in milliseconds. */
  readonly time: number
  /** Further sort columns, for rows of the same time. */
  readonly orderBy: readonly OrderColumn[]
  /** Who takes late rows; left out: nobody. */
  readonly late?: LateRows
}

export class TimeSort implements Operator {
  readonly #shape: TimeSortShape
  readonly #output: Output
  readonly #store: RowStore
  readonly #order: RowOrder
  readonly #waiting: RowHeap
  readonly #changes: StoredChanges
  readonly #part: RowsPart
  readonly state: readonly StatePart[]
  #times = new Float64Array(64)
  /** The watermark is the one that the receiver stands under. */
  readonly #progress = { watermarkMs: watermarkNone, lastEmittedMs: watermarkNone, lateRows: 0 }
  #ids = new Int32Array(0)

  constructor(shape: TimeSortShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#store = new RowStore(shape.types)
    this.#order = new RowOrder(this.#store, shape.types, shape.orderBy)
    this.#changes = new StoredChanges({ placed: false, timed: true }, this.#store, output)
    this.#waiting = new RowHeap((a, b) => this.#compare(a, b))
    const enter = (ids: Int32Array, columns: readonly Vector[]): void => this.#enter(ids, columns)
    this.#part = new RowsPart({ name: 'waiting', store: this.#store, rowTypes: shape.types, keys: [], ordered: true, enter })
    this.state = [new ScalarsPart('progress', this.#progress), this.#part]
  }

  /** Rows dropped since rows of their time or later had been emitted. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    return this.#store.stateBytes + this.#order.stateBytes + this.#waiting.stateBytes + this.#part.stateBytes + this.#times.byteLength
  }

  push(_input: number, batch: Batch): void {
    const { length, watermarks } = batch
    if (this.#ids.length < length) this.#ids = new Int32Array(length)
    this.#store.append(batch.columns, null, length, this.#ids)
    this.#times = grownNumbers(this.#times, this.#store.capacity)
    this.#part.come(this.#ids, length)
    const times = timesOf(batch.columns[this.#shape.time] as Vector, length)
    const ranks = this.#order.ranksOf(batch.columns, length)
    for (let row = 0; row < length; row++) {
      if (watermarks !== null) this.#passTime(watermarks[row] as number)
      const id = this.#ids[row] as number
      const time = times[row] as number
      if (time <= this.#progress.lastEmittedMs) {
        this.#progress.lateRows += 1
        this.#shape.late?.take(batch, row, this.#progress.watermarkMs)
        this.#part.go(id)
        this.#changes.free(id)
      } else this.#wait(id, time, ranks[row] as number)
    }
    this.#changes.flush()
  }

  #wait(id: number, time: number, rank: number): void {
    this.#order.note(id, rank)
    this.#times[id] = time
    this.#waiting.push(id)
  }

  /** Takes loaded rows in. */
  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    this.#times = grownNumbers(this.#times, this.#store.capacity)
    const times = timesOf(columns[this.#shape.time] as Vector, ids.length)
    const ranks = this.#order.ranksOf(columns, ids.length)
    for (const [row, id] of ids.entries()) this.#wait(id, times[row] as number, ranks[row] as number)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#passTime(watermarkMs)
    this.#changes.flush()
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#emitUpTo(watermarkEnd)
    this.#changes.flush()
    this.#output.finish()
  }

  /** Emits what the watermark reaches, still under the watermark before. */
  #passTime(watermarkMs: number): void {
    if (watermarkMs <= this.#progress.watermarkMs) return
    this.#emitUpTo(watermarkMs)
    this.#progress.watermarkMs = watermarkMs
  }

  #emitUpTo(watermarkMs: number): void {
    for (let id = this.#waiting.top(); id !== -1 && (this.#times[id] as number) <= watermarkMs; id = this.#waiting.top()) {
      this.#waiting.pop()
      this.#changes.add(changeInsert, id, 0, this.#progress.watermarkMs)
      this.#changes.free(id)
      this.#part.go(id)
      this.#progress.lastEmittedMs = this.#times[id] as number
    }
  }

  #compare(a: number, b: number): number {
    const difference = (this.#times[a] as number) - (this.#times[b] as number)
    return difference || this.#order.compare(a, b) || this.#part.compareArrivals(a, b)
  }
}
