/** Every value as text, the way Flink's CAST to STRING writes it: TRUE, 1.0E7, [1, NULL], {a=1}, (1, a). */
import { printBitmap } from './bitmap.ts'
import { printDate, printTime, printTimestamp, printTimestampLtz } from './datetime-text.ts'
import { type ExactInteger, printDecimal } from './decimal.ts'
import { printDays, printMonths } from './interval.ts'
import { printDouble, printFloat } from './number-text.ts'
import { timeZone } from './time-zone.ts'
import type { DataType } from './type.ts'
import { printVariant } from './variant.ts'

export type TextOf = (value: unknown) => string

/** How bytes are written: as the UTF-8 text that they are, or like `x'6162'` where results are shown. */
export type BytesText = 'text' | 'hex'

/** A function from values of the type, NULL aside, to text; a time zone is needed for TIMESTAMP_LTZ. */
export function textFunction(type: DataType, zoneId: string, bytes: BytesText = 'text'): TextOf {
  switch (type.kind) {
    case 'boolean':
      return (value) => (value === true ? 'TRUE' : 'FALSE')
    case 'char':
    case 'varchar':
      return (value) => value as string
    case 'binary':
    case 'varbinary':
      return bytes === 'text' ? (value) => utf8.decode(value as Uint8Array) : (value) => `x'${hexText(value as Uint8Array)}'`
    case 'decimal':
      return (value) => printDecimal(value as ExactInteger, type.scale)
    case 'float':
      return (value) => printFloat(value as number)
    case 'double':
      return (value) => printDouble(value as number)
    case 'bitmap':
      return (value) => printBitmap(value as Uint8Array)
    case 'variant':
      return (value) => printVariant(value as string)
    case 'null':
      return () => 'NULL'
    case 'array':
    case 'multiset':
    case 'map':
    case 'row':
      return nestedText(type, (inner) => textOrNull(inner, zoneId, bytes))
    default:
      return timeText(type, zoneId)
  }
}

function timeText(type: DataType, zoneId: string): TextOf {
  switch (type.kind) {
    case 'date':
      return (value) => printDate(value as number)
    case 'time':
      return (value) => printTime(value as number, type.precision)
    case 'timestamp':
      return (value) => printTimestamp(value as ExactInteger, type.precision)
    case 'timestamp-ltz': {
      const zone = timeZone(zoneId)
      return (value) => printTimestampLtz(value as ExactInteger, type.precision, zone)
    }
    case 'interval-year-month':
      return (value) => printMonths(value as number)
    case 'interval-day-time':
      return (value) => printDays(value as number)
    default:
      return String
  }
}

function textOrNull(type: DataType, zoneId: string, bytes: BytesText): TextOf {
  const text = textFunction(type, zoneId, bytes)
  return (value) => (value === null ? 'NULL' : text(value))
}

function nestedText(type: DataType, inner: (type: DataType) => TextOf): TextOf {
  switch (type.kind) {
    case 'array': {
      const element = inner(type.element)
      return (value) => `[${(value as readonly unknown[]).map((item) => element(item)).join(', ')}]`
    }
    case 'row': {
      const named = type.className !== undefined
      const fields = type.fields.map((field) => ({ before: named ? `${field.name}=` : '', text: inner(field.type) }))
      return (value) =>
        `(${fields.map(({ before, text }, index) => before + text((value as readonly unknown[])[index] ?? null)).join(', ')})`
    }
    case 'map':
      return entriesText(inner(type.key), inner(type.value))
    case 'multiset':
      return entriesText(inner(type.element), String)
    default:
      return String
  }
}

function entriesText(key: TextOf, held: TextOf): TextOf {
  return (value) => `{${Array.from(value as ReadonlyMap<unknown, unknown>, (entry) => `${key(entry[0])}=${held(entry[1])}`).join(', ')}}`
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Two hexadecimal digits a byte. */
function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
