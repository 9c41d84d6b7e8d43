/** Prints by a pattern of Java's DateTimeFormatter (date-pattern.ts). */
import { dayMs } from './civil.ts'
import { DateFields } from './date-fields.ts'
import { monthNames, quarterNames, styledName, weekdayNames } from './date-names.ts'
import {
  compilePattern,
  type DateElement,
  type NumberElement,
  type NumberField,
  refusePattern,
  type TextField,
  type TextStyle,
} from './date-pattern.ts'

/** What a pattern of DateTimeFormatter prints. Raises DATA_DATE_PATTERN_REFUSED for a pattern that is none, or that needs a zone. */
export function datePrinter(pattern: string): (localMs: number, nanos: number) => string {
  const elements = compilePattern(pattern)
  if (usesZone(elements)) throw refusePattern(pattern, 'the value has no time zone')
  const unitMs = Math.min(dayMs, ...elements.map(unitMsOf))
  if (unitMs === 0) return (localMs, nanos) => printElements(elements, new DateFields(localMs, nanos))
  // Times come in order mostly: the next one often has the text of the one before.
  let last = Number.NaN
  let text = ''
  return (localMs, nanos) => {
    const unit = Math.floor(localMs / unitMs)
    if (unit === last) return text
    text = printElements(elements, new DateFields(localMs, nanos))
    last = unit
    return text
  }
}

/** How long what an element prints stays the same; 0 where that is less than a second. */
function unitMsOf(element: DateElement): number {
  if (element.kind === 'fraction') return 0
  if (element.kind === 'optional') return Math.min(dayMs, ...element.elements.map(unitMsOf))
  return 'field' in element ? (shortUnitsMs[element.field] ?? dayMs) : dayMs
}

const hourMs = 3_600_000

/** Of fields that change within a day. */
const shortUnitsMs: Partial<Record<NumberField | TextField, number>> = {
  'half-day': hourMs,
  hour: hourMs,
  'clock-hour': hourMs,
  'half-hour': hourMs,
  'clock-half-hour': hourMs,
  minute: 60_000,
  second: 1000,
  nano: 0,
  'milli-of-day': 0,
  'nano-of-day': 0,
}

function usesZone(elements: readonly DateElement[]): boolean {
  return elements.some((element) => element.kind === 'zone' || (element.kind === 'optional' && usesZone(element.elements)))
}

function printElements(elements: readonly DateElement[], fields: DateFields): string {
  let text = ''
  for (const element of elements) text += printElement(element, fields)
  return text
}

function printElement(element: DateElement, fields: DateFields): string {
  switch (element.kind) {
    case 'literal':
      return element.text
    case 'text':
      return printText(element.field, element.style, fields)
    case 'optional':
      return printElements(element.elements, fields)
    case 'fraction':
      return String(fields.nanosecond).padStart(9, '0').slice(0, element.min)
    case 'reduced':
      return String(Math.abs(numberOf(element.field, fields)) % 100).padStart(2, '0')
    case 'number':
      return printNumber(numberOf(element.field, fields), element)
    case 'zone':
      return ''
  }
}

function printNumber(value: number, { min, sign }: NumberElement): string {
  const digits = String(Math.abs(value))
  const mark = value < 0 ? '-' : sign === 'exceeds-pad' && digits.length > min ? '+' : ''
  return mark + digits.padStart(min, '0')
}

function printText(field: TextField, style: TextStyle, fields: DateFields): string {
  switch (field) {
    case 'era':
      return eraName(fields.year > 0, style)
    case 'quarter':
      return style === 'short' ? `Q${fields.quarter}` : style === 'full' ? (quarterNames[fields.quarter - 1] ?? '') : String(fields.quarter)
    case 'month':
      return styledName(monthNames[fields.month - 1] ?? '', style)
    case 'weekday':
      return styledName(weekdayNames[fields.weekday - 1] ?? '', style)
    case 'half-day':
      return fields.hour < 12 ? 'AM' : 'PM'
  }
}

export function eraName(current: boolean, style: TextStyle): string {
  if (style === 'full') return current ? 'Anno Domini' : 'Before Christ'
  const short = current ? 'AD' : 'BC'
  return style === 'short' ? short : short.slice(0, 1)
}

/** The value of a field in a local time. */
export function numberOf(field: NumberField, fields: DateFields): number {
  switch (field) {
    case 'year':
      return fields.year
    case 'year-of-era':
      return fields.yearOfEra
    case 'week-year':
      return fields.week.year
    case 'quarter':
      return fields.quarter
    case 'month':
      return fields.month
    case 'day':
      return fields.day
    case 'day-of-year':
      return fields.dayOfYear
    case 'aligned-day':
      return ((fields.day - 1) % 7) + 1
    case 'week':
      return fields.week.week
    case 'week-of-month':
      return fields.weekOfMonth
    case 'local-weekday':
      return (fields.weekday % 7) + 1
    case 'hour':
      return fields.hour
    case 'clock-hour':
      return fields.clockHour
    case 'half-hour':
      return fields.halfHour
    case 'clock-half-hour':
      return fields.clockHalfHour
    case 'minute':
      return fields.minute
    case 'second':
      return fields.second
    case 'nano':
      return fields.nanosecond
    case 'milli-of-day':
      return fields.timeMs
    case 'nano-of-day':
      return fields.timeMs * 1_000_000 + fields.nanos
  }
}
