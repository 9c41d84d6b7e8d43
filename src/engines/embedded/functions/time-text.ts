/**
 * Functions between texts and points in time. Patterns are those of Java: of DateTimeFormatter for TO_TIMESTAMP, TO_TIMESTAMP_LTZ and
 * DATE_FORMAT of timestamps, of the older SimpleDateFormat for all others.
 */
import { MillraceError } from '#base'
import {
  boxExact,
  civilOf,
  type DataType,
  dateParser,
  datePrinter,
  dayMs,
  type ExactInteger,
  familyOf,
  findTimeZone,
  type LocalTime,
  parseDate,
  parseTimestamp,
  simpleDateParser,
  simpleDatePrinter,
  type TimeZone,
  timestampOf,
  timeZone,
  truncateDecimal,
  yearOf,
} from '#data'
import { functionErrors } from './errors.ts'
import type { CallShape, Evaluation, Session } from './evaluation.ts'
import { kept } from './kept.ts'
import { localMsOf, nanosOf } from './timestamp-parts.ts'

export const timeTextEvaluations = {
  UNIX_TIMESTAMP: unixTimestamp,
  FROM_UNIXTIME: ({ constants, session }) => {
    const zone = timeZone(session.timeZone)
    const printer = withPattern(constants[1], (pattern) => simpleDatePrinter(pattern, zone))
    return (seconds: ExactInteger, pattern = usualPattern) => printer(pattern)(Number(seconds) * 1000)
  },
  TO_DATE: ({ constants, session }) => {
    const parser = withPattern(constants[1], (pattern) => simpleDateParser(pattern, yearNow(session)))
    return (text: string, pattern?: string) => {
      const days = pattern === undefined ? parseDate(text) : Math.floor(parser(pattern)(text, utc) / dayMs)
      return Number.isNaN(days) ? null : days
    }
  },
  TO_TIMESTAMP: ({ constants }) => {
    const parser = withPattern(constants[1], unlessRefused)
    return (text: string, pattern?: string) => {
      if (pattern !== undefined) return parser(pattern)(text)?.localMs ?? null
      const value = parseTimestamp(text, 3)
      return Number.isNaN(value) ? null : value
    }
  },
  TO_TIMESTAMP_LTZ: (shape) =>
    shape.arguments[0] !== undefined && familyOf(shape.arguments[0]) === 'text' ? instantOfText(shape) : instantOfNumber(shape),
  DATE_FORMAT: (shape) => dateFormat(shape),
  CONVERT_TZ: ({ session }) => {
    const parse = simpleDateParser(usualPattern, yearNow(session))
    const printer = kept((zone) => simpleDatePrinter(usualPattern, legacyZone(zone)))
    const zoneOf = kept(legacyZone)
    return (text: string, from: string, to: string) => {
      const ms = parse(text, zoneOf(from))
      return Number.isNaN(ms) ? null : printer(to)(ms)
    }
  },
} satisfies Record<string, Evaluation>

const usualPattern = 'yyyy-MM-dd HH:mm:ss'
const utc = timeZone('UTC')

/** Compiles a constant pattern now, so that one that cannot be used is refused with the statement, and others as they come. */
function withPattern<Result>(constant: unknown, make: (pattern: string) => Result): (pattern: string) => Result {
  if (typeof constant !== 'string') return kept(make)
  const made = make(constant)
  return () => made
}

/** Years of two digits are near this one. */
function yearNow({ clock }: Session): number {
  return yearOf(civilOf(Math.floor(clock.nowMs() / dayMs)))
}

type Parser = (text: string) => LocalTime | null

/** TO_TIMESTAMP is NULL throughout for a pattern that cannot be used. */
function unlessRefused(pattern: string): Parser {
  try {
    return dateParser(pattern)
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'DATA_DATE_PATTERN_REFUSED') return () => null
    throw error
  }
}

/** What Java calls Long.MIN_VALUE: a text that is no date. */
const noSeconds = -9223372036854775808n

function unixTimestamp({ arguments: { length }, constants, session }: CallShape): (text: string, pattern?: string) => ExactInteger {
  if (length === 0) return () => Math.floor(session.clock.nowMs() / 1000)
  const zone = timeZone(session.timeZone)
  const parser = withPattern(constants[1], (pattern) => simpleDateParser(pattern, yearNow(session)))
  return (text, pattern = usualPattern) => {
    const ms = parser(pattern)(text, zone)
    return Number.isNaN(ms) ? noSeconds : Math.trunc(ms / 1000) + 0
  }
}

function dateFormat({ arguments: [type], constants, session }: CallShape): (value: never, pattern: string) => string | null {
  if (type !== undefined && familyOf(type) === 'text') {
    const parse = simpleDateParser(usualPattern, yearNow(session))
    const printer = withPattern(constants[1], (pattern) => simpleDatePrinter(pattern, utc))
    return (text: string, pattern) => {
      const ms = parse(text, utc)
      return Number.isNaN(ms) ? null : printer(pattern)(ms)
    }
  }
  const printer = withPattern(constants[1], datePrinter)
  const localMs = localMsOf(type, session)
  const nanos = nanosOf(type)
  return (value: ExactInteger, pattern) => printer(pattern)(localMs(value), nanos(value))
}

/** Texts are read as UTC, whatever the zone of the session, unless a zone is named. */
function instantOfText({ constants, result }: CallShape): (text: string, pattern?: string, zone?: string) => ExactInteger | null {
  const parser = withPattern(constants[1], dateParser)
  const zoneOf = withPattern(constants[2], timeZone)
  const precision = 'precision' in result ? result.precision : 3
  return (text, pattern, zone) => {
    if (pattern === undefined) {
      const value = parseTimestamp(text, 3)
      if (Number.isNaN(value))
        throw functionErrors.ENGINE_ARGUMENT_REFUSED({ function: 'TO_TIMESTAMP_LTZ', argument: `"${text}" without a format` })
      return value
    }
    const local = parser(pattern)(text)
    if (local === null) return null
    return timestampOf(zone === undefined ? local.localMs : zoneOf(zone).instantOf(local.localMs), local.nanos, precision)
  }
}

/** The years 0 to 9999. */
const instantMsMin = -62_167_219_200_000
const instantMsMax = 253_402_300_799_999

/** A number of seconds, milliseconds, or finer parts by the second argument; of numbers with a fraction only DOUBLE seconds keep it. */
function instantOfNumber({ arguments: [type], result }: CallShape): (value: ExactInteger, precision?: ExactInteger) => ExactInteger | null {
  const resultPrecision = 'precision' in result ? result.precision : 3
  const wholeOf = wholeNumber(type)
  return (value, digits = 3) => {
    const precision = Number(digits)
    if (precision < 0 || precision > 9) {
      throw functionErrors.ENGINE_ARGUMENT_REFUSED(
        { function: 'TO_TIMESTAMP_LTZ', argument: `precision ${precision}` },
        { hint: 'Use 0 to 9.' },
      )
    }
    if (precision > 3) return scaled(wholeOf(value), precision, resultPrecision)
    const factor = 10 ** (3 - precision)
    const isReal = type?.kind === 'double' || type?.kind === 'float'
    const ms = isReal ? Math.trunc(Number(value) * factor) + 0 : Number(wholeOf(value)) * factor
    return ms >= instantMsMin && ms <= instantMsMax ? ms : null
  }
}

function wholeNumber(type: DataType | undefined): (value: ExactInteger) => ExactInteger {
  if (type?.kind === 'decimal') {
    const { scale } = type
    return (value) => truncateDecimal(value, scale)
  }
  return type?.kind === 'double' || type?.kind === 'float' ? (value) => Math.trunc(Number(value)) : (value) => value
}

function scaled(value: ExactInteger, precision: number, resultPrecision: number): ExactInteger {
  const digits = resultPrecision <= 3 ? 3 : resultPrecision <= 6 ? 6 : 9
  return boxExact(BigInt(value) * 10n ** BigInt(digits - precision))
}

/** Names that java.util.TimeZone knows besides regions. */
const shortZones: Readonly<Record<string, string>> = {
  ACT: 'Australia/Darwin',
  AET: 'Australia/Sydney',
  AGT: 'America/Argentina/Buenos_Aires',
  ART: 'Africa/Cairo',
  AST: 'America/Anchorage',
  BET: 'America/Sao_Paulo',
  BST: 'Asia/Dhaka',
  CAT: 'Africa/Harare',
  CNT: 'America/St_Johns',
  CST: 'America/Chicago',
  CTT: 'Asia/Shanghai',
  EAT: 'Africa/Addis_Ababa',
  ECT: 'Europe/Paris',
  EST: 'GMT-05:00',
  HST: 'GMT-10:00',
  IET: 'America/Indiana/Indianapolis',
  IST: 'Asia/Kolkata',
  JST: 'Asia/Tokyo',
  MIT: 'Pacific/Apia',
  MST: 'GMT-07:00',
  NET: 'Asia/Yerevan',
  NST: 'Pacific/Auckland',
  PLT: 'Asia/Karachi',
  PNT: 'America/Phoenix',
  PRT: 'America/Puerto_Rico',
  PST: 'America/Los_Angeles',
  SST: 'Pacific/Guadalcanal',
  VST: 'Asia/Ho_Chi_Minh',
}

/** The zone of a name as java.util.TimeZone finds it: UTC where there is none. */
function legacyZone(name: string): TimeZone {
  const known = shortZones[name] ?? name
  return /^(?:UTC?[+-]|[+-]|[a-z])/.test(known) ? utc : (findTimeZone(known) ?? utc)
}
