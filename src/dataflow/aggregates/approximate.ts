/**
 * SUM and AVG of approximate numbers: a count and a sum a group. As in Flink, a sum of FLOAT is rounded to FLOAT with each value, while
 * an average of FLOAT is summed as DOUBLE and rounded once.
 */
import { type DataType, numbersIn, type Vector } from '#data'
import { grownNumbers } from '../state/grown.ts'
import { type SavedColumns, savedNumbersIn, savedTogether } from '../state/saved-columns.ts'
import type { Accumulator, AccumulatorInput } from './accumulator.ts'

export class ApproximateSumAccumulator implements Accumulator {
  readonly #isAverage: boolean
  readonly #isSingle: boolean
  readonly #roundsSums: boolean
  /** What a sum begins with: a sum of nothing but negative zero is negative zero. */
  readonly #empty: number
  #counts = new Float64Array(16)
  #sums = new Float64Array(16)
  readonly saved: SavedColumns = savedTogether([savedNumbersIn(() => this.#counts), savedNumbersIn(() => this.#sums)])

  /** `type` is that of the argument and of the result. */
  constructor(wanted: 'sum' | 'average', type: DataType) {
    this.#isAverage = wanted === 'average'
    this.#isSingle = type.kind === 'float'
    this.#roundsSums = this.#isSingle && !this.#isAverage
    this.#empty = this.#isAverage ? 0 : -0
  }

  get stateBytes(): number {
    return this.#counts.byteLength + this.#sums.byteLength
  }

  reserve(slots: number): void {
    this.#counts = grownNumbers(this.#counts, slots)
    this.#sums = grownNumbers(this.#sums, slots)
  }

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    const data = numbersIn(vector as Vector)
    const counts = this.#counts
    const sums = this.#sums
    const rounds = this.#roundsSums
    const empty = this.#empty
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign === 0) continue
      const slot = slots[i] as number
      const before = counts[slot] === 0 ? empty : (sums[slot] as number)
      const sum = before + sign * (data[i] as number)
      sums[slot] = rounds ? Math.fround(sum) : sum
      counts[slot] = (counts[slot] as number) + sign
    }
  }

  merge(slot: number, from: ApproximateSumAccumulator, fromSlot: number): void {
    if (from.#counts[fromSlot] === 0) return
    const before = this.#counts[slot] === 0 ? this.#empty : (this.#sums[slot] as number)
    const sum = before + (from.#sums[fromSlot] as number)
    this.#sums[slot] = this.#roundsSums ? Math.fround(sum) : sum
    this.#counts[slot] = (this.#counts[slot] as number) + (from.#counts[fromSlot] as number)
  }

  clear(slot: number): void {
    this.#counts[slot] = 0
    this.#sums[slot] = 0
  }

  results(slots: Int32Array, count: number): Vector {
    const data = new Float64Array(count)
    const nulls = new Uint8Array(count)
    let hasNulls = false
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number
      const values = this.#counts[slot] as number
      if (values === 0) {
        nulls[i] = 1
        hasNulls = true
        continue
      }
      const value = (this.#sums[slot] as number) / (this.#isAverage ? values : 1)
      data[i] = this.#isSingle ? Math.fround(value) : value
    }
    return { form: 'numbers', data, nulls: hasNulls ? nulls : null }
  }
}
