/**
 * Reads numbers, dates and times from UTF-8 bytes, for decoders: nothing is allocated and nothing thrown.
 *
 * Every parser reads exactly the bytes from `start` to `end`, blanks included; `blankStart` and `blankEnd` move the bounds inwards
 * where blanks are allowed. A parser answers one of
 *
 * | answer     | meaning                                                                                              |
 * |------------|------------------------------------------------------------------------------------------------------|
 * | a number   | the boxed value                                                                                      |
 * | `unparsed` | NaN: the bytes are no such value                                                                     |
 * | `inexact`  | Infinity: the bytes look right, but no safe number holds the value: read them again with the parser  |
 * |            | that the function names, which may return a bigint                                                   |
 * | `overflow` | −Infinity, from parsers of decimals alone: more digits than the precision allows                     |
 */

import { daysOf, monthDays } from './civil.ts'
import { nearestQuotient, powerOfTen, productError } from './double-digits.ts'
import { parseHexDouble } from './hex-double.ts'
import { decodeText } from './vector.ts'

export const unparsed = Number.NaN
export const inexact = Number.POSITIVE_INFINITY
export const overflow = Number.NEGATIVE_INFINITY

const zero = 48
const plus = 43
const minus = 45
const point = 46
const colon = 58

/** So many digits always make a safe number. */
const digitsMax = 15
/** And so many more make one together with them that two doubles hold exactly. */
const tailMax = 4

/** The first place from `start` that holds no blank (a byte up to the space). */
export function blankStart(data: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (data[at] as number) <= 32) at++
  return at
}

/** One past the last place before `end` that holds no blank. */
export function blankEnd(data: Uint8Array, start: number, end: number): number {
  let at = end
  while (at > start && (data[at - 1] as number) <= 32) at--
  return at
}

/** Reads `-12`, `+12` or `12`. More than 15 digits: `inexact`, then ask parseExactIntegerBytes. */
export function parseIntegerBytes(data: Uint8Array, start: number, end: number): number {
  if (start >= end) return unparsed
  const first = data[start] as number
  const negative = first === minus
  let at = negative || first === plus ? start + 1 : start
  if (at >= end) return unparsed
  const tooLong = end - at > digitsMax
  let value = 0
  for (; at < end; at++) {
    const digit = (data[at] as number) - zero
    if (digit < 0 || digit > 9) return unparsed
    value = value * 10 + digit
  }
  if (tooLong) return inexact
  return negative ? 0 - value : value
}

/** Reads an integer of any length as a boxed exact integer, or null. */
export function parseExactIntegerBytes(data: Uint8Array, start: number, end: number): number | bigint | null {
  const value = parseIntegerBytes(data, start, end)
  if (value === inexact) {
    const exact = BigInt(decodeText(data, (data[start] as number) === plus ? start + 1 : start, end))
    return exact >= -9007199254740991n && exact <= 9007199254740991n ? Number(exact) : exact
  }
  return Number.isNaN(value) ? null : value
}

/** Reads `t`, `true`, `y`, `yes`, `1` and their opposites in any case as 1 or 0. */
export function parseBooleanBytes(data: Uint8Array, start: number, end: number): number {
  let word = 0
  if (end - start > 5) return unparsed
  for (let at = start; at < end; at++) {
    const byte = data[at] as number
    if (byte === 0 || byte > 127) return unparsed
    word = word * 128 + (byte >= 65 && byte <= 90 ? byte + 32 : byte)
  }
  return booleanWords.get(word) ?? unparsed
}

const booleanWords = new Map(
  ['f', 'false', 'n', 'no', '0', 't', 'true', 'y', 'yes', '1'].map((word, index) => {
    let packed = 0
    for (let at = 0; at < word.length; at++) packed = packed * 128 + word.charCodeAt(at)
    return [packed, index < 5 ? 0 : 1]
  }),
)

/**
 * Reads `12.345` as the unscaled value of DECIMAL(precision, scale), digits beyond the scale rounded half up. `inexact` for more than
 * 15 digits or an exponent: then ask parseDecimal.
 */
export function parseDecimalBytes(data: Uint8Array, start: number, end: number, precision: number, scale: number): number {
  if (start >= end) return unparsed
  const first = data[start] as number
  const negative = first === minus
  let at = negative || first === plus ? start + 1 : start
  let value = 0
  let digits = 0
  let fraction = -1
  let roundUp = false
  let seen = false
  for (; at < end; at++) {
    const byte = data[at] as number
    const digit = byte - zero
    if (digit >= 0 && digit <= 9) {
      seen = true
      if (fraction < scale) {
        value = value * 10 + digit
        if (value !== 0) digits++
        if (fraction >= 0) fraction++
      } else if (fraction === scale) {
        roundUp = digit >= 5
        fraction++
      }
    } else if (byte === point && fraction < 0) {
      fraction = 0
    } else {
      return (byte | 32) === 101 && seen ? inexact : unparsed
    }
  }
  if (!seen) return unparsed
  const missing = scale - (fraction < 0 ? 0 : Math.min(fraction, scale))
  if (value !== 0 && digits + missing > precision) return overflow
  if (digits > digitsMax || (value !== 0 && digits + missing > digitsMax)) return inexact
  value *= powerOfTen(value === 0 ? 0 : missing)
  if (roundUp) {
    value++
    if (precision <= digitsMax && value >= powerOfTen(precision)) return overflow
  }
  return negative ? 0 - value : value
}

/**
 * Reads what Java's Double.parseDouble takes, without blanks: `1.5`, `-1e10`, `NaN`, `Infinity`, a trailing `d` or `f`. Because NaN is
 * a value here, ask isNanText when the answer is NaN.
 */
export function parseDoubleBytes(data: Uint8Array, start: number, end: number): number {
  if (start >= end) return unparsed
  const first = data[start] as number
  const negative = first === minus
  const from = negative || first === plus ? start + 1 : start
  let head = 0
  let tail = 0
  let digits = 0
  let fraction = -1
  for (let at = from; at < end; at++) {
    const byte = data[at] as number
    const digit = byte - zero
    if (digit >= 0 && digit <= 9) {
      if (digits < digitsMax) head = head * 10 + digit
      else tail = tail * 10 + digit
      digits++
      if (fraction >= 0) fraction++
    } else if (byte === point && fraction < 0) {
      fraction = 0
    } else {
      return parseOddDouble(data, start, from, end)
    }
  }
  if (digits === 0) return unparsed
  if (digits <= digitsMax) {
    if (fraction > 0) head /= powerOfTen(fraction)
    return negative ? -head : head
  }
  const size =
    digits - digitsMax > tailMax || fraction > 22 ? Number.NaN : longDouble(head, tail, digits - digitsMax, Math.max(0, fraction))
  if (Number.isNaN(size)) return parseOddDouble(data, start, from, end)
  return negative ? -size : size
}

/** The double nearest to head × 10^tailDigits + tail, over 10^fraction; NaN where two are about as near. */
function longDouble(head: number, tail: number, tailDigits: number, fraction: number): number {
  const scale = powerOfTen(tailDigits)
  const product = head * scale
  const rest = productError(head, scale, product) + tail
  const high = product + rest
  return nearestQuotient(high, rest - (high - product), powerOfTen(fraction))
}

/** Whether the bytes say NaN, with a sign or without. */
export function isNanText(data: Uint8Array, start: number, end: number): boolean {
  const first = data[start]
  const from = first === minus || first === plus ? start + 1 : start
  return end - from === 3 && data[from] === 78 && data[from + 1] === 97 && data[from + 2] === 78
}

/** Everything but plain digits and one point. `from` is the place after the sign. */
function parseOddDouble(data: Uint8Array, start: number, from: number, end: number): number {
  const first = data[from] as number
  if (!isDigit(first) && first !== point) {
    if (decodeText(data, from, end) !== 'Infinity') return unparsed
    return data[start] === minus ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const last = (data[end - 1] as number) | 32
  const beforeSuffix = last === 100 || last === 102 ? end - 1 : end
  const tail = data[beforeSuffix - 1] as number
  if (!isDigit(tail) && tail !== point) return unparsed
  // Number() takes integers such as 0x1, 0b1 and 0o1 as well; Java does not take those.
  const mark = from + 1 < beforeSuffix ? (data[from + 1] as number) | 32 : 0
  if (mark === 98 || mark === 111) return unparsed
  const text = decodeText(data, start, beforeSuffix)
  return mark === 120 ? parseHexDouble(text) : Number(text)
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 57
}

/** Reads `2001-01-31` as days. The date must exist. */
export function parseDateBytes(data: Uint8Array, start: number, end: number): number {
  if (end - start !== 10 || data[start + 4] !== minus || data[start + 7] !== minus) return unparsed
  const year = twoDigits(data, start) * 100 + twoDigits(data, start + 2)
  const month = twoDigits(data, start + 5)
  const day = twoDigits(data, start + 8)
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month))) return unparsed
  return daysOf(year, month, day)
}

/** Reads `12:30:59`, with up to nine digits of a fraction, as milliseconds; what is finer is cut off. 24:00:00 is midnight. */
export function parseTimeBytes(data: Uint8Array, start: number, end: number): number {
  const seconds = parseClock(data, start, end)
  const nanos = parseFraction(data, start + 8, end)
  if (Number.isNaN(seconds) || Number.isNaN(nanos)) return unparsed
  if (seconds === 86_400) return nanos === 0 ? 0 : unparsed
  return seconds * 1000 + Math.floor(nanos / 1_000_000)
}

/**
 * Reads `2001-01-31 12:30:59` with up to nine digits of a fraction as the boxed value of TIMESTAMP(precision), what is finer cut off.
 * `separator` is the byte between date and time. As Java's SMART resolver does, a day of 29 to 31 that its month does not have becomes
 * the last of the month, and `24:00:00` the next midnight. `inexact` where only a bigint holds the value: then ask
 * parseExactTimestampBytes.
 */
export function parseTimestampBytes(data: Uint8Array, start: number, end: number, precision: number, separator = 32): number {
  if (end - start < 19 || data[start + 4] !== minus || data[start + 7] !== minus || data[start + 10] !== separator) return unparsed
  const year = twoDigits(data, start) * 100 + twoDigits(data, start + 2)
  const month = twoDigits(data, start + 5)
  const day = twoDigits(data, start + 8)
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return unparsed
  const seconds = parseClock(data, start + 11, end)
  const nanos = parseFraction(data, start + 19, end)
  if (Number.isNaN(seconds) || Number.isNaN(nanos) || (seconds === 86_400 && nanos !== 0)) return unparsed
  const days = daysOf(year, month, day > 28 ? Math.min(day, monthDays(year, month)) : day)
  return timestampOf(days * 86_400 + seconds, nanos, precision)
}

/** The boxed value of TIMESTAMP(precision) from seconds and nanoseconds of the second, or `inexact`. */
function timestampOf(seconds: number, nanos: number, precision: number): number {
  const kept = precision >= 9 ? nanos : nanos - (nanos % powerOfTen(9 - precision))
  if (precision <= 3) return seconds * 1000 + kept / 1_000_000
  const value = precision <= 6 ? seconds * 1_000_000 + kept / 1000 : seconds * 1_000_000_000 + kept
  return Number.isSafeInteger(value) ? value : inexact
}

/** Seconds of `12:30:59` at the start of the bytes; 24:00:00 is allowed. */
function parseClock(data: Uint8Array, start: number, end: number): number {
  if (end - start < 8 || data[start + 2] !== colon || data[start + 5] !== colon) return unparsed
  const hour = twoDigits(data, start)
  const minute = twoDigits(data, start + 3)
  const second = twoDigits(data, start + 6)
  const seconds = hour * 3600 + minute * 60 + second
  if (hour < 24) return minute < 60 && second < 60 ? seconds : unparsed
  return seconds === 86_400 ? seconds : unparsed
}

/** Nanoseconds of `.123` from `start` to `end`, zero when there is nothing, NaN when there is something else. */
function parseFraction(data: Uint8Array, start: number, end: number): number {
  if (start === end) return 0
  const digits = end - start - 1
  if (data[start] !== point || digits > 9) return unparsed
  let value = 0
  for (let at = start + 1; at < end; at++) {
    const digit = (data[at] as number) - zero
    if (digit < 0 || digit > 9) return unparsed
    value = value * 10 + digit
  }
  return value * powerOfTen(9 - digits)
}

/** Two digits as a number, or NaN. */
function twoDigits(data: Uint8Array, at: number): number {
  const tens = (data[at] as number) - zero
  const ones = (data[at + 1] as number) - zero
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : unparsed
}
