/** Makes messages of rows: keys and values by their formats, and metadata that is written along. */
import { assert } from '#base'
import { type Batch, changeDelete, changeUpdateBefore, columnIndex, type Schema, type Vector } from '#data'
import type { MessageEncoder, Messages } from '#formats'
import { BatchTurns } from './batch-turns.ts'
import { connectorErrors } from './errors.ts'
import type { MessagePart, MessageTable } from './message-table.ts'

/** One message for each row. */
export interface EncodedMessages {
  readonly length: number
  /** Null where messages have no keys. */
  readonly keys: Messages | null
  /** One without an end is a message without a value: it deletes the row of its key. */
  readonly values: Messages
  /** Columns that are metadata, by key. */
  readonly metadata: ReadonlyMap<string, Vector>
}

export class MessageWriter {
  readonly #table: MessageTable
  readonly #key: EncodedPart | null
  readonly #value: EncodedPart
  readonly #metadata: readonly { readonly key: string; readonly place: number }[]
  readonly #turns = new BatchTurns()

  /** `schema`: the columns of the batches, in their order. */
  constructor(table: MessageTable, schema: Schema) {
    this.#table = table
    this.#key = table.key === null ? null : new EncodedPart(table.key, table.name, schema)
    this.#value = new EncodedPart(table.value, table.name, schema)
    this.#metadata = table.metadataColumns.flatMap(({ name, key, isVirtual }) =>
      isVirtual ? [] : [{ key, place: columnIndex(schema, name) }],
    )
  }

  /** Hands over the messages of a batch, which are valid only meanwhile: at once, or, with a promise, in its turn. */
  encode(batch: Batch, take: (messages: EncodedMessages, batch: Batch) => void): void | Promise<void> {
    return this.#turns.run(batch, (own) => this.#messagesOf(own), take)
  }

  /** Waits until all messages so far are handed over. */
  settle(): Promise<void> {
    return this.#turns.settle()
  }

  #messagesOf(batch: Batch): EncodedMessages | Promise<EncodedMessages> {
    const keys = this.#key?.encode(batch, false) ?? null
    const values = this.#value.encode(batch, this.#table.value.codec.changes === 'all')
    return keys instanceof Promise || values instanceof Promise
      ? Promise.all([keys, values]).then(([allKeys, allValues]) => this.#together(batch, allKeys, allValues))
      : this.#together(batch, keys, values)
  }

  #together(batch: Batch, keys: Messages | null, values: Messages): EncodedMessages {
    const metadata = new Map(this.#metadata.map(({ key, place }) => [key, batch.columns[place] as Vector]))
    const deletes = this.#table.mode === 'upsert' ? deletesOf(batch) : null
    return { length: batch.length, keys, values: deletes === null ? values : withoutValues(values, deletes), metadata }
  }

  async close(): Promise<void> {
    await this.#key?.close()
    await this.#value.close()
  }
}

/** A half of the messages and how it is written. */
class EncodedPart {
  readonly #encoder: MessageEncoder
  readonly #places: readonly number[]

  constructor({ codec, content, format, names }: MessagePart, table: string, schema: Schema) {
    if (codec.encoder === null) throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_READ_ONLY({ format, table })
    this.#encoder = codec.encoder(content)
    this.#places = names.map((name) => columnIndex(schema, name))
    assert(!this.#places.includes(-1), 'a batch has all columns of the table')
  }

  encode(batch: Batch, withKinds: boolean): Messages | Promise<Messages> {
    const columns = this.#places.map((place) => batch.columns[place] as Vector)
    return this.#encoder.encode({ length: batch.length, columns, kinds: withKinds ? batch.kinds : null, watermarks: null })
  }

  async close(): Promise<void> {
    await this.#encoder.close?.()
  }
}

/** By row: whether it deletes what has its key; null when none does. */
function deletesOf({ kinds, length }: Batch): Uint8Array | null {
  if (kinds === null) return null
  const deletes = new Uint8Array(length)
  let any = false
  for (let row = 0; row < length; row++) {
    if (kinds[row] !== changeDelete && kinds[row] !== changeUpdateBefore) continue
    deletes[row] = 1
    any = true
  }
  return any ? deletes : null
}

function withoutValues(values: Messages, deletes: Uint8Array): Messages {
  const ends = values.ends.slice(0, values.length)
  for (let row = 0; row < values.length; row++) if (deletes[row] === 1) ends[row] = -1
  return { ...values, ends }
}
