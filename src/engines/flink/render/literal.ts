/** Constants as Flink SQL, of exactly their type: what no literal is of is cast. */
import { type DataType, printType, withNullable } from '#data'
import { type Literal, type LiteralValue, printText } from '#plan'
import { renderErrors } from './errors.ts'
import { level, type Written } from './written.ts'

/** The constant, of its own type. */
export function renderLiteral({ value, type }: Literal): Written {
  if (value === null) return type.kind === 'null' ? primary('NULL') : cast('NULL', type)
  switch (type.kind) {
    case 'boolean':
      return primary(value === true ? 'TRUE' : 'FALSE')
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return wholeNumber(BigInt(value as number | bigint), type)
    case 'decimal':
      return decimal(BigInt(value as number | bigint), type)
    case 'float':
    case 'double':
      return approximate(value as number, type)
    case 'char':
      return text(String(value), type.length)
    case 'varchar':
      return cast(quotedText(String(value)), type)
    case 'binary':
      return primary(`X'${String(value)}'`)
    case 'varbinary':
      return cast(`X'${String(value)}'`, type)
    case 'interval-day-time':
      return primary(renderInterval(value as number))
    case 'interval-year-month':
      return primary(interval(value as number, (value as number) % 12 === 0 ? yearUnit : monthUnit))
    case 'variant':
      return primary(`PARSE_JSON(${quotedText(String(value))})`)
    case 'array':
      return list(value as readonly LiteralValue[], type)
    default:
      return pointInTime(value, type)
  }
}

/**
 * The constant as people write it, and the type that it has then: `5` for a DECIMAL(10, 2) of 5. For a place that converts it to what it
 * was. Null where the exact form is as short.
 */
export function plainLiteral({ value, type }: Literal): { readonly literal: Literal; readonly written: Written } | null {
  // Functions of Flink take no NULL that has no type.
  if (value === null) return null
  switch (type.kind) {
    case 'varchar':
      return plain(quotedText(String(value)), { kind: 'char', length: String(value).length, nullable: false }, value)
    case 'tinyint':
    case 'smallint':
    case 'bigint':
      return plainNumber(BigInt(value as number | bigint), 0)
    case 'decimal':
      return plainNumber(BigInt(value as number | bigint), type.scale)
    case 'double':
    case 'float':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? plainNumber(BigInt(value as number), 0) : null
    default:
      return null
  }
}

function plainNumber(unscaled: bigint, scale: number): ReturnType<typeof plainLiteral> {
  let [value, places] = [unscaled, scale]
  while (places > 0 && value % 10n === 0n) [value, places] = [value / 10n, places - 1]
  const digits = digitsOf(value, places)
  const type = numberType(value, places)
  return type === null ? null : plain(digits, type, boxed(value))
}

/** The type of a number that is written with so many decimal places; null for one with too many digits. */
function numberType(value: bigint, scale: number): DataType | null {
  if (scale === 0 && value >= -(1n << 31n) && value < 1n << 31n) return { kind: 'integer', nullable: false }
  if (scale === 0 && value >= -(1n << 63n) && value < 1n << 63n) return { kind: 'bigint', nullable: false }
  const precision = digitsOf(value, scale).replace(/[-.]/g, '').length
  return isTooWide(value) || precision > 38 ? null : { kind: 'decimal', precision, scale, nullable: false }
}

function plain(text: string, type: DataType, value: LiteralValue): ReturnType<typeof plainLiteral> {
  return { literal: { kind: 'literal', value, type }, written: signed(text) }
}

function boxed(value: bigint): number | bigint {
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
  return isSafe ? Number(value) : value
}

function primary(written: string): Written {
  return { text: written, level: level.primary }
}

function signed(written: string): Written {
  return { text: written, level: written.startsWith('-') ? level.unary : level.primary }
}

function cast(written: string, type: DataType): Written {
  return primary(`CAST(${written} AS ${renderType(type)})`)
}

/** A type, whether or not its values may be NULL. */
export function renderType(type: DataType): string {
  if (type.kind === 'null') throw renderErrors.ENGINE_FLINK_RENDER_VALUE({ type: 'NULL', reason: 'it has no type' })
  return printType(withNullable(type, true))
}

/** A text between quotes. */
export function quotedText(value: string): string {
  if (!value.isWellFormed()) {
    throw renderErrors.ENGINE_FLINK_RENDER_VALUE({ type: 'STRING', reason: 'it has half a character' })
  }
  return printText(value)
}

function text(value: string, length: number): Written {
  return value.length === length ? primary(quotedText(value)) : cast(quotedText(value), { kind: 'char', length, nullable: true })
}

function wholeNumber(value: bigint, type: DataType): Written {
  return numberType(value, 0)?.kind === type.kind ? signed(String(value)) : cast(String(value), type)
}

function decimal(value: bigint, type: DataType & { readonly kind: 'decimal' }): Written {
  const digits = digitsOf(value, type.scale)
  const own = numberType(value, type.scale)
  const isOwn = own?.kind === 'decimal' && own.precision === type.precision && type.scale > 0
  if (isTooWide(value)) return cast(quotedText(digits), type)
  return isOwn ? signed(digits) : cast(digits, type)
}

/** The digits of a number that is written have to fit into 64 bits for Flink, whatever its type. */
function isTooWide(value: bigint): boolean {
  return value < -(1n << 63n) || value >= 1n << 63n
}

function digitsOf(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : ''
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** NaN, the infinities and the zero below zero have no literal, but a text that is cast. */
function approximate(value: number, type: DataType): Written {
  if (!Number.isFinite(value) || Object.is(value, -0)) return cast(`'${Object.is(value, -0) ? '-0.0' : value}'`, type)
  const digits = String(value).replace('e+', 'e')
  const exact = digits.includes('e') ? digits.toUpperCase() : `${digits}E0`
  return type.kind === 'double' ? signed(exact) : cast(exact, type)
}

function list(values: readonly LiteralValue[], type: DataType): Written {
  if (type.kind !== 'array') throw renderErrors.ENGINE_FLINK_RENDER_VALUE({ type: printType(type), reason: 'it has no literal' })
  const items = values.map((value) => renderLiteral({ kind: 'literal', value, type: type.element }))
  return cast(`ARRAY[${items.map((item) => item.text).join(', ')}]`, type)
}

const dayMs = 86_400_000
/** The first and the last day that a literal can name: those of the years from 1 to 9999. */
const daysMin = -719_162
const daysMax = 2_932_896

function pointInTime(value: LiteralValue, type: DataType): Written {
  const refused = (reason: string) => renderErrors.ENGINE_FLINK_RENDER_VALUE({ type: printType(type), reason })
  const isCount = typeof value === 'number' || typeof value === 'bigint'
  if (!isCount) throw refused('it has no literal')
  switch (type.kind) {
    case 'date':
      if (Number(value) < daysMin || Number(value) > daysMax) throw refused('its year is not among 1 to 9999')
      return primary(`DATE '${isoTime(Number(value) * dayMs).slice(0, 10)}'`)
    case 'time': {
      const fraction = String(Number(value) % 1000).padStart(3, '0')
      const clock = isoTime(Number(value)).slice(11)
      if (type.precision > 3) return cast(`TIME '${clock}.${fraction}'`, type)
      const isLost = Number(fraction.slice(type.precision)) > 0
      if (isLost) throw refused('it has more digits than its type')
      return primary(`TIME '${clock}${type.precision === 0 ? '' : `.${fraction.slice(0, type.precision)}`}'`)
    }
    case 'timestamp':
      return primary(`TIMESTAMP '${timestampText(BigInt(value), type.precision, refused)}'`)
    case 'timestamp-ltz':
      return instant(BigInt(value), type.precision, refused)
    default:
      throw refused('it has no literal')
  }
}

/** An instant does not depend on the time zone of the session: it is counted from the epoch. */
function instant(value: bigint, precision: number, refused: (reason: string) => Error): Written {
  const unit = unitOf(precision) / 1000n
  if (value % unit !== 0n) throw refused('it is finer than a millisecond')
  const exact = `TO_TIMESTAMP_LTZ(${value / unit}, 3)`
  return precision === 3 ? primary(exact) : cast(exact, { kind: 'timestamp-ltz', precision, nullable: true })
}

function unitOf(precision: number): bigint {
  return 10n ** BigInt(precision <= 3 ? 3 : precision <= 6 ? 6 : 9)
}

function timestampText(value: bigint, precision: number, refused: (reason: string) => Error): string {
  const unit = unitOf(precision)
  const fraction = ((value % unit) + unit) % unit
  const seconds = (value - fraction) / unit
  const days = Number(seconds) / 86_400
  if (days < daysMin || days >= daysMax + 1) throw refused('its year is not among 1 to 9999')
  const digits = String(fraction).padStart(String(unit).length - 1, '0')
  if (Number(digits.slice(precision)) > 0) throw refused('it has more digits than its type')
  return isoTime(Number(seconds) * 1000) + (precision === 0 ? '' : `.${digits.slice(0, precision)}`)
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

interface IntervalUnit {
  readonly name: string
  readonly size: number
}

const dayUnits: readonly IntervalUnit[] = [
  { name: 'DAY', size: dayMs },
  { name: 'HOUR', size: 3_600_000 },
  { name: 'MINUTE', size: 60_000 },
]
const secondUnit: IntervalUnit = { name: 'SECOND', size: 1000 }
const yearUnit: IntervalUnit = { name: 'YEAR', size: 12 }
const monthUnit: IntervalUnit = { name: 'MONTH', size: 1 }

/** Milliseconds as an interval, in the largest unit that leaves no rest, or where that has too many digits in days to seconds. */
export function renderInterval(ms: number): string {
  const unit = dayUnits.find(({ size }) => ms !== 0 && ms % size === 0) ?? secondUnit
  return Math.abs(ms) / unit.size < countMax ? interval(ms, unit) : daysToSeconds(ms)
}

function daysToSeconds(ms: number): string {
  const length = Math.abs(ms)
  const days = Math.floor(length / dayMs)
  if (days >= countMax) throw renderErrors.ENGINE_FLINK_RENDER_VALUE({ type: 'INTERVAL', reason: 'it is longer than 999 days' })
  const clock = new Date(length % dayMs).toISOString().slice(11, 23)
  return `INTERVAL ${ms < 0 ? '-' : ''}'${days} ${clock}' DAY(3) TO SECOND(3)`
}

/** Flink counts each unit with three digits at most. */
const countMax = 1000

/** Without a precision an interval has at most two digits. */
function interval(value: number, { name, size }: IntervalUnit): string {
  const whole = Math.floor(Math.abs(value) / size)
  const rest = Math.abs(value) % size
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`
  const digits = String(whole).length
  if (whole >= countMax) throw renderErrors.ENGINE_FLINK_RENDER_VALUE({ type: 'INTERVAL', reason: 'it has more than 999 months or years' })
  const precision = fraction !== '' ? `(${Math.max(digits, 2)}, 3)` : digits > 2 ? `(${digits})` : ''
  return `INTERVAL ${value < 0 ? '-' : ''}'${whole}${fraction}' ${name}${precision}`
}
