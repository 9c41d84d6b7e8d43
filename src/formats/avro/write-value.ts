/** Writes boxed values in the binary encoding of Avro, as a schema says. */
import { type DataType, fitDecimal, printType, rescaleDecimal, timestampUnit } from '#data'
import type { ByteWriter } from '../byte-writer.ts'
import type { ValueWriter } from '../cell-writer.ts'
import { avroErrors } from './errors.ts'
import { nameOf } from './resolve.ts'
import type { AvroSchema, RecordSchema } from './schema.ts'

/** What is wrong with a pair of a type and a schema, as a sentence. */
export class Misfit extends Error {}

/** A safe integer, or one of 64 bits, in zigzag. */
export function writeLong(value: number | bigint, out: ByteWriter): void {
  out.ensure(10)
  const { data } = out
  let at = out.length
  if (typeof value === 'number') {
    let rest = value < 0 ? -2 * value - 1 : 2 * value
    if (rest <= Number.MAX_SAFE_INTEGER) {
      for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) data[at++] = (rest % 128) | 128
      for (; rest > 127; rest >>>= 7) data[at++] = (rest & 127) | 128
      data[at++] = rest
      out.length = at
      return
    }
  }
  const wide = BigInt(value)
  for (let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)); ; rest >>= 7n) {
    const byte = Number(rest & 127n)
    data[at++] = rest > 127n ? byte | 128 : byte
    if (rest <= 127n) break
  }
  out.length = at
}

/** A text or bytes with their length. */
export function writeBytes(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  writeLong(end - start, out)
  out.bytes(bytes, start, end)
}

const encoder = new TextEncoder()

function writeText(value: unknown, out: ByteWriter): void {
  const bytes = encoder.encode(value as string)
  writeBytes(bytes, 0, bytes.length, out)
}

/** How a column that may be NULL is written: what stands before a value, and what stands for NULL. */
export interface Nullable {
  readonly schema: AvroSchema
  /** Number of the branch of values; null where the schema is no union. */
  readonly branch: number | null
  /** Number of the branch of NULL; null where it cannot be written. */
  readonly nullBranch: number | null
}

/** The branch of a union that takes the values of a type; fails with Misfit. */
export function nullableOf(schema: AvroSchema, type: DataType, path: string): Nullable {
  if (schema.kind !== 'union') return { schema, branch: null, nullBranch: schema.kind === 'null' ? 0 : null }
  const nullBranch = schema.branches.findIndex((branch) => branch.kind === 'null')
  if (type.kind === 'null' && nullBranch >= 0) return { schema: schema.branches[nullBranch] as AvroSchema, branch: nullBranch, nullBranch }
  const branch = schema.branches.findIndex((candidate) => candidate.kind !== 'null' && fits(candidate, type, path))
  const found = schema.branches[branch]
  if (found === undefined) throw misfit(schema, type, path)
  return { schema: found, branch, nullBranch: nullBranch < 0 ? null : nullBranch }
}

function fits(schema: AvroSchema, type: DataType, path: string): boolean {
  try {
    avroWriter(schema, type, path)
    return true
  } catch (error) {
    if (error instanceof Misfit) return false
    throw error
  }
}

function misfit(schema: AvroSchema, type: DataType, path: string): Misfit {
  return new Misfit(`Column "${path}" is ${printType({ ...type, nullable: true })}, and Avro type ${nameOf(schema)} does not take that.`)
}

/** A writer of values that may be NULL. */
function nestedWriter(schema: AvroSchema, type: DataType, path: string): ValueWriter {
  const { schema: inner, branch, nullBranch } = nullableOf(schema, type, path)
  const write = avroWriter(inner, type, path)
  return (value, out) => {
    if (value !== null) {
      if (branch !== null) writeLong(branch, out)
      write(value, out)
    } else if (nullBranch === null) {
      throw unwritable(path, 'It is NULL, and the schema has no NULL there.')
    } else if (branch !== null) {
      writeLong(nullBranch, out)
    }
  }
}

export function unwritable(column: string, detail: string): Error {
  return avroErrors.FORMATS_AVRO_VALUE_UNWRITABLE({ column }, { detail })
}

/** The writer of a type's values that are not NULL; fails with Misfit where the schema does not take them. */
export function avroWriter(schema: AvroSchema, type: DataType, path: string): ValueWriter {
  const to = schema.kind
  switch (type.kind) {
    case 'null':
      if (to === 'null') return () => undefined
      break
    case 'boolean':
      if (to === 'boolean') return (value, out) => out.byte(value === true ? 1 : 0)
      break
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'date':
      if (to === 'int' || (to === 'long' && type.kind !== 'date')) return (value, out) => writeLong(value as number, out)
      break
    case 'bigint':
      if (to === 'long') return (value, out) => writeLong(value as number | bigint, out)
      break
    case 'float':
    case 'double':
      if (to === 'double') return writeDouble
      if (to === 'float' && type.kind === 'float') return writeFloat
      break
    case 'char':
    case 'varchar':
      if (to === 'string' || to === 'bytes') return writeText
      if (schema.kind === 'enum') return enumWriter(schema.symbols, path)
      break
    case 'binary':
    case 'varbinary':
      if (to === 'bytes') return (value, out) => writeBytes(value as Uint8Array, 0, (value as Uint8Array).length, out)
      if (schema.kind === 'fixed') return fixedWriter(schema.size, path)
      break
    default:
      return timeWriter(schema, type, path) ?? containerWriter(schema, type, path)
  }
  throw misfit(schema, type, path)
}

const scratch = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratch.buffer)

export function writeDouble(value: unknown, out: ByteWriter): void {
  scratch.setFloat64(0, value as number, true)
  out.bytes(scratchBytes)
}

export function writeFloat(value: unknown, out: ByteWriter): void {
  scratch.setFloat32(0, value as number, true)
  out.bytes(scratchBytes, 0, 4)
}

function enumWriter(symbols: readonly string[], path: string): ValueWriter {
  const places = new Map(symbols.map((symbol, place) => [symbol, place]))
  return (value, out) => {
    const place = places.get(value as string)
    if (place === undefined) throw unwritable(path, `Its enum has no symbol of that name.`)
    writeLong(place, out)
  }
}

function fixedWriter(size: number, path: string): ValueWriter {
  return (value, out) => {
    const bytes = value as Uint8Array
    if (bytes.length !== size) throw unwritable(path, `Expected ${size} bytes, got ${bytes.length}.`)
    out.bytes(bytes)
  }
}

function timeWriter(schema: AvroSchema, type: DataType, path: string): ValueWriter | null {
  if (type.kind === 'decimal' && (schema.kind === 'bytes' || schema.kind === 'fixed')) {
    if (schema.logical?.kind !== 'decimal') return null
    return decimalWriter(type.scale, schema.logical, schema.kind === 'fixed' ? schema.size : null, path)
  }
  if (schema.kind !== 'int' && schema.kind !== 'long') return null
  const perSecond = schema.logical !== null && 'perSecond' in schema.logical ? schema.logical.perSecond : null
  if (type.kind === 'time') {
    const perMs = (perSecond ?? 1000) / 1000
    return (value, out) => writeLong((value as number) * perMs, out)
  }
  if ((type.kind !== 'timestamp' && type.kind !== 'timestamp-ltz') || schema.kind !== 'long') return null
  const given = timestampUnit(type.precision) * 1000
  const wanted = perSecond ?? given
  return (value, out) => writeLong(rescaled(value as number | bigint, wanted, given, path), out)
}

function rescaled(value: number | bigint, wanted: number, given: number, path: string): number | bigint {
  if (wanted === given) return value
  if (typeof value === 'number' && wanted < given) return Math.floor(value / (given / wanted))
  const product = BigInt(value) * BigInt(wanted)
  const rest = ((product % BigInt(given)) + BigInt(given)) % BigInt(given)
  const result = (product - rest) / BigInt(given)
  if (BigInt.asIntN(64, result) !== result) throw unwritable(path, 'The time stamp is beyond the range of the unit in the schema.')
  return result
}

type Decimal = { readonly precision: number; readonly scale: number }

function decimalWriter(scale: number, decimal: Decimal, size: number | null, path: string): ValueWriter {
  return (value, out) => {
    const fitted = fitDecimal(rescaleDecimal(value as number | bigint, scale, decimal.scale), decimal.precision)
    if (fitted === null) throw unwritable(path, `It has more digits than ${decimal.precision}.`)
    const bytes = twosComplement(BigInt(fitted))
    if (size === null) {
      writeBytes(bytes, 0, bytes.length, out)
      return
    }
    for (let at = bytes.length; at < size; at++) out.byte(fitted < 0 ? 255 : 0)
    out.bytes(bytes)
  }
}

/** The least bytes that hold the number, the highest first. */
function twosComplement(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.unshift(Number(rest & 255n))
    rest >>= 8n
  } while (!((rest === 0n && (bytes[0] as number) < 128) || (rest === -1n && (bytes[0] as number) > 127)))
  return Uint8Array.from(bytes)
}

function containerWriter(schema: AvroSchema, type: DataType, path: string): ValueWriter {
  if (type.kind === 'array' && schema.kind === 'array') {
    const element = nestedWriter(schema.items, type.element, `${path}[]`)
    return (value, out) => {
      const items = value as readonly unknown[]
      if (items.length > 0) writeLong(items.length, out)
      for (const item of items) element(item, out)
      out.byte(0)
    }
  }
  if (schema.kind === 'map' && (type.kind === 'map' || type.kind === 'multiset')) {
    const valueType: DataType = type.kind === 'map' ? type.value : { kind: 'integer', nullable: false }
    return mapWriter(nestedWriter(schema.values, valueType, `${path}{}`), path)
  }
  if (type.kind === 'row' && schema.kind === 'record') {
    const fields = rowFields(schema, type.fields, `${path}.`).map(({ place, schema: field, type: fieldType, path: name }) => ({
      place,
      write: nestedWriter(field, fieldType, name),
    }))
    return (value, out) => {
      for (const { place, write } of fields) write(place < 0 ? null : (value as readonly unknown[])[place], out)
    }
  }
  throw misfit(schema, type, path)
}

function mapWriter(write: ValueWriter, path: string): ValueWriter {
  return (value, out) => {
    const entries = value as ReadonlyMap<unknown, unknown>
    if (entries.size > 0) writeLong(entries.size, out)
    for (const [key, item] of entries) {
      if (key === null) throw unwritable(path, 'A map has a key that is NULL.')
      writeText(key, out)
      write(item, out)
    }
    out.byte(0)
  }
}

interface WrittenField {
  /** Place of the column; negative where there is none, and NULL is written. */
  readonly place: number
  readonly schema: AvroSchema
  readonly type: DataType
  readonly path: string
}

/** Which column goes to which field of a record; fails with Misfit. */
export function rowFields(
  record: RecordSchema,
  columns: readonly { readonly name: string; readonly type: DataType }[],
  path: string,
): WrittenField[] {
  const lacking = columns.find((column) => !record.fields.some((field) => field.name === column.name))
  if (lacking !== undefined) throw new Misfit(`The schema has no field "${path}${lacking.name}".`)
  return record.fields.map((field) => {
    const place = columns.findIndex((column) => column.name === field.name)
    const type = columns[place]?.type
    if (type === undefined && !isNullable(field.schema)) throw new Misfit(`Field "${path}${field.name}" of the schema has no column.`)
    return { place, schema: field.schema, type: type ?? { kind: 'null', nullable: true }, path: `${path}${field.name}` }
  })
}

function isNullable(schema: AvroSchema): boolean {
  return schema.kind === 'null' || (schema.kind === 'union' && schema.branches.some((branch) => branch.kind === 'null'))
}
