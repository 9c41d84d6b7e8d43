/** How the fields of a message and the columns of a table belong together, as plain data: what decoders and encoders are made of. */
import { closeNames } from '#base'
import { boxExact, type DataType, printType } from '#data'
import { protobufErrors } from './errors.ts'
import { enumValues, isMessage, keyTypeOf, type ProtobufField, type ProtobufType } from './schema.ts'

export type ScalarKind =
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  | 'sfixed32'
  | 'int64'
  | 'uint64'
  | 'sint64'
  | 'fixed64'
  | 'sfixed64'
  | 'bool'
  | 'float'
  | 'double'
  | 'string'
  | 'bytes'

/** What one value is: a scalar, a number of an enum or its name, or a message. */
export type Item =
  | { readonly kind: ScalarKind; readonly type: DataType }
  | { readonly kind: 'enum'; readonly type: DataType; readonly values: ReadonlyMap<string, number>; readonly isClosed: boolean }
  | { readonly kind: 'message'; readonly type: DataType; readonly layout: Layout; readonly isGroup: boolean }

export interface LaidField {
  readonly number: number
  /** Place of the column or field of a row. */
  readonly slot: number
  readonly path: string
  readonly type: DataType
  readonly shape:
    | { readonly kind: 'single'; readonly item: Item }
    | { readonly kind: 'repeated'; readonly item: Item; readonly isPacked: boolean }
    | { readonly kind: 'map'; readonly key: Item; readonly value: Item }
  /** Whether a message says if it has the field. */
  readonly hasPresence: boolean
  readonly isRequired: boolean
  /** Boxed value of the field where a message does not have it; for messages undefined. */
  readonly fallback: unknown
  /** Numbers of the other fields of its oneof, wanted or not. */
  readonly rivals: readonly number[]
}

export interface Layout {
  readonly message: string
  readonly fields: readonly LaidField[]
  /** How many places rows have. */
  readonly width: number
  /** Required fields that no column is for. */
  readonly missing: readonly string[]
}

type Columns = readonly { readonly name: string; readonly type: DataType }[]

export function layoutOf(message: ProtobufType, columns: Columns, path = ''): Layout {
  const fields = columns.map((column, slot) => laidField(fieldOf(message, column.name), column.type, slot, `${path}${column.name}`))
  const names = new Set(columns.map((column) => column.name))
  const missing = message.fieldsArray.filter((field) => field.required && !names.has(field.name)).map((field) => field.name)
  return { message: message.fullName.slice(1), fields, width: columns.length, missing }
}

function fieldOf(message: ProtobufType, name: string): ProtobufField {
  const field = Object.hasOwn(message.fields, name) ? message.fields[name] : undefined
  if (field !== undefined) return field.resolve()
  const names = message.fieldsArray.map((each) => each.name)
  const [nearest] = closeNames(name, names, 1)
  const hint = nearest === undefined ? undefined : `Rename the column to "${nearest}".`
  throw protobufErrors.FORMATS_PROTOBUF_FIELD_NOT_FOUND({ field: name, message: message.fullName.slice(1) }, { hint })
}

function laidField(field: ProtobufField, type: DataType, slot: number, path: string): LaidField {
  const rivals = (field.partOf?.fieldsArray ?? []).filter((other) => other !== field).map((other) => other.id)
  const shape = shapeOf(field, type, path)
  return {
    number: field.id,
    slot,
    path,
    type,
    shape,
    hasPresence: Boolean(field.hasPresence) || (shape.kind === 'single' && shape.item.kind === 'message'),
    isRequired: field.required,
    fallback: shape.kind === 'single' ? fallbackOf(field, shape.item) : shape.kind === 'map' ? new Map() : [],
    rivals,
  }
}

function shapeOf(field: ProtobufField, type: DataType, path: string): LaidField['shape'] {
  const keyType = keyTypeOf(field)
  if (keyType !== null) {
    if (type.kind !== 'map') throw mismatch(path, 'MAP', type)
    const key = scalarItem(keyType as ScalarKind, type.key, path)
    return { kind: 'map', key, value: itemOf(field, type.value, path) }
  }
  if (field.repeated) {
    if (type.kind !== 'array') throw mismatch(path, 'ARRAY', type)
    return { kind: 'repeated', item: itemOf(field, type.element, path), isPacked: field.packed }
  }
  return { kind: 'single', item: itemOf(field, type, path) }
}

function mismatch(column: string, expected: string, type: DataType): Error {
  return protobufErrors.FORMATS_PROTOBUF_FIELD_MISMATCH({ column, expected, actual: printType({ ...type, nullable: true }) })
}

function itemOf(field: ProtobufField, type: DataType, path: string): Item {
  const { resolvedType } = field
  if (isMessage(resolvedType)) {
    if (type.kind !== 'row') throw mismatch(path, 'ROW', type)
    return { kind: 'message', type, layout: layoutOf(resolvedType, type.fields, `${path}.`), isGroup: field.delimited }
  }
  const values = enumValues(resolvedType)
  if (values === null) return scalarItem(field.type as ScalarKind, type, path)
  const isText = type.kind === 'char' || type.kind === 'varchar'
  if (!isText && type.kind !== 'integer') throw mismatch(path, 'INT or STRING', type)
  const features = (resolvedType as { readonly _features?: { readonly enum_type?: string } })._features
  return { kind: 'enum', type, values, isClosed: features?.enum_type === 'CLOSED' }
}

const taken: Readonly<Record<ScalarKind, readonly DataType['kind'][]>> = {
  int32: ['integer', 'bigint'],
  sint32: ['integer', 'bigint'],
  sfixed32: ['integer', 'bigint'],
  uint32: ['integer', 'bigint'],
  fixed32: ['integer', 'bigint'],
  int64: ['bigint'],
  sint64: ['bigint'],
  sfixed64: ['bigint'],
  uint64: ['bigint', 'decimal'],
  fixed64: ['bigint', 'decimal'],
  bool: ['boolean'],
  float: ['float'],
  double: ['double'],
  string: ['varchar', 'char'],
  bytes: ['varbinary', 'binary'],
}
const names: Partial<Record<DataType['kind'], string>> = {
  integer: 'INT',
  decimal: 'DECIMAL(20, 0)',
  varchar: 'STRING',
  char: 'CHAR',
  varbinary: 'BYTES',
  binary: 'BINARY',
}

function scalarItem(kind: ScalarKind, type: DataType, path: string): Item {
  const kinds = taken[kind]
  const fits = kinds.includes(type.kind) && (type.kind !== 'decimal' || (type.precision >= 20 && type.scale === 0))
  if (!fits) throw mismatch(path, kinds.map((each) => names[each] ?? each.toUpperCase()).join(' or '), type)
  return { kind, type }
}

/** The default of a field, boxed. */
function fallbackOf(field: ProtobufField, item: Item): unknown {
  const given: unknown = field.options?.['default'] ?? null
  switch (item.kind) {
    case 'message':
      return undefined
    case 'enum': {
      const first = [...item.values][0]
      const name = typeof given === 'string' && item.values.has(given) ? given : first?.[0]
      return item.type.kind === 'integer' ? (item.values.get(name ?? '') ?? 0) : (name ?? '')
    }
    case 'string':
      return typeof given === 'string' ? given : ''
    case 'bytes':
      return typeof given === 'string' ? new Uint8Array(Buffer.from(given, 'latin1')) : new Uint8Array(0)
    case 'bool':
      return given === true || given === 'true'
    case 'float':
    case 'double':
      return given === null ? 0 : approximateOf(given)
    default:
      return given === null ? 0 : boxExact(wholeOf(given))
  }
}

function wholeOf(given: unknown): bigint {
  const text = String(given)
  return /^-?\d{1,20}$/.test(text) ? BigInt(text) : 0n
}

/** A number, or one of the words `inf`, `-inf` and `nan`. */
function approximateOf(given: unknown): number {
  if (typeof given === 'number') return given
  const words: Readonly<Record<string, number>> = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY }
  return typeof given === 'string' ? (words[given] ?? Number(given)) : Number.NaN
}
