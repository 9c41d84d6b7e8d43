/**
 * Makes rows of messages. A connector adds what it has received; keys and values are decoded many at a time, and rows are put together of
 * what both hold and of metadata. What cannot be read becomes a dead letter, is left out, or ends the work, as the table says.
 */
import { assert } from '#base'
import { type Batch, batchRows, changeDelete, changeUpdateAfter, type DataType, selectRows, type Vector } from '#data'
import type { FieldCondition, MessageDecoder, MessageFault, Messages, WantedField } from '#formats'
import type { ReadRequest, WantedColumn } from './connector.ts'
import type { DeadLetter } from './dead-letter.ts'
import { connectorErrors } from './errors.ts'
import { MessageBuffer } from './message-buffer.ts'
import { type Decoded, type KeyRows, keyColumn, keyRowsOf, type PlacedRows, withNulls, withoutFaulty } from './message-rows.ts'
import { type MessagePart, type MessageTable, valueMetadataPrefix } from './message-table.ts'

/** So many bytes of values wait at most, unless one message alone has more. */
const waitingBytesMax = 4_194_304
const firstBytes = 65_536

/** Where messages come from, as those know who added them. Places count from the message added first since the reader was empty. */
export interface MessageOrigin {
  /** A metadata column of the connector for rows, by the places of their messages. */
  column(key: string, type: DataType, places: Int32Array, length: number): Vector
  /** Where a message stands, as JSON: for errors and dead letters. */
  position(place: number): string
}

export interface MessageRows {
  readonly batch: Batch
  /** Messages taken since the reader was empty, those of this batch included. */
  readonly taken: number
  readonly deadLetters: readonly DeadLetter[]
}

/** Where a column of the rows comes from. */
type ColumnSource =
  | { readonly from: 'key' | 'value'; readonly place: number; readonly type: DataType }
  | { readonly from: 'origin'; readonly key: string; readonly type: DataType }

export class MessageReader {
  readonly #table: MessageTable
  readonly #request: ReadRequest
  readonly #columns: readonly ColumnSource[]
  readonly #keyDecoder: MessageDecoder | null
  readonly #valueDecoder: MessageDecoder
  readonly #keys = new MessageBuffer(batchRows, firstBytes)
  readonly #values = new MessageBuffer(batchRows, firstBytes)
  /** The bytes as they came, by message: array, bounds of the key, bounds of the value. */
  readonly #origins: Uint8Array[] = []
  readonly #bounds = new Int32Array(4 * batchRows)
  /** Decoded once, though values may be taken in several steps: decoders may change bytes. */
  #decodedKeys: Decoded | null = null
  #taken = 0
  #skipped = 0

  constructor(table: MessageTable, request: ReadRequest) {
    const keyNames = new Set(table.key?.names)
    const valueNames = new Set(table.value.names)
    const wantedKeys: WantedField[] = []
    const wantedValues: WantedField[] = []
    this.#table = table
    this.#request = request
    this.#columns = request.columns.map((column): ColumnSource => {
      const { kind, key, type } = column
      if (kind === 'metadata' && !isOfFormat(table, column)) return { from: 'origin', key, type }
      if (kind === 'metadata')
        return { from: 'value', place: wantedValues.push({ kind, key: key.slice(valueMetadataPrefix.length), type }) - 1, type }
      const isInKey = keyNames.has(key) && (table.mode === 'upsert' || !valueNames.has(key))
      return isInKey
        ? { from: 'key', place: wantedKeys.push(fieldOf(table.key as MessagePart, column)) - 1, type }
        : { from: 'value', place: wantedValues.push(fieldOf(table.value, column)) - 1, type }
    })
    this.#keyDecoder = table.key === null || wantedKeys.length === 0 ? null : table.key.codec.decoder(table.key.content, wantedKeys)
    this.#valueDecoder = table.value.codec.decoder(table.value.content, wantedValues, valueConditions(table, request))
  }

  /** Messages added and not taken. */
  get length(): number {
    return this.#values.length - this.#taken
  }

  /** Whether rows have to be taken before more messages can be added. */
  get isFull(): boolean {
    return this.#values.length === batchRows || this.#values.used + this.#keys.used >= waitingBytesMax || this.#taken > 0
  }

  get skippedRows(): number {
    return this.#skipped
  }

  /**
   * Adds a message: the bounds of its key and its value, whose ends are −1 where there is none. The bytes have to stay as they are until
   * the message is taken.
   */
  add(bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    const place = this.#values.length
    this.#origins[place] = bytes
    const at = 4 * place
    this.#bounds[at] = keyStart
    this.#bounds[at + 1] = keyEnd
    this.#bounds[at + 2] = valueStart
    this.#bounds[at + 3] = valueEnd
    if (this.#keyDecoder !== null) this.#keys.add(bytes, keyStart, keyEnd)
    this.#values.add(bytes, valueStart, valueEnd)
  }

  /** The next rows, which are valid until the next call; null when all messages are taken, and then the reader is empty. */
  next(origin: MessageOrigin): MessageRows | null | Promise<MessageRows | null> {
    if (this.length === 0) {
      this.#clear()
      return null
    }
    const keys = this.#decodeKeys()
    return keys instanceof Promise ? keys.then((decoded) => this.#nextOf(decoded, origin)) : this.#nextOf(keys, origin)
  }

  #nextOf(keys: Decoded | null, origin: MessageOrigin): MessageRows | Promise<MessageRows> {
    const end = keys?.end ?? this.#values.length
    const decoder = this.#valueDecoder
    const next = decodedBy(decoder, this.#values.messages(end), this.#taken)
    return next instanceof Promise ? next.then((values) => this.#assemble(keys, values, origin)) : this.#assemble(keys, next, origin)
  }

  #decodeKeys(): Decoded | null | Promise<Decoded> {
    if (this.#keyDecoder === null || (this.#decodedKeys !== null && this.#decodedKeys.end > this.#taken)) return this.#decodedKeys
    const next = decodedBy(this.#keyDecoder, this.#keys.messages(), this.#taken)
    const kept = (decoded: Decoded): Decoded => {
      this.#decodedKeys = decoded
      return decoded
    }
    return next instanceof Promise ? next.then(kept) : kept(next)
  }

  #assemble(keys: Decoded | null, values: Decoded, origin: MessageOrigin): MessageRows {
    const from = this.#taken
    const { end } = values
    this.#taken = end
    const keyRows = keys === null ? null : keyRowsOf(keys, from, end)
    const faults = this.#faultsOf(keys, values, keyRows, from)
    const deadLetters = faults.length === 0 ? [] : this.#setAside(faults, origin)
    const faulty = new Set(faults.map(({ place }) => place))
    const rows = this.#table.mode === 'upsert' ? this.#withDeletes(values, from, faulty) : withoutFaulty(values, faulty)
    const columns = this.#columns.map((column): Vector => {
      if (column.from === 'origin') return origin.column(column.key, column.type, rows.places, rows.length)
      if (column.from === 'value') return rows.columns[column.place] as Vector
      return keyColumn(keys?.batch.columns[column.place] as Vector, column.type, keyRows as KeyRows, rows, from)
    })
    return { batch: { length: rows.length, columns, kinds: rows.kinds, watermarks: null }, taken: end, deadLetters }
  }

  /** In order of their messages, one each. */
  #faultsOf(keys: Decoded | null, values: Decoded, keyRows: KeyRows | null, from: number): readonly MessageFault[] {
    const faults = [...values.faults, ...(keys?.faults.filter(({ place }) => place >= from && place < values.end) ?? [])]
    if (this.#table.mode === 'upsert' && keyRows !== null && !keyRows.isEach) {
      const known = new Set(faults.map(({ place }) => place))
      for (let place = from; place < values.end; place++) {
        if (keyRows.rows[place - from] === -1 && !known.has(place)) faults.push({ place, detail: 'Expected a key, got none.' })
      }
    }
    if (faults.length < 2) return faults
    const first = new Map<number, MessageFault>()
    for (const fault of faults.sort((a, b) => a.place - b.place)) if (!first.has(fault.place)) first.set(fault.place, fault)
    return [...first.values()]
  }

  #setAside(faults: readonly MessageFault[], origin: MessageOrigin): readonly DeadLetter[] {
    this.#request.meter.errors += faults.length
    this.#skipped += faults.length
    if (this.#request.hasDeadLetters) return faults.map((fault) => this.#letterOf(fault, origin))
    const lenient = this.#valueDecoder.lenient && this.#keyDecoder?.lenient !== false
    const [first] = faults
    if (!lenient && first !== undefined) throw this.#unreadable(first, origin)
    return []
  }

  #unreadable({ place, detail }: MessageFault, origin: MessageOrigin): Error {
    const { name, value } = this.#table
    return connectorErrors.CONNECTORS_MESSAGE_UNREADABLE(
      { position: origin.position(place), table: name, format: value.format },
      { detail, hint: `Set '${value.format}.ignore-parse-errors' = 'true' to leave such messages out, or give the table dead letters.` },
    )
  }

  #letterOf({ place, detail }: MessageFault, origin: MessageOrigin): DeadLetter {
    const bytes = this.#origins[place] as Uint8Array
    const part = (at: number): Uint8Array | null => {
      const [start = 0, end = -1] = this.#bounds.subarray(4 * place + at)
      return end < 0 ? null : bytes.slice(start, end)
    }
    return { code: 'CONNECTORS_MESSAGE_UNREADABLE', message: detail, position: origin.position(place), key: part(0), value: part(2) }
  }

  /** Rows by key: those of values, and between them, in their order, deletes of messages without one. */
  #withDeletes(values: Decoded, from: number, faulty: ReadonlySet<number>): PlacedRows {
    const { batch, places, end } = values
    const ends = this.#values.messages().ends
    let deletes = 0
    for (let place = from; place < end; place++) if (ends[place] === -1) deletes++
    if (deletes === 0 && faulty.size === 0) {
      return { length: batch.length, columns: batch.columns, places, kinds: new Uint8Array(batch.length).fill(changeUpdateAfter) }
    }
    const selection = new Int32Array(batch.length + deletes)
    const merged = new Int32Array(batch.length + deletes)
    const kinds = new Uint8Array(batch.length + deletes).fill(changeUpdateAfter)
    let length = 0
    let row = 0
    for (let place = from; place < end; place++) {
      const isDelete = ends[place] === -1
      const isWanted = !faulty.has(place)
      if (isDelete && isWanted) {
        kinds[length] = changeDelete
        merged[length++] = place
      }
      for (; !isDelete && row < batch.length && places[row] === place; row++) {
        if (!isWanted) continue
        selection[length] = row
        merged[length++] = place
      }
    }
    const columns = batch.columns.map((vector) => withNulls(selectRows(vector, selection, length), kinds, length))
    return { length, columns, places: merged, kinds }
  }

  #clear(): void {
    this.#keys.clear()
    this.#values.clear()
    this.#origins.length = 0
    this.#decodedKeys = null
    this.#taken = 0
  }

  async close(): Promise<void> {
    await this.#keyDecoder?.close?.()
    await this.#valueDecoder.close?.()
  }
}

function decodedBy(decoder: MessageDecoder, messages: Messages, from: number): Decoded | Promise<Decoded> {
  const decoded = (end: number): Decoded => {
    assert(end > from, 'a decoder takes at least one message')
    return { batch: decoder.batch, places: decoder.places, faults: decoder.faults, from, end }
  }
  const next = decoder.decode(messages, from)
  return next instanceof Promise ? next.then(decoded) : decoded(next)
}

function isOfFormat(table: MessageTable, { key }: WantedColumn): boolean {
  return key.startsWith(valueMetadataPrefix) && table.value.codec.metadata.some(({ name }) => valueMetadataPrefix + name === key)
}

/** What has to hold of values for their rows to count. A row that replaces another of its key counts in any case. */
function valueConditions({ mode, value }: MessageTable, { conditions }: ReadRequest): readonly FieldCondition[] {
  if (mode === 'upsert') return []
  return conditions.flatMap(({ column, ...condition }) => {
    const field = value.content.schema[value.names.indexOf(column)]
    return field === undefined ? [] : [{ ...condition, column: field.name }]
  })
}

function fieldOf(part: MessagePart, { key, type }: WantedColumn): WantedField {
  const field = part.content.schema[part.names.indexOf(key)]
  assert(field !== undefined, `column "${key}" is in the table`)
  return { kind: 'physical', key: field.name, type }
}
