/**
 * Schema resolution (Avro 1.12, "Schema Resolution"): the schema that a message was written with against the columns of a table. The
 * reader's schema is what Flink derives of the columns, where every nullable field has NULL as its default; a schema that the table gives
 * itself adds aliases, defaults and symbols. Beyond the specification, the writer's unit of time and scale of decimals count, and an enum
 * may become text.
 */
import { shortened } from '#base'
import { type DataType, printType, timestampUnit } from '#data'
import { defaultValue } from './default-value.ts'
import type { Logical } from './logical.ts'
import type { Reading, Step, WantedColumn } from './reading.ts'
import type { AvroField, AvroSchema, RecordSchema } from './schema.ts'

/** How columns are read of a record; a mismatch when the schema is none. A record may be the one branch of a union that is not null. */
export function resolveRecord(
  writer: AvroSchema,
  columns: readonly WantedColumn[],
  reader: AvroSchema | null,
  path = '',
): Extract<Reading, { kind: 'row' | 'mismatch' }> {
  if (writer.kind !== 'record') return { kind: 'mismatch', detail: `Expected a record, got Avro type ${nameOf(writer)}.` }
  const readerRecord = reader === null ? null : recordIn(reader)
  const constants: unknown[] = columns.map(() => null)
  const taken = new Map<AvroField, number>()
  for (const [slot, column] of columns.entries()) {
    const wanted = readerRecord?.fields.find((field) => field.name === column.name) ?? null
    const field = fieldOf(writer, column.name, wanted)
    if (field !== undefined && !taken.has(field)) {
      taken.set(field, slot)
      continue
    }
    const value = missingValue(column, wanted, `${path}${column.name}`)
    if (typeof value === 'string') return { kind: 'mismatch', detail: value }
    constants[slot] = value.value
  }
  const steps = writer.fields.map((field): Step => {
    const slot = taken.get(field)
    const column = slot === undefined ? undefined : columns[slot]
    if (slot === undefined || column === undefined) return { name: field.name, schema: field.schema, slot: -1, reading: null }
    const wanted = readerRecord?.fields.find((candidate) => candidate.name === column.name)
    const reading = resolve(field.schema, column.type, wanted?.schema ?? null, `${path}${column.name}`)
    return { name: column.name, schema: field.schema, slot, reading }
  })
  return { kind: 'row', steps, constants }
}

/** The record that a schema is, or that is one of its branches. */
export function recordIn(schema: AvroSchema): RecordSchema | null {
  if (schema.kind === 'record') return schema
  if (schema.kind !== 'union') return null
  return schema.branches.find((branch) => branch.kind === 'record') ?? null
}

function fieldOf(writer: RecordSchema, name: string, wanted: AvroField | null): AvroField | undefined {
  const names = [name, ...(wanted?.aliases ?? [])]
  for (const candidate of names) {
    const field = writer.fields.find((each) => each.name === candidate)
    if (field !== undefined) return field
  }
  return undefined
}

/** The value of a column that the writer does not have; what is wrong where there is none. */
function missingValue({ type }: WantedColumn, wanted: AvroField | null, path: string): { readonly value: unknown } | string {
  if (wanted !== null && wanted.fallback !== null) {
    const value = defaultValue(wanted.fallback.json, type)
    return value === undefined ? `The default of field "${path}" is no ${printType({ ...type, nullable: true })}.` : { value }
  }
  return type.nullable ? { value: null } : `Column "${path}" is NOT NULL, but the writer's schema has no such field.`
}

function resolve(writer: AvroSchema, type: DataType, reader: AvroSchema | null, path: string): Reading {
  if (writer.kind === 'union') {
    const branches = writer.branches.map((branch) => resolve(branch, type, reader, path))
    return branches.length > 0 && branches.every((branch) => branch.kind === 'mismatch')
      ? (branches[0] as Reading)
      : { kind: 'union', branches: withoutMixedText(branches, path) }
  }
  if (writer.kind === 'null') {
    if (type.nullable) return { kind: 'null' }
    return { kind: 'mismatch', detail: `Column "${path}" is NOT NULL, but the record has NULL there.` }
  }
  const within = reader?.kind === 'union' ? (reader.branches.find((branch) => branch.kind !== 'null') ?? null) : reader
  const reading = readingOf(writer, type, within, path)
  return reading ?? mismatch(type, writer, path)
}

/** Words and text cannot stand in one column of a batch. */
function withoutMixedText(branches: readonly Reading[], path: string): readonly Reading[] {
  if (!branches.some((branch) => branch.kind === 'text')) return branches
  return branches.map((branch) =>
    branch.kind === 'word'
      ? { kind: 'mismatch', detail: `Field "${path}" is a union of an enum and text, and has a symbol of the enum.` }
      : branch,
  )
}

function mismatch(type: DataType, writer: AvroSchema, path: string): Reading {
  const expected = printType({ ...type, nullable: true })
  return { kind: 'mismatch', detail: `Expected ${expected} in column "${path}", got Avro type ${nameOf(writer)}.` }
}

export function nameOf(schema: AvroSchema): string {
  return 'name' in schema ? `${schema.kind} "${shortened(schema.name, 100)}"` : schema.kind
}

const wholeRanges = { tinyint: 2 ** 7, smallint: 2 ** 15, integer: 2 ** 31, date: 2 ** 31 } as const

function readingOf(writer: AvroSchema, type: DataType, reader: AvroSchema | null, path: string): Reading | null {
  const from = writer.kind
  switch (type.kind) {
    case 'boolean':
      return from === 'boolean' ? { kind: 'boolean' } : null
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'date':
      return from === 'int' ? { kind: 'whole', least: -wholeRanges[type.kind], most: wholeRanges[type.kind] - 1 } : null
    case 'bigint':
      return from === 'int' || from === 'long' ? { kind: 'long' } : null
    case 'float':
    case 'double':
      return approximate(from, type.kind === 'float')
    case 'char':
    case 'varchar':
      return from === 'string' || from === 'bytes' ? { kind: 'text' } : enumWords(writer, reader)
    case 'binary':
    case 'varbinary':
      if (from === 'string' || from === 'bytes') return { kind: 'bytes', size: null }
      return writer.kind === 'fixed' ? { kind: 'bytes', size: writer.size } : null
    case 'decimal':
      return decimalReading(writer, type)
    case 'time':
      return timeReading(writer, type.precision)
    case 'timestamp':
    case 'timestamp-ltz':
      return timestampReading(writer, type.precision)
    default:
      return containerReading(writer, type, reader, path)
  }
}

function approximate(from: AvroSchema['kind'], isSingle: boolean): Reading | null {
  if (from === 'int' || from === 'long') return { kind: 'rounded', isSingle }
  return from === 'float' ? { kind: 'float' } : from === 'double' && !isSingle ? { kind: 'double' } : null
}

function enumWords(writer: AvroSchema, reader: AvroSchema | null): Reading | null {
  if (writer.kind !== 'enum') return null
  const words = writer.symbols.map((symbol) => (reader?.kind === 'enum' && !reader.symbols.includes(symbol) ? reader.fallback : symbol))
  return { kind: 'word', words }
}

function decimalReading(writer: AvroSchema, type: Extract<DataType, { kind: 'decimal' }>): Reading | null {
  if (writer.kind !== 'bytes' && writer.kind !== 'fixed') return null
  const { precision, scale } = type
  const from = writer.logical?.kind === 'decimal' ? writer.logical.scale : scale
  return { kind: 'decimal', size: writer.kind === 'fixed' ? writer.size : null, from, precision, scale }
}

/** Without a logical type, numbers count as Flink counts: milliseconds, or the unit of the column. */
function timeReading(writer: AvroSchema, precision: number): Reading | null {
  if (writer.kind !== 'int' && writer.kind !== 'long') return null
  const divide = (perSecondOf(writer.logical) ?? 1000) / 1000
  return { kind: 'scaled', multiply: 1, divide, step: precision >= 3 ? 1 : 10 ** (3 - precision), most: 86_399_999 }
}

function timestampReading(writer: AvroSchema, precision: number): Reading | null {
  if (writer.kind !== 'int' && writer.kind !== 'long') return null
  const wanted = timestampUnit(precision) * 1000
  const given = perSecondOf(writer.logical) ?? wanted
  const step = 10 ** (Math.log10(wanted) - precision)
  if (given <= wanted && step <= 1)
    return given === wanted ? { kind: 'long' } : { kind: 'scaled', multiply: wanted / given, divide: 1, step: 1, most: null }
  return {
    kind: 'scaled',
    multiply: Math.max(1, wanted / given),
    divide: Math.max(1, given / wanted),
    step: Math.max(1, Math.round(step)),
    most: null,
  }
}

function perSecondOf(logical: Logical | null): number | null {
  return logical !== null && 'perSecond' in logical ? logical.perSecond : null
}

function containerReading(writer: AvroSchema, type: DataType, reader: AvroSchema | null, path: string): Reading | null {
  if (type.kind === 'array' && writer.kind === 'array') {
    const element = resolve(writer.items, type.element, reader?.kind === 'array' ? reader.items : null, `${path}[]`)
    return { kind: 'array', element, items: writer.items }
  }
  const values = reader?.kind === 'map' ? reader.values : null
  if (type.kind === 'map' && writer.kind === 'map') return { kind: 'map', value: resolve(writer.values, type.value, values, `${path}{}`) }
  if (type.kind === 'multiset' && writer.kind === 'map') {
    return { kind: 'map', value: resolve(writer.values, { kind: 'integer', nullable: false }, values, `${path}{}`) }
  }
  if (type.kind === 'row' && writer.kind === 'record') return resolveRecord(writer, type.fields, reader, `${path}.`)
  return null
}
