/** Avro records behind the id of their schema in a registry, as Flink's `avro-confluent` format has them. */
import { assert } from '#base'
import { formatErrors } from '../errors.ts'
import type { FormatTable, MessageFormat } from '../format.ts'
import { HttpRegistry } from './client.ts'
import { ConfluentDecoder } from './confluent-decoder.ts'
import { ConfluentEncoder } from './confluent-encoder.ts'
import { confluentOptions, firstText, registryAddress } from './confluent-options.ts'
import { avroErrors } from './errors.ts'
import { Registry } from './registry.ts'
import { recordIn, resolveRecord } from './resolve.ts'
import { type AvroSchema, parseAvroSchema, type RecordSchema, SchemaTrouble } from './schema.ts'
import { checkHeld, type Mapping, schemaJson, schemaOfTable } from './table-schema.ts'
import { Misfit } from './write-value.ts'

export const confluentFormat: MessageFormat = {
  kind: 'message',
  name: 'avro-confluent',
  options: confluentOptions,
  messages: {
    changes: 'append',
    metadata: [],
    decoder: (table, wanted) => {
      // Messages are read by their own units of time, whatever those of written ones are.
      checkHeld(wanted.map(({ key, type }) => ({ name: key, type })).map(inUnitsHeld), { format: 'avro-confluent', isLegacy: false })
      return new ConfluentDecoder(wanted, givenSchema(table)?.schema ?? null, registryOf(table))
    },
    encoder: confluentEncoder,
  },
}

type Named = Parameters<typeof checkHeld>[0][number]

/** Time stamps of nanoseconds can be read, though none are written. */
function inUnitsHeld(column: Named): Named {
  const { type } = column
  return (type.kind === 'timestamp' || type.kind === 'timestamp-ltz') && type.precision > 6
    ? { ...column, type: { ...type, precision: 6 } }
    : column
}

function registryOf(table: FormatTable): Registry {
  return new Registry(new HttpRegistry(registryAddress(table.options, table.name)))
}

/** The schema that the table gives itself, which must fit its columns. */
function givenSchema(table: FormatTable): { readonly text: string; readonly schema: RecordSchema } | null {
  const text = firstText(table.options, 'schema', 'schema-registry.schema')
  if (text === undefined) return null
  const schema = parsed(text, `table "${table.name}"`)
  const resolved = resolveRecord(schema, table.schema, null)
  const bad =
    resolved.kind === 'mismatch'
      ? resolved.detail
      : resolved.steps.flatMap((step) => (step.reading?.kind === 'mismatch' ? [step.reading.detail] : []))[0]
  const missing = table.schema.find((column) => recordIn(schema)?.fields.every((field) => field.name !== column.name))
  const detail = missing === undefined ? bad : `It has no field "${missing.name}".`
  if (detail !== undefined) throw schemaMismatch(table, detail)
  return { text, schema: recordIn(schema) as RecordSchema }
}

function parsed(text: string, owner: string): AvroSchema {
  try {
    return parseAvroSchema(text)
  } catch (error) {
    if (error instanceof SchemaTrouble) throw avroErrors.FORMATS_AVRO_SCHEMA_UNREADABLE({ owner, what: error.message })
    throw error
  }
}

function schemaMismatch(table: FormatTable, detail: string, owner = `table "${table.name}"`): Error {
  return avroErrors.FORMATS_AVRO_SCHEMA_MISMATCH({ owner, table: table.name }, { detail })
}

function confluentEncoder(table: FormatTable): ConfluentEncoder {
  const { options } = table
  const mapping: Mapping = { format: 'avro-confluent', isLegacy: options.flag('avro-confluent.timestamp_mapping.legacy') }
  const id = options.number('avro-confluent.schema-id')
  const subject = firstText(options, 'subject', 'schema-registry.subject')
  if (subject === undefined && id === undefined) {
    throw formatErrors.FORMATS_OPTION_MISSING(
      { key: 'avro-confluent.subject', owner: `table "${table.name}"` },
      { detail: 'It says where the schema of written messages is registered.' },
    )
  }
  const given = givenSchema(table)
  const schema = given?.schema ?? (id === undefined ? schemaOfTable(table.schema, mapping) : null)
  const text = given?.text ?? (schema === null ? '' : JSON.stringify(schemaJson(schema)))
  const registry = registryOf(table)
  const fitting = <T>(make: () => T, owner?: string): T => {
    try {
      return make()
    } catch (error) {
      if (error instanceof Misfit) throw schemaMismatch(table, error.message, owner)
      throw error
    }
  }
  if (id !== undefined) {
    const owner = `schema ${id}`
    return new ConfluentEncoder(table.schema, registry, fitting, async () => {
      const found = await registry.schemaOf(id)
      if (found === null) throw avroErrors.FORMATS_REGISTRY_SCHEMA_NOT_FOUND({ what: owner })
      const record = recordIn(parsed(found.text, owner))
      if (record === null) throw schemaMismatch(table, 'It is no record.', owner)
      return { id, record, owner }
    })
  }
  const record = schema
  assert(record !== null && subject !== undefined, 'a table that is written has a schema and a subject')
  return new ConfluentEncoder(table.schema, registry, fitting, async () => {
    if (options.flag('avro-confluent.auto.register.schemas')) return { id: await registry.register(subject, text), record }
    const found = await registry.find(subject, text)
    if (found !== null) return { id: found, record }
    throw avroErrors.FORMATS_REGISTRY_SCHEMA_NOT_FOUND(
      { what: `the schema of table "${table.name}"` },
      { detail: `Subject "${subject}" does not have it.`, hint: "Register it, or set 'avro-confluent.auto.register.schemas' = 'true'." },
    )
  })
}
