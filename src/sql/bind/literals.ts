/** Constants: what the text of a literal says, as a boxed value of its type. */
import { shortened, type TextPosition } from '#base'
import { type DataType, decimalPrecisionMax, parseDateBytes } from '#data'
import type { Expression, Literal, LiteralValue } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { isMonths } from './bind-type.ts'
import { originOf } from './call.ts'
import { boxed, castTo } from './coerce.ts'
import { parseInterval } from './interval-text.ts'

export function bindLiteral(literal: tree.Literal): Expression {
  switch (literal.kind) {
    case 'number-literal':
      return bindNumber(literal, false)
    case 'string-literal':
      return constant({ kind: 'char', length: literal.value.length, nullable: false }, literal.value)
    case 'binary-literal':
      return constant({ kind: 'binary', length: literal.hex.length / 2, nullable: false }, literal.hex)
    case 'boolean-literal':
      return constant({ kind: 'boolean', nullable: literal.value === null }, literal.value)
    case 'null-literal':
      return constant({ kind: 'null', nullable: true }, null)
    case 'datetime-literal':
      return bindDateTime(literal)
    case 'interval-literal':
      return intervalConstant(parseInterval(literal), literal.qualifier.start)
  }
}

export function constant(type: DataType, value: LiteralValue): Literal {
  return { kind: 'literal', value, type }
}

export function textConstant(value: string): Literal {
  return constant({ kind: 'char', length: value.length, nullable: false }, value)
}

export function integerConstant(value: number): Literal {
  return constant({ kind: 'integer', nullable: false }, value)
}

export function intervalConstant(value: number, unit: tree.TimeUnit): Literal {
  return constant({ kind: isMonths(unit) ? 'interval-year-month' : 'interval-day-time', nullable: false }, value)
}

/** `12` is the least of INT, BIGINT and DECIMAL that holds it; `1.50` is DECIMAL(3, 2); `1e3` is DOUBLE. */
export function bindNumber({ text, form, position }: tree.NumberLiteral, negative: boolean): Literal {
  if (form === 'approximate') return bindApproximate(text, negative, position)
  const point = text.indexOf('.')
  const digits = text.replace('.', '')
  const scale = point < 0 ? 0 : text.length - point - 1
  const value = BigInt(digits) * (negative ? -1n : 1n)
  if (point < 0) {
    if (value >= -2147483648n && value < 2147483648n) return constant({ kind: 'integer', nullable: false }, Number(value))
    if (value >= -(1n << 63n) && value < 1n << 63n) return constant({ kind: 'bigint', nullable: false }, boxed(value))
  }
  const precision = digits.length
  if (precision > decimalPrecisionMax) {
    const hint = `A DECIMAL has at most ${decimalPrecisionMax} digits. Write the number with an exponent, as in 1e40, to make it DOUBLE.`
    throw sqlErrors.SQL_LITERAL_OUT_OF_RANGE({ literal: `number ${shortened(text, 30)}` }, { position, hint })
  }
  return constant({ kind: 'decimal', precision, scale, nullable: false }, boxed(value))
}

function bindApproximate(text: string, negative: boolean, position: TextPosition): Literal {
  const value = Number(text)
  if (Number.isFinite(value)) return constant({ kind: 'double', nullable: false }, negative ? -value : value)
  const hint = `The largest DOUBLE is ${Number.MAX_VALUE.toExponential().replace('+', '')}.`
  throw sqlErrors.SQL_LITERAL_OUT_OF_RANGE({ literal: `number ${shortened(text, 30)}` }, { position, hint })
}

const shapes = {
  DATE: "DATE 'yyyy-MM-dd'",
  TIME: "TIME 'HH:mm:ss'",
  TIMESTAMP: "TIMESTAMP 'yyyy-MM-dd HH:mm:ss.SSS'",
  TIMESTAMP_LTZ: "TIMESTAMP_LTZ 'yyyy-MM-dd HH:mm:ss.SSS'",
}

function bindDateTime({ type, text, position }: tree.DateTimeLiteral): Expression {
  const trimmed = text.trim()
  const value = type === 'DATE' ? parseDate(trimmed) : type === 'TIME' ? parseTime(trimmed) : parseTimestamp(trimmed)
  if (value === null) throw sqlErrors.SQL_LITERAL_MALFORMED({ got: `'${shortened(text, 30)}'`, expected: shapes[type] }, { position })
  // What local time an instant is depends on the session, so the engine converts it.
  return type === 'TIMESTAMP_LTZ' && value.type.kind === 'timestamp'
    ? castTo(value, { ...value.type, kind: 'timestamp-ltz' }, originOf(position))
    : value
}

function parseDate(text: string): Literal | null {
  const days = daysOf(text)
  return days === null ? null : constant({ kind: 'date', nullable: false }, days)
}

/** Days since 1970-01-01; month and day may have one digit. */
function daysOf(text: string): number | null {
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (found === null) return null
  const [, year, month = '', day = ''] = found
  const bytes = new TextEncoder().encode(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
  const days = parseDateBytes(bytes, 0, bytes.length)
  return Number.isNaN(days) ? null : days
}

interface Clock {
  readonly seconds: number
  readonly fraction: string
}

function clockOf(text: string): Clock | null {
  const found = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?$/.exec(text)
  if (found === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(1, 4).map((part) => Number(part ?? 0))
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  return { seconds: hours * 3600 + minutes * 60 + seconds, fraction: found[4] ?? '' }
}

function parseTime(text: string): Literal | null {
  const clock = clockOf(text)
  if (clock === null) return null
  const ms = clock.seconds * 1000 + Number(clock.fraction.padEnd(3, '0').slice(0, 3))
  return constant({ kind: 'time', precision: clock.fraction.length, nullable: false }, ms)
}

function parseTimestamp(text: string): Literal | null {
  const found = /^(\S+)(?: +(\S+))?$/.exec(text)
  const days = daysOf(found?.[1] ?? '')
  const clock = clockOf(found?.[2] ?? '00:00:00')
  if (days === null || clock === null) return null
  const precision = clock.fraction.length
  const digits = precision <= 3 ? 3 : precision <= 6 ? 6 : 9
  const seconds = BigInt(days) * 86_400n + BigInt(clock.seconds)
  const value = seconds * 10n ** BigInt(digits) + BigInt(clock.fraction.padEnd(digits, '0'))
  return constant({ kind: 'timestamp', precision, nullable: false }, boxed(value))
}
