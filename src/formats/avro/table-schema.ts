/** The Avro schema that Flink derives of a table's columns: records are named after the fields they are in. */
import { assert } from '#base'
import { type DataType, printType, type Schema } from '#data'
import { formatErrors } from '../errors.ts'
import { unheldTypeHint } from '../unheld-type.ts'
import { avroErrors } from './errors.ts'
import { type Logical, logicalName } from './logical.ts'
import type { AvroSchema, PlainKind, RecordSchema } from './schema.ts'

export interface Mapping {
  readonly format: string
  /** Whether TIMESTAMP is an instant in Avro, as in Flink before 1.19, and TIMESTAMP_LTZ cannot be held. */
  readonly isLegacy: boolean
}

const recordName = 'org.apache.flink.avro.generated.record'

export function schemaOfTable(columns: Schema, mapping: Mapping): RecordSchema {
  const deriving = new Deriving(mapping)
  return deriving.record(columns, recordName, null)
}

/** Checks that the format holds the types of columns. */
export function checkHeld(columns: readonly { readonly name: string; readonly type: DataType }[], mapping: Mapping): void {
  new Deriving(mapping).record(columns, recordName, null)
}

class Deriving {
  readonly #mapping: Mapping

  constructor(mapping: Mapping) {
    this.#mapping = mapping
  }

  record(fields: readonly { readonly name: string; readonly type: DataType }[], name: string, column: string | null): RecordSchema {
    return {
      kind: 'record',
      name,
      fields: fields.map((field) => ({
        name: field.name,
        aliases: [],
        schema: this.#schemaOf(field.type, `${name}_${field.name}`, column ?? field.name),
        fallback: field.type.nullable ? { json: null } : null,
      })),
    }
  }

  #schemaOf(type: DataType, name: string, column: string): AvroSchema {
    const schema = this.#notNull(type, name, column)
    return type.nullable && schema.kind !== 'null' ? { kind: 'union', branches: [plain('null'), schema] } : schema
  }

  #notNull(type: DataType, name: string, column: string): AvroSchema {
    switch (type.kind) {
      case 'null':
      case 'boolean':
      case 'float':
      case 'double':
        return plain(type.kind)
      case 'tinyint':
      case 'smallint':
      case 'integer':
        return plain('int')
      case 'bigint':
        return plain('long')
      case 'char':
      case 'varchar':
        return plain('string')
      case 'binary':
      case 'varbinary':
        return plain('bytes')
      case 'decimal':
        return plain('bytes', { kind: 'decimal', precision: type.precision, scale: type.scale })
      case 'date':
        return plain('int', { kind: 'date' })
      case 'time':
        if (type.precision > 3) throw this.#unheld(type, column, 'Avro has times of milliseconds: TIME(3).')
        return plain('int', { kind: 'time', perSecond: 1000, isLocal: true })
      case 'timestamp':
      case 'timestamp-ltz':
        return plain('long', this.#timestamp(type, column))
      default:
        return this.#container(type, name, column)
    }
  }

  #container(type: DataType, name: string, column: string): AvroSchema {
    if (type.kind === 'array') return { kind: 'array', items: this.#schemaOf(type.element, name, column) }
    if (type.kind === 'row' && type.className === undefined) return this.record(type.fields, name, column)
    if (type.kind === 'map' || type.kind === 'multiset') {
      const { kind } = type.kind === 'map' ? type.key : type.element
      if (kind !== 'char' && kind !== 'varchar') throw this.#unheld(type, column, 'The keys of maps in Avro are text.')
      return { kind: 'map', values: type.kind === 'map' ? this.#schemaOf(type.value, name, column) : plain('int') }
    }
    throw this.#unheld(type, column, undefined)
  }

  #timestamp(type: Extract<DataType, { kind: 'time' | 'timestamp' | 'timestamp-ltz' }>, column: string): Logical {
    const { isLegacy, format } = this.#mapping
    const hint = `Set '${format}.timestamp_mapping.legacy' = 'false' to have TIMESTAMP and TIMESTAMP_LTZ of up to 6 digits.`
    if (isLegacy && type.kind === 'timestamp-ltz') throw this.#unheld(type, column, undefined, hint)
    if (isLegacy && type.precision > 3) throw this.#unheld(type, column, undefined, hint)
    if (type.precision > 6) throw this.#unheld(type, column, 'Avro has time stamps of up to 6 digits.')
    const isLocal = !isLegacy && type.kind === 'timestamp'
    return { kind: 'timestamp', perSecond: type.precision <= 3 ? 1000 : 1_000_000, isLocal }
  }

  #unheld(type: DataType, column: string, detail: string | undefined, hint = unheldTypeHint(type)): Error {
    return formatErrors.FORMATS_TYPE_UNSUPPORTED({ format: this.#mapping.format, type: printType(type), column }, { detail, hint })
  }
}

function plain(kind: PlainKind, logical: Logical | null = null): AvroSchema {
  return { kind, logical }
}

/** The JSON of a derived schema, in which no type is named twice. */
export function schemaJson(schema: AvroSchema): unknown {
  switch (schema.kind) {
    case 'union':
      return schema.branches.map(schemaJson)
    case 'array':
      return { type: 'array', items: schemaJson(schema.items) }
    case 'map':
      return { type: 'map', values: schemaJson(schema.values) }
    case 'record':
      return recordJson(schema)
    case 'enum':
    case 'fixed':
      return assert(false, 'derived schemas have no enums and no fixed bytes')
    default:
      return schema.logical === null ? schema.kind : { type: schema.kind, ...logicalJson(schema.logical) }
  }
}

function recordJson({ name, fields }: RecordSchema): unknown {
  const dot = name.lastIndexOf('.')
  return {
    type: 'record',
    name: name.slice(dot + 1),
    ...(dot < 0 ? {} : { namespace: name.slice(0, dot) }),
    fields: fields.map((field) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(field.name)) throw avroErrors.FORMATS_AVRO_NAME_UNSUPPORTED({ name: field.name })
      return { name: field.name, type: schemaJson(field.schema), ...(field.fallback === null ? {} : { default: field.fallback.json }) }
    }),
  }
}

function logicalJson(logical: Logical): Record<string, unknown> {
  const name = logicalName(logical)
  return logical.kind === 'decimal' ? { logicalType: name, precision: logical.precision, scale: logical.scale } : { logicalType: name }
}
