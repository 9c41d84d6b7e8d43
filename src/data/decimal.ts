/**
 * Arithmetic on decimals. A decimal is its unscaled value, an exact integer (a number while that is safe, else a bigint), beside a scale
 * that its type gives. Results are rounded half up to the scale of their type; one with more digits than the precision allows is NULL.
 * The types of results are in decimal-type.ts. Source: Flink's DecimalData and DecimalDataUtils.
 */
import { dataErrors } from './errors.ts'
import { overflow, unparsed } from './parse-bytes.ts'
import { decimalPrecisionMax } from './type.ts'
import { boxExact } from './vector.ts'

export type ExactInteger = number | bigint

/** An operation on two decimals, each with its scale: the result as DECIMAL(precision, scale), or null when it does not fit. */
type DecimalOperation = (
  a: ExactInteger,
  aScale: number,
  b: ExactInteger,
  bScale: number,
  precision: number,
  scale: number,
) => ExactInteger | null

/** Up to the first power of ten that no safe number reaches twice: beyond it every safe number rounds to zero. */
const smallPowers = Array.from({ length: 17 }, (_, exponent) => Number(`1e${exponent}`))
const bigPowers: bigint[] = [1n]

function bigPower(exponent: number): bigint {
  for (let next = bigPowers.length; next <= exponent; next++) bigPowers.push((bigPowers[next - 1] ?? 1n) * 10n)
  return bigPowers[exponent] ?? 1n
}

/** The value while it has at most `precision` digits, else null. */
export function fitDecimal(value: ExactInteger, precision: number): ExactInteger | null {
  if (typeof value === 'number') return precision > 15 || Math.abs(value) < (smallPowers[precision] as number) ? value : null
  const limit = bigPower(precision)
  return value < limit && value > -limit ? value : null
}

/** Moves a value from one scale to another; digits that go are rounded half up, away from zero. */
export function rescaleDecimal(value: ExactInteger, from: number, to: number): ExactInteger {
  if (from === to || value === 0) return value
  if (to > from) {
    const factor = smallPowers[to - from]
    if (typeof value === 'number' && factor !== undefined) {
      const scaled = value * factor
      if (Number.isSafeInteger(scaled)) return scaled
    }
    return boxExact(BigInt(value) * bigPower(to - from))
  }
  const divisor = smallPowers[from - to]
  if (typeof value === 'number') return divisor === undefined ? 0 : divideHalfUp(value, divisor)
  return boxExact(divideBigHalfUp(value, bigPower(from - to)))
}

/** Quotient of safe numbers, rounded half up. The remainder is exact, so that the quotient is. */
function divideHalfUp(value: number, divisor: number): number {
  const rest = value % divisor
  const quotient = (value - rest) / divisor
  if (Math.abs(rest) * 2 < Math.abs(divisor)) return quotient + 0
  return rest < 0 === divisor < 0 ? quotient + 1 : quotient - 1
}

function divideBigHalfUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  const rest = value % divisor
  const twice = rest < 0n ? -2n * rest : 2n * rest
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return rest < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** A value of one scale as DECIMAL(precision, scale), or null. */
export function castDecimal(value: ExactInteger, fromScale: number, precision: number, scale: number): ExactInteger | null {
  return fitDecimal(rescaleDecimal(value, fromScale, scale), precision)
}

/** a + b as DECIMAL(precision, scale). */
export const addDecimal: DecimalOperation = (a, aScale, b, bScale, precision, scale) => {
  const common = Math.max(aScale, bScale)
  const sum = addExact(rescaleDecimal(a, aScale, common), rescaleDecimal(b, bScale, common))
  return castDecimal(sum, common, precision, scale)
}

/** a − b as DECIMAL(precision, scale). */
export const subtractDecimal: DecimalOperation = (a, aScale, b, bScale, precision, scale) => {
  return addDecimal(a, aScale, typeof b === 'number' ? 0 - b : boxExact(-b), bScale, precision, scale)
}

/** The exact sum of two exact integers. */
export function addExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return boxExact(BigInt(a) + BigInt(b))
}

/** The exact product of two exact integers. */
export function multiplyExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return boxExact(BigInt(a) * BigInt(b))
}

/** a × b as DECIMAL(precision, scale). */
export const multiplyDecimal: DecimalOperation = (a, aScale, b, bScale, precision, scale) => {
  return castDecimal(multiplyExact(a, b), aScale + bScale, precision, scale)
}

/**
 * a ÷ b as DECIMAL(precision, scale): first to 38 significant digits and then to the scale, each half up, as Flink does. Division by
 * zero raises DATA_DIVISION_BY_ZERO.
 */
export const divideDecimal: DecimalOperation = (a, aScale, b, bScale, precision, scale) => {
  if (b === 0) throw dataErrors.DATA_DIVISION_BY_ZERO()
  const shift = scale - aScale + bScale
  const factor = smallPowers[shift]
  if (typeof a === 'number' && typeof b === 'number' && factor !== undefined) {
    const scaled = a * factor
    // A fraction of safe numbers is never so near to a half that rounding to 38 digits first would make a difference.
    if (Number.isSafeInteger(scaled)) return fitDecimal(divideHalfUp(scaled, b), precision)
  }
  return fitDecimal(divideWide(BigInt(a), aScale, BigInt(b), bScale, scale), precision)
}

function divideWide(a: bigint, aScale: number, b: bigint, bScale: number, scale: number): ExactInteger {
  const digits = digitCount(a) - digitCount(b)
  const shift = Math.max(0, decimalPrecisionMax + 2 - digits)
  const quotient = (a * bigPower(shift)) / b
  const quotientScale = shift + aScale - bScale
  const spare = digitCount(quotient) - decimalPrecisionMax
  const rounded = spare > 0 ? divideBigHalfUp(quotient, bigPower(spare)) : quotient
  const roundedScale = quotientScale - Math.max(0, spare)
  if (roundedScale <= scale) return boxExact(rounded * bigPower(scale - roundedScale))
  return boxExact(divideBigHalfUp(rounded, bigPower(roundedScale - scale)))
}

function digitCount(value: bigint): number {
  return (value < 0n ? -value : value).toString().length
}

/** The remainder of a ÷ b, with the sign of a, as DECIMAL(precision, scale). Division by zero raises DATA_DIVISION_BY_ZERO. */
export const remainderDecimal: DecimalOperation = (a, aScale, b, bScale, precision, scale) => {
  if (b === 0) throw dataErrors.DATA_DIVISION_BY_ZERO()
  const common = Math.max(aScale, bScale)
  const left = rescaleDecimal(a, aScale, common)
  const right = rescaleDecimal(b, bScale, common)
  const rest = typeof left === 'number' && typeof right === 'number' ? (left % right) + 0 : boxExact(BigInt(left) % BigInt(right))
  return castDecimal(rest, common, precision, scale)
}

/** Drops digits towards zero, as casts to whole numbers do: the whole part. */
export function truncateDecimal(value: ExactInteger, scale: number): ExactInteger {
  if (scale === 0) return value
  const divisor = smallPowers[scale]
  if (typeof value === 'number') return divisor === undefined ? 0 : Math.trunc(value / divisor) + 0
  return boxExact(value / bigPower(scale))
}

/** The double nearest to a decimal; up to 18 digits by one division of doubles, as Flink does. */
export function decimalToDouble(value: ExactInteger, precision: number, scale: number): number {
  if (precision <= 18) return Number(value) / (smallPowers[scale] ?? 10 ** scale)
  return Number(printDecimal(value, scale))
}

/** A double as DECIMAL(precision, scale): its shortest text, rounded half up; null when it does not fit or is not finite. */
export function doubleToDecimal(value: number, precision: number, scale: number): ExactInteger | null {
  const whole = value * (smallPowers[scale] ?? Number.NaN)
  if (Number.isInteger(value) && Number.isSafeInteger(whole)) return fitDecimal(whole + 0, precision)
  const parsed = Number.isFinite(value) ? parseDecimal(String(value), precision, scale) : overflow
  return parsed === overflow ? null : parsed
}

/** Prints all digits of the scale: 1.50, 0.07, -3. */
export function printDecimal(value: ExactInteger, scale: number): string {
  if (scale === 0) return String(value)
  const negative = value < 0
  const digits = String(negative ? -value : value).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/**
 * Reads what Java's BigDecimal takes, without blanks, as DECIMAL(precision, scale), rounded half up: `unparsed` when it is no number,
 * `overflow` when it does not fit. Only the digits that stay become a number: there may be millions, and an exponent of a billion.
 */
export function parseDecimal(text: string, precision: number, scale: number): ExactInteger {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text)
  if (parts === null) return unparsed
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts
  if (whole.length + fraction.length === 0) return unparsed
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  if (digits === '') return 0
  /** How many of the digits stay, once the value is scaled. */
  const kept = digits.length - fraction.length + Number(exponent) + scale
  if (kept > precision) return overflow
  if (kept < 0) return 0
  const rest = (digits[kept] ?? '0') >= '5' ? 1n : 0n
  const size = BigInt(digits.slice(0, kept).padEnd(kept, '0') || '0') + rest
  return fitDecimal(boxExact(sign === '-' ? -size : size), precision) ?? overflow
}
