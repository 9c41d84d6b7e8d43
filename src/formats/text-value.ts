/**
 * Reads the value of a column from its text, for formats that write values as text: the careful way, which takes all that Flink takes.
 * Generated decoders have quick ways for the common spelling of the common types and come here for the rest.
 */
import {
  blankEnd,
  blankStart,
  boxExact,
  type DataType,
  decodeText,
  inexact,
  isNanText,
  overflow,
  parseDateBytes,
  parseDecimalBytes,
  parseDoubleBytes,
  parseExactIntegerBytes,
  parseFloat32,
  parseTimeBytes,
  parseTimestamp,
  parseTimestampBytes,
  timestampUnit,
} from '#data'

/** A text that is no value of the type. */
export const unreadable: unique symbol = Symbol('unreadable')

/** The boxed value, null for NULL, or `unreadable`. */
export type TextReader = (data: Uint8Array, start: number, end: number) => unknown

export interface TimeStyle {
  /** The byte between date and time: a blank or T. */
  readonly separator: number
  /** Whether seconds may be left out. */
  readonly seconds: 'required' | 'optional'
  /** What stands after a time stamp: nothing (and Z for local time stamps), or an offset from UTC. */
  readonly offset: 'none' | 'given'
}

export const sqlTime: TimeStyle = { separator: 32, seconds: 'required', offset: 'none' }

const ranges = {
  tinyint: [-128, 127],
  smallint: [-32_768, 32_767],
  integer: [-2_147_483_648, 2_147_483_647],
  'interval-year-month': [-2_147_483_648, 2_147_483_647],
} as const
/** Longer texts are no integers of any type; a bigint of millions of digits would take minutes. */
const integerDigitsMax = 400
const longMax = 9_223_372_036_854_775_807n

/** The reader of a type's text; null for types that have no text of their own: rows, arrays, maps, multisets. */
export function textReader(type: DataType, style: TimeStyle): TextReader | null {
  switch (type.kind) {
    case 'boolean':
      return (data, start, end) => decodeText(data, blankStart(data, start, end), blankEnd(data, start, end)).toLowerCase() === 'true'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'interval-year-month': {
      const [least, most] = ranges[type.kind]
      return (data, start, end) => {
        const value = readInteger(data, start, end)
        return typeof value === 'number' && value >= least && value <= most ? value : unreadable
      }
    }
    case 'bigint':
    case 'interval-day-time':
      return readLong
    case 'float':
      return (data, start, end) => (readDouble(data, start, end) === unreadable ? unreadable : parseFloat32(decodeText(data, start, end)))
    case 'double':
      return readDouble
    case 'decimal':
      return (data, start, end) => readDecimal(data, blankStart(data, start, end), blankEnd(data, start, end), type)
    case 'char':
    case 'varchar':
      return decodeText
    case 'binary':
    case 'varbinary':
      return readBase64
    case 'date':
      return (data, start, end) => orUnreadable(parseDateBytes(data, start, end))
    case 'time':
      return (data, start, end) => readTime(data, start, end, type.precision)
    case 'timestamp':
    case 'timestamp-ltz':
      return timestampReader(type, style)
    case 'null':
      return () => null
    default:
      return null
  }
}

function orUnreadable(value: number): number | typeof unreadable {
  return Number.isNaN(value) ? unreadable : value
}

function readInteger(data: Uint8Array, start: number, end: number): number | bigint | null {
  const from = blankStart(data, start, end)
  const to = blankEnd(data, from, end)
  return to - from > integerDigitsMax ? null : parseExactIntegerBytes(data, from, to)
}

function readLong(data: Uint8Array, start: number, end: number): unknown {
  const value = readInteger(data, start, end)
  if (value === null) return unreadable
  return typeof value === 'bigint' && (value > longMax || value < -longMax - 1n) ? unreadable : value
}

function readDouble(data: Uint8Array, start: number, end: number): number | typeof unreadable {
  const from = blankStart(data, start, end)
  const to = blankEnd(data, from, end)
  const value = parseDoubleBytes(data, from, to)
  return Number.isNaN(value) && !isNanText(data, from, to) ? unreadable : value
}

type DecimalShape = { readonly precision: number; readonly scale: number }

/** Rounded half up to the scale; NULL when more digits than the precision allows remain, as in Flink. */
function readDecimal(data: Uint8Array, start: number, end: number, shape: DecimalShape): unknown {
  const value = parseDecimalBytes(data, start, end, shape.precision, shape.scale)
  if (Number.isNaN(value)) return unreadable
  if (value === overflow) return null
  return value === inexact ? readLongDecimal(decodeText(data, start, end), shape) : value
}

/** Any length and exponent. Only the digits that stay become a number: there may be millions, and an exponent of a billion. */
function readLongDecimal(text: string, shape: DecimalShape): unknown {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  if (parts === null || whole.length + fraction.length === 0) return unreadable
  if (digits === '') return 0
  /** How many of the digits stay, once the value is scaled. */
  const kept = digits.length - fraction.length + Number(exponent) + shape.scale
  if (kept > shape.precision) return null
  if (kept < 0) return 0
  const scaled = BigInt(digits.slice(0, kept).padEnd(kept, '0') || '0') + ((digits[kept] ?? '0') >= '5' ? 1n : 0n)
  if (scaled.toString().length > shape.precision) return null
  return boxExact(sign === '-' ? -scaled : scaled)
}

function readBase64(data: Uint8Array, start: number, end: number): unknown {
  const text = decodeText(data, start, end)
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) return unreadable
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

/** Seconds and fraction may be left out. */
function readTime(data: Uint8Array, start: number, end: number, precision: number): unknown {
  const value = end - start === 5 ? readShortTime(decodeText(data, start, end)) : parseTimeBytes(data, start, end)
  if (!(value < 86_400_000)) return unreadable
  return precision >= 3 ? value : value - (value % 10 ** (3 - precision))
}

function readShortTime(text: string): number {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  return parts === null ? Number.NaN : Number(parts[1]) * 3_600_000 + Number(parts[2]) * 60_000
}

type TimestampShape = { readonly kind: DataType['kind']; readonly precision: number }

function timestampReader(type: TimestampShape, style: TimeStyle): TextReader {
  return (data, start, end) => {
    const from = blankStart(data, start, end)
    const text = decodeText(data, from, blankEnd(data, from, end))
    const [body, offsetMs] = splitOffset(text, type, style)
    return body === null ? unreadable : readTimestamp(body, offsetMs, type.precision, style)
  }
}

/** The time stamp without its zone, and how far it is ahead of UTC; null when the zone is not as it should be. */
function splitOffset(text: string, type: TimestampShape, style: TimeStyle): readonly [string | null, number] {
  if (style.offset === 'given') {
    const parts = /^(.*?)(?:Z|([+-])(\d\d):(\d\d)(?::(\d\d))?)$/.exec(text)
    if (parts === null) return [null, 0]
    const [, body = '', sign = '+', hours = '0', minutes = '0', seconds = '0'] = parts
    const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000
    return [ms > 18 * 3_600_000 ? null : body, sign === '-' ? -ms : ms]
  }
  if (type.kind !== 'timestamp-ltz') return [text, 0]
  return [text.endsWith('Z') ? text.slice(0, -1) : null, 0]
}

function readTimestamp(text: string, offsetMs: number, precision: number, style: TimeStyle): unknown {
  const full = style.seconds === 'optional' && text.length === 16 ? `${text}:00` : text
  const bytes = Uint8Array.from(full, (letter) => Math.min(255, letter.charCodeAt(0)))
  const value = parseTimestampBytes(bytes, 0, bytes.length, precision, style.separator)
  if (Number.isNaN(value)) return unreadable
  const exact = value === inexact ? parseTimestamp(full.replace('T', ' '), precision) : value
  return offsetMs === 0 ? exact : boxExact(BigInt(exact) - BigInt(offsetMs) * BigInt(timestampUnit(precision)))
}
