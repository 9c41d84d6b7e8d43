/**
 * Aggregation of tumbling, hopping and cumulating windows of event time, and of rows that carry the bounds of their window.
 *
 * Algebra: a row is added to its slice (slices.ts); a window is the sum of its slices, made when the watermark passes its end.
 * State: a slot for each slice and key; it is dropped with the last window that holds the slice, so its bound is the keys of the
 * windows still open. Cumulating windows keep one running sum a key and span.
 * Emits inserts only, window by window in order of their end, keys in order of arrival: keys, window_start, window_end, window_time,
 * results. A row whose last window was closed by the watermark in force before it is late: counted and dropped.
 */
import { type Batch, batchRows, type DataType, integerType, numbersIn, selectBatch, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { LateRows } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import { grownBytes, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { combinedPlaces } from './combine.ts'
import { type MeasureShape, Measures } from './measures.ts'
import {
  clockChangeMsMax,
  closesAtMs,
  lastWindowEndOf,
  type SliceShape,
  sliceEndOf,
  sliceLengthOf,
  type WindowClock,
  windowStartOf,
  windowTimeMs,
} from './slices.ts'
import { SlicesPart } from './slices-part.ts'

export interface WindowAggregateShape {
  /** Types of the key columns, which are the first columns of the input. */
  readonly keys: readonly DataType[]
  /** Place of the time column (of the window's end, for attached windows): a timestamp in milliseconds. */
  readonly time: number
  readonly slices: SliceShape
  readonly measures: readonly MeasureShape[]
  /** Null when window time is the time column's own. */
  readonly clock: WindowClock | null
  /** Who takes late rows; left out: nobody. */
  readonly late?: LateRows
}

/** Slots of one slice, in order of arrival. */
interface Slice {
  readonly end: number
  readonly id: number
  slots: Int32Array
  count: number
}

export class WindowAggregate implements Operator {
  readonly #shape: WindowAggregateShape
  readonly #output: Output
  readonly #table: KeyTable
  readonly #measures: Measures
  /** Sums of several slices, while a window is emitted. */
  readonly #sumTable: KeyTable
  readonly #sums: Measures
  readonly #slices = new Map<number, Slice>()
  /** Ends of the slices held, ascending. */
  #ends: number[] = []
  /** Ids of slices are given anew, so that one word tells slices apart in keys. */
  #nextId = 0
  /** 1 where a slot is listed in its slice. */
  #listed = new Uint8Array(16)
  /** By slot: the end of its slice, and how many slots were listed before it. */
  #endsBySlot = new Float64Array(16)
  #orders = new Float64Array(16)
  #listings = 0
  readonly #progress = { watermark: watermarkNone, lateRows: 0 }
  #slots = new Int32Array(batchRows)
  #found = new Int32Array(batchRows)
  #selection = new Int32Array(batchRows)
  #ids = new Int32Array(batchRows)
  readonly #part: SlicesPart
  readonly state: readonly StatePart[]

  constructor(shape: WindowAggregateShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable([{ ...integerType, nullable: false }, ...shape.keys])
    this.#measures = new Measures(shape.measures)
    this.#sumTable = new KeyTable(shape.keys)
    this.#sums = new Measures(shape.measures)
    this.#part = this.#createPart()
    this.state = [new ScalarsPart('progress', this.#progress), this.#part]
  }

  #createPart(): SlicesPart {
    return new SlicesPart({
      table: this.#table,
      keyTypes: this.#shape.keys,
      saved: this.#measures.saved,
      endOf: (slot) => this.#endsBySlot[slot] as number,
      orderOf: (slot) => this.#orders[slot] as number,
      sliceWith: (end) => (this.#slices.get(end) ?? this.#createSlice(end)).id,
      reserve: (slots) => this.#reserveSlots(slots),
      enter: (slot, end) => this.#enter(slot, this.#slices.get(end) as Slice),
    })
  }

  /** Rows dropped since their last window was closed before they came. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    return this.#table.stateBytes + this.#measures.stateBytes + this.#listed.byteLength + this.#endsBySlot.byteLength * 2
  }

  /** Rows come on input 0, and on input 1 those that the first stage has combined. */
  push(input: number, batch: Batch): void {
    const { kind } = this.#shape.slices
    const combined = input === 1
    if (batch.watermarks === null || kind === 'tumble' || kind === 'attached') this.#add(batch, combined)
    else this.#addInParts(batch, batch.watermarks, combined)
  }

  /**
   * Cuts a batch where the watermark crosses the end of a slice: a row behind that place may belong to a slice that still counts for
   * later windows, but no longer for the one that closed.
   */
  #addInParts(batch: Batch, watermarks: Float64Array, combined: boolean): void {
    let from = 0
    let closesAt = this.#nextClosing()
    for (let i = 0; i < batch.length; i++) {
      const watermark = watermarks[i] as number
      if (watermark < closesAt || watermark === watermarkNone) continue
      this.#add(batchPart(batch, from, i), combined)
      this.#fireUpTo(watermark)
      this.#progress.watermark = Math.max(this.#progress.watermark, watermark)
      from = i
      closesAt = this.#nextClosing()
    }
    this.#add(batchPart(batch, from, batch.length), combined)
  }

  /** The watermark that closes the earliest slice that is still open. */
  #nextClosing(): number {
    const { slices } = this.#shape
    const { watermark } = this.#progress
    if (watermark === watermarkNone || slices.kind === 'attached') return watermarkNone
    let end = sliceEndOf(slices, this.#openFrom())
    while (this.#closesAt(end) <= watermark) end += sliceLengthOf(slices)
    return this.#closesAt(end)
  }

  /** A time of the window clock that no window before is open at. */
  #openFrom(): number {
    const { clock } = this.#shape
    const { watermark } = this.#progress
    return clock === null || watermark === watermarkNone ? watermark + 1 : clock.toLocalMs(watermark + 1) - clockChangeMsMax
  }

  #add(batch: Batch, combined: boolean): void {
    if (batch.length === 0) return
    this.#reserve(batch.length)
    const places = combinedPlaces(this.#shape.keys.length)
    const selected = this.#assign(batch, combined)
    if (selected === 0) return
    const all = selected === batch.length
    const columns: Vector[] = [{ form: 'integers', data: this.#ids, nulls: null }, ...batch.columns.slice(0, this.#shape.keys.length)]
    this.#table.resolve(columns, selected, all ? this.#slots : this.#found, all ? null : this.#selection)
    if (!all) this.#scatter(batch.length, selected)
    this.#reserveSlots(this.#table.capacity)
    this.#part.pages.markAll(this.#slots, batch.length)
    this.#list(batch.length)
    if (combined) this.#measures.addStates(batch, this.#slots, places.states)
    else this.#measures.add(batch, this.#slots, !all)
  }

  #reserveSlots(slots: number): void {
    this.#measures.reserve(slots)
    this.#listed = grownBytes(this.#listed, slots)
    this.#endsBySlot = grownNumbers(this.#endsBySlot, slots)
    this.#orders = grownNumbers(this.#orders, slots)
  }

  #reserve(rows: number): void {
    if (this.#slots.length >= rows) return
    this.#slots = new Int32Array(rows)
    this.#found = new Int32Array(rows)
    this.#selection = new Int32Array(rows)
    this.#ids = new Int32Array(rows)
  }

  /** Finds the slice of each row; lists the rows that are not late and returns their count. */
  #assign(batch: Batch, combined: boolean): number {
    const { keys, slices, clock, time, late } = this.#shape
    const { watermarks, length } = batch
    const places = combinedPlaces(keys.length)
    const vector = batch.columns[combined ? places.time : time] as Vector
    const counts = combined ? numbersIn(batch.columns[places.count] as Vector) : null
    const data = numbersIn(vector)
    const sliceLength = slices.kind === 'attached' ? 0 : sliceLengthOf(slices)
    let [from, to, id, closesAt] = [Number.NaN, Number.NaN, 0, 0]
    let selected = 0
    for (let i = 0; i < length; i++) {
      const at = clock === null ? (data[i] as number) : clock.toLocalMs(data[i] as number)
      if (!(at >= from && at < to)) {
        if (vector.nulls !== null && vector.nulls[i] === 1) continue
        to = sliceEndOf(slices, at)
        from = to - sliceLength
        closesAt = this.#closesAt(lastWindowEndOf(slices, to))
        id = -1
      }
      const watermark = watermarks === null ? this.#progress.watermark : (watermarks[i] as number)
      if (watermark >= closesAt) {
        this.#progress.lateRows += counts === null ? 1 : (counts[i] as number)
        if (!combined) late?.take(batch, i, watermark)
        continue
      }
      if (id === -1) id = this.#sliceFor(to).id
      this.#ids[i] = id
      this.#selection[selected++] = i
    }
    return selected
  }

  /** The watermark that closes a window: its last millisecond. */
  #closesAt(end: number): number {
    return closesAtMs(this.#shape.clock, end)
  }

  #sliceFor(end: number): Slice {
    const target = this.#isCumulated(end) ? spanKey(this.#spanEnd(end)) : end
    const known = this.#slices.get(target)
    if (known !== undefined) return known
    return this.#createSlice(target)
  }

  #createSlice(end: number): Slice {
    const slice: Slice = { end, id: this.#nextId++ | 0, slots: new Int32Array(16), count: 0 }
    this.#slices.set(end, slice)
    let at = this.#ends.length
    while (at > 0 && (this.#ends[at - 1] as number) > end) at--
    this.#ends.splice(at, 0, end)
    return slice
  }

  /** Whether a cumulating window has already taken this slice into its running sum. */
  #isCumulated(sliceEnd: number): boolean {
    return this.#shape.slices.kind === 'cumulate' && this.#progress.watermark >= this.#closesAt(sliceEnd)
  }

  #spanEnd(sliceEnd: number): number {
    return lastWindowEndOf(this.#shape.slices, sliceEnd)
  }

  #scatter(rows: number, selected: number): void {
    this.#slots.fill(-1, 0, rows)
    for (let s = 0; s < selected; s++) this.#slots[this.#selection[s] as number] = this.#found[s] as number
  }

  /** Adds slots that are new to the list of their slice. */
  #list(rows: number): void {
    let slice: Slice | undefined
    const byId = new Map<number, Slice>()
    for (let i = 0; i < rows; i++) {
      const slot = this.#slots[i] as number
      if (slot < 0 || this.#listed[slot] === 1) continue
      const id = this.#ids[i] as number
      if (slice?.id !== id) {
        if (byId.size === 0) for (const known of this.#slices.values()) byId.set(known.id, known)
        slice = byId.get(id)
      }
      if (slice !== undefined) this.#enter(slot, slice)
    }
  }

  #enter(slot: number, slice: Slice): void {
    this.#listed[slot] = 1
    this.#endsBySlot[slot] = slice.end
    this.#orders[slot] = ++this.#listings
    append(slice, slot)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#fireUpTo(watermarkMs)
    this.#progress.watermark = Math.max(this.#progress.watermark, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#fireUpTo(watermarkEnd)
    this.#output.finish()
  }

  /** Emits the windows whose end the watermark passes, earliest first. */
  #fireUpTo(watermarkMs: number): void {
    let fired = Number.NEGATIVE_INFINITY
    for (;;) {
      const end = this.#nextWindowEnd(fired)
      if (end === undefined || this.#closesAt(end) > watermarkMs) return
      this.#fire(end)
      this.#dropBefore(end)
      fired = end
    }
  }

  /** The earliest window end, after one, that the watermark has not passed yet and that has rows. */
  #nextWindowEnd(after: number): number | undefined {
    const { slices } = this.#shape
    if (slices.kind === 'cumulate') return this.#nextCumulated(slices, after)
    const first = this.#ends[0]
    if (first === undefined || slices.kind !== 'hop') return first
    // Windows up to the watermark are done: go on with the first that ends after it and still holds the slice.
    const from = Math.max(after, this.#openFrom() - slices.slideMs)
    let end = Math.max(first, first + Math.floor((from - first) / slices.slideMs) * slices.slideMs)
    while (end <= after || this.#closesAt(end) <= this.#progress.watermark) end += slices.slideMs
    return end
  }

  /** Cumulating windows end at every step as long as their span has rows. */
  #nextCumulated({ stepMs, sizeMs }: Extract<SliceShape, { kind: 'cumulate' }>, after: number): number | undefined {
    let next: number | undefined
    for (const key of this.#ends) {
      const slice = this.#slices.get(key) as Slice
      if (!isSpanKey(slice.end)) {
        if (next === undefined || slice.end < next) next = slice.end
        continue
      }
      const spanEnd = spanOfKey(slice.end)
      const steps = Math.min(sizeMs / stepMs, Math.max(1, Math.ceil((spanEnd - this.#openFrom()) / stepMs)))
      let end = spanEnd - (steps - 1) * stepMs
      while ((end <= after || this.#closesAt(end) <= this.#progress.watermark) && end < spanEnd) end += stepMs
      if (next === undefined || end < next) next = end
    }
    return next
  }

  #fire(end: number): void {
    const { slices } = this.#shape
    if (slices.kind === 'cumulate') {
      this.#cumulate(end)
      return
    }
    const from = slices.kind === 'hop' ? end - slices.sizeMs : Number.NEGATIVE_INFINITY
    const held = this.#ends.filter((sliceEnd) => sliceEnd <= end && sliceEnd > from).map((sliceEnd) => this.#slices.get(sliceEnd) as Slice)
    const [only] = held
    if (only !== undefined && held.length === 1) this.#emitSlice(only, end)
    else if (held.length > 1) this.#emitSum(held, end)
  }

  #emitSlice(slice: Slice, end: number): void {
    for (let from = 0; from < slice.count; from += batchRows) {
      const slots = slice.slots.subarray(from, Math.min(slice.count, from + batchRows))
      this.#emit(this.#table.keyVectors(slots, slots.length).slice(1), this.#measures.results(slots, slots.length), end, slots.length)
    }
  }

  #emitSum(held: readonly Slice[], end: number): void {
    for (const slice of held) this.#addTo(slice)
    const { count } = this.#sumTable
    const all = Int32Array.from({ length: count }, (_, slot) => slot)
    for (let from = 0; from < count; from += batchRows) {
      const slots = all.subarray(from, Math.min(count, from + batchRows))
      this.#emit(this.#sumTable.keyVectors(slots, slots.length), this.#sums.results(slots, slots.length), end, slots.length)
    }
    for (const slot of all) this.#sums.clear(slot)
    this.#sumTable.clear()
  }

  #addTo(slice: Slice): void {
    const slots = slice.slots.subarray(0, slice.count)
    const targets = new Int32Array(slice.count)
    this.#sumTable.resolve(this.#table.keyVectors(slots, slice.count).slice(1), slice.count, targets)
    this.#sums.reserve(this.#sumTable.capacity)
    for (let i = 0; i < slice.count; i++) this.#sums.merge(targets[i] as number, this.#measures, slots[i] as number)
  }

  /** Takes the slice that ends now into the running sum of its span, and emits the sum. */
  #cumulate(end: number): void {
    const spanEnd = this.#spanEnd(end)
    const slice = this.#slices.get(end)
    const key = spanKey(spanEnd)
    const span = this.#slices.get(key) ?? this.#createSlice(key)
    if (slice !== undefined) {
      this.#moveInto(slice, span)
      this.#drop(slice)
    }
    this.#emitSlice(span, end)
    if (end === spanEnd) this.#drop(span)
  }

  #moveInto(slice: Slice, span: Slice): void {
    const slots = slice.slots.subarray(0, slice.count)
    const targets = new Int32Array(slice.count)
    const ids: Vector = { form: 'integers', data: new Int32Array(slice.count).fill(span.id), nulls: null }
    this.#table.resolve([ids, ...this.#table.keyVectors(slots, slice.count).slice(1)], slice.count, targets)
    this.#reserveSlots(this.#table.capacity)
    this.#part.pages.markAll(targets, slice.count)
    for (let i = 0; i < slice.count; i++) this.#measures.merge(targets[i] as number, this.#measures, slots[i] as number)
    this.#slots = targets.length > this.#slots.length ? targets : this.#slots
    this.#slots.set(targets)
    this.#ids = this.#ids.length < slice.count ? new Int32Array(slice.count) : this.#ids
    this.#ids.fill(span.id, 0, slice.count)
    this.#list(slice.count)
  }

  #dropBefore(end: number): void {
    const { slices } = this.#shape
    if (slices.kind === 'cumulate') return
    for (const sliceEnd of this.#ends.slice()) {
      if (lastWindowEndOf(slices, sliceEnd) > end) return
      this.#drop(this.#slices.get(sliceEnd) as Slice)
    }
  }

  #drop(slice: Slice): void {
    for (let i = 0; i < slice.count; i++) {
      const slot = slice.slots[i] as number
      this.#part.pages.mark(slot)
      this.#measures.clear(slot)
      this.#table.remove(slot)
      this.#listed[slot] = 0
    }
    this.#slices.delete(slice.end)
    this.#ends.splice(this.#ends.indexOf(slice.end), 1)
  }

  #emit(keys: readonly Vector[], results: readonly Vector[], end: number, length: number): void {
    const { slices, clock } = this.#shape
    const start = slices.kind === 'attached' ? end : windowStartOf(slices, end)
    const time = windowTimeMs(clock, end)
    const columns = [...keys, constant(start, length), constant(end, length), constant(time, length), ...results]
    this.#output.push({ length, columns, kinds: null, watermarks: null })
  }
}

// The running sum of a cumulating span is kept among the slices under a key that no slice has: its end and half a millisecond.
function spanKey(spanEnd: number): number {
  return spanEnd + 0.5
}

function isSpanKey(key: number): boolean {
  return !Number.isInteger(key)
}

function spanOfKey(key: number): number {
  return key - 0.5
}

function batchPart(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch
  const selection = Int32Array.from({ length: to - from }, (_, index) => from + index)
  return selectBatch(batch, selection, to - from)
}

function append(slice: Slice, slot: number): void {
  if (slice.count === slice.slots.length) {
    const slots = new Int32Array(slice.count * 2)
    slots.set(slice.slots)
    slice.slots = slots
  }
  slice.slots[slice.count++] = slot
}

function constant(value: number, length: number): Vector {
  return { form: 'numbers', data: new Float64Array(length).fill(value), nulls: null }
}
