/** How values of each type are written: their Parquet type, their bytes in the encoding PLAIN, and what their statistics compare. */
import {
  compareExact,
  compareNumbers,
  compareText,
  type DataType,
  type ExactInteger,
  type TimeZone,
  timestampMs,
  timestampNanos,
  timestampUnit,
} from '#data'
import type { ByteWriter } from '../byte-writer.ts'
import { writeInt96 } from './int96.ts'
import type { WriteSettings } from './options.ts'
import { writeBigEndian, writeBytes, writeDouble, writeFloat, writeInt32, writeInt64, writeText } from './plain-writer.ts'
import { type LogicalType, type PhysicalType, unitsPerMs } from './schema-element.ts'

export interface ValueEncoder {
  readonly physical: PhysicalType
  /** Bytes of a FIXED_LEN_BYTE_ARRAY, else 0. */
  readonly length: number
  readonly logical: LogicalType | null
  /** Whether values can be kept in a dictionary: then their boxed form tells them apart. */
  readonly repeats: boolean
  /** Order of the bounds; null when none are kept. */
  readonly compare: ((a: unknown, b: unknown) => number) | null
  write(value: unknown, out: ByteWriter): void
}

export interface EncoderSource {
  readonly column: string
  readonly settings: WriteSettings
  readonly zone: TimeZone
}

/** Null for types that are no leaf of a file. */
export function valueEncoder(type: DataType, source: EncoderSource): ValueEncoder | null {
  switch (type.kind) {
    case 'boolean':
      return {
        ...plain('BOOLEAN'),
        repeats: false,
        compare: (a, b) => Number(a) - Number(b),
        write: (value, out) => out.byte(value === true ? 1 : 0),
      }
    case 'tinyint':
      return int32({ kind: 'integer', bits: 8, signed: true })
    case 'smallint':
      return int32({ kind: 'integer', bits: 16, signed: true })
    case 'integer':
      return int32(null)
    case 'date':
      return int32({ kind: 'date' })
    case 'time':
      return int32({ kind: 'time', unit: 'millis', utc: false })
    case 'bigint':
      return int64(null, source.column)
    case 'float':
      return { ...plain('FLOAT'), repeats: false, compare: compareFloating, write: (value, out) => writeFloat(value as number, out) }
    case 'double':
      return { ...plain('DOUBLE'), repeats: false, compare: compareFloating, write: (value, out) => writeDouble(value as number, out) }
    case 'decimal':
      return decimal(type.precision, type.scale, source.column)
    case 'char':
    case 'varchar':
      return { ...plain('BYTE_ARRAY'), logical: { kind: 'string' }, repeats: true, compare: compareTexts, write: writeText }
    case 'binary':
    case 'varbinary':
      return { ...plain('BYTE_ARRAY'), repeats: false, compare: null, write: (value, out) => writeBytes(value as Uint8Array, out) }
    case 'timestamp':
    case 'timestamp-ltz':
      return timestamp(type, source)
    default:
      return null
  }
}

function plain(physical: PhysicalType, logical: LogicalType | null = null, length = 0) {
  return { physical, logical, length }
}

const compareExacts = (a: unknown, b: unknown) => compareExact(a as ExactInteger, b as ExactInteger)
const compareFloating = (a: unknown, b: unknown) => compareNumbers(a as number, b as number)
const compareTexts = (a: unknown, b: unknown) => compareText(a as string, b as string)

function int32(logical: LogicalType | null): ValueEncoder {
  return { ...plain('INT32', logical), repeats: true, compare: compareExacts, write: (value, out) => writeInt32(value as number, out) }
}

function int64(logical: LogicalType | null, column: string): ValueEncoder {
  return {
    ...plain('INT64', logical),
    repeats: true,
    compare: compareExacts,
    write: (value, out) => writeInt64(value as ExactInteger, out, column),
  }
}

/** As few bytes as the precision needs. */
function decimal(precision: number, scale: number, column: string): ValueEncoder {
  const logical: LogicalType = { kind: 'decimal', precision, scale }
  if (precision <= 9) return int32(logical)
  if (precision <= 18) return int64(logical, column)
  const length = Math.ceil((precision * Math.log2(10) + 1) / 8)
  return {
    ...plain('FIXED_LEN_BYTE_ARRAY', logical, length),
    repeats: true,
    compare: compareExacts,
    write: (value, out) => writeBigEndian(BigInt(value as ExactInteger), length, out),
  }
}

function timestamp(type: { readonly kind: string; readonly precision: number }, { column, settings, zone }: EncoderSource): ValueEncoder {
  const { precision } = type
  const isInstant = type.kind === 'timestamp-ltz'
  if (!settings.int64Timestamps) {
    const shift = isInstant || settings.zone === 'utc' ? (localMs: number) => localMs : (localMs: number) => zone.instantOf(localMs)
    const write = (value: unknown, out: ByteWriter) => {
      writeInt96(shift(timestampMs(value as ExactInteger, precision)), timestampNanos(value as ExactInteger, precision), out)
    }
    return { ...plain('INT96'), repeats: true, compare: null, write }
  }
  const perMs = timestampUnit(precision)
  const unit = settings.timeUnit ?? (perMs === 1 ? 'millis' : perMs === 1000 ? 'micros' : 'nanos')
  const encoder = int64({ kind: 'timestamp', unit, utc: isInstant }, column)
  const filePerMs = unitsPerMs[unit]
  if (filePerMs === perMs) return encoder
  const rescale = (value: unknown) => rescaled(value as ExactInteger, perMs, filePerMs)
  // Bounds are kept of the values as they are written.
  return { ...encoder, write: (value, out) => encoder.write(rescale(value), out) }
}

/** Units are cut off downwards where the file has coarser ones. */
function rescaled(value: ExactInteger, perMs: number, filePerMs: number): ExactInteger {
  if (filePerMs > perMs) {
    const product = Number(value) * (filePerMs / perMs)
    return Number.isSafeInteger(product) ? product : BigInt(value) * BigInt(filePerMs / perMs)
  }
  const divisor = BigInt(perMs / filePerMs)
  const exact = BigInt(value)
  const rest = ((exact % divisor) + divisor) % divisor
  return (exact - rest) / divisor
}
