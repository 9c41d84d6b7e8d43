/**
 * Computes functions over a frame of rows that ends at each row: OVER (PARTITION BY … ORDER BY time ROWS or RANGE … PRECEDING).
 *
 * By event time, rows wait until the watermark reaches their time; by processing time, they are computed as they come. By range, rows of
 * the same key and time see each other.
 * State: the rows that wait; an accumulator for each key; the rows in bounded frames. The key of a bounded range is dropped when the
 * watermark is one and a half ranges past its last row. Other keys are kept for good, or with a retention until no row of theirs came for
 * one to one and a half times as long (for exactly as long where rows are computed as they come and none is kept); a key with rows that
 * wait is not dropped.
 * Emits each row (+I) with its results, in order of time, then of arrival. A late row is dropped and counted: as in Flink, one that the
 * watermark has passed where the frame is unbounded, else one whose key has had a row of its time or later.
 */
import { type Batch, batchRows, type DataType, selectRows, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { LateRows } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import type { Retention } from '../state/expiry.ts'
import { grownBytes, grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { RowHeap } from '../state/row-heap.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { NumberList } from './number-list.ts'
import { type OverFrame, OverFrames } from './over-frames.ts'
import { OverKeys } from './over-keys.ts'
import type { OverMeasureShape } from './over-measures.ts'
import { timesOf } from './times.ts'

export interface OverAggregateShape {
  /** Types of the input columns. The first `columns` of them are sent on, before the results. */
  readonly types: readonly DataType[]
  readonly columns: number
  /** Places of the partition columns. */
  readonly partitionBy: readonly number[]
  /** Place of the time column, in milliseconds. */
  readonly time: number
  readonly timeKind: 'event-time' | 'processing-time'
  readonly frame: OverFrame
  readonly measures: readonly OverMeasureShape[]
  /** How long idle keys are kept whose frames reach back without a bound of time; left out: for good. */
  readonly retention?: Retention
  /** Who takes late rows; left out: nobody. */
  readonly late?: LateRows
}

const none = -1

export class OverAggregate implements Operator {
  readonly #shape: OverAggregateShape
  readonly #output: Output
  readonly #keys: OverKeys
  readonly #store: RowStore
  readonly #frames: OverFrames
  readonly #waiting: RowHeap
  /** By row id. */
  #times = new Float64Array(0)
  #slotsById = new Int32Array(0)
  /** Rows to compute next, in order, with the watermark before each, and 1 where a key starts anew. */
  readonly #due = new NumberList()
  #dueWatermarks = new Float64Array(0)
  #dueStarts = new Uint8Array(0)
  readonly #progress = { watermarkMs: watermarkNone, lateRows: 0 }
  /** Rows that wait. */
  readonly #rowsPart: RowsPart
  readonly state: readonly StatePart[]
  #ids = new Int32Array(0)

  constructor(shape: OverAggregateShape, output: Output) {
    const { types, partitionBy, measures, frame, timeKind } = shape
    this.#shape = shape
    this.#output = output
    const keyTypes = partitionBy.map((column) => types[column] as DataType)
    const table = new KeyTable(keyTypes)
    this.#store = new RowStore(types)
    // By processing time Flink computes each row at once where no frame has to be moved.
    const isByRow = timeKind === 'processing-time' && frame.preceding === null
    const framesFrame: OverFrame = isByRow ? { unit: 'rows', preceding: null } : frame
    this.#frames = new OverFrames({ types, measures, frame: framesFrame, table, keyTypes })
    this.#keys = new OverKeys(shape, table, keyTypes, this.#frames)
    this.#waiting = new RowHeap((a, b) => (this.#times[a] as number) - (this.#times[b] as number) || this.#rowsPart.compareArrivals(a, b))
    const enter = (ids: Int32Array, columns: readonly Vector[]): void => this.#enter(ids, columns)
    this.#rowsPart = new RowsPart({ name: 'waiting', store: this.#store, rowTypes: types, keys: partitionBy, ordered: true, enter })
    const framesParts = framesFrame.preceding === null ? [] : [this.#frames.part]
    this.state = [new ScalarsPart('progress', this.#progress), this.#keys.part, this.#rowsPart, ...framesParts]
  }

  /** Rows dropped since later ones had been computed. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    const rows = this.#store.stateBytes + this.#rowsPart.stateBytes + this.#waiting.stateBytes + this.#times.byteLength * 2
    return rows + this.#frames.stateBytes + this.#keys.stateBytes
  }

  push(_input: number, batch: Batch): void {
    const { length, watermarks } = batch
    const byClock = this.#shape.timeKind === 'processing-time'
    const slots = this.#keys.find(batch.columns, length)
    this.#keep(batch)
    if (!byClock) this.#rowsPart.come(this.#ids, length)
    this.#keys.passIdle(length)
    const times = timesOf(batch.columns[this.#shape.time] as Vector, length)
    for (let row = 0; row < length; row++) {
      const id = this.#ids[row] as number
      const slot = slots[row] as number
      const time = times[row] as number
      this.#times[id] = time
      this.#slotsById[id] = slot
      if (byClock) {
        this.#keys.pass(time)
        if (watermarks !== null) this.#progress.watermarkMs = watermarks[row] as number
        this.#addDue(id)
        continue
      }
      if (watermarks !== null) this.#passTime(watermarks[row] as number)
      if (this.#isLate(slot, time)) {
        this.#shape.late?.take(batch, row, this.#progress.watermarkMs)
        this.#drop(id, slot)
      } else this.#wait(id, slot)
    }
    this.#computeDue()
    this.#keys.sweep(length)
  }

  #wait(id: number, slot: number): void {
    this.#keys.wait(slot)
    this.#waiting.push(id)
  }

  /** Takes loaded rows in. */
  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    const slots = this.#keys.find(columns, ids.length)
    this.#reserveIds()
    const times = timesOf(columns[this.#shape.time] as Vector, ids.length)
    for (const [row, id] of ids.entries()) {
      this.#times[id] = times[row] as number
      this.#slotsById[id] = slots[row] as number
      this.#wait(id, slots[row] as number)
    }
  }

  tick(nowMs: number): void {
    this.#keys.tick(nowMs)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#keys.begin()
    if (this.#shape.timeKind === 'event-time') this.#passTime(watermarkMs)
    this.#computeDue()
    this.#progress.watermarkMs = Math.max(this.#progress.watermarkMs, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    if (this.#shape.timeKind === 'event-time') this.#passTime(watermarkEnd)
    this.#computeDue()
    this.#output.finish()
  }

  #keep(batch: Batch): void {
    const { length } = batch
    if (this.#ids.length < length) this.#ids = new Int32Array(length)
    this.#store.append(batch.columns, null, length, this.#ids)
    this.#reserveIds()
  }

  #reserveIds(): void {
    const ids = this.#store.capacity
    this.#times = grownNumbers(this.#times, ids)
    this.#slotsById = grownIntegers(this.#slotsById, ids)
  }

  #isLate(slot: number, time: number): boolean {
    if (time === watermarkNone) return true
    return time <= (this.#shape.frame.preceding === null ? this.#progress.watermarkMs : this.#keys.lastTimeOf(slot))
  }

  #drop(id: number, slot: number): void {
    this.#progress.lateRows += 1
    this.#rowsPart.go(id)
    this.#store.free(id)
    this.#keys.release(slot)
  }

  /** Lists the rows that a watermark reaches, still under the watermark before. */
  #passTime(watermarkMs: number): void {
    if (watermarkMs <= this.#progress.watermarkMs) return
    for (let id = this.#waiting.top(); id !== none && (this.#times[id] as number) <= watermarkMs; id = this.#waiting.top()) {
      this.#waiting.pop()
      const slot = this.#slotsById[id] as number
      this.#keys.endWait(slot)
      this.#rowsPart.go(id)
      this.#addDue(id)
    }
    this.#keys.pass(watermarkMs)
    this.#progress.watermarkMs = watermarkMs
  }

  #addDue(id: number): void {
    const at = this.#due.length
    this.#due.push(id)
    this.#dueWatermarks = grownNumbers(this.#dueWatermarks, at + 1)
    this.#dueStarts = grownBytes(this.#dueStarts, at + 1)
    const slot = this.#slotsById[id] as number
    const time = this.#times[id] as number
    this.#dueWatermarks[at] = this.#progress.watermarkMs
    this.#dueStarts[at] = this.#keys.start(slot, time)
  }

  #computeDue(): void {
    const { length } = this.#due
    for (let from = 0; from < length; ) {
      let to = Math.min(length, from + batchRows)
      while (to < length && this.#timeOfDue(to) === this.#timeOfDue(to - 1)) to++
      this.#emit(from, to)
      from = to
    }
    for (let i = 0; i < length; i++) this.#store.free(this.#due.at(i))
    this.#due.clear()
    this.#keys.dropReleased()
  }

  #timeOfDue(at: number): number {
    return this.#times[this.#due.at(at)] as number
  }

  #emit(from: number, to: number): void {
    const count = to - from
    const ids = this.#due.toArray().slice(from, to)
    const gathered = this.#store.gather(ids, count)
    const slots = ids.map((id) => this.#slotsById[id] as number)
    const times = Float64Array.from(ids, (id) => this.#times[id] as number)
    const results = this.#frames.compute({ columns: gathered, count, slots, times, starts: this.#dueStarts.subarray(from, to) })
    const columns = [...gathered.slice(0, this.#shape.columns), ...results]
    for (let start = 0; start < count; start += batchRows) {
      const length = Math.min(batchRows, count - start)
      const watermarks = this.#dueWatermarks.slice(from + start, from + start + length)
      const rows = Int32Array.from({ length }, (_, i) => start + i)
      const part = count <= batchRows ? columns : columns.map((vector) => selectRows(vector, rows, length))
      this.#output.push({ length, columns: part, kinds: null, watermarks })
    }
  }
}
