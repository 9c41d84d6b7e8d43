/**
 * How results are shown: text for tables and CSV, as Flink's SQL client shows it, and JSON. Numbers in JSON have all their digits, also
 * those that no double holds; NaN and the infinities become text, bytes base64, and maps, multisets and rows objects.
 */
import { type ExactInteger, printDecimal } from './decimal.ts'
import { printFloat } from './number-text.ts'
import type { DataType } from './type.ts'
import { tooLongOr } from './value-length.ts'
import { type TextOf, textFunction } from './value-text.ts'
import { printVariant } from './variant.ts'

/** Text of a value, NULL inside arrays, maps and rows included; NULL itself is `NULL`. Bytes are written as `x'6162'`. */
export function printValue(value: unknown, type: DataType, timeZone: string): string {
  if (value === null) return 'NULL'
  return keptFunction(prints, type, timeZone, (kind, zone) => textFunction(kind, zone, 'hex'))(value)
}

/** A value as JSON text. Times are text as printValue writes them, TIMESTAMP_LTZ in the given time zone. */
export function jsonText(value: unknown, type: DataType, timeZone: string): string {
  return keptFunction(jsons, type, timeZone, jsonOrNull)(value)
}

interface Kept {
  readonly timeZone: string
  readonly textOf: TextOf
}

const prints = new WeakMap<DataType, Kept>()
const jsons = new WeakMap<DataType, Kept>()

/** The function of a type is made once as long as the time zone stays the same. */
function keptFunction(
  kept: WeakMap<DataType, Kept>,
  type: DataType,
  timeZone: string,
  make: (type: DataType, zone: string) => TextOf,
): TextOf {
  const known = kept.get(type)
  if (known?.timeZone === timeZone) return known.textOf
  const textOf = checked(make(type, timeZone))
  kept.set(type, { timeZone, textOf })
  return textOf
}

/** Text that grows too long raises DATA_VALUE_TOO_LONG. */
function checked(textOf: TextOf): TextOf {
  return (value) => {
    try {
      return textOf(value)
    } catch (error) {
      throw tooLongOr(error)
    }
  }
}

/** A function from values of a type, NULL included, to JSON text. */
export function jsonFunction(type: DataType, timeZone: string): TextOf {
  return checked(jsonOrNull(type, timeZone))
}

/**
 * As `jsonFunction`, but as Flink's gateway has it: time stamps as in ISO 8601, `2001-01-31T12:30:59.5`, those of TIMESTAMP_LTZ in local time with a Z,
 * and intervals as their number of months or milliseconds.
 */
export function isoJsonFunction(type: DataType, timeZone: string): TextOf {
  return checked(jsonOrNull(type, timeZone, isoTimes))
}

/**
 * As `jsonFunction`, but for readers whose numbers are doubles, such as browsers: integers that those cannot hold become text, and so do all
 * decimals.
 */
export function doubleJsonFunction(type: DataType, timeZone: string): TextOf {
  return checked(jsonOrNull(type, timeZone, textInQuotes, doubles))
}

/** How values of times, dates, intervals and text are written in JSON. */
type OtherJson = (type: DataType, timeZone: string) => TextOf

/** How exact numbers are written in JSON, by their digits. */
interface NumberJson {
  readonly bigint: TextOf
  readonly decimal: (digits: string) => string
}

const allDigits: NumberJson = { bigint: String, decimal: (digits) => digits }

const doubles: NumberJson = {
  bigint: (value) => (Number.isSafeInteger(Number(value)) ? String(value) : `"${String(value)}"`),
  decimal: (digits) => `"${digits}"`,
}

const textInQuotes: OtherJson = (type, timeZone) => {
  const text = textFunction(type, timeZone)
  return (value) => JSON.stringify(text(value))
}

const isoTimes: OtherJson = (type, timeZone) => {
  if (type.kind === 'interval-day-time' || type.kind === 'interval-year-month') return String
  if (type.kind !== 'timestamp' && type.kind !== 'timestamp-ltz') return textInQuotes(type, timeZone)
  const text = textFunction(type, timeZone)
  const end = type.kind === 'timestamp-ltz' ? 'Z' : ''
  return (value) => {
    const plain = text(value).replace(' ', 'T')
    return `"${plain.replace(/(?:\.0+|(\.\d*[1-9])0+)$/, '$1')}${end}"`
  }
}

function jsonOrNull(type: DataType, timeZone: string, other: OtherJson = textInQuotes, numbers: NumberJson = allDigits): TextOf {
  const text = plainJson(type, timeZone, other, numbers)
  return (value) => (value === null ? 'null' : text(value))
}

function plainJson(type: DataType, timeZone: string, other: OtherJson, numbers: NumberJson): TextOf {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
      return String
    case 'bigint':
      return numbers.bigint
    case 'decimal':
      return (value) => numbers.decimal(printDecimal(value as ExactInteger, type.scale))
    case 'float':
      return (value) => jsonNumber(Number.isFinite(value) ? Number(printFloat(value as number)) : (value as number))
    case 'double':
      return (value) => jsonNumber(value as number)
    case 'binary':
    case 'varbinary':
      return (value) => `"${base64Text(value as Uint8Array)}"`
    case 'variant':
      return (value) => printVariant(value as string, jsonNumber)
    case 'array': {
      const element = jsonOrNull(type.element, timeZone, other, numbers)
      return (value) => `[${(value as readonly unknown[]).map((item) => element(item)).join(',')}]`
    }
    case 'map':
      return jsonEntries(keyText(type.key, timeZone), jsonOrNull(type.value, timeZone, other, numbers))
    case 'multiset':
      return jsonEntries(keyText(type.element, timeZone), String)
    case 'row': {
      const fields = type.fields.map((field) => ({
        name: JSON.stringify(field.name),
        text: jsonOrNull(field.type, timeZone, other, numbers),
      }))
      return (value) =>
        `{${fields.map(({ name, text }, index) => `${name}:${text((value as readonly unknown[])[index] ?? null)}`).join(',')}}`
    }
    default:
      return other(type, timeZone)
  }
}

function jsonNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  return Number.isFinite(value) ? String(value) : `"${value}"`
}

function keyText(type: DataType, timeZone: string): TextOf {
  const text = textFunction(type, timeZone, 'hex')
  return (key) => JSON.stringify(key === null ? 'null' : text(key))
}

function jsonEntries(key: TextOf, held: TextOf): TextOf {
  return (value) => `{${Array.from(value as ReadonlyMap<unknown, unknown>, (entry) => `${key(entry[0])}:${held(entry[1])}`).join(',')}}`
}

/** Base64 with padding (RFC 4648). Bytes that make too long a text raise DATA_VALUE_TOO_LONG. */
export function base64Text(bytes: Uint8Array): string {
  try {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  } catch (error) {
    throw tooLongOr(error)
  }
}
