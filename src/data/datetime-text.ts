/**
 * Text of dates, times and timestamps as Flink's CAST reads and prints it (DateTimeUtils). What decoders read is in parse-bytes.ts; what
 * DATE_FORMAT and TO_TIMESTAMP do with patterns is in date-pattern.ts.
 */
import { civilOf, dayMs, dayOf, daysOf, monthDays, monthOf, yearOf } from './civil.ts'
import type { ExactInteger } from './decimal.ts'
import { asciiBytes, trimBlanks } from './number-text.ts'
import { inexact, parseDateBytes, parseTimestampBytes, unparsed } from './parse-bytes.ts'
import type { TimeZone } from './time-zone.ts'
import { timestampMs, timestampNanos, timestampOf } from './timestamp.ts'
import { decodeText } from './vector.ts'

const twoDigits = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'))

let lastDays = 0
let lastDate = '1970-01-01'

/** `2001-01-31`. Years beyond 9999 show their last four digits, as in Flink. */
export function printDate(days: number): string {
  if (days !== lastDays) {
    const civil = civilOf(days)
    const year = yearOf(civil)
    const shown = year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year % 10_000).padStart(4, '0')
    lastDate = `${shown}-${twoDigits[monthOf(civil)]}-${twoDigits[dayOf(civil)]}`
    lastDays = days
  }
  return lastDate
}

/** `12:30:59` from milliseconds, with as many digits of a fraction as it takes up to the precision, but at least one if it is not 0. */
export function printTime(timeMs: number, precision: number): string {
  let ms = timeMs
  while (ms < 0) ms += dayMs
  const clock = printClock(ms)
  if (precision === 0) return clock
  const fraction = String(ms % 1000).padStart(3, '0')
  const shown = fraction.slice(0, Math.min(precision, 3)).replace(/0+$/, '')
  return `${clock}.${shown === '' ? '0' : shown}`
}

function printClock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return `${twoDigits[hours % 100]}:${twoDigits[minutes - hours * 60]}:${twoDigits[seconds - minutes * 60]}`
}

/** `2001-01-31 12:30:59.000`: always as many digits as the precision says. */
export function printTimestamp(value: ExactInteger, precision: number): string {
  return printInstant(timestampMs(value, precision), timestampNanos(value, precision), precision)
}

/** The same in the time zone of a session: for TIMESTAMP_LTZ. */
export function printTimestampLtz(value: ExactInteger, precision: number, zone: TimeZone): string {
  const ms = timestampMs(value, precision)
  return printInstant(ms + zone.offsetAt(ms), timestampNanos(value, precision), precision)
}

function printInstant(ms: number, nanos: number, precision: number): string {
  const days = Math.floor(ms / dayMs)
  const timeMs = ms - days * dayMs
  const text = `${printDate(days)} ${printClock(timeMs)}`
  if (precision === 0) return text
  const millis = timeMs % 1000
  const threeDigits = millis < 100 ? `0${twoDigits[millis]}` : String(millis)
  if (precision === 3) return `${text}.${threeDigits}`
  return `${text}.${
    precision < 3
      ? threeDigits.slice(0, precision)
      : threeDigits +
        String(nanos)
          .padStart(6, '0')
          .slice(0, precision - 3)
  }`
}

/** Reads a date: `2001-1-31`, `2001-1`, `2001`, anything after a space ignored, blanks around each number allowed. NaN when it is none. */
export function parseDate(text: string): number {
  if (text.length === 10) {
    const bytes = asciiBytes(text, 0, 10)
    const days = bytes === null ? unparsed : parseDateBytes(bytes, 0, 10)
    if (!Number.isNaN(days)) return days
  }
  const space = text.indexOf(' ')
  const parts = (space > 0 ? text.slice(0, space) : text).split('-', 4)
  const [year = '', month = '1', day = '1'] = parts
  return parts.length > 3 ? unparsed : existingDate(parseField(year), parseField(month), parseField(day))
}

function existingDate(year: number, month: number, day: number): number {
  const exists = year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month)
  return exists ? daysOf(year, month, day) : unparsed
}

/** A number without sign, blanks around it allowed; NaN when it is none. */
function parseField(text: string): number {
  const digits = trimBlanks(text)
  return /^\d{1,9}$/.test(digits) ? Number(digits) : unparsed
}

/**
 * Reads a time as milliseconds: `12:30:59.123`, `12:30`, `12`, with an offset such as `+01:00` that is added, not taken off. The fourth
 * digit of a fraction rounds. So the result may lie outside of a day, as in Flink. NaN when it is none.
 */
export function parseTime(text: string): number {
  const minus = text.indexOf('-')
  const sign = minus >= 0 ? minus : text.indexOf('+')
  const clock = sign < 0 ? text : text.slice(0, sign)
  const shift = sign < 0 ? 0 : parseShift(text.slice(sign + 1))
  const fields = clock.split(':')
  const [hour = '', minute = '0', second = '0'] = fields
  // An offset with minutes is only recognised after seconds.
  if (fields.length > 3 || (fields.length < 3 && text.includes(':', clock.length))) return unparsed
  const point = second.indexOf('.')
  const seconds = parseField(point < 0 ? second : second.slice(0, point))
  const millis = point < 0 ? 0 : roundedMillis(trimBlanks(second.slice(point + 1)))
  const hours = parseField(hour)
  const minutes = parseField(minute)
  if (!(hours <= 23 && minutes <= 59 && seconds <= 59)) return unparsed
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis + (minus >= 0 ? 0 - shift : shift)
}

/** `01:00` or `01` after the sign, in milliseconds. */
function parseShift(text: string): number {
  const colon = text.indexOf(':')
  const hours = parseField(colon < 0 ? text : text.slice(0, colon))
  return (hours * 60 + (colon < 0 ? 0 : parseField(text.slice(colon + 1)))) * 60_000
}

/** Three digits of a fraction, the fourth rounding them; anything but a digit counts as 0. */
function roundedMillis(fraction: string): number {
  let millis = 0
  for (let i = 0; i < 3; i++) {
    const digit = fraction.charCodeAt(i) - 48
    millis = millis * 10 + (digit >= 0 && digit <= 9 ? digit : 0)
  }
  return fraction.length > 3 && fraction.charCodeAt(3) >= 53 ? millis + 1 : millis
}

/**
 * Reads `2001-01-31 12:30:59.123` or `2001-1-31` as TIMESTAMP(precision), what is finer cut off; no blanks around it. A day of 29 to 31
 * that its month does not have becomes the last of the month, and 24:00:00 the next midnight. NaN when it is none.
 */
export function parseTimestamp(text: string, precision: number): ExactInteger {
  if (text.length >= 19 && text.length <= 29 && !text.startsWith('0000')) {
    const bytes = asciiBytes(text, 0, text.length)
    const value = bytes === null ? unparsed : parseExactTimestampBytes(bytes, 0, text.length, precision)
    if (!Number.isNaN(value)) return value
  }
  return parseLenient(text, (ms, nanos) => timestampOf(ms, nanos, precision), precision)
}

/** What parseTimestampBytes reads, as a bigint where only that holds it. */
export function parseExactTimestampBytes(data: Uint8Array, start: number, end: number, precision: number, separator = 32): ExactInteger {
  const value = parseTimestampBytes(data, start, end, precision, separator)
  if (value !== inexact) return value
  const fraction = decodeText(data, start + 20, end)
    .slice(0, precision)
    .padEnd(9, '0')
  return timestampOf(parseTimestampBytes(data, start, end, 3, separator), Number(fraction.slice(3)), precision)
}

/** The same as the wall clock of a time zone: TIMESTAMP_LTZ(precision). */
export function parseTimestampLtz(text: string, precision: number, zone: TimeZone): ExactInteger {
  return parseLenient(text, (ms, nanos) => timestampOf(zone.instantOf(ms), nanos, precision), precision)
}

const timestampForm = /^(\d{4}|\+\d{5,6})-(\d\d?)-(\d\d?)(?: (\d\d?):(\d\d?):(\d\d?)(?:\.(\d{0,9}))?)?$/

function parseLenient(text: string, build: (ms: number, nanos: number) => ExactInteger, precision: number): ExactInteger {
  const parts = timestampForm.exec(text)
  if (parts === null) return unparsed
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map((part) => Number(part ?? 0))
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 59) return unparsed
  const fraction = (parts[7] ?? '').slice(0, precision).padEnd(9, '0')
  if (hour > 24 || (hour === 24 && (minute > 0 || second > 0 || /[1-9]/.test(parts[7] ?? '')))) return unparsed
  const days = daysOf(year, month, Math.min(day, monthDays(year, month)))
  return build(days * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3)), Number(fraction.slice(3)))
}
