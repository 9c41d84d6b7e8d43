/**
 * The first of two stages of an aggregation: sums up the rows of a batch that have the same key, before they are sent to the worker that
 * holds it. Rows whose key hardly comes again within the batch are passed on as they are; a batch of such rows as a whole, and the next
 * ones for a while.
 *
 * State: the watermark; of rows none from batch to batch.
 * Sends to input 1 combined rows: keys, the count of rows, the time of the first of them, the states of the measures, with the watermark
 * before the first row. Rows of which some window has ended before they came, and batches as they are, go to input 0.
 */
import { type Batch, batchRows, type DataType, doubleType, numbersIn, selectBatch, selectRows, type Vector, watermarkNone } from '#data'
import type { ExchangeInputs } from '../exchange/exchanges.ts'
import type { Operator } from '../operator.ts'
import { KeyTable } from '../state/key-table.ts'
import { type MeasureShape, Measures } from './measures.ts'
import { closesAtMs, type SliceShape, sliceEndOf, type WindowClock } from './slices.ts'

/** Rows of one window are combined, of all windows that hold their slice. */
export interface CombinedWindows {
  /** The place of the time column. */
  readonly time: number
  readonly slices: SliceShape
  readonly clock: WindowClock | null
}

export interface CombineShape {
  /** Types of the key columns, which are the first columns of the input. */
  readonly keys: readonly DataType[]
  readonly measures: readonly MeasureShape[]
  /** Null where groups have no windows. */
  readonly windows: CombinedWindows | null
}

/** Fewer rows are not worth it. */
const rowsMin = 64

/** Rows of a group from which on its state is cheaper to send than they are. */
const groupRowsMin = 4

/** Batches that are passed on after one that did not become smaller; twice as many after the next. */
const pausesMax = 256

const numberType: DataType = { ...doubleType, nullable: false }

/** Where the columns of combined rows stand behind so many keys. */
export function combinedPlaces(keys: number): { readonly count: number; readonly time: number; readonly states: number } {
  return { count: keys, time: keys + 1, states: keys + 2 }
}

export class Combine implements Operator {
  readonly #shape: CombineShape
  readonly #output: ExchangeInputs
  readonly #table: KeyTable
  readonly #measures: Measures
  #slots = new Int32Array(batchRows)
  #slices = new Float64Array(batchRows)
  /** Rows by group. */
  #counts = new Int32Array(batchRows)
  /** The one announced last. */
  #watermark = watermarkNone
  #pauses = 0
  #pause = 1

  constructor(shape: CombineShape, output: ExchangeInputs) {
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable(shape.windows === null ? shape.keys : [numberType, ...shape.keys])
    this.#measures = new Measures(shape.measures)
  }

  push(_input: number, batch: Batch): void {
    if (this.#pauses > 0 || batch.length < rowsMin || batch.kinds !== null) {
      if (batch.length >= rowsMin) this.#pauses -= 1
      this.#output.push(batch)
      return
    }
    const inTime = this.#inTime(batch)
    const groups = this.#resolve(inTime)
    const combined = this.#countRows(inTime.length, groups)
    if (combined * 2 < inTime.length) {
      this.#pauses = this.#pause
      this.#pause = Math.min(pausesMax, this.#pause * 2)
      this.#output.push(inTime)
    } else {
      this.#pause = 1
      this.#combine(inTime, groups)
      if (combined < inTime.length) this.#passOthers(inTime, inTime.length - combined)
    }
    this.#table.clear()
  }

  /** Counts the rows of each group. Returns how many are in groups that are worth a state of their own. */
  #countRows(rows: number, groups: number): number {
    if (this.#counts.length < groups) this.#counts = new Int32Array(groups * 2)
    const counts = this.#counts
    counts.fill(0, 0, groups)
    for (let row = 0; row < rows; row++) counts[this.#slots[row] as number] = (counts[this.#slots[row] as number] as number) + 1
    let combined = 0
    for (let slot = 0; slot < groups; slot++) if ((counts[slot] as number) >= groupRowsMin) combined += counts[slot] as number
    return combined
  }

  #passOthers(batch: Batch, count: number): void {
    const others = new Int32Array(count)
    let next = 0
    for (let row = 0; row < batch.length; row++)
      if ((this.#counts[this.#slots[row] as number] as number) < groupRowsMin) others[next++] = row
    this.#output.push(selectBatch(batch, others, count))
  }

  /** Passes late rows on, and gives the others. */
  #inTime(batch: Batch): Batch {
    const { windows } = this.#shape
    if (windows === null) return batch
    const { length, watermarks } = batch
    const vector = batch.columns[windows.time] as Vector
    const data = numbersIn(vector)
    if (this.#slices.length < length) this.#slices = new Float64Array(length)
    const late: number[] = []
    const rest = new Int32Array(length)
    let count = 0
    for (let row = 0; row < length; row++) {
      const at = windows.clock === null ? (data[row] as number) : windows.clock.toLocalMs(data[row] as number)
      const end = sliceEndOf(windows.slices, at)
      const isTimed = vector.nulls === null || vector.nulls[row] === 0
      const before = watermarks === null ? this.#watermark : (watermarks[row] as number)
      if (isTimed && before < closesAtMs(windows.clock, end)) {
        this.#slices[count] = end
        rest[count++] = row
      } else late.push(row)
    }
    if (late.length === 0) return batch
    this.#output.push(selectBatch(batch, Int32Array.from(late), late.length))
    return selectBatch(batch, rest, count)
  }

  /** Finds the group of each row. Returns the count of groups, whose slots are the first ones. */
  #resolve({ columns, length }: Batch): number {
    if (this.#slots.length < length) this.#slots = new Int32Array(length)
    const keys = columns.slice(0, this.#shape.keys.length)
    const slices: Vector = { form: 'numbers', data: this.#slices, nulls: null }
    this.#table.resolve(this.#shape.windows === null ? keys : [slices, ...keys], length, this.#slots)
    return this.#table.count
  }

  #combine(batch: Batch, groups: number): void {
    const measures = this.#measures
    measures.reserve(this.#table.capacity)
    measures.add(batch, this.#slots, false)
    const combined = Int32Array.from({ length: groups }, (_, slot) => slot).filter((slot) => (this.#counts[slot] as number) >= groupRowsMin)
    const { length } = combined
    const firsts = this.#firstsOf(batch.length, groups, combined)
    const { windows, keys } = this.#shape
    const { watermarks } = batch
    this.#output.pushTo(1, {
      length,
      columns: [
        ...batch.columns.slice(0, keys.length).map((vector) => selectRows(vector, firsts, length)),
        { form: 'numbers', data: Float64Array.from(combined, (slot) => this.#counts[slot] as number), nulls: null },
        windows === null ? zeros(length) : selectRows(batch.columns[windows.time] as Vector, firsts, length),
        ...measures.saved.save(combined, length),
      ],
      kinds: null,
      watermarks: watermarks === null ? null : Float64Array.from(firsts, (row) => watermarks[row] as number),
    })
    for (let slot = 0; slot < groups; slot++) measures.clear(slot)
  }

  /** The first row of each slot listed. */
  #firstsOf(rows: number, groups: number, slots: Int32Array): Int32Array {
    const firsts = new Int32Array(groups).fill(-1)
    for (let row = rows - 1; row >= 0; row--) firsts[this.#slots[row] as number] = row
    return slots.map((slot) => firsts[slot] as number)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#watermark = Math.max(this.#watermark, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }
}

function zeros(length: number): Vector {
  return { form: 'numbers', data: new Float64Array(length), nulls: null }
}
