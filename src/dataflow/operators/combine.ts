/**
 * The first of two stages of an aggregation: sums up the rows that have the same key, before they are sent to the worker that holds it.
 * Rows of keys that have come a few times only are passed on as they are: a sum would be no cheaper to send. Where most are such, everything
 * is passed on for a while. Where few keys have nearly all rows, only those are looked for, for a while.
 *
 * State: the keys of rows since sums were sent last, so many at most, and the sums. They are sent before a watermark, the end or a cut,
 * and when the worker has done nothing else for a while, so that checkpoints do not know of them.
 * Sends to input 1 combined rows: keys, the count of rows, the time of the first of them, the states of the measures, with the watermark
 * before the first row. Rows of which some window has ended before they came, and those that are passed on, go to input 0.
 */
import { type Batch, batchRows, type DataType, doubleType, numbersIn, selectBatch, type Vector, watermarkNone } from '#data'
import type { ExchangeInputs } from '../exchange/sender.ts'
import type { Operator } from '../operator.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
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

/** Groups that are held. */
const groupsMax = 8192

/** Of fewer rows nothing is learned. */
const rowsMin = 1024

/** Rows of a group from which on its state is cheaper to send than they are. */
const groupRowsMin = 4

/** Batches that are passed on after sums that hardly were fewer than rows; twice as many after the next. */
const pausesMax = 256

/** So few keys are frequent, where only they are looked for; and how often sums are sent until all keys are looked at again. */
const frequentMax = 64
const sendsOfFrequent = 64

const noRows = new Int32Array(0)

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
  #passed = new Int32Array(batchRows)
  #slices = new Float64Array(batchRows)
  #inTime = new Int32Array(batchRows)
  /** Rows since sums were sent last, and those among them that were summed up. */
  #rows = 0
  #summed = 0
  /** By group: its rows, those that were summed up, and of the first one the time and the watermark before it. */
  #counts = new Int32Array(batchRows)
  #sums = new Int32Array(batchRows)
  #times = new Float64Array(batchRows)
  #marks = new Float64Array(batchRows)
  /** Whether rows have watermarks of their own. */
  #isMarked = false
  /** The one announced last. */
  #watermark = watermarkNone
  #pauses = 0
  #pause = 1
  /** How often sums of the keys that the table holds are sent before it learns of others; 0 while it learns. */
  #sendsLeft = 0

  constructor(shape: CombineShape, output: ExchangeInputs) {
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable(shape.windows === null ? shape.keys : [numberType, ...shape.keys])
    this.#measures = new Measures(shape.measures)
    output.sendsHeld(() => this.#send())
  }

  push(_input: number, batch: Batch): void {
    if (this.#pauses > 0 || batch.kinds !== null) {
      this.#pauses = Math.max(0, this.#pauses - 1)
      this.#output.push(batch)
      return
    }
    const late = this.#takeLate(batch)
    if (late.length > 0 && this.#shape.windows?.slices.kind !== 'tumble') {
      // A row that missed some of its windows and counts in others has to come where it stands among the others.
      this.#send()
      this.#output.push(batch)
      return
    }
    const inTime = late.length === 0 ? batch : selectBatch(batch, this.#inTime, batch.length - late.length)
    const passed = inTime.length === 0 ? noRows : this.#add(inTime)
    // Where rows have watermarks of their own the next one comes at once.
    if (batch.watermarks !== null || this.#table.count >= groupsMax) this.#send()
    if (passed.length > 0) this.#output.push(passed.length === inTime.length ? inTime : selectBatch(inTime, passed, passed.length))
    if (late.length > 0) this.#output.push(selectBatch(batch, late, late.length))
  }

  /** Sums up the rows of a batch. Returns those to pass on. */
  #add(batch: Batch): Int32Array {
    const { length, watermarks } = batch
    this.#resolve(batch)
    const { capacity } = this.#table
    this.#reserve(capacity)
    const passed = this.#sendsLeft > 0 ? this.#takeOutOthers(batch) : this.#takeOut(batch)
    this.#measures.reserve(capacity)
    if (passed.length < length) this.#measures.add(batch, this.#slots, passed.length > 0)
    this.#rows += length
    this.#summed += length - passed.length
    this.#isMarked = watermarks !== null
    return passed
  }

  /** Lists the rows of groups that have few, and takes them out. */
  #takeOut(batch: Batch): Int32Array {
    const slots = this.#slots
    this.#countRows(batch)
    let count = 0
    for (let row = 0; row < batch.length; row++) {
      const slot = slots[row] as number
      if ((this.#counts[slot] as number) >= groupRowsMin) {
        this.#sums[slot] = (this.#sums[slot] as number) + 1
        continue
      }
      this.#passed[count++] = row
      slots[row] = -1
    }
    return this.#passed.subarray(0, count)
  }

  /** Lists the rows whose keys the table does not hold. */
  #takeOutOthers({ length, watermarks }: Batch): Int32Array {
    const slots = this.#slots
    let count = 0
    for (let row = 0; row < length; row++) {
      const slot = slots[row] as number
      if (slot < 0) {
        this.#passed[count++] = row
        continue
      }
      const before = this.#sums[slot] as number
      this.#sums[slot] = before + 1
      if (before === 0) this.#marks[slot] = watermarks === null ? this.#watermark : (watermarks[row] as number)
    }
    return this.#passed.subarray(0, count)
  }

  #countRows({ columns, length, watermarks }: Batch): void {
    const { windows } = this.#shape
    const times = windows === null ? null : numbersIn(columns[windows.time] as Vector)
    const counts = this.#counts
    for (let row = 0; row < length; row++) {
      const slot = this.#slots[row] as number
      const before = counts[slot] as number
      counts[slot] = before + 1
      if (before > 0) continue
      this.#times[slot] = times === null ? 0 : (times[row] as number)
      this.#marks[slot] = watermarks === null ? this.#watermark : (watermarks[row] as number)
    }
  }

  #reserve(groups: number): void {
    this.#counts = grownIntegers(this.#counts, groups)
    this.#sums = grownIntegers(this.#sums, groups)
    this.#times = grownNumbers(this.#times, groups)
    this.#marks = grownNumbers(this.#marks, groups)
  }

  /** Sends the sums. */
  #send(): void {
    const { count: groups } = this.#table
    if (groups === 0) return
    const slots = Int32Array.from({ length: groups }, (_, slot) => slot).filter((slot) => (this.#sums[slot] as number) > 0)
    const count = slots.length
    if (count > 0) this.#sendSums(slots, count)
    this.#judge()
    for (const slot of slots) this.#measures.clear(slot)
    this.#counts.fill(0, 0, groups)
    this.#sums.fill(0, 0, groups)
    this.#chooseKeys(slots)
    this.#rows = 0
    this.#summed = 0
    this.#isMarked = false
  }

  #sendSums(slots: Int32Array, length: number): void {
    const keys = this.#table.keyVectors(slots, length)
    const numbers = (of: (slot: number) => number): Vector => ({ form: 'numbers', data: Float64Array.from(slots, of), nulls: null })
    this.#output.pushTo(1, {
      length,
      columns: [
        ...(this.#shape.windows === null ? keys : keys.slice(1)),
        numbers((slot) => this.#sums[slot] as number),
        numbers((slot) => this.#times[slot] as number),
        ...this.#measures.saved.save(slots, length),
      ],
      kinds: null,
      watermarks: this.#isMarked ? Float64Array.from(slots, (slot) => this.#marks[slot] as number) : null,
    })
  }

  /** Keeps the keys to look for; those of windows change with time. `summed` are the groups of which there were sums. */
  #chooseKeys(summed: Int32Array): void {
    if (this.#sendsLeft > 0) {
      this.#sendsLeft -= 1
      if (this.#sendsLeft === 0 || this.#pauses > 0) this.#learn()
      return
    }
    const isSkewed = this.#rows >= rowsMin && this.#pauses === 0 && summed.length > 0 && summed.length <= frequentMax
    if (!isSkewed || this.#shape.windows !== null) {
      this.#learn()
      return
    }
    const keys = this.#table.keyVectors(summed, summed.length)
    this.#table.clear()
    this.#table.resolve(keys, summed.length, new Int32Array(summed.length))
    this.#times.fill(0, 0, summed.length)
    this.#sendsLeft = sendsOfFrequent
  }

  /** From now on all keys are looked at. */
  #learn(): void {
    this.#sendsLeft = 0
    this.#table.clear()
  }

  /** Decides whether sums are worth it. */
  #judge(): void {
    if (this.#rows < rowsMin) return
    if (this.#summed * 2 < this.#rows) {
      this.#pauses = this.#pause
      this.#pause = Math.min(pausesMax, this.#pause * 2)
    } else this.#pause = 1
  }

  /** Lists late rows, and the others. */
  #takeLate(batch: Batch): Int32Array {
    const { windows } = this.#shape
    if (windows === null) return noRows
    const { length, watermarks } = batch
    const vector = batch.columns[windows.time] as Vector
    const data = numbersIn(vector)
    if (this.#inTime.length < length) {
      this.#slices = new Float64Array(length)
      this.#inTime = new Int32Array(length)
    }
    const late: number[] = []
    let count = 0
    for (let row = 0; row < length; row++) {
      const at = windows.clock === null ? (data[row] as number) : windows.clock.toLocalMs(data[row] as number)
      const end = sliceEndOf(windows.slices, at)
      const isTimed = vector.nulls === null || vector.nulls[row] === 0
      const before = watermarks === null ? this.#watermark : (watermarks[row] as number)
      if (isTimed && before < closesAtMs(windows.clock, end)) {
        this.#slices[count] = end
        this.#inTime[count++] = row
      } else late.push(row)
    }
    return late.length === 0 ? noRows : Int32Array.from(late)
  }

  /** Finds the group of each row. */
  #resolve({ columns, length }: Batch): void {
    if (this.#slots.length < length) {
      this.#slots = new Int32Array(length)
      this.#passed = new Int32Array(length)
    }
    const keys = columns.slice(0, this.#shape.keys.length)
    const slices: Vector = { form: 'numbers', data: this.#slices, nulls: null }
    if (this.#sendsLeft > 0) this.#table.find(keys, length, this.#slots)
    else this.#table.resolve(this.#shape.windows === null ? keys : [slices, ...keys], length, this.#slots)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#send()
    this.#watermark = Math.max(this.#watermark, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#send()
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#send()
    this.#output.finish()
  }
}
