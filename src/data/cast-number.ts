/**
 * Casts to numbers and BOOLEAN. Whole numbers narrow as in Java, without a check: the lowest bits stay. DOUBLE to a whole number cuts
 * the fraction and stops at the ends of INT or BIGINT. A decimal that does not fit becomes NULL; text that does not fit is refused.
 */
import { type Convert, orRefused, refused } from './convert.ts'
import { castDecimal, decimalToDouble, doubleToDecimal, type ExactInteger, fitDecimal, parseDecimal, truncateDecimal } from './decimal.ts'
import type { DecimalType } from './decimal-type.ts'
import { asciiBytes, type IntegerKind, isNanLiteral, parseDouble, parseFloat32, parseInteger, wrapInteger } from './number-text.ts'
import { overflow, parseBooleanBytes, unparsed } from './parse-bytes.ts'
import { type DataType, familyOf } from './type.ts'
import { boxExact } from './vector.ts'

export function castToBoolean(from: DataType): Convert {
  if (familyOf(from) !== 'text') return (value) => value !== 0
  return (value) => {
    const text = value as string
    const bytes = text.length > 5 ? null : asciiBytes(text, 0, text.length)
    const answer = bytes === null ? unparsed : parseBooleanBytes(bytes, 0, text.length)
    return Number.isNaN(answer) ? refused : answer === 1
  }
}

export function castToInteger(from: DataType, kind: IntegerKind): Convert {
  switch (familyOf(from)) {
    case 'boolean':
      return (value) => (value === true ? 1 : 0)
    case 'text':
      return (value) => orRefused(parseInteger(value as string, kind))
    case 'approximate':
      return (value) => doubleToInteger(value as number, kind)
    case 'decimal': {
      const scale = from.kind === 'decimal' ? from.scale : 0
      return (value) => wrapInteger(wrapInteger(truncateDecimal(value as ExactInteger, scale), 'bigint'), kind)
    }
    default:
      return (value) => wrapInteger(value as ExactInteger, kind)
  }
}

/** Java's narrowing: to long for BIGINT, to int for the others and then to their lowest bits; NaN is 0. */
function doubleToInteger(value: number, kind: IntegerKind): ExactInteger {
  if (Number.isNaN(value)) return 0
  const whole = Math.trunc(value) + 0
  if (kind !== 'bigint') return wrapInteger(Math.min(Math.max(whole, -2147483648), 2147483647), kind)
  if (Number.isSafeInteger(whole)) return whole
  if (whole >= 2 ** 63) return 9223372036854775807n
  return whole <= -(2 ** 63) ? -9223372036854775808n : boxExact(BigInt(whole))
}

export function castToDouble(from: DataType): Convert {
  switch (familyOf(from)) {
    case 'boolean':
      return (value) => (value === true ? 1 : 0)
    case 'text':
      return (value) => numberOrRefused(parseDouble(value as string), value)
    case 'decimal': {
      const { precision, scale } = from as DecimalType
      return (value) => decimalToDouble(value as ExactInteger, precision, scale)
    }
    default:
      return Number
  }
}

export function castToFloat(from: DataType): Convert {
  switch (familyOf(from)) {
    case 'text':
      return (value) => numberOrRefused(parseFloat32(value as string), value)
    case 'integer':
      // A bigint is rounded once, from all its digits.
      return (value) => (typeof value === 'bigint' ? parseFloat32(String(value)) : Math.fround(value as number))
    default: {
      const toDouble = castToDouble(from)
      return (value) => Math.fround(toDouble(value) as number)
    }
  }
}

function numberOrRefused(number: number, text: unknown): unknown {
  return Number.isNaN(number) && !isNanLiteral(text as string) ? refused : number
}

export function castToDecimal(from: DataType, to: DecimalType): Convert {
  const { precision, scale } = to
  switch (familyOf(from)) {
    case 'boolean':
      return (value) => castDecimal(value === true ? 1 : 0, 0, precision, scale) ?? refused
    case 'text':
      return (value) => orRefused(parseCastDecimal(value as string, precision, scale))
    case 'approximate':
      return (value) => (Number.isFinite(value) ? doubleToDecimal(value as number, precision, scale) : refused)
    default: {
      const fromScale = from.kind === 'decimal' ? from.scale : 0
      return (value) => castDecimal(value as ExactInteger, fromScale, precision, scale)
    }
  }
}

/** Longest text, in bytes, and precision that Flink reads by the quick way. */
const compactDigits = 18

/**
 * Reads a decimal as CAST does. Flink reads short text for short decimals by a quick way that lets more pass than the other: `.` is 0,
 * and one byte after the number is skipped, so that `12x` is 12. Leading zeros count as digits there. What is different here: a value
 * that only overflows by rounding, such as 999.9 as DECIMAL(3, 0), is refused, as Flink does for constants but not for columns.
 */
function parseCastDecimal(text: string, precision: number, scale: number): ExactInteger {
  if (precision > compactDigits || text.length > compactDigits) return parseDecimal(withoutBlanks(text), precision, scale)
  return asciiBytes(text, 0, text.length) === null ? unparsed : parseCompact(text, precision, scale)
}

function parseCompact(text: string, precision: number, scale: number): ExactInteger {
  const scan = scanCompact(text)
  if (scan === null) return unparsed
  const shift = scan.exponent + scale
  const count = scan.digits.length
  if (count + shift > precision) return overflow
  if (shift < -compactDigits) return unparsed
  const value = castDecimal(boxExact(BigInt(scan.digits === '' ? '0' : scan.digits)), Math.max(0, -shift), 38, 0) ?? 0
  const shifted = shift > 0 ? boxExact(BigInt(value) * 10n ** BigInt(shift)) : value
  const fitted = fitDecimal(shifted, precision)
  return fitted === null ? overflow : scan.negative ? (typeof fitted === 'number' ? 0 - fitted : -fitted) : fitted
}

interface CompactScan {
  readonly negative: boolean
  /** All digits, without the point. */
  readonly digits: string
  /** Power of ten of the last digit. */
  readonly exponent: number
}

/** Walks through the text as Flink's BinaryStringDataUtil.toDecimalFromBytes does, oddities included; null when that refuses it. */
function scanCompact(text: string): CompactScan | null {
  let at = skipBlanks(text, 0)
  if (at === text.length) return null
  const negative = text[at] === '-'
  if (negative || text[at] === '+') at++
  if (at === text.length) return null
  let digits = ''
  let point = -1
  let letter = ''
  while (at < text.length) {
    letter = text[at++] ?? ''
    if (isDigit(letter)) digits += letter
    else if (letter !== '.') break
    else if (point >= 0) return null
    else point = digits.length
  }
  const fraction = point < 0 ? 0 : digits.length - point
  let exponent = 0
  if ((letter === 'e' || letter === 'E') && at < text.length) {
    const lowers = text[at] === '-'
    if (lowers || text[at] === '+') at++
    if (at === text.length) return null
    while (at < text.length) {
      letter = text[at++] ?? ''
      if (!isDigit(letter)) break
      if (exponent < 40) exponent = exponent * 10 + Number(letter)
    }
    if (lowers) exponent = -exponent
  }
  return skipBlanks(text, at) === text.length ? { negative, digits, exponent: exponent - fraction } : null
}

function isDigit(letter: string): boolean {
  return letter >= '0' && letter <= '9'
}

function withoutBlanks(text: string): string {
  const from = skipBlanks(text, 0)
  let to = text.length
  while (to > from && isBlank(text[to - 1])) to--
  return text.slice(from, to)
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text[at])) at++
  return at
}

function isBlank(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\n' || letter === '\t'
}
