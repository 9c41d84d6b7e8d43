/**
 * Sums of integers and decimals, always exact: a safe number a group, and a bigint for the few groups that outgrow it. State is one
 * number and one count of values a group.
 */
import { boxExact, type DataType, numbersIn, type Vector, vectorOf } from '#data'
import { type Accumulator, type AccumulatorInput, grownNumbers } from './accumulator.ts'

type Numbers = Int32Array | Float64Array

const safeMax = Number.MAX_SAFE_INTEGER

/** Sum and count of values per slot; what SUM and AVG of exact numbers have in common. */
abstract class ExactSums implements Accumulator {
  protected sums = new Float64Array(16)
  protected counts = new Float64Array(16)
  /** What no longer fits beside `sums`, by slot. */
  protected readonly carried = new Map<number, bigint>()

  abstract results(slots: Int32Array, count: number): Vector

  reserve(slots: number): void {
    this.sums = grownNumbers(this.sums, slots)
    this.counts = grownNumbers(this.counts, slots)
  }

  add(input: AccumulatorInput): void {
    const vector = input.arguments[0] as Vector
    if (vector.form === 'wide') this.#addWide(input, vector.data)
    else if (input.signs === null) this.#addAll(input, numbersIn(vector))
    else this.#addSigned(input, numbersIn(vector), input.signs)
  }

  #addAll({ slots, rows }: AccumulatorInput, data: Numbers): void {
    const { sums, counts } = this
    for (let i = 0; i < rows; i++) {
      const slot = slots[i] as number
      const sum = (sums[slot] as number) + (data[i] as number)
      if (sum <= safeMax && sum >= -safeMax) sums[slot] = sum
      else this.carry(slot, BigInt(data[i] as number))
      counts[slot] = (counts[slot] as number) + 1
    }
  }

  #addSigned({ slots, rows }: AccumulatorInput, data: Numbers, signs: Int8Array): void {
    const { sums, counts } = this
    for (let i = 0; i < rows; i++) {
      const sign = signs[i] as number
      if (sign === 0) continue
      const slot = slots[i] as number
      const value = sign * (data[i] as number)
      const sum = (sums[slot] as number) + value
      if (sum <= safeMax && sum >= -safeMax) sums[slot] = sum
      else this.carry(slot, BigInt(value))
      counts[slot] = (counts[slot] as number) + sign
    }
  }

  #addWide({ slots, rows, signs }: AccumulatorInput, data: readonly bigint[]): void {
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign === 0) continue
      const slot = slots[i] as number
      this.carry(slot, BigInt(sign) * (data[i] as bigint))
      this.counts[slot] = (this.counts[slot] as number) + sign
    }
  }

  protected carry(slot: number, value: bigint): void {
    const total = (this.carried.get(slot) ?? 0n) + BigInt(this.sums[slot] as number) + value
    this.sums[slot] = 0
    if (total === 0n) this.carried.delete(slot)
    else this.carried.set(slot, total)
  }

  protected sumAt(slot: number): number | bigint {
    const carried = this.carried.get(slot)
    const sum = this.sums[slot] as number
    return carried === undefined ? sum : boxExact(carried + BigInt(sum))
  }

  merge(slot: number, from: ExactSums, fromSlot: number): void {
    this.carry(slot, (from.carried.get(fromSlot) ?? 0n) + BigInt(from.sums[fromSlot] as number))
    const carried = this.carried.get(slot) ?? 0n
    const boxed = boxExact(carried)
    if (typeof boxed === 'number') {
      this.carried.delete(slot)
      this.sums[slot] = boxed
    }
    this.counts[slot] = (this.counts[slot] as number) + (from.counts[fromSlot] as number)
  }

  clear(slot: number): void {
    this.sums[slot] = 0
    this.counts[slot] = 0
    this.carried.delete(slot)
  }
}

const decimalLimits = Array.from({ length: 39 }, (_, digits) => 10n ** BigInt(digits))

/** SUM. Integers wrap around in the type of the result, as Java's do; a decimal that outgrows its precision becomes NULL. */
export class ExactSumAccumulator extends ExactSums {
  readonly #type: DataType

  constructor(type: DataType) {
    super()
    this.#type = type
  }

  results(slots: Int32Array, count: number): Vector {
    const values: unknown[] = []
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number
      values.push(this.counts[slot] === 0 ? null : fitted(this.sumAt(slot), this.#type))
    }
    return vectorOf(this.#type, values)
  }
}

/** An exact sum as a value of its type. */
function fitted(sum: number | bigint, type: DataType): number | bigint | null {
  switch (type.kind) {
    case 'tinyint':
      return Number(BigInt.asIntN(8, BigInt(sum)))
    case 'smallint':
      return Number(BigInt.asIntN(16, BigInt(sum)))
    case 'integer':
      return typeof sum === 'number' && (sum | 0) === sum ? sum : Number(BigInt.asIntN(32, BigInt(sum)))
    case 'bigint':
      return typeof sum === 'number' ? sum : boxExact(BigInt.asIntN(64, sum))
    case 'decimal': {
      const limit = decimalLimits[type.precision] as bigint
      return sum < limit && sum > -limit ? sum : null
    }
    default:
      return sum
  }
}

/** AVG of integers and decimals: `divide` gives the quotient in the type of the result. */
export class ExactAverageAccumulator extends ExactSums {
  readonly #type: DataType
  readonly #divide: (sum: number | bigint, count: number) => unknown

  constructor(type: DataType, divide: (sum: number | bigint, count: number) => unknown) {
    super()
    this.#type = type
    this.#divide = divide
  }

  results(slots: Int32Array, count: number): Vector {
    const values: unknown[] = []
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number
      const rows = this.counts[slot] as number
      values.push(rows === 0 ? null : this.#divide(this.sumAt(slot), rows))
    }
    return vectorOf(this.#type, values)
  }
}
