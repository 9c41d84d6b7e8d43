/** A table whose rows are messages: which of its columns are in the key, which in the value, and by which formats. */
import { closeNames, listed } from '#base'
import { columnIndex, type Schema } from '#data'
import { type FormatTable, formatNamed, type MessageCodec, type Options } from '#formats'
import type { ConnectorTable, Source } from './connector.ts'
import { connectorErrors } from './errors.ts'
import { type ChosenFormat, keyFormatOf, valueFormatOf } from './message-options.ts'

/** Metadata of the format of values has keys that begin so. */
export const valueMetadataPrefix = 'value.'

export interface MessageTableShape {
  /** `upsert`: the key is the primary key, and a message without a value deletes its row. */
  readonly mode: 'append' | 'upsert'
  /** Metadata of the connector. */
  readonly metadata: Schema
  /** The topic that schemas of a registry are named after; left out: nothing is. */
  readonly topic?: string | undefined
}

/** One half of a message. */
export interface MessagePart {
  readonly codec: MessageCodec
  readonly format: string
  /** The table as the format sees it. */
  readonly content: FormatTable
  /** By column of the content: its name in the table. */
  readonly names: readonly string[]
}

export class MessageTable {
  readonly name: string
  readonly mode: MessageTableShape['mode']
  readonly metadataColumns: ConnectorTable['metadataColumns']
  /** The connector's, and the format's under keys that begin with `value.`. */
  readonly metadata: Schema
  readonly changes: NonNullable<Source['changes']>
  readonly key: MessagePart | null
  readonly value: MessagePart

  /** `options`: the whole clause, checked. */
  constructor(table: ConnectorTable, options: Options, { mode, metadata, topic }: MessageTableShape) {
    this.name = table.name
    this.mode = mode
    this.metadataColumns = table.metadataColumns
    const prefix = options.text('key.fields-prefix') ?? ''
    const keyFormat = keyFormatOf(table, topic)
    const keys = mode === 'upsert' ? primaryKeyOf(table, keyFormat) : keyFieldsOf(table, options, keyFormat)
    checkPrefix(table, keys, prefix)
    const inValue = options.text('value.fields-include') === 'EXCEPT_KEY' ? (name: string) => !keys.includes(name) : () => true
    const values = table.schema.filter(({ name }) => inValue(name)).map(({ name }) => name)
    if (prefix !== '' && values.some((name) => keys.includes(name)))
      throw connectorErrors.CONNECTORS_MESSAGE_PREFIX_UNUSABLE({ table: table.name })
    this.key = keyFormat === null || keys.length === 0 ? null : partOf(table, keyFormat, keys, prefix)
    this.value = partOf(table, valueFormatOf(table, topic), values, '')
    if (mode === 'upsert' && this.value.codec.changes !== 'append')
      throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_OF_CHANGES({ format: this.value.format, table: table.name })
    const formats = this.value.codec.metadata.map((column) => ({ ...column, name: valueMetadataPrefix + column.name }))
    this.metadata = [...metadata, ...formats]
    this.changes = mode === 'upsert' ? 'upsert' : this.value.codec.changes
  }
}

function primaryKeyOf(table: ConnectorTable, format: ChosenFormat | null): readonly string[] {
  if (table.primaryKey.length === 0) throw connectorErrors.CONNECTORS_MESSAGE_PRIMARY_KEY_MISSING({ table: table.name })
  if (format === null) throw connectorErrors.CONNECTORS_MESSAGE_KEY_FORMAT_MISSING({ table: table.name })
  return table.schema.flatMap(({ name }) => (table.primaryKey.includes(name) ? [name] : []))
}

function keyFieldsOf(table: ConnectorTable, options: Options, format: ChosenFormat | null): readonly string[] {
  const text = options.text('key.fields')
  const names = text === undefined ? [] : text.split(';').filter((name) => name !== '')
  if (format !== null && names.length === 0) throw connectorErrors.CONNECTORS_MESSAGE_KEY_FIELDS_MISSING({ table: table.name })
  if (format === null && names.length > 0) throw connectorErrors.CONNECTORS_MESSAGE_KEY_FORMAT_MISSING({ table: table.name })
  const known = table.schema.map(({ name }) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    const [nearest] = closeNames(name, known, 1)
    const detail = `The table's columns are ${listed(known)}.`
    throw connectorErrors.CONNECTORS_MESSAGE_KEY_FIELD_NOT_FOUND(
      { column: name, table: table.name },
      { detail, hint: nearest === undefined ? undefined : `Use "${nearest}".` },
    )
  }
  return names
}

function checkPrefix(table: ConnectorTable, keys: readonly string[], prefix: string): void {
  const odd = keys.find((name) => !name.startsWith(prefix) || name.length === prefix.length)
  if (odd !== undefined) throw connectorErrors.CONNECTORS_MESSAGE_PREFIX_MISMATCH({ column: odd, prefix, table: table.name })
}

function partOf(table: ConnectorTable, { name, options }: ChosenFormat, names: readonly string[], prefix: string): MessagePart {
  const { messages } = formatNamed(name)
  if (messages === null) throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_OF_FILES({ format: name, table: table.name })
  const schema = names.flatMap((column) => table.schema[columnIndex(table.schema, column)] ?? [])
  const fields = schema.map((column) => ({ ...column, name: column.name.slice(prefix.length) }))
  return { codec: messages, format: name, content: { name: table.name, schema: fields, options, timeZone: table.timeZone }, names }
}
