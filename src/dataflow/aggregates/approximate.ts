/**
 * SUM and AVG of approximate numbers, STDDEV and VAR of all: counts, sums and sums of squares as doubles, three numbers a group. A result
 * that is a whole number is cut, as each of Flink's divisions is; one that is a decimal is rounded to its scale.
 */
import { type DataType, familyOf, numbersIn, type Vector } from '#data'
import { type Accumulator, type AccumulatorInput, grownNumbers } from './accumulator.ts'

export type MomentFunction = 'sum' | 'average' | 'variance-population' | 'variance-sample' | 'deviation-population' | 'deviation-sample'

export class MomentAccumulator implements Accumulator {
  readonly #function: MomentFunction
  readonly #single: boolean
  /** Turns a value of the argument into a double: decimals are kept unscaled. */
  readonly #scale: number
  readonly #squares: boolean
  readonly #whole: boolean
  /** Turns a result into the unscaled value of a decimal. */
  readonly #resultScale: number | null
  counts = new Float64Array(16)
  sums = new Float64Array(16)
  squares = new Float64Array(16)

  constructor(name: MomentFunction, argument: DataType, result: DataType) {
    this.#function = name
    this.#single = result.kind === 'float'
    this.#scale = argument.kind === 'decimal' ? 10 ** argument.scale : 1
    this.#whole = familyOf(result) === 'integer'
    this.#resultScale = result.kind === 'decimal' ? 10 ** result.scale : null
    this.#squares = name !== 'sum' && name !== 'average'
  }

  reserve(slots: number): void {
    this.counts = grownNumbers(this.counts, slots)
    this.sums = grownNumbers(this.sums, slots)
    if (this.#squares) this.squares = grownNumbers(this.squares, slots)
  }

  add(input: AccumulatorInput): void {
    const vector = input.arguments[0] as Vector
    const data = vector.form === 'wide' ? Float64Array.from(vector.data.slice(0, input.rows), Number) : numbersIn(vector)
    const { slots, rows, signs } = input
    const { counts, sums, squares } = this
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign === 0) continue
      const slot = slots[i] as number
      const value = (data[i] as number) / this.#scale
      counts[slot] = (counts[slot] as number) + sign
      sums[slot] = (sums[slot] as number) + sign * value
      if (this.#squares) squares[slot] = (squares[slot] as number) + sign * value * value
    }
  }

  merge(slot: number, from: MomentAccumulator, fromSlot: number): void {
    this.counts[slot] = (this.counts[slot] as number) + (from.counts[fromSlot] as number)
    this.sums[slot] = (this.sums[slot] as number) + (from.sums[fromSlot] as number)
    if (this.#squares) this.squares[slot] = (this.squares[slot] as number) + (from.squares[fromSlot] as number)
  }

  clear(slot: number): void {
    this.counts[slot] = 0
    this.sums[slot] = 0
    if (this.#squares) this.squares[slot] = 0
  }

  results(slots: Int32Array, count: number): Vector {
    const data = new Float64Array(count)
    const nulls = new Uint8Array(count)
    let seen = false
    for (let i = 0; i < count; i++) {
      const value = this.#result(slots[i] as number)
      if (value === null) {
        nulls[i] = 1
        seen = true
      } else data[i] = this.#single ? Math.fround(value) : value
    }
    return { form: 'numbers', data, nulls: seen ? nulls : null }
  }

  #result(slot: number): number | null {
    const count = this.counts[slot] as number
    const sum = this.sums[slot] as number
    if (count === 0) return null
    if (this.#function === 'sum') return sum
    if (this.#function === 'average') return sum / count
    const sample = this.#function.endsWith('sample')
    if (sample && count === 1) return null
    const squared = this.#cut((sum * sum) / count)
    const variance = this.#cut(Math.max(0, ((this.squares[slot] as number) - squared) / (sample ? count - 1 : count)))
    const value = this.#cut(this.#function.startsWith('deviation') ? Math.sqrt(variance) : variance)
    return this.#resultScale === null ? value : Math.round(value * this.#resultScale)
  }

  #cut(value: number): number {
    return this.#whole ? Math.trunc(value) : value
  }
}
