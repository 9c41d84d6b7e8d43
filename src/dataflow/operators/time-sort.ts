/**
 * ORDER BY over a stream, by event time first: rows wait until the watermark reaches their time. Rows that the order does not tell apart
 * stand as they arrived.
 *
 * State: the rows that wait. It is bounded by how far the watermark lags behind.
 * Emits rows (+I) when the watermark reaches them, in order. A row whose time is not after that of the last row emitted is late: dropped
 * and counted. Ends with what was still waiting.
 */
import { type Batch, changeInsert, type DataType, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownNumbers } from '../state/grown.ts'
import { RowHeap } from '../state/row-heap.ts'
import { type OrderColumn, RowOrder } from '../state/row-order.ts'
import { RowStore } from '../state/row-store.ts'
import { StoredChanges } from './stored-changes.ts'
import { timesOf } from './times.ts'

export interface TimeSortShape {
  readonly types: readonly DataType[]
  /** Place of the event-time column, in milliseconds. */
  readonly time: number
  /** Further sort columns, for rows of the same time. */
  readonly orderBy: readonly OrderColumn[]
}

export class TimeSort implements Operator {
  readonly #shape: TimeSortShape
  readonly #output: Output
  readonly #store: RowStore
  readonly #order: RowOrder
  readonly #waiting: RowHeap
  readonly #changes: StoredChanges
  #times = new Float64Array(64)
  #arrivals = new Float64Array(64)
  #arrived = 0
  /** The watermark that the receiver stands under. */
  #watermarkMs = watermarkNone
  #lastEmittedMs = watermarkNone
  #lateRows = 0
  #ids = new Int32Array(0)

  constructor(shape: TimeSortShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#store = new RowStore(shape.types)
    this.#order = new RowOrder(this.#store, shape.types, shape.orderBy)
    this.#changes = new StoredChanges({ placed: false, timed: true }, this.#store, output)
    this.#waiting = new RowHeap((a, b) => this.#compare(a, b))
  }

  /** Rows dropped since rows of their time or later had been emitted. */
  get lateRows(): number {
    return this.#lateRows
  }

  get stateBytes(): number {
    return this.#store.stateBytes + this.#order.stateBytes + this.#waiting.stateBytes + this.#times.byteLength * 2
  }

  push(_input: number, batch: Batch): void {
    const { length, watermarks } = batch
    if (this.#ids.length < length) this.#ids = new Int32Array(length)
    this.#store.append(batch.columns, null, length, this.#ids)
    this.#reserve(this.#store.capacity)
    const times = timesOf(batch.columns[this.#shape.time] as Vector, length)
    const ranks = this.#order.ranksOf(batch.columns, length)
    for (let row = 0; row < length; row++) {
      if (watermarks !== null) this.#passTime(watermarks[row] as number)
      const id = this.#ids[row] as number
      const time = times[row] as number
      if (time <= this.#lastEmittedMs) {
        this.#lateRows += 1
        this.#changes.free(id)
        continue
      }
      this.#order.note(id, ranks[row] as number)
      this.#times[id] = time
      this.#arrivals[id] = ++this.#arrived
      this.#waiting.push(id)
    }
    this.#changes.flush()
  }

  advance(_input: number, watermarkMs: number): void {
    this.#passTime(watermarkMs)
    this.#changes.flush()
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#passTime(watermarkEnd)
    this.#changes.flush()
    this.#output.finish()
  }

  /** Emits what the watermark reaches, still under the watermark before. */
  #passTime(watermarkMs: number): void {
    for (let id = this.#waiting.top(); id !== -1 && (this.#times[id] as number) <= watermarkMs; id = this.#waiting.top()) {
      this.#waiting.pop()
      this.#changes.add(changeInsert, id, 0, this.#watermarkMs)
      this.#changes.free(id)
      this.#lastEmittedMs = this.#times[id] as number
    }
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs)
  }

  #compare(a: number, b: number): number {
    const difference = (this.#times[a] as number) - (this.#times[b] as number)
    return difference || this.#order.compare(a, b) || (this.#arrivals[a] as number) - (this.#arrivals[b] as number)
  }

  #reserve(ids: number): void {
    this.#times = grownNumbers(this.#times, ids)
    this.#arrivals = grownNumbers(this.#arrivals, ids)
  }
}
