/** What the text of an interval says: `'1 10:00' DAY TO MINUTE` and the like. */
import { shortened, type TextPosition } from '#base'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { isMonths } from './bind-type.ts'

/** Months or milliseconds. */
const unitSizes: Record<tree.TimeUnit, number> = {
  YEAR: 12,
  QUARTER: 3,
  MONTH: 1,
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
}

/** Units that follow one another in an interval of several, and how many of each make one of the unit before. */
const chains: readonly (readonly (readonly [unit: tree.TimeUnit, countMax: number])[])[] = [
  [
    ['YEAR', Number.POSITIVE_INFINITY],
    ['MONTH', 12],
  ],
  [
    ['DAY', Number.POSITIVE_INFINITY],
    ['HOUR', 24],
    ['MINUTE', 60],
    ['SECOND', 60],
  ],
]

export function intervalUnitSize(unit: tree.TimeUnit): number {
  return unitSizes[unit]
}

/** Months or milliseconds; finer fractions of a second are cut off, as in Flink. */
export function parseInterval({ text, qualifier, negative, position }: tree.IntervalLiteral): number {
  const units = unitsOf(qualifier)
  const trimmed = text.trim()
  const value = partsValue(trimmed.replace(/^[+-]/, ''), units)
  if (value === null) {
    const words = qualifier.end === undefined ? qualifier.start : `${qualifier.start} TO ${qualifier.end}`
    const expected = `an interval of ${words} such as ${example(units)}`
    throw sqlErrors.SQL_LITERAL_MALFORMED({ got: `'${shortened(text, 30)}'`, expected }, { position })
  }
  checkLength(value, text, qualifier.start, position)
  return trimmed.startsWith('-') === negative ? value : -value
}

function checkLength(value: number, text: string, start: tree.TimeUnit, position: TextPosition): void {
  const [max, unit] = isMonths(start) ? [2 ** 31 - 1, 'months'] : [Number.MAX_SAFE_INTEGER, 'milliseconds']
  if (value <= max) return
  const hint = `The longest interval has ${max} ${unit}.`
  throw sqlErrors.SQL_LITERAL_OUT_OF_RANGE({ literal: `interval '${shortened(text, 30)}'` }, { position, hint })
}

type Units = (typeof chains)[number]

/** The units that the numbers of the text count, the largest first. */
function unitsOf({ start, end, position }: tree.IntervalQualifier): Units {
  if (end === undefined || end === start) return [[start, Number.POSITIVE_INFINITY]]
  const chain = chains.find((each) => each.some(([unit]) => unit === start)) ?? []
  const from = chain.findIndex(([unit]) => unit === start)
  const to = chain.findIndex(([unit]) => unit === end)
  if (from >= 0 && to > from) return chain.slice(from, to + 1)
  const expected = 'YEAR TO MONTH, or two of DAY, HOUR, MINUTE and SECOND in this order'
  throw sqlErrors.SQL_LITERAL_MALFORMED({ expected, got: `${start} TO ${end}` }, { position })
}

function partsValue(text: string, units: Units): number | null {
  const pattern = units.map(([unit], index) => separatorBefore(units, index) + (unit === 'SECOND' ? '(\\d+(?:\\.\\d+)?)' : '(\\d+)'))
  const found = new RegExp(`^${pattern.join('')}$`).exec(text)
  if (found === null) return null
  const counts = units.map(([unit, countMax], index) =>
    countOf(found[index + 1] ?? '', unit, index === 0 ? Number.POSITIVE_INFINITY : countMax),
  )
  return counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

function separatorBefore(units: Units, index: number): string {
  const before = units[index - 1]?.[0]
  return before === undefined ? '' : before === 'YEAR' ? '-' : before === 'DAY' ? '\\s+' : ':'
}

/** What a number of units comes to; null for more than fit into the unit before. */
function countOf(digits: string, unit: tree.TimeUnit, countMax: number): number | null {
  const [whole = '', fraction = ''] = digits.split('.')
  if (Number(whole) >= countMax) return null
  return Number(whole) * unitSizes[unit] + Number(fraction.slice(0, 3).padEnd(3, '0'))
}

function example(units: Units): string {
  const parts = units.map(
    ([unit], index) => separatorBefore(units, index).replace('\\s+', ' ') + (unit === 'DAY' || unit === 'YEAR' ? '1' : '10'),
  )
  return `'${units.length === 1 ? '10' : parts.join('')}'`
}
