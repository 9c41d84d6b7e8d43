/**
 * Values as Flink's print sink shows them: each by the `toString` of the Java class that it becomes outside of a table, such as
 * `2001-01-31T12:30` for a timestamp without seconds. What CAST makes of values reads differently.
 */
import { assert, unreachable } from '#base'
import {
  changeNames,
  civilOf,
  type DataType,
  dayMs,
  dayOf,
  type ExactInteger,
  monthOf,
  printBitmap,
  printDouble,
  printFloat,
  printVariant,
  timestampMs,
  timestampNanos,
  yearOf,
} from '#data'

export type JavaPrinter = (value: unknown) => string

/** The function that prints boxed values of a type, NULL included. */
export function javaPrinter(type: DataType): JavaPrinter {
  const print = printerOf(type)
  return (value) => (value === null ? 'null' : print(value))
}

function printerOf(type: DataType): JavaPrinter {
  switch (type.kind) {
    case 'float':
      return (value) => printFloat(value as number)
    case 'double':
      return (value) => printDouble(value as number)
    case 'decimal':
      return (value) => printBigDecimal(value as ExactInteger, type.scale)
    case 'binary':
    case 'varbinary':
      return (value) => `[${Array.from(value as Uint8Array, (byte) => (byte << 24) >> 24).join(', ')}]`
    case 'date':
      return (value) => printLocalDate(value as number)
    case 'time':
      return (value) => printLocalTime(value as number, 0, false)
    case 'timestamp':
      return (value) => printInstant(value as ExactInteger, type.precision, false)
    case 'timestamp-ltz':
      return (value) => `${printInstant(value as ExactInteger, type.precision, true)}Z`
    case 'interval-year-month':
      return (value) => printPeriod(value as number)
    case 'interval-day-time':
      return (value) => printDuration(value as number)
    case 'array':
      return arrayPrinter(type.element)
    case 'map':
      return mapPrinter(type.key, type.value)
    case 'bitmap':
      return (value) => printBitmap(value as Uint8Array)
    case 'variant':
      return (value) => printVariant(value as string)
    case 'multiset':
      return mapPrinter(type.element, { kind: 'integer', nullable: false })
    case 'row':
      return rowPrinter(type.fields.map((field) => field.type))
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'char':
    case 'varchar':
    case 'null':
      return String
    default:
      return unreachable(type)
  }
}

function arrayPrinter(element: DataType): JavaPrinter {
  const print = javaPrinter(element)
  return (value) => `[${(value as readonly unknown[]).map(print).join(', ')}]`
}

function mapPrinter(key: DataType, value: DataType): JavaPrinter {
  const printKey = javaPrinter(key)
  const printValue = javaPrinter(value)
  return (map) => `{${Array.from(map as ReadonlyMap<unknown, unknown>, ([k, v]) => `${printKey(k)}=${printValue(v)}`).join(', ')}}`
}

/** A row within a row has a kind of its own, always an insert. */
function rowPrinter(types: readonly DataType[]): JavaPrinter {
  const printers = types.map(javaPrinter)
  return (value) => `${changeNames[0]}[${(value as readonly unknown[]).map((field, index) => printers[index]?.(field)).join(', ')}]`
}

/** Java's BigDecimal turns to an exponent below 1E-6, and for a zero of more than six digits after the point. */
function printBigDecimal(unscaled: ExactInteger, scale: number): string {
  const sign = unscaled < 0 ? '-' : ''
  const digits = String(unscaled < 0 ? -unscaled : unscaled)
  if (scale === 0) return sign + digits
  const exponent = digits.length - 1 - scale
  if (exponent < -6) {
    const rest = digits.slice(1)
    return `${sign}${digits[0]}${rest === '' ? '' : '.'}${rest}E${exponent}`
  }
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

function printLocalDate(days: number): string {
  const civil = civilOf(days)
  const year = yearOf(civil)
  const size = String(Math.abs(year)).padStart(4, '0')
  return `${year < 0 ? '-' : year > 9999 ? '+' : ''}${size}-${twoDigits(monthOf(civil))}-${twoDigits(dayOf(civil))}`
}

/** Fractions come in groups of three digits. Seconds that are 0 are left out unless they are wanted. */
function printLocalTime(timeMs: number, nanosOfMs: number, wantsSeconds: boolean): string {
  const seconds = Math.floor(timeMs / 1000)
  const clock = `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}`
  const nanos = (timeMs % 1000) * 1_000_000 + nanosOfMs
  if (nanos === 0) return seconds % 60 === 0 && !wantsSeconds ? clock : `${clock}:${twoDigits(seconds % 60)}`
  const fraction = String(nanos).padStart(9, '0')
  const length = fraction.endsWith('000000') ? 3 : fraction.endsWith('000') ? 6 : 9
  return `${clock}:${twoDigits(seconds % 60)}.${fraction.slice(0, length)}`
}

function printInstant(value: ExactInteger, precision: number, wantsSeconds: boolean): string {
  const ms = timestampMs(value, precision)
  const days = Math.floor(ms / dayMs)
  return `${printLocalDate(days)}T${printLocalTime(ms - days * dayMs, timestampNanos(value, precision), wantsSeconds)}`
}

function printPeriod(months: number): string {
  const years = Math.trunc(months / 12)
  const rest = months - years * 12
  if (months === 0) return 'P0D'
  return `P${years === 0 ? '' : `${years}Y`}${rest === 0 ? '' : `${rest}M`}`
}

function printDuration(durationMs: number): string {
  assert(Number.isSafeInteger(durationMs), 'an interval has whole milliseconds')
  const hours = Math.trunc(durationMs / 3_600_000)
  const minutes = Math.trunc(durationMs / 60_000) % 60
  const restMs = durationMs % 60_000
  const whole = `${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}`
  if (restMs === 0) return whole === '' ? 'PT0S' : `PT${whole}`
  const size = Math.abs(restMs)
  const fraction =
    size % 1000 === 0
      ? ''
      : `.${String(size % 1000)
          .padStart(3, '0')
          .replace(/0+$/, '')}`
  return `PT${whole}${restMs < 0 ? '-' : ''}${Math.floor(size / 1000)}${fraction}S`
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
