/**
 * Date patterns of Java's SimpleDateFormat, which FROM_UNIXTIME, UNIX_TIMESTAMP, TO_DATE, CONVERT_TZ and DATE_FORMAT of text use. It
 * reads leniently: any number of digits where no number follows at once, fields beyond their range, and whatever comes after the end.
 * A time that the clock shows twice is the later one. Names are English, short names of zones those of Intl, and dates before 1582
 * Gregorian (Java's are Julian). Reading is in simple-date-parse.ts.
 */
import { DateFields } from './date-fields.ts'
import { monthNames, weekdayNames } from './date-names.ts'
import { checkLength, readQuoted, refusePattern } from './date-pattern.ts'
import type { TimeZone } from './time-zone.ts'

/** One letter repeated, or text that stands for itself. */
export type SimpleElement =
  | { readonly kind: 'field'; readonly letter: string; readonly count: number }
  | { readonly kind: 'literal'; readonly text: string }

const letters = 'GyMdkHmsSEDFwWahKzZYuXL'

/** Compiles a pattern of SimpleDateFormat. Raises DATA_DATE_PATTERN_REFUSED. */
export function compileSimplePattern(pattern: string): readonly SimpleElement[] {
  checkLength(pattern)
  const elements: SimpleElement[] = []
  let at = 0
  while (at < pattern.length) {
    const letter = pattern[at] as string
    if (letter === "'") {
      const { text, end } = readQuoted(pattern, at)
      elements.push({ kind: 'literal', text })
      at = end
    } else if (/[A-Za-z]/.test(letter)) {
      let count = 1
      while (pattern[at + count] === letter) count++
      if (!letters.includes(letter) || (letter === 'X' && count > 3)) {
        const shown = letter.repeat(Math.min(count, 6))
        throw refusePattern(pattern, `"${shown}" has no meaning`)
      }
      elements.push({ kind: 'field', letter, count })
      at += count
    } else {
      elements.push({ kind: 'literal', text: letter })
      at++
    }
  }
  return elements
}

/** What a pattern of SimpleDateFormat prints of an instant in a time zone. Raises DATA_DATE_PATTERN_REFUSED. */
export function simpleDatePrinter(pattern: string, zone: TimeZone): (epochMs: number) => string {
  const elements = compileSimplePattern(pattern)
  return (epochMs) => {
    const offset = zone.offsetAt(epochMs)
    const fields = new DateFields(epochMs + offset, 0)
    let text = ''
    for (const element of elements) {
      text += element.kind === 'literal' ? element.text : printField(element.letter, element.count, fields, { zone, epochMs, offset })
    }
    return text
  }
}

interface Place {
  readonly zone: TimeZone
  readonly epochMs: number
  readonly offset: number
}

function printField(letter: string, count: number, fields: DateFields, place: Place): string {
  switch (letter) {
    case 'G':
      return fields.year > 0 ? 'AD' : 'BC'
    case 'y':
    case 'Y': {
      const year = letter === 'y' ? fields.yearOfEra : fields.week.year
      return count === 2 ? padded(year % 100, 2) : padded(year, count)
    }
    case 'M':
    case 'L': {
      const name = monthNames[fields.month - 1] ?? ''
      return count >= 4 ? name : count === 3 ? name.slice(0, 3) : padded(fields.month, count)
    }
    case 'E': {
      const name = weekdayNames[fields.weekday - 1] ?? ''
      return count >= 4 ? name : name.slice(0, 3)
    }
    case 'a':
      return fields.hour < 12 ? 'AM' : 'PM'
    case 'z':
      return zoneName(place, count >= 4)
    case 'Z':
    case 'X':
      return printOffset(letter, count, place.offset)
    default:
      return padded(numberField(letter, fields), count)
  }
}

function padded(value: number, count: number): string {
  return String(value).padStart(count, '0')
}

function numberField(letter: string, fields: DateFields): number {
  switch (letter) {
    case 'd':
      return fields.day
    case 'D':
      return fields.dayOfYear
    case 'F':
      return Math.floor((fields.day - 1) / 7) + 1
    case 'w':
      return fields.week.week
    case 'W':
      return fields.weekOfMonth
    case 'u':
      return fields.weekday
    case 'H':
      return fields.hour
    case 'k':
      return fields.clockHour
    case 'K':
      return fields.halfHour
    case 'h':
      return fields.clockHalfHour
    case 'm':
      return fields.minute
    case 's':
      return fields.second
    default:
      return fields.millisecond
  }
}

/** `-0500` for Z; `-05`, `-0500` or `-05:00` for X by its count, and `Z` for UTC. */
function printOffset(letter: string, count: number, offset: number): string {
  if (letter === 'X' && offset === 0) return 'Z'
  const minutes = Math.floor(Math.abs(offset) / 60_000)
  const [hour, minute] = [padded(Math.floor(minutes / 60), 2), padded(minutes % 60, 2)]
  const sign = offset < 0 ? '-' : '+'
  if (letter === 'Z') return `${sign}${hour}${minute}`
  return count === 1 ? `${sign}${hour}` : `${sign}${hour}${count === 3 ? ':' : ''}${minute}`
}

const zoneFormats = new Map<string, Intl.DateTimeFormat>()

function zoneName({ zone, epochMs, offset }: Place, long: boolean): string {
  if (['UTC', 'GMT', 'Z'].includes(zone.id))
    return long ? (zone.id === 'GMT' ? 'Greenwich Mean Time' : 'Coordinated Universal Time') : zone.id === 'Z' ? 'UTC' : zone.id
  if (!/^[A-Za-z]+[/A-Z]/.test(zone.id) || /^(?:UTC|GMT|UT)[+-]/.test(zone.id))
    return `GMT${printOffset('X', 3, offset).replace('Z', '+00:00')}`
  const key = `${zone.id} ${long}`
  let format = zoneFormats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone.id, timeZoneName: long ? 'long' : 'short' })
    zoneFormats.set(key, format)
  }
  return format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? zone.id
}
