/** Whole rows as single values, by the format that `value.format` names. */
import { assert } from '#base'
import type { Batch, Schema, Vector } from '#data'
import { columnIndex } from '#data'
import { type FormatTable, formatNamed, type MessageCodec, type Messages } from '#formats'
import { connectorErrors } from '../errors.ts'
import { valueFormatOf } from '../message-options.ts'
import type { RedisTable } from './options.ts'

export interface RowCodec {
  readonly codec: MessageCodec
  readonly format: string
  /** The table as the format sees it. */
  readonly content: FormatTable
}

export function rowCodecOf({ table, options, key }: RedisTable): RowCodec {
  const { name, options: own } = valueFormatOf(table)
  const { messages } = formatNamed(name)
  if (messages === null) throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_OF_FILES({ format: name, table: table.name })
  if (messages.changes !== 'append') throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_OF_CHANGES({ format: name, table: table.name })
  const isLeftOut = options.text('value.fields-include') === 'EXCEPT_KEY' ? (column: string) => key.columns.includes(column) : () => false
  const schema = table.schema.filter((column) => !isLeftOut(column.name))
  return { codec: messages, format: name, content: { name: table.name, schema, options: own, timeZone: table.timeZone } }
}

/** Makes the function that encodes all rows of batches whose columns are those of a schema. */
export function rowEncoder({ codec, content, format }: RowCodec, schema: Schema): (batch: Batch) => Messages | Promise<Messages> {
  if (codec.encoder === null) throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_READ_ONLY({ format, table: content.name })
  const encoder = codec.encoder(content)
  const places = content.schema.map(({ name }) => columnIndex(schema, name))
  assert(!places.includes(-1), 'a batch has all columns of the table')
  return (batch) =>
    encoder.encode({ length: batch.length, columns: places.map((place) => batch.columns[place] as Vector), kinds: null, watermarks: null })
}
