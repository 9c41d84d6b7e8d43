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
  parseDecimal,
  parseDecimalBytes,
  parseDoubleBytes,
  parseExactIntegerBytes,
  parseExactTimestampBytes,
  parseFloat32,
  parseTimeBytes,
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
      return readLong
    case 'interval-day-time':
      return (data, start, end) => {
        const value = readInteger(data, start, end)
        return typeof value === 'number' ? value : unreadable
      }
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
  if (value !== inexact) return value
  const exact = parseDecimal(decodeText(data, start, end), shape.precision, shape.scale)
  return exact === overflow ? null : typeof exact === 'number' ? orUnreadable(exact) : exact
}

const base64Letters = new Set(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'))

/** Base64 (RFC 4648), the padding whole or left out. */
function readBase64(data: Uint8Array, start: number, end: number): unknown {
  let last = end
  while (last > start && end - last < 2 && data[last - 1] === 61) last--
  if ((last - start) % 4 === 1 || (last < end && (end - start) % 4 !== 0)) return unreadable
  for (let at = start; at < last; at++) if (!base64Letters.has(data[at] as number)) return unreadable
  return new Uint8Array(Buffer.from(decodeText(data, start, last), 'base64'))
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
  const value = parseExactTimestampBytes(bytes, 0, bytes.length, precision, style.separator)
  if (Number.isNaN(value)) return unreadable
  return offsetMs === 0 ? value : boxExact(BigInt(value) - BigInt(offsetMs) * BigInt(timestampUnit(precision)))
}
