/**
 * STDDEV and VAR of all numbers by Welford's method, which Flink uses too: count, mean and the sum of squared distances from the mean,
 * three doubles a group. Results are cast from DOUBLE to their type: whole numbers are cut, and decimals that do not fit are NULL.
 */
import { castFunction, type DataType, doubleType, numbersIn, type Vector, valueAt, vectorOf } from '#data'
import { grownNumbers } from '../state/grown.ts'
import { type SavedColumns, savedNumbersIn, savedTogether } from '../state/saved-columns.ts'
import type { Accumulator, AccumulatorInput } from './accumulator.ts'

export type VarianceFunction = 'variance-population' | 'variance-sample' | 'deviation-population' | 'deviation-sample'

export class VarianceAccumulator implements Accumulator {
  readonly #isSample: boolean
  readonly #isDeviation: boolean
  readonly #argument: DataType
  readonly #result: DataType
  readonly #cast: (value: number) => unknown
  #counts = new Float64Array(16)
  #means = new Float64Array(16)
  /** Sums of squared distances from the mean. */
  #squares = new Float64Array(16)
  readonly saved: SavedColumns = savedTogether([
    savedNumbersIn(() => this.#counts),
    savedNumbersIn(() => this.#means),
    savedNumbersIn(() => this.#squares),
  ])

  constructor(wanted: VarianceFunction, argument: DataType, result: DataType) {
    this.#isSample = wanted === 'variance-sample' || wanted === 'deviation-sample'
    this.#isDeviation = wanted === 'deviation-population' || wanted === 'deviation-sample'
    this.#argument = argument
    this.#result = result
    this.#cast = castFunction(doubleType, result, { timeZone: 'UTC' })
  }

  get stateBytes(): number {
    return this.#counts.byteLength * 3
  }

  reserve(slots: number): void {
    this.#counts = grownNumbers(this.#counts, slots)
    this.#means = grownNumbers(this.#means, slots)
    this.#squares = grownNumbers(this.#squares, slots)
  }

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    const data = doublesOf(vector as Vector, this.#argument, rows)
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign !== 0) this.#change(slots[i] as number, data[i] as number, sign)
    }
  }

  #change(slot: number, value: number, sign: number): void {
    const count = (this.#counts[slot] as number) + sign
    this.#counts[slot] = count
    if (count <= 0) {
      this.#means[slot] = 0
      this.#squares[slot] = 0
      return
    }
    const before = value - (this.#means[slot] as number)
    const mean = (this.#means[slot] as number) + (sign * before) / count
    this.#means[slot] = mean
    this.#squares[slot] = (this.#squares[slot] as number) + sign * before * (value - mean)
  }

  merge(slot: number, from: VarianceAccumulator, fromSlot: number): void {
    const count = this.#counts[slot] as number
    const added = from.#counts[fromSlot] as number
    const total = count + added
    if (total === 0) return
    const mean = this.#means[slot] as number
    const distance = (from.#means[fromSlot] as number) - mean
    const apart = ((count * added) / total) * distance * distance
    this.#squares[slot] = (this.#squares[slot] as number) + (from.#squares[fromSlot] as number) + apart
    this.#means[slot] = mean + (added / total) * distance
    this.#counts[slot] = total
  }

  clear(slot: number): void {
    this.#counts[slot] = 0
    this.#means[slot] = 0
    this.#squares[slot] = 0
  }

  results(slots: Int32Array, count: number): Vector {
    return vectorOf(
      this.#result,
      Array.from({ length: count }, (_, i) => this.#resultOf(slots[i] as number)),
    )
  }

  #resultOf(slot: number): unknown {
    const count = this.#counts[slot] as number
    const squares = this.#squares[slot] as number
    // Rounding may leave less than nothing after values went.
    if (count <= 0 || squares < 0 || (this.#isSample && count === 1)) return null
    const variance = squares / (this.#isSample ? count - 1 : count)
    return this.#cast(this.#isDeviation ? Math.sqrt(variance) : variance)
  }
}

/** Numbers of any type as doubles. */
function doublesOf(vector: Vector, type: DataType, rows: number): Float64Array | Int32Array {
  if (vector.form !== 'wide' && type.kind !== 'decimal') return numbersIn(vector)
  const toDouble = castFunction(type, doubleType, { timeZone: 'UTC' }) as (value: unknown) => number
  return Float64Array.from({ length: rows }, (_, row) => {
    const value = valueAt(vector, row, type)
    return value === null ? 0 : toDouble(value)
  })
}
