/**
 * The first of two stages of an aggregation: sums up the rows of a batch that have the same key, before they are sent to the worker that
 * holds it. A batch that would hardly become smaller is passed on as it is, and so are the next ones for a while.
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
    if (groups * 2 > inTime.length) {
      this.#pauses = this.#pause
      this.#pause = Math.min(pausesMax, this.#pause * 2)
      this.#output.push(inTime)
    } else {
      this.#pause = 1
      this.#combine(inTime, groups)
    }
    this.#table.clear()
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
    const all = Int32Array.from({ length: groups }, (_, slot) => slot)
    const firsts = new Int32Array(groups).fill(-1)
    const counts = new Float64Array(groups)
    for (let row = 0; row < batch.length; row++) {
      const slot = this.#slots[row] as number
      if (firsts[slot] === -1) firsts[slot] = row
      counts[slot] = (counts[slot] as number) + 1
    }
    const { windows, keys } = this.#shape
    const time = windows === null ? zeros(groups) : selectRows(batch.columns[windows.time] as Vector, firsts, groups)
    this.#output.pushTo(1, {
      length: groups,
      columns: [
        ...batch.columns.slice(0, keys.length).map((vector) => selectRows(vector, firsts, groups)),
        { form: 'numbers', data: counts, nulls: null },
        time,
        ...measures.saved.save(all, groups),
      ],
      kinds: null,
      watermarks: batch.watermarks === null ? null : Float64Array.from(firsts, (row) => batch.watermarks?.[row] as number),
    })
    for (const slot of all) measures.clear(slot)
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
