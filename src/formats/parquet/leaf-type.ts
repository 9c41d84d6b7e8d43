/** Which columns of a file suit which types of a table, and how their values are packed. */
import { type DataType, isExactInteger, type TimeZone, timestampUnit } from '#data'
import { type ExactEncoding, ExactLeaf } from './exact-leaf.ts'
import type { LeafSource, LeafValues } from './leaf-values.ts'
import { FlagLeaf, FloatLeaf, IntegerLeaf } from './number-leaves.ts'
import { type LogicalType, unitsPerMs } from './schema-element.ts'
import type { SchemaNode } from './schema-tree.ts'
import { BytesLeaf, TextLeaf } from './text-leaf.ts'

const integerBits = { tinyint: 8, smallint: 16, integer: 32, bigint: 64 } as const
const plainInt64: ExactEncoding = { kind: 'int64', multiplier: 1, divisor: 1 }

/** A leaf column for a type; null when the type does not suit. `zone` is where files that hold instants have their wall clock. */
export function openLeaf(node: SchemaNode, type: DataType, zone: TimeZone, source: LeafSource): LeafValues | null {
  const { physical, logical, repetition } = node.element
  if (physical === null || repetition === 'REPEATED') return null
  switch (type.kind) {
    case 'boolean':
      return physical === 'BOOLEAN' ? new FlagLeaf(source) : null
    case 'tinyint':
    case 'smallint':
    case 'integer':
      return isSmallInteger(node, integerBits[type.kind]) ? new IntegerLeaf(source, null) : null
    case 'bigint':
      return openBigint(node, source)
    case 'float':
      return physical === 'FLOAT' ? new FloatLeaf(source, true) : null
    case 'double':
      return physical === 'DOUBLE' || physical === 'FLOAT' ? new FloatLeaf(source, physical === 'FLOAT') : null
    case 'decimal':
      return openDecimal(node, type, source)
    case 'char':
    case 'varchar':
      return physical === 'BYTE_ARRAY' && isText(logical) ? new TextLeaf(source) : null
    case 'binary':
    case 'varbinary':
      return physical === 'BYTE_ARRAY' || physical === 'FIXED_LEN_BYTE_ARRAY' ? new BytesLeaf(source, physical !== 'BYTE_ARRAY') : null
    case 'date':
      return physical === 'INT32' && logical?.kind === 'date' ? new IntegerLeaf(source, null) : null
    case 'time':
      return openTime(node, source)
    case 'timestamp':
    case 'timestamp-ltz':
      return openTimestamp(node, type, zone, source)
    default:
      return null
  }
}

/** Integers of at most so many bits; unsigned ones need a bit more. */
function isSmallInteger(node: SchemaNode, bits: number): boolean {
  const { physical, logical } = node.element
  if (physical !== 'INT32') return false
  if (logical === null) return bits >= 32
  return logical.kind === 'integer' && (logical.signed ? logical.bits <= bits : logical.bits < bits)
}

function openBigint(node: SchemaNode, source: LeafSource): LeafValues | null {
  const { physical, logical } = node.element
  if (logical !== null && logical.kind !== 'integer') return null
  if (physical === 'INT32') return new ExactLeaf(source, { kind: 'int32', signed: logical?.signed ?? true })
  return physical === 'INT64' && (logical?.signed ?? true) ? new ExactLeaf(source, plainInt64) : null
}

type DecimalShape = { readonly precision: number; readonly scale: number }

/** The scale must be the same: values are read as they are. */
function openDecimal(node: SchemaNode, type: DecimalShape, source: LeafSource): LeafValues | null {
  const { physical, logical } = node.element
  if (logical?.kind !== 'decimal' || logical.scale !== type.scale || logical.precision > type.precision) return null
  switch (physical) {
    case 'INT32':
      return new ExactLeaf(source, { kind: 'int32', signed: true })
    case 'INT64':
      return new ExactLeaf(source, plainInt64)
    case 'BYTE_ARRAY':
      return new ExactLeaf(source, { kind: 'text' })
    case 'FIXED_LEN_BYTE_ARRAY':
      return new ExactLeaf(source, { kind: 'block' })
    default:
      return null
  }
}

/** Older writers leave text without a mark. */
function isText(logical: LogicalType | null): boolean {
  return logical === null || logical.kind === 'string' || logical.kind === 'enum' || logical.kind === 'json'
}

function openTime(node: SchemaNode, source: LeafSource): LeafValues | null {
  const { physical, logical } = node.element
  if (logical?.kind !== 'time') return null
  if (physical === 'INT32') return logical.unit === 'millis' ? new IntegerLeaf(source, null) : null
  return physical === 'INT64' ? new IntegerLeaf(source, unitsPerMs[logical.unit]) : null
}

type TimestampType = Extract<DataType, { kind: 'time' | 'timestamp' | 'timestamp-ltz' }>

function openTimestamp(node: SchemaNode, type: TimestampType, zone: TimeZone, source: LeafSource): LeafValues | null {
  const { physical, logical } = node.element
  const perMs = timestampUnit(type.precision)
  const isInt96 = physical === 'INT96' && logical === null
  if (!isInt96 && (physical !== 'INT64' || logical?.kind !== 'timestamp')) return null
  const adjust = adjustment(type, isInt96 || (logical?.kind === 'timestamp' && logical.utc), zone)
  if (isInt96) return new ExactLeaf(source, { kind: 'int96', perMs }, adjust, isExactInteger(type))
  const filePerMs = logical?.kind === 'timestamp' ? unitsPerMs[logical.unit] : 1
  const encoding: ExactEncoding = { kind: 'int64', multiplier: Math.max(1, perMs / filePerMs), divisor: Math.max(1, filePerMs / perMs) }
  return new ExactLeaf(source, encoding, adjust, isExactInteger(type))
}

/** Cuts digits beyond the precision, and turns instants into wall clocks or the other way round where file and table differ. */
function adjustment(type: TimestampType, isInstant: boolean, zone: TimeZone): ((value: number | bigint) => number | bigint) | null {
  const perMs = timestampUnit(type.precision)
  const step = 10 ** ((type.precision <= 3 ? 3 : type.precision <= 6 ? 6 : 9) - type.precision)
  const wantsInstant = type.kind === 'timestamp-ltz'
  const shift = wantsInstant === isInstant || zone.id === 'UTC' ? null : wantsInstant ? toInstant(zone, perMs) : toWallClock(zone, perMs)
  if (step === 1) return shift
  return (value) => cut(shift === null ? value : shift(value), step)
}

function cut(value: number | bigint, step: number): number | bigint {
  if (typeof value === 'number') return Math.floor(value / step) * step
  const rest = value % BigInt(step)
  return value - (rest < 0n ? rest + BigInt(step) : rest)
}

function toWallClock(zone: TimeZone, perMs: number): (value: number | bigint) => number | bigint {
  return (value) => plus(value, zone.offsetAt(Math.floor(Number(value) / perMs)) * perMs)
}

function toInstant(zone: TimeZone, perMs: number): (value: number | bigint) => number | bigint {
  return (value) => {
    const localMs = Math.floor(Number(value) / perMs)
    return plus(value, (zone.instantOf(localMs) - localMs) * perMs)
  }
}

function plus(value: number | bigint, units: number): number | bigint {
  return typeof value === 'number' && Number.isSafeInteger(value + units) ? value + units : BigInt(value) + BigInt(units)
}
