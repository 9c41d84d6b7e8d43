/** From vectors to the texts that a database reads. */
import { assert } from '#base'
import {
  type DataType,
  decodeText,
  type ExactInteger,
  printDecimal,
  printTimestamp,
  printValue,
  type Schema,
  type TimeZone,
  timestampMs,
  timestampNanos,
  timestampOf,
  type Vector,
  valueAt,
} from '#data'
import { elementLiteral } from './array-literal.ts'
import type { ColumnFamily, Dialect, TargetColumn } from './dialect.ts'

/** From a boxed value that is not NULL to its text. */
export type EncodeCell = (value: unknown) => string

export function cellEncoder(type: DataType, column: TargetColumn, dialect: Dialect['name'], zone: TimeZone): EncodeCell {
  return encoderOf(type, column.family, column.elementFamily, dialect, zone)
}

function encoderOf(
  type: DataType,
  family: ColumnFamily,
  elementFamily: ColumnFamily | null,
  dialect: Dialect['name'],
  zone: TimeZone,
): EncodeCell {
  switch (type.kind) {
    case 'boolean':
      return (value) => (value === true ? '1' : '0')
    case 'decimal':
      return (value) => printDecimal(value as ExactInteger, type.scale)
    case 'binary':
    case 'varbinary':
      return (value) => `${dialect === 'postgresql' ? '\\x' : ''}${hexText(value as Uint8Array)}`
    case 'date':
    case 'time':
      return (value) => printValue(value, type.kind === 'time' ? { ...type, precision: 3 } : type, 'UTC')
    case 'timestamp':
    case 'timestamp-ltz':
      return timestampEncoder(type.kind, type.precision, family, zone)
    case 'array': {
      assert(elementFamily !== null, 'an array is written to a column of arrays')
      const inner = type.element.kind === 'array' ? 'array' : elementFamily
      return arrayEncoder(encoderOf(type.element, inner, elementFamily, dialect, zone), type.element.kind === 'array')
    }
    default:
      return String
  }
}

function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** Databases keep microseconds at most; what is finer is cut off. */
function timestampEncoder(kind: 'timestamp' | 'timestamp-ltz', precision: number, family: ColumnFamily, zone: TimeZone): EncodeCell {
  const shown = Math.min(precision, 6)
  const shift =
    kind === 'timestamp' && family === 'instant'
      ? (ms: number) => zone.instantOf(ms)
      : kind === 'timestamp-ltz' && family === 'timestamp'
        ? (ms: number) => ms + zone.offsetAt(ms)
        : null
  return (value) => {
    const exact = value as ExactInteger
    if (shift === null && precision === shown) return printTimestamp(exact, shown)
    const ms = timestampMs(exact, precision)
    return printTimestamp(timestampOf(shift === null ? ms : shift(ms), timestampNanos(exact, precision), shown), shown)
  }
}

function arrayEncoder(encode: EncodeCell, isNested: boolean): EncodeCell {
  return (value) => {
    const elements = (value as readonly unknown[]).map((each) => {
      if (each === null) return 'NULL'
      return isNested ? encode(each) : elementLiteral(encode(each))
    })
    return `{${elements.join(',')}}`
  }
}

/** The texts of the rows of a column, put behind those that are there. */
export function encodeColumn(vector: Vector, length: number, type: DataType, encode: EncodeCell, texts: (string | null)[]): void {
  const { nulls } = vector
  if (vector.form === 'bytes' && (type.kind === 'varchar' || type.kind === 'char')) {
    const { data, starts, ends } = vector
    for (let row = 0; row < length; row++) {
      texts.push(nulls !== null && nulls[row] === 1 ? null : decodeText(data, starts[row] as number, ends[row] as number))
    }
    return
  }
  for (let row = 0; row < length; row++) {
    const value = valueAt(vector, row, type)
    texts.push(value === null ? null : encode(value))
  }
}

/** The key of a row, for people: `id 5 and day 2001-01-31`. */
export function describeKey(names: readonly string[], texts: readonly (string | null)[]): string {
  return names.map((name, index) => `${name} ${texts[index] ?? 'NULL'}`).join(' and ')
}

const plainInJson = ['tinyint', 'smallint', 'integer', 'bigint', 'decimal', 'float', 'double']

/** A row of texts as JSON, for dead letters. */
export function rowJson(schema: Schema, texts: readonly (string | null)[]): string {
  const fields = schema.map(({ name, type }, index) => {
    const text = texts[index] ?? null
    const isPlain = text !== null && plainInJson.includes(type.kind) && /^-?\d/.test(text)
    const shown = type.kind === 'boolean' && text !== null ? String(text === '1') : isPlain ? text : JSON.stringify(text)
    return `${JSON.stringify(name)}:${shown}`
  })
  return `{${fields.join(',')}}`
}
