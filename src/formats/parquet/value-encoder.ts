/** How values of each type are written: their Parquet type, their bytes in the encoding PLAIN, and what their statistics compare. */
import { compareExact, compareNumbers, compareText, type DataType, type TimeZone, timestampMs, timestampNanos, timestampUnit } from '#data'
import type { ByteWriter } from '../byte-writer.ts'
import { parquetErrors } from './errors.ts'
import type { LogicalType, PhysicalType, TimeUnit } from './metadata.ts'
import type { WriteSettings } from './options.ts'

type Exact = number | bigint

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

const compareExacts = (a: unknown, b: unknown) => compareExact(a as Exact, b as Exact)
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
    write: (value, out) => writeInt64(value as Exact, out, column),
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
    write: (value, out) => writeBigEndian(BigInt(value as Exact), length, out),
  }
}

const unitsPerMs: Readonly<Record<TimeUnit, 1 | 1000 | 1_000_000>> = { millis: 1, micros: 1000, nanos: 1_000_000 }

function timestamp(type: { readonly kind: string; readonly precision: number }, { column, settings, zone }: EncoderSource): ValueEncoder {
  const { precision } = type
  const isInstant = type.kind === 'timestamp-ltz'
  if (!settings.int64Timestamps) {
    const shift = isInstant || settings.zone === 'utc' ? (localMs: number) => localMs : (localMs: number) => zone.instantOf(localMs)
    const write = (value: unknown, out: ByteWriter) => {
      writeInt96(shift(timestampMs(value as Exact, precision)), timestampNanos(value as Exact, precision), out)
    }
    return { ...plain('INT96'), repeats: true, compare: null, write }
  }
  const perMs = timestampUnit(precision)
  const unit = settings.timeUnit ?? (perMs === 1 ? 'millis' : perMs === 1000 ? 'micros' : 'nanos')
  const encoder = int64({ kind: 'timestamp', unit, utc: isInstant }, column)
  const filePerMs = unitsPerMs[unit]
  if (filePerMs === perMs) return encoder
  const rescale = (value: unknown) => rescaled(value as Exact, perMs, filePerMs)
  // Bounds are kept of the values as they are written.
  return { ...encoder, write: (value, out) => encoder.write(rescale(value), out) }
}

/** Units are cut off downwards where the file has coarser ones. */
function rescaled(value: Exact, perMs: number, filePerMs: number): Exact {
  if (filePerMs > perMs) {
    const product = Number(value) * (filePerMs / perMs)
    return Number.isSafeInteger(product) ? product : BigInt(value) * BigInt(filePerMs / perMs)
  }
  const divisor = BigInt(perMs / filePerMs)
  const exact = BigInt(value)
  const rest = ((exact % divisor) + divisor) % divisor
  return (exact - rest) / divisor
}

function viewOf(out: ByteWriter): DataView {
  return new DataView(out.data.buffer, out.data.byteOffset, out.data.byteLength)
}

function writeInt32(value: number, out: ByteWriter): void {
  out.ensure(4)
  const { data } = out
  data[out.length++] = value
  data[out.length++] = value >> 8
  data[out.length++] = value >> 16
  data[out.length++] = value >> 24
}

function writeInt64(value: Exact, out: ByteWriter, column: string): void {
  if (typeof value === 'number') {
    writeInt32(value | 0, out)
    writeInt32(Math.floor(value / 4294967296), out)
    return
  }
  if (BigInt.asIntN(64, value) !== value) throw parquetErrors.FORMATS_PARQUET_VALUE_OUT_OF_RANGE({ column, type: 'INT64' })
  writeInt32(Number(BigInt.asIntN(32, value)), out)
  writeInt32(Number(BigInt.asIntN(32, value >> 32n)), out)
}

function writeFloat(value: number, out: ByteWriter): void {
  out.ensure(4)
  viewOf(out).setFloat32(out.length, value, true)
  out.length += 4
}

function writeDouble(value: number, out: ByteWriter): void {
  out.ensure(8)
  viewOf(out).setFloat64(out.length, value, true)
  out.length += 8
}

function writeBigEndian(value: bigint, length: number, out: ByteWriter): void {
  out.ensure(length)
  let rest = value
  for (let at = out.length + length - 1; at >= out.length; at--) {
    out.data[at] = Number(rest & 255n)
    rest >>= 8n
  }
  out.length += length
}

function writeBytes(value: Uint8Array, out: ByteWriter): void {
  writeInt32(value.length, out)
  out.bytes(value)
}

/** The length comes first and is known last. */
function writeText(value: unknown, out: ByteWriter): void {
  const lengthAt = out.length
  writeInt32(0, out)
  out.text(value as string)
  const end = out.length
  out.length = lengthAt
  writeInt32(end - lengthAt - 4, out)
  out.length = end
}

const julianEpochDay = 2440588
const dayMs = 86_400_000

function writeInt96(ms: number, nanosOfMs: number, out: ByteWriter): void {
  const days = Math.floor(ms / dayMs)
  const nanos = (ms - days * dayMs) * 1_000_000 + nanosOfMs
  writeInt32(nanos | 0, out)
  writeInt32(Math.floor(nanos / 4294967296), out)
  writeInt32(days + julianEpochDay, out)
}
