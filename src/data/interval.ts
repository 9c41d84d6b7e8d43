/** Intervals: months, or milliseconds. How CAST prints them, and how literals such as INTERVAL '1 10:00:00.5' DAY TO SECOND are read. */
import { unparsed } from './parse-bytes.ts'

/** `+1-02`: years and months. */
export function printMonths(months: number): string {
  const size = Math.abs(months)
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${String(size % 12).padStart(2, '0')}`
}

/** `+1 10:00:00.123`: days and time of day. */
export function printDays(ms: number): string {
  const size = Math.abs(ms)
  const seconds = Math.floor(size / 1000)
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  return `${ms < 0 ? '-' : '+'}${Math.floor(seconds / 86_400)} ${clock.join(':')}.${String(size % 1000).padStart(3, '0')}`
}

type IntervalUnit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second'

/** Months or milliseconds of one unit. */
const intervalUnitSizes: Record<IntervalUnit, number> = {
  year: 12,
  quarter: 3,
  month: 1,
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
}

/** From the largest to the smallest, with what stands before each within a literal and the values it may have there. */
const fields: readonly { readonly unit: IntervalUnit; readonly before: string; readonly max: number }[] = [
  { unit: 'year', before: '', max: 0 },
  { unit: 'month', before: '-', max: 11 },
  { unit: 'day', before: '', max: 0 },
  { unit: 'hour', before: ' ', max: 23 },
  { unit: 'minute', before: ':', max: 59 },
  { unit: 'second', before: ':', max: 59 },
]

export interface IntervalQualifier {
  readonly from: IntervalUnit
  /** The smallest unit; the same as `from` when left out. */
  readonly to?: IntervalUnit | undefined
  /** Digits that the first field may have; 2 when left out. */
  readonly leadingDigits?: number | undefined
  /** Digits that the fraction of a second may have; 6 when left out. */
  readonly fractionDigits?: number | undefined
}

/**
 * Reads the text of an interval literal as months (YEAR, QUARTER, MONTH) or milliseconds (WEEK and smaller; what is finer than a
 * millisecond is cut off). NaN when it does not have the fields that the qualifier names, or more digits than it allows. The sign
 * counts for the whole; blanks are allowed around the text only. Source: Calcite's SqlIntervalQualifier.
 */
export function parseInterval(text: string, qualifier: IntervalQualifier): number {
  const parts = intervalForm(qualifier).exec(text.trim())
  if (parts === null) return unparsed
  const units = unitsOf(qualifier)
  let total = 0
  for (const [index, unit] of units.entries()) {
    const value = Number(parts[index + 2])
    const limit = index === 0 ? 10 ** (qualifier.leadingDigits ?? 2) - 1 : (fields.find((field) => field.unit === unit)?.max ?? 0)
    if (value > limit) return unparsed
    total += value * intervalUnitSizes[unit]
  }
  const fraction = parts[units.length + 2] ?? ''
  total += Number(fraction.slice(0, 3).padEnd(3, '0'))
  return parts[1] === '-' ? 0 - total : total
}

function unitsOf({ from, to = from }: IntervalQualifier): IntervalUnit[] {
  const order = fields.map((field) => field.unit)
  return from === to || !order.includes(from) ? [from] : order.slice(order.indexOf(from), order.indexOf(to) + 1)
}

const forms = new Map<string, RegExp>()

function intervalForm(qualifier: IntervalQualifier): RegExp {
  const { from, to = from, fractionDigits = 6 } = qualifier
  const name = `${from} ${to} ${fractionDigits}`
  let form = forms.get(name)
  if (form === undefined) {
    const places = unitsOf(qualifier).map((unit, index) =>
      index === 0 ? '(\\d+)' : `${fields.find((field) => field.unit === unit)?.before ?? ''}(\\d{1,2})`,
    )
    const fraction = to === 'second' && fractionDigits > 0 ? `(?:\\.(\\d{1,${fractionDigits}}))?` : ''
    form = new RegExp(`^([+-]?)${places.join('')}${fraction}$`)
    forms.set(name, form)
  }
  return form
}
