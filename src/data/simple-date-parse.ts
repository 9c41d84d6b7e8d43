/** Reads text by a pattern of Java's SimpleDateFormat, as leniently as that does (simple-date-format.ts). */
import { dayMs, daysOf } from './civil.ts'
import { monthNames, weekdayNames } from './date-names.ts'
import { unparsed } from './parse-bytes.ts'
import { compileSimplePattern, type SimpleElement } from './simple-date-format.ts'
import { findTimeZone, type TimeZone } from './time-zone.ts'

interface Reading {
  readonly text: string
  at: number
  /** Values by letter; those of k and h are kept as H and K. Java lets the later of two that say the same win. */
  readonly values: Map<string, number>
  /** Milliseconds to add to UTC, where the text says it. */
  offset: number | undefined
}

/**
 * Reads an instant as epoch milliseconds; NaN where the text does not fit or means one beyond the safe integers. Fields that the pattern does not have are those of
 * 1970-01-01 00:00:00 in the zone. Years of two digits are within 80 years before and 20 after `yearNow`. Raises
 * DATA_DATE_PATTERN_REFUSED.
 */
export function simpleDateParser(pattern: string, yearNow: number): (text: string, zone: TimeZone) => number {
  const elements = compileSimplePattern(pattern)
  return (text, zone) => {
    const reading: Reading = { text, at: 0, values: new Map(), offset: undefined }
    for (const [index, element] of elements.entries()) {
      const fits =
        element.kind === 'literal' ? readLiteral(reading, element.text) : readField(reading, element, elements[index + 1], yearNow)
      if (!fits) return unparsed
    }
    return instantOf(reading, zone)
  }
}

function readLiteral(reading: Reading, literal: string): boolean {
  if (!reading.text.startsWith(literal, reading.at)) return false
  reading.at += literal.length
  return true
}

type FieldElement = Extract<SimpleElement, { kind: 'field' }>

function readField(reading: Reading, element: FieldElement, next: SimpleElement | undefined, yearNow: number): boolean {
  const { letter, count } = element
  const start = reading.at
  while (reading.text[reading.at] === ' ' || reading.text[reading.at] === '\t') reading.at++
  switch (letter) {
    case 'G':
      return readName(reading, 'G', ['BC', 'AD'], 0)
    case 'E':
      return readName(reading, 'E', weekdayNames, 1) || readName(reading, 'E', shortNames(weekdayNames), 1)
    case 'a':
      return readName(reading, 'a', ['AM', 'PM'], 0)
    case 'z':
    case 'Z':
      return readZone(reading)
    case 'X':
      return readOffset(reading, count)
    case 'M':
    case 'L':
      if (count > 2) return readName(reading, 'M', monthNames, 1) || readName(reading, 'M', shortNames(monthNames), 1)
  }
  const from = reading.at
  const value = readNumber(reading, runsOn(next) ? start + count : undefined)
  if (value === undefined) return false
  const isShortYear = letter === 'y' && count <= 2 && reading.at - from === 2 && value >= 0
  reading.values.set(keptLetter(letter), isShortYear ? nearestYear(value, yearNow) : letterValue(letter, value))
  return true
}

/** Where a number follows at once, the count of letters is the count of digits. */
function runsOn(next: SimpleElement | undefined): boolean {
  if (next?.kind !== 'field') return false
  return next.letter === 'M' || next.letter === 'L' ? next.count <= 2 : !'GEazZX'.includes(next.letter)
}

function readNumber(reading: Reading, end: number | undefined): number | undefined {
  if (end !== undefined && end > reading.text.length) return undefined
  const digits = /^-?\d+/.exec(reading.text.slice(reading.at, end))?.[0]
  if (digits === undefined) return undefined
  reading.at += digits.length
  return Math.min(Math.max(Number(digits), -2147483648), 2147483647)
}

function keptLetter(letter: string): string {
  return letter === 'k' ? 'H' : letter === 'h' ? 'K' : letter === 'L' ? 'M' : letter
}

function letterValue(letter: string, value: number): number {
  if (letter === 'k') return value === 24 ? 0 : value
  return letter === 'h' && value === 12 ? 0 : value
}

function nearestYear(value: number, yearNow: number): number {
  const first = yearNow - 80
  const year = first - (((first % 100) + 100) % 100) + value
  return year <= first ? year + 100 : year
}

/** Letter case makes no difference; the longest name wins. */
function readName(reading: Reading, letter: string, names: readonly string[], first: number): boolean {
  let best = -1
  for (const [index, name] of names.entries()) {
    const found = reading.text.slice(reading.at, reading.at + name.length).toLowerCase() === name.toLowerCase()
    if (found && name.length > (names[best]?.length ?? 0)) best = index
  }
  if (best < 0) return false
  reading.values.set(letter, best + first)
  reading.at += names[best]?.length ?? 0
  return true
}

function shortNames(names: readonly string[]): readonly string[] {
  return names.map((name) => name.slice(0, 3))
}

/** Hours of the short names that are read besides regions. */
const shortZones: Readonly<Record<string, number>> = { EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 }

function readZone(reading: Reading): boolean {
  const rest = reading.text.slice(reading.at)
  const offset = /^([+-])(\d\d)(\d\d)/.exec(rest) ?? /^GMT([+-])(\d{1,2}):(\d\d)/i.exec(rest)
  if (offset !== null) return take(reading, offset[0].length, offset[1] ?? '+', Number(offset[2]), Number(offset[3]))
  const name = /^[A-Za-z][A-Za-z0-9_+\-/]*/.exec(rest)?.[0]
  if (name === undefined) return false
  const hours = shortZones[name.toUpperCase()]
  if (hours !== undefined) return take(reading, name.length, '+', hours, 0)
  const zone = findTimeZone(name)
  if (zone === null) return false
  reading.at += name.length
  reading.offset = zone.offsetAt(0)
  return true
}

function readOffset(reading: Reading, count: number): boolean {
  const rest = reading.text.slice(reading.at)
  if (rest.startsWith('Z')) return take(reading, 1, '+', 0, 0)
  const form = [/^([+-])(\d\d)/, /^([+-])(\d\d)(\d\d)/, /^([+-])(\d\d):(\d\d)/][count - 1]
  const parts = form?.exec(rest)
  if (parts === null || parts === undefined) return false
  return take(reading, parts[0].length, parts[1] ?? '+', Number(parts[2]), Number(parts[3] ?? 0))
}

function take(reading: Reading, length: number, sign: string, hours: number, minutes: number): boolean {
  if (Math.abs(hours) > 23 || minutes > 59) return false
  const offset = (hours * 60 + minutes) * 60_000
  reading.at += length
  reading.offset = sign === '-' ? 0 - offset : offset
  return true
}

function instantOf({ values, offset }: Reading, zone: TimeZone): number {
  const letters = [...values.keys()]
  const last = (...wanted: string[]) => letters.findLast((letter) => wanted.includes(letter))
  const shownYear = values.get('y') ?? 1970
  const year = values.get('G') === 0 ? 1 - shownYear : shownYear
  const days =
    last('d', 'D') === 'D'
      ? daysOf(year, 1, 1) + (values.get('D') ?? 1) - 1
      : daysOf(year, values.get('M') ?? 1, 1) + (values.get('d') ?? 1) - 1
  const halfHour = (values.get('K') ?? 0) + (values.get('a') ?? 0) * 12
  const hour = last('H', 'K') === 'H' ? (values.get('H') ?? 0) : halfHour
  const seconds = (hour * 60 + (values.get('m') ?? 0)) * 60 + (values.get('s') ?? 0)
  const localMs = days * dayMs + seconds * 1000 + (values.get('S') ?? 0)
  if (!Number.isSafeInteger(localMs)) return unparsed
  return offset === undefined ? zone.instantOf(localMs, 'later') : localMs - offset
}
