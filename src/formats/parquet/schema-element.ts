/** The nodes of a file's schema as they are written: their names, types and repetitions. schema-tree.ts makes a tree of them. */
import type { FileContext } from './errors.ts'
import { pageBytesMax } from './page-values.ts'
import type { ThriftReader } from './thrift-reader.ts'

export const physicalTypes = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const
export type PhysicalType = (typeof physicalTypes)[number]
export const repetitions = ['REQUIRED', 'OPTIONAL', 'REPEATED'] as const
export type Repetition = (typeof repetitions)[number]
export type TimeUnit = 'millis' | 'micros' | 'nanos'
export const unitsPerMs: Readonly<Record<TimeUnit, 1 | 1000 | 1_000_000>> = { millis: 1, micros: 1000, nanos: 1_000_000 }

/** What a physical type stands for, from the newer or the older of the two places that say so. */
export type LogicalType =
  | { readonly kind: 'string' | 'map' | 'list' | 'enum' | 'date' | 'json' | 'bson' | 'uuid' | 'interval' | 'null' | 'float16' | 'other' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly unit: TimeUnit; readonly utc: boolean }
  | { readonly kind: 'integer'; readonly bits: number; readonly signed: boolean }

export interface SchemaElement {
  readonly name: string
  /** Null for groups. */
  readonly physical: PhysicalType | null
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly length: number
  readonly repetition: Repetition
  readonly childCount: number
  readonly logical: LogicalType | null
}

export function readElement(reader: ThriftReader, context: FileContext): SchemaElement {
  let name = ''
  let physical: PhysicalType | null = null
  let length = 0
  let repetition: Repetition = 'REQUIRED'
  let childCount = 0
  let scale = 0
  let precision = 0
  let converted = -1
  let logical: LogicalType | null = null
  reader.struct((id) => {
    if (id === 1) physical = nameOf(physicalTypes, reader.integer(), context)
    else if (id === 2) length = reader.integer()
    else if (id === 3) repetition = nameOf(repetitions, reader.integer(), context)
    else if (id === 4) name = reader.text()
    else if (id === 5) childCount = reader.integer()
    else if (id === 6) converted = reader.integer()
    else if (id === 7) scale = reader.integer()
    else if (id === 8) precision = reader.integer()
    else if (id === 10) logical = readLogicalType(reader)
    else return false
    return true
  })
  if (childCount > 0) physical = null
  if ((physical as PhysicalType | null) === 'FIXED_LEN_BYTE_ARRAY' && !(length > 0 && length <= pageBytesMax)) {
    throw context.damaged(`the values of a column are ${length} bytes long`)
  }
  return { name, physical, length, repetition, childCount, logical: logical ?? convertedType(converted, precision, scale) }
}

/** The name that a number stands for. */
export function nameOf<Name extends string>(names: readonly Name[], number: number, context: FileContext): Name {
  const name = names[number]
  if (name === undefined) throw context.damaged(`its metadata has a number without meaning where only ${names.length} have one`)
  return name
}

const plainLogicalTypes: Readonly<Record<number, Exclude<LogicalType['kind'], 'decimal' | 'time' | 'timestamp' | 'integer'>>> = {
  1: 'string',
  2: 'map',
  3: 'list',
  4: 'enum',
  6: 'date',
  11: 'null',
  12: 'json',
  13: 'bson',
  14: 'uuid',
  15: 'float16',
}

/** A union: a struct of one field. */
function readLogicalType(reader: ThriftReader): LogicalType | null {
  let logical: LogicalType | null = null
  reader.struct((id) => {
    const kind = plainLogicalTypes[id]
    if (kind !== undefined) logical = { kind }
    else if (id === 5) logical = readDecimal(reader)
    else if (id === 7) logical = { kind: 'time', ...readTime(reader) }
    else if (id === 8) logical = { kind: 'timestamp', ...readTime(reader) }
    else if (id === 10) logical = readInteger(reader)
    else logical = { kind: 'other' }
    return kind === undefined && logical.kind !== 'other'
  })
  return logical
}

function readDecimal(reader: ThriftReader): LogicalType {
  let scale = 0
  let precision = 0
  reader.struct((id) => {
    if (id === 1) scale = reader.integer()
    else if (id === 2) precision = reader.integer()
    else return false
    return true
  })
  return { kind: 'decimal', precision, scale }
}

function readTime(reader: ThriftReader): { readonly unit: TimeUnit; readonly utc: boolean } {
  let utc = false
  let unit: TimeUnit = 'millis'
  reader.struct((id) => {
    if (id === 1) {
      utc = reader.boolean()
      return true
    }
    if (id !== 2) return false
    reader.struct((unitId) => {
      unit = unitId === 1 ? 'millis' : unitId === 2 ? 'micros' : 'nanos'
      return false
    })
    return true
  })
  return { unit, utc }
}

function readInteger(reader: ThriftReader): LogicalType {
  let bits = 32
  let signed = true
  reader.struct((id) => {
    if (id === 1) bits = reader.integer()
    else if (id === 2) signed = reader.boolean()
    else return false
    return true
  })
  return { kind: 'integer', bits, signed }
}

/** The older annotation. */
function convertedType(number: number, precision: number, scale: number): LogicalType | null {
  const integer = (bits: number, signed: boolean): LogicalType => ({ kind: 'integer', bits, signed })
  const time = (kind: 'time' | 'timestamp', unit: TimeUnit): LogicalType => ({ kind, unit, utc: true })
  const meanings: readonly LogicalType[] = [
    { kind: 'string' },
    { kind: 'map' },
    { kind: 'map' },
    { kind: 'list' },
    { kind: 'enum' },
    { kind: 'decimal', precision, scale },
    { kind: 'date' },
    time('time', 'millis'),
    time('time', 'micros'),
    time('timestamp', 'millis'),
    time('timestamp', 'micros'),
    integer(8, false),
    integer(16, false),
    integer(32, false),
    integer(64, false),
    integer(8, true),
    integer(16, true),
    integer(32, true),
    integer(64, true),
    { kind: 'json' },
    { kind: 'bson' },
    { kind: 'interval' },
  ]
  return meanings[number] ?? null
}
