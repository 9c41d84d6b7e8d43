/**
 * Computes functions over a frame of rows that ends at each row: OVER (PARTITION BY … ORDER BY time ROWS or RANGE … PRECEDING).
 *
 * By event time, rows wait until the watermark reaches their time; by processing time, they are computed as they come. By range, rows of
 * the same key and time see each other.
 * State: the rows that wait; an accumulator for each key; the rows in bounded frames. The key of a bounded range is dropped when the
 * watermark is one and a half ranges past its last row; other keys are kept for good.
 * Emits each row (+I) with its results, in order of time, then of arrival. A late row is dropped and counted: as in Flink, one that the
 * watermark has passed where the frame is unbounded, else one whose key has had a row of its time or later.
 */
import { type Batch, batchRows, type DataType, selectRows, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownBytes, grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { RowHeap } from '../state/row-heap.ts'
import { RowStore } from '../state/row-store.ts'
import { KeyExpiry } from './key-expiry.ts'
import { NumberList } from './number-list.ts'
import { type OverFrame, OverFrames } from './over-frames.ts'
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
}

const none = -1

export class OverAggregate implements Operator {
  readonly #shape: OverAggregateShape
  readonly #output: Output
  readonly #table: KeyTable
  readonly #store: RowStore
  readonly #frames: OverFrames
  readonly #waiting: RowHeap
  /** Keys to drop; null where keys are kept. */
  readonly #expiry: KeyExpiry | null
  /** By row id. */
  #times = new Float64Array(0)
  #arrivals = new Float64Array(0)
  #slotsById = new Int32Array(0)
  #arrived = 0
  /** By slot: the time of the last row computed; rows that wait; 1 for a key that has state; 1 for one whose state is void. */
  #lastTimes = new Float64Array(0)
  #waitingBySlot = new Int32Array(0)
  #active = new Uint8Array(0)
  #void = new Uint8Array(0)
  /** Rows to compute next, in order, with the watermark before each, and 1 where a key starts anew. */
  readonly #due = new NumberList()
  #dueWatermarks = new Float64Array(0)
  #dueStarts = new Uint8Array(0)
  /** Keys that may have nothing left. */
  readonly #idleSlots = new NumberList()
  #watermarkMs = watermarkNone
  #slots = new Int32Array(0)
  #ids = new Int32Array(0)
  /** Rows dropped since later ones had been computed. */
  lateRows = 0

  constructor(shape: OverAggregateShape, output: Output) {
    const { types, partitionBy, measures, frame, timeKind } = shape
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable(partitionBy.map((column) => types[column] as DataType))
    this.#store = new RowStore(types)
    // By processing time Flink computes each row at once where no frame has to be moved.
    const isByRow = timeKind === 'processing-time' && frame.preceding === null
    this.#frames = new OverFrames(types, measures, isByRow ? { unit: 'rows', preceding: null } : frame)
    this.#expiry = frame.unit === 'range' && frame.preceding !== null ? new KeyExpiry() : null
    this.#waiting = new RowHeap(
      (a, b) => (this.#times[a] as number) - (this.#times[b] as number) || (this.#arrivals[a] as number) - (this.#arrivals[b] as number),
    )
  }

  get stateBytes(): number {
    const rows = this.#store.stateBytes + this.#frames.stateBytes + this.#waiting.stateBytes + this.#times.byteLength * 3
    return rows + this.#table.stateBytes + this.#lastTimes.byteLength * 2
  }

  push(_input: number, batch: Batch): void {
    const { length, watermarks } = batch
    this.#keep(batch)
    const times = timesOf(batch.columns[this.#shape.time] as Vector, length)
    const byClock = this.#shape.timeKind === 'processing-time'
    for (let row = 0; row < length; row++) {
      const id = this.#ids[row] as number
      const slot = this.#slots[row] as number
      const time = times[row] as number
      this.#times[id] = time
      this.#slotsById[id] = slot
      if (byClock) {
        this.#passKeys(time)
        if (watermarks !== null) this.#watermarkMs = watermarks[row] as number
        this.#addDue(id)
        continue
      }
      if (watermarks !== null) this.#passTime(watermarks[row] as number)
      if (this.#isLate(slot, time)) this.#drop(id, slot)
      else {
        this.#arrivals[id] = ++this.#arrived
        this.#waitingBySlot[slot] = (this.#waitingBySlot[slot] as number) + 1
        this.#waiting.push(id)
      }
    }
    this.#computeDue()
  }

  advance(_input: number, watermarkMs: number): void {
    if (this.#shape.timeKind === 'event-time') this.#passTime(watermarkMs)
    this.#computeDue()
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    if (this.#shape.timeKind === 'event-time') this.#passTime(watermarkEnd)
    this.#computeDue()
    this.#output.finish()
  }

  #keep(batch: Batch): void {
    const { length } = batch
    if (this.#ids.length < length) {
      this.#slots = new Int32Array(length)
      this.#ids = new Int32Array(length)
    }
    const keys = this.#shape.partitionBy.map((column) => batch.columns[column] as Vector)
    this.#table.resolve(keys, length, this.#slots)
    this.#store.append(batch.columns, null, length, this.#ids)
    const ids = this.#store.capacity
    this.#times = grownNumbers(this.#times, ids)
    this.#arrivals = grownNumbers(this.#arrivals, ids)
    this.#slotsById = grownIntegers(this.#slotsById, ids)
    const slots = this.#table.capacity
    const known = this.#lastTimes.length
    this.#lastTimes = grownNumbers(this.#lastTimes, slots)
    if (this.#lastTimes.length > known) this.#lastTimes.fill(watermarkNone, known)
    this.#waitingBySlot = grownIntegers(this.#waitingBySlot, slots)
    this.#active = grownBytes(this.#active, slots)
    this.#void = grownBytes(this.#void, slots)
    this.#frames.reserve(slots)
  }

  #isLate(slot: number, time: number): boolean {
    if (time === watermarkNone) return true
    return time <= (this.#shape.frame.preceding === null ? this.#watermarkMs : (this.#lastTimes[slot] as number))
  }

  #drop(id: number, slot: number): void {
    this.lateRows += 1
    this.#store.free(id)
    this.#idleSlots.push(slot)
  }

  /** Lists the rows that a watermark reaches, still under the watermark before. */
  #passTime(watermarkMs: number): void {
    if (watermarkMs <= this.#watermarkMs) return
    for (let id = this.#waiting.top(); id !== none && (this.#times[id] as number) <= watermarkMs; id = this.#waiting.top()) {
      this.#waiting.pop()
      const slot = this.#slotsById[id] as number
      this.#waitingBySlot[slot] = (this.#waitingBySlot[slot] as number) - 1
      this.#addDue(id)
    }
    this.#passKeys(watermarkMs)
    this.#watermarkMs = watermarkMs
  }

  /** Voids the keys that have been silent for too long. What they hold is given up once all rows due are computed. */
  #passKeys(timeMs: number): void {
    this.#expiry?.pass(timeMs, (slot) => {
      if (this.#waitingBySlot[slot] !== 0) return
      this.#void[slot] = 1
      this.#lastTimes[slot] = watermarkNone
      this.#idleSlots.push(slot)
    })
  }

  #addDue(id: number): void {
    const at = this.#due.length
    this.#due.push(id)
    this.#dueWatermarks = grownNumbers(this.#dueWatermarks, at + 1)
    this.#dueStarts = grownBytes(this.#dueStarts, at + 1)
    const slot = this.#slotsById[id] as number
    const time = this.#times[id] as number
    this.#dueWatermarks[at] = this.#watermarkMs
    this.#dueStarts[at] = this.#void[slot] as number
    this.#void[slot] = 0
    this.#active[slot] = 1
    this.#lastTimes[slot] = time
    this.#expiry?.set(slot, time + Math.floor((this.#shape.frame.preceding ?? 0) * 1.5) + 1)
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
    for (let i = 0; i < this.#idleSlots.length; i++) this.#dropKeyIfIdle(this.#idleSlots.at(i))
    this.#idleSlots.clear()
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

  #dropKeyIfIdle(slot: number): void {
    if (!this.#table.isLive(slot) || this.#waitingBySlot[slot] !== 0) return
    if (this.#active[slot] === 1 && this.#void[slot] === 0) return
    this.#frames.clear(slot)
    this.#active[slot] = 0
    this.#void[slot] = 0
    this.#lastTimes[slot] = watermarkNone
    this.#table.remove(slot)
  }
}
