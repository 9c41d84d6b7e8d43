/**
 * Sums of integers and decimals, always exact: a safe number a group, and a bigint for the few groups that outgrow it. State is one
 * number and one count of values a group.
 */
import {
  boxExact,
  type DataType,
  decimalPrecisionMax,
  divideDecimal,
  type ExactInteger,
  fitDecimal,
  numbersIn,
  numberVector,
  type Vector,
  wrapInteger,
} from '#data'
import { grownNumbers } from '../state/grown.ts'
import { type SavedColumns, savedExact, savedNumbersIn, savedTogether } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'

type DecimalType = Extract<DataType, { kind: 'decimal' }>
type Numbers = Int32Array | Float64Array

const safeMax = Number.MAX_SAFE_INTEGER

/** Sum and count of values per slot; what SUM and AVG of exact numbers have in common. */
abstract class ExactSums implements Accumulator {
  protected sums = new Float64Array(16)
  protected counts = new Float64Array(16)
  /** What no longer fits beside `sums`, by slot. */
  protected readonly carried = new Map<number, bigint>()
  readonly saved: SavedColumns = savedTogether([
    savedExact(
      (slot) => this.sumAt(slot),
      (slot, sum) => {
        if (typeof sum === 'bigint') this.carried.set(slot, sum)
        else this.sums[slot] = sum
      },
    ),
    savedNumbersIn(() => this.counts),
  ])

  abstract results(slots: Int32Array, count: number, room?: Vector): Vector

  get stateBytes(): number {
    return this.sums.byteLength + this.counts.byteLength + this.carried.size * boxedBytes
  }

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

  protected sumAt(slot: number): ExactInteger {
    const sum = this.sums[slot] as number
    if (this.carried.size === 0) return sum
    const carried = this.carried.get(slot)
    return carried === undefined ? sum : boxExact(carried + BigInt(sum))
  }

  merge(slot: number, from: ExactSums, fromSlot: number): void {
    const added = from.sums[fromSlot] as number
    const carried = from.carried.get(fromSlot)
    const sum = (this.sums[slot] as number) + added
    if (carried === undefined && sum <= safeMax && sum >= -safeMax) this.sums[slot] = sum
    else this.carry(slot, (carried ?? 0n) + BigInt(added))
    this.counts[slot] = (this.counts[slot] as number) + (from.counts[fromSlot] as number)
  }

  clear(slot: number): void {
    this.sums[slot] = 0
    this.counts[slot] = 0
    this.carried.delete(slot)
  }
}

/** SUM. Integers wrap around in the type of the result, as Java's do; a decimal that outgrows its precision becomes NULL. */
export class ExactSumAccumulator extends ExactSums {
  readonly #type: DataType

  constructor(type: DataType) {
    super()
    this.#type = type
  }

  results(slots: Int32Array, count: number, room?: Vector): Vector {
    const sumAt = (row: number): ExactInteger | null => {
      const slot = slots[row] as number
      return this.counts[slot] === 0 ? null : fitted(this.sumAt(slot), this.#type)
    }
    return numberVector(this.#type, count, sumAt, room)
  }
}

/** An exact sum as a value of its type. */
function fitted(sum: ExactInteger, type: DataType): ExactInteger | null {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return wrapInteger(sum, type.kind)
    case 'decimal':
      return fitDecimal(sum, type.precision)
    default:
      return sum
  }
}

/** AVG of integers and decimals, cut or rounded to the type of the result. A sum that outgrows BIGINT wraps around, as in Flink. */
export class ExactAverageAccumulator extends ExactSums {
  readonly #result: DataType
  readonly #divide: (sum: ExactInteger, count: number) => ExactInteger | null

  constructor(argument: DataType, result: DataType) {
    super()
    this.#result = result
    this.#divide =
      argument.kind === 'decimal' && result.kind === 'decimal'
        ? (sum, count) => averageDecimal(sum, argument.scale, count, result)
        : averageInteger
  }

  results(slots: Int32Array, count: number, room?: Vector): Vector {
    const averageAt = (row: number): ExactInteger | null => {
      const slot = slots[row] as number
      const rows = this.counts[slot] as number
      return rows === 0 ? null : this.#divide(this.sumAt(slot), rows)
    }
    return numberVector(this.#result, count, averageAt, room)
  }
}

function averageInteger(sum: ExactInteger, count: number): ExactInteger {
  const wrapped = wrapInteger(sum, 'bigint')
  // Adding zero makes a negative zero plain.
  return typeof wrapped === 'number' ? Math.trunc(wrapped / count) + 0 : boxExact(wrapped / BigInt(count))
}

function averageDecimal(sum: ExactInteger, scale: number, count: number, result: DecimalType): ExactInteger | null {
  const fits = fitDecimal(sum, decimalPrecisionMax) !== null
  return fits ? divideDecimal(sum, scale, count, 0, result.precision, result.scale) : null
}
