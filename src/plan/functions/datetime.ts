/**
 * Functions on dates, times and intervals.
 *
 * A unit is a text literal in upper case: EXTRACT('YEAR', x), FLOOR_TIME(x, 'DAY') for FLOOR(x TO DAY), TIMESTAMPADD('DAY', 1, x).
 * PLUS_INTERVAL and MINUS_INTERVAL are `+` and `-` whose right side is an interval; the left side is a point in time or an interval of
 * the same kind (the front end puts the interval on the right). TIMES_INTERVAL is `*` of an interval and a whole number, in that order.
 * OVERLAPS takes four arguments: two starts, each followed by an end or a length.
 */
import { bigintType, booleanType, type DataType, dateType, familyOf, integerType, stringType, timestampLtzType, timestampType } from '#data'
import {
  date,
  integer,
  interval,
  notNull,
  number,
  ofKind,
  type Parameter,
  signature,
  signatureTogether,
  text,
  timePoint,
  typeOf,
  word,
} from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

/** Units that EXTRACT knows. */
const extractUnits = [
  'MILLENNIUM',
  'CENTURY',
  'DECADE',
  'YEAR',
  'ISOYEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'DOY',
  'DOW',
  'ISODOW',
  'HOUR',
  'MINUTE',
  'SECOND',
  'MILLISECOND',
  'MICROSECOND',
  'NANOSECOND',
  'EPOCH',
] as const
/** Units that FLOOR and CEIL round to. */
const roundUnits = [
  'MILLENNIUM',
  'CENTURY',
  'DECADE',
  'YEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'HOUR',
  'MINUTE',
  'SECOND',
  'MILLISECOND',
] as const
/** Units that TIMESTAMPADD and TIMESTAMPDIFF count in. */
const countUnits = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'] as const

const clockUnits: readonly unknown[] = ['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND']
const finestUnits: readonly unknown[] = ['SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND']
const timestamp = ofKind(timestampType, 'timestamp', 'timestamp-ltz')
const timePointOrInterval: Parameter = (argument) => timePoint(argument) ?? interval(argument)
const timestampOrText: Parameter = (argument) => text(argument) ?? timestamp(argument)
const timeOfDay: Parameter = (argument) => (argument.type.kind === 'date' ? null : timePoint(argument))
const dateOrTimestamp: Parameter = (argument) => date(argument) ?? timestamp(argument)

export const datetimeSignatures = {
  EXTRACT: signature('EXTRACT(unit FROM timepoint)', [word(...extractUnits), timePointOrInterval], (types, args) =>
    hasPart(types[1], args[0]?.literal) ? bigintType : null,
  ),
  YEAR: part('YEAR', dateOrTimestamp),
  QUARTER: part('QUARTER', dateOrTimestamp),
  MONTH: part('MONTH', dateOrTimestamp),
  WEEK: part('WEEK', dateOrTimestamp),
  DAYOFYEAR: part('DAYOFYEAR', dateOrTimestamp),
  DAYOFMONTH: part('DAYOFMONTH', dateOrTimestamp),
  DAYOFWEEK: part('DAYOFWEEK', dateOrTimestamp),
  HOUR: part('HOUR', timePoint),
  MINUTE: part('MINUTE', timePoint),
  SECOND: part('SECOND', timeOfDay),
  FLOOR_TIME: rounding('FLOOR'),
  CEIL_TIME: rounding('CEIL'),
  PLUS_INTERVAL: shift('timepoint + interval'),
  MINUS_INTERVAL: shift('timepoint - interval'),
  TIMES_INTERVAL: signature('interval * integer', [interval, integer], (types) => types[0] ?? null),
  TIMESTAMPADD: signature('TIMESTAMPADD(unit, count, timepoint)', [word(...countUnits), integer, timePoint], added),
  TIMESTAMPDIFF: signature('TIMESTAMPDIFF(unit, timepoint1, timepoint2)', [word(...countUnits), timePoint, timePoint], counted),
  OVERLAPS: signatureTogether('(start1, end1) OVERLAPS (start2, end2)', [4, 4], overlapping, booleanType),
  CURRENT_DATE: clock('CURRENT_DATE', dateType),
  CURRENT_TIME: clock('CURRENT_TIME', { kind: 'time', precision: 0, nullable: true }),
  CURRENT_TIMESTAMP: clock('CURRENT_TIMESTAMP', timestampLtzType),
  LOCALTIME: clock('LOCALTIME', { kind: 'time', precision: 0, nullable: true }),
  LOCALTIMESTAMP: clock('LOCALTIMESTAMP', timestampType),
  NOW: clock('NOW()', timestampLtzType),
  CURRENT_ROW_TIMESTAMP: clock('CURRENT_ROW_TIMESTAMP()', timestampLtzType, 'row'),
  PROCTIME: clock('PROCTIME()', timestampLtzType, 'row'),
  CURRENT_WATERMARK: signature('CURRENT_WATERMARK(rowtime)', [timestamp], millisecondsOf, { givesNull: true, determinism: 'row' }),
  UNIX_TIMESTAMP: signature('UNIX_TIMESTAMP([string [, format]])', [text, text], bigintType, { optional: 2, determinism: 'row' }),
  FROM_UNIXTIME: signature('FROM_UNIXTIME(seconds [, format])', [integer, text], stringType, { optional: 1, givesNull: true }),
  TO_DATE: signature('TO_DATE(string [, format])', [text, text], dateType, { optional: 1, givesNull: true }),
  TO_TIMESTAMP: signature('TO_TIMESTAMP(string [, format])', [text, text], timestampType, { optional: 1, givesNull: true }),
  TO_TIMESTAMP_LTZ: signatureTogether(
    'TO_TIMESTAMP_LTZ(number [, precision]) or TO_TIMESTAMP_LTZ(string [, format [, timezone]])',
    [1, 3],
    instantArguments,
    instantType,
    { givesNull: true },
  ),
  DATE_FORMAT: signature('DATE_FORMAT(timestamp, format)', [timestampOrText, text], stringType, { givesNull: true }),
  CONVERT_TZ: signature('CONVERT_TZ(string, fromZone, toZone)', [text, text, text], stringType, { givesNull: true }),
} satisfies Record<string, Signature>

function part(name: string, parameter: Parameter): Signature {
  return signature(`${name}(timepoint)`, [parameter], bigintType)
}

function rounding(name: string): Signature {
  return signature(`${name}(timepoint TO unit)`, [timePoint, word(...roundUnits)], typeOf(0))
}

/** Which parts make sense: a time of day has none longer than an hour, a date none shorter than a minute. */
function hasPart(type: DataType | undefined, unit: unknown): boolean {
  switch (type?.kind) {
    case 'time':
      return clockUnits.includes(unit)
    case 'date':
      return !finestUnits.includes(unit)
    case 'interval-day-time':
      return unit === 'DAY' || clockUnits.includes(unit)
    case 'interval-year-month':
      return unit === 'YEAR' || unit === 'QUARTER' || unit === 'MONTH'
    default:
      return true
  }
}

/** The result is of the left side's type; both sides being intervals they must be of one kind. */
function shift(usage: string): Signature {
  return signature(usage, [timePointOrInterval, interval], ([left, right]) => {
    if (left === undefined || right === undefined) return null
    return familyOf(left) === 'interval' && left.kind !== right.kind ? null : left
  })
}

/** A date moved by hours becomes a timestamp. */
function added(types: readonly DataType[], args: readonly Argument[]): DataType | null {
  const type = types[2]
  if (type?.kind === 'date' && clockUnits.includes(args[0]?.literal)) return { kind: 'timestamp', precision: 6, nullable: true }
  return type ?? null
}

/** Dates and timestamps mix, but not with times of day, nor with timestamps that stand for instants. */
function counted([, from, to]: readonly DataType[], args: readonly Argument[]): DataType | null {
  if (from === undefined || to === undefined) return null
  const group = (type: DataType): string => (type.kind === 'date' ? 'timestamp' : type.kind)
  if (group(from) !== group(to)) return null
  return from.kind !== 'time' || clockUnits.includes(args[0]?.literal) ? integerType : null
}

function overlapping(args: readonly Argument[]): readonly DataType[] | null {
  const [start1, end1, start2, end2] = args.map((argument, index) =>
    index % 2 === 0 ? timePoint(argument) : timePointOrInterval(argument),
  )
  if (!start1 || !end1 || !start2 || !end2) return null
  const points = [start1, end1, start2, end2].filter((type) => familyOf(type) !== 'interval')
  return points.every((type) => type.kind === start1.kind) ? [start1, end1, start2, end2] : null
}

function clock(usage: string, type: DataType, determinism: 'query' | 'row' = 'query'): Signature {
  return signature(usage, [], notNull(type), { determinism })
}

function millisecondsOf(types: readonly DataType[]): DataType | null {
  return types[0]?.kind === 'timestamp' ? timestampType : timestampLtzType
}

function instantArguments(args: readonly Argument[]): readonly DataType[] | null {
  const [value, second, third] = args
  if (value === undefined) return null
  const parameters = text(value) === null ? [number, integer] : [text, text, text]
  const types = [value, second, third].slice(0, args.length).map((argument, index) => {
    const parameter = parameters[index]
    return parameter === undefined || argument === undefined ? null : parameter(argument)
  })
  return types.every((type) => type !== null) ? types : null
}

/** The precision asked for by a literal; less than milliseconds counts as milliseconds. */
function instantType(types: readonly DataType[], args: readonly Argument[]): DataType | null {
  const precision = args[1]?.literal
  if (types[0]?.kind === 'char' || types[0]?.kind === 'varchar' || typeof precision !== 'number') return timestampLtzType
  if (precision < 0 || precision > 9) return null
  return { kind: 'timestamp-ltz', precision: Math.max(precision, 3), nullable: true }
}
