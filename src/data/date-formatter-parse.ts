/**
 * Reads text by a pattern of Java's DateTimeFormatter: strict on signs, digits and letter case, then resolved the SMART way, so that 31
 * April becomes 30 April and 24:00 the next midnight.
 */
import { dayMs, daysOf, isLeapYear, monthDays } from './civil.ts'
import { DateFields, weekdayOf } from './date-fields.ts'
import { eraName, numberOf } from './date-formatter.ts'
import { monthNames, quarterNames, styledName, weekdayNames } from './date-names.ts'
import { compilePattern, type DateElement, type NumberElement, type NumberField, type TextField, type TextStyle } from './date-pattern.ts'
import { asciiBytes, trimBlanks } from './number-text.ts'
import { parseTimestampBytes, unparsed } from './parse-bytes.ts'
import { findTimeZone } from './time-zone.ts'

export interface LocalTime {
  readonly localMs: number
  /** Nanoseconds beyond the millisecond. */
  readonly nanos: number
}

type Field = NumberField | 'era' | 'weekday' | 'half-day'
type Found = Map<Field, number>

/**
 * What TO_TIMESTAMP(text, pattern) reads: null where the text does not fit. Fields that the pattern does not have are those of
 * 1970-01-01 00:00:00. Text that does not fit is read once more as `2001-1-31` or `2001-1-31 12:30:59.5`, where days, hours, minutes and
 * seconds may overflow. Raises DATA_DATE_PATTERN_REFUSED for a pattern that is none.
 */
export function dateParser(pattern: string): (text: string) => LocalTime | null {
  const elements = compilePattern(pattern)
  const form = fixedForms.get(pattern)
  return (text) => {
    if (form !== undefined && text.length === form.length && !text.startsWith('0000')) {
      const bytes = asciiBytes(text, 0, text.length)
      const localMs = bytes === null ? unparsed : parseTimestampBytes(bytes, 0, text.length, 3, form.separator)
      if (!Number.isNaN(localMs)) return { localMs, nanos: 0 }
    }
    const found: Found = new Map()
    const end = parseElements(elements, text, 0, found)
    return (end === text.length ? resolve(found) : null) ?? parseSqlForm(trimBlanks(text))
  }
}

/** Patterns that most text is written in are read without a detour; the length of their text, and the byte between date and time. */
const fixedForms = new Map([
  ['yyyy-MM-dd HH:mm:ss', { length: 19, separator: 32 }],
  ["yyyy-MM-dd'T'HH:mm:ss", { length: 19, separator: 84 }],
  ['yyyy-MM-dd HH:mm:ss.SSS', { length: 23, separator: 32 }],
  ["yyyy-MM-dd'T'HH:mm:ss.SSS", { length: 23, separator: 84 }],
])

/** Reads elements one after another; the end of what was read, or -1. */
function parseElements(elements: readonly DateElement[], text: string, start: number, found: Found): number {
  let at = start
  for (const element of elements) {
    at = parseElement(element, text, at, found)
    if (at < 0) return -1
  }
  return at
}

function parseElement(element: DateElement, text: string, at: number, found: Found): number {
  switch (element.kind) {
    case 'literal':
      return text.startsWith(element.text, at) ? at + element.text.length : -1
    case 'optional': {
      const tried: Found = new Map(found)
      const end = parseElements(element.elements, text, at, tried)
      if (end < 0) return at
      for (const [field, value] of tried) found.set(field, value)
      return end
    }
    case 'text':
      return parseText(element.field, element.style, text, at, found)
    case 'fraction':
      return parseFraction(element, text, at, found)
    case 'zone':
      return parseZone(element.letter, element.count, text, at)
    default:
      return parseNumber(element, text, at, found)
  }
}

/** A field may be read twice, but only with the same value. */
function store(found: Found, field: Field, value: number, end: number): number {
  if ((found.get(field) ?? value) !== value) return -1
  found.set(field, value)
  return end
}

function parseNumber(element: NumberElement, text: string, start: number, found: Found): number {
  const mark = text[start]
  const signed = mark === '+' || mark === '-'
  if (signed && (element.sign === 'none' || (element.sign === 'normal' && mark === '+'))) return -1
  const from = signed ? start + 1 : start
  let end = digitsEnd(text, from, element.max + element.following)
  if (element.following > 0) end = Math.min(end, from + Math.max(element.min, end - from - element.following))
  const length = end - from
  if (length < element.min) return -1
  const value = Number(text.slice(from, end))
  if (mark === '-' && value === 0) return -1
  if (element.sign === 'exceeds-pad' && mark !== '-' && signed !== length > element.min) return -1
  return store(found, element.field, element.kind === 'reduced' ? 2000 + value : mark === '-' ? -value : value, end)
}

function digitsEnd(text: string, from: number, countMax: number): number {
  const last = Math.min(from + countMax, text.length)
  let at = from
  while (at < last && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++
  return at
}

function parseFraction(element: NumberElement, text: string, from: number, found: Found): number {
  const end = digitsEnd(text, from, element.max)
  return end - from < element.min ? -1 : store(found, 'nano', Number(text.slice(from, end).padEnd(9, '0')), end)
}

function parseText(field: TextField, style: TextStyle, text: string, at: number, found: Found): number {
  const names = namesOf(field, style)
  let best = -1
  for (const [index, name] of names.entries()) {
    if (text.startsWith(name, at) && name.length > (names[best]?.length ?? 0)) best = index
  }
  const length = names[best]?.length
  if (length === undefined) return -1
  return store(found, field, field === 'era' || field === 'half-day' ? best : best + 1, at + length)
}

function namesOf(field: TextField, style: TextStyle): readonly string[] {
  switch (field) {
    case 'era':
      return [eraName(false, style), eraName(true, style)]
    case 'quarter':
      return quarterNames.map((name, index) => (style === 'full' ? name : style === 'short' ? `Q${index + 1}` : String(index + 1)))
    case 'month':
      return monthNames.map((name) => styledName(name, style))
    case 'weekday':
      return weekdayNames.map((name) => styledName(name, style))
    case 'half-day':
      return ['AM', 'PM']
  }
}

/** Zones and offsets are read and ignored: the result is a local time. */
function parseZone(letter: string, count: number, text: string, at: number): number {
  const rest = text.slice(at)
  if (letter === 'z' || letter === 'V') {
    const name = /^[A-Za-z][A-Za-z0-9_+\-/:]*/.exec(rest)?.[0] ?? ''
    return name !== '' && findTimeZone(name) !== null ? at + name.length : -1
  }
  const form = letter === 'O' || (letter === 'Z' && count === 4) ? (count === 1 ? shortGmt : longGmt) : offsetForm(letter, count)
  const length = form.exec(rest)?.[0].length
  return length === undefined ? -1 : at + length
}

const shortGmt = /^GMT(?:[+-]\d{1,2}(?::\d\d)?)?/
const longGmt = /^GMT(?:[+-]\d\d:\d\d)?/

function offsetForm(letter: string, count: number): RegExp {
  const size = letter === 'Z' ? (count < 4 ? 2 : 5) : count
  const zero = letter === 'X' || (letter === 'Z' && size === 5) ? 'Z|' : ''
  const minutes = ['(?:\\d\\d)?', '\\d\\d', ':\\d\\d', '\\d\\d(?:\\d\\d)?', ':\\d\\d(?::\\d\\d)?'][size - 1] ?? ''
  return new RegExp(`^(?:${zero}[+-]\\d\\d${minutes})`)
}

const fieldRanges: { readonly [F in Field]?: readonly [number, number] } = {
  month: [1, 12],
  quarter: [1, 4],
  day: [1, 31],
  'day-of-year': [1, 366],
  'local-weekday': [1, 7],
  week: [1, 53],
  hour: [0, 23],
  'clock-hour': [0, 24],
  'half-hour': [0, 11],
  'clock-half-hour': [0, 12],
  minute: [0, 59],
  second: [0, 59],
  nano: [0, 999_999_999],
  'milli-of-day': [0, dayMs - 1],
  'nano-of-day': [0, dayMs * 1_000_000 - 1],
  'year-of-era': [1, 999_999_999],
}

function resolve(found: Found): LocalTime | null {
  const isMidnight = found.get('hour') === 24 && !found.get('minute') && !found.get('second') && !found.get('nano')
  for (const [field, value] of found) {
    const [low, high] = fieldRanges[field] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    if (!(isMidnight && field === 'hour') && (value < low || value > high)) return null
  }
  if (!resolveHours(found)) return null
  const days = resolveDays(found)
  if (days === null) return null
  const dated = found.has('year') && (found.has('day-of-year') || (found.has('month') && found.has('day')))
  const seconds =
    (isMidnight && !dated ? 0 : (found.get('hour') ?? 0)) * 3600 + (found.get('minute') ?? 0) * 60 + (found.get('second') ?? 0)
  const nano = found.get('nano') ?? 0
  return { localMs: days * dayMs + seconds * 1000 + Math.floor(nano / 1_000_000), nanos: nano % 1_000_000 }
}

/** Turns the many ways to say an hour into hours of the day. Hours of a half day count only if it is known which half. */
function resolveHours(found: Found): boolean {
  const clock = found.get('clock-hour')
  const half = found.get('half-hour') ?? (found.has('clock-half-hour') ? (found.get('clock-half-hour') ?? 0) % 12 : undefined)
  const halfDay = found.get('half-day')
  const nanoOfDay = found.get('nano-of-day')
  const milliOfDay = found.get('milli-of-day') ?? (nanoOfDay === undefined ? undefined : Math.floor(nanoOfDay / 1_000_000))
  const hours = [
    clock === undefined ? undefined : clock % 24,
    half === undefined || halfDay === undefined ? undefined : halfDay * 12 + half,
    milliOfDay === undefined ? undefined : Math.floor(milliOfDay / 3_600_000),
  ]
  for (const hour of hours) if (hour !== undefined && store(found, 'hour', hour, 0) < 0) return false
  if (milliOfDay === undefined) return true
  const nano = nanoOfDay === undefined ? (milliOfDay % 1000) * 1_000_000 : nanoOfDay % 1_000_000_000
  const rest: [Field, number][] = [
    ['minute', Math.floor(milliOfDay / 60_000) % 60],
    ['second', Math.floor(milliOfDay / 1000) % 60],
    ['nano', nano],
  ]
  return rest.every(([field, value]) => store(found, field, value, 0) === 0)
}

/** Days since 1970-01-01; the fields of the date must not contradict one another. */
function resolveDays(found: Found): number | null {
  const yearOfEra = found.get('year-of-era')
  if (yearOfEra !== undefined && store(found, 'year', found.get('era') === 0 ? 1 - yearOfEra : yearOfEra, 0) < 0) return null
  const year = found.get('year')
  const month = found.get('month')
  const day = found.get('day')
  const dayOfYear = found.get('day-of-year')
  if (Math.abs(year ?? 0) > 280_000) return null
  if (year !== undefined && month !== undefined && day !== undefined) {
    return checked(daysOf(year, month, Math.min(day, monthDays(year, month))), found, ['day'])
  }
  if (year !== undefined && dayOfYear !== undefined) {
    return dayOfYear === 366 && !isLeapYear(year) ? null : checked(daysOf(year, 1, dayOfYear), found, [])
  }
  const [someYear, someMonth, someDay] = [year ?? 1970, month ?? 1, day ?? 1]
  return someDay > monthDays(someYear, someMonth) ? null : daysOf(someYear, someMonth, someDay)
}

const dateFields: readonly Field[] = [
  'month',
  'day',
  'day-of-year',
  'quarter',
  'week',
  'week-year',
  'week-of-month',
  'local-weekday',
  'aligned-day',
]

function checked(days: number, found: Found, except: readonly Field[]): number | null {
  const fields = new DateFields(days * dayMs, 0)
  const weekday = found.get('weekday')
  if (weekday !== undefined && weekday !== weekdayOf(days)) return null
  for (const field of dateFields) {
    const value = found.get(field)
    if (value !== undefined && !except.includes(field) && value !== numberOf(field as NumberField, fields)) return null
  }
  return days
}

const sqlForm = /^(\d{4})-(\d\d?)-(\d\d?)(?: (\d{1,9}):(\d{1,9}):(\d{1,9})(?:\.(\d{1,9}))?)?$/

/** The forms of java.sql.Timestamp.valueOf and Date.valueOf. */
function parseSqlForm(text: string): LocalTime | null {
  const parts = sqlForm.exec(text)
  if (parts === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map((part) => Number(part ?? 0))
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  const nano = Number((parts[7] ?? '').padEnd(9, '0'))
  const localMs = daysOf(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000
  return { localMs: localMs + Math.floor(nano / 1_000_000), nanos: nano % 1_000_000 }
}
