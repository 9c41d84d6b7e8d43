/** Entries of streams as rows: a field for each column, or one field that holds the row in a format. */
import { type Batch, batchRows, printType, type Schema, stringType, timestampLtzType, type Vector, vectorOf, withNullable } from '#data'
import type { ReadRequest } from '../connector.ts'
import type { DeadLetter } from '../dead-letter.ts'
import { MessageReader } from '../message-reader.ts'
import { MessageTable } from '../message-table.ts'
import { redisErrors } from './errors.ts'
import type { RedisTable } from './options.ts'
import { streamIdMs } from './stream-id.ts'
import { valueParser } from './value.ts'

export interface StreamEntry {
  readonly id: string
  /** Names and values in turn. */
  readonly fields: readonly Buffer[]
}

interface EntryRows {
  readonly batch: Batch
  /** Entries taken since `begin`, those of this batch included. */
  readonly taken: number
  readonly deadLetters: readonly DeadLetter[]
}

export interface EntryDecoder {
  /** Takes entries over, as many as fit, and says how many. */
  begin(entries: readonly StreamEntry[]): number
  /** The next rows, which may be none; null when all entries are taken. */
  next(): EntryRows | null | Promise<EntryRows | null>
  readonly skippedRows: number
  close(): Promise<void>
}

export const streamMetadata: Schema = [
  { name: 'id', type: withNullable(stringType, false) },
  { name: 'timestamp', type: withNullable(timestampLtzType, false) },
]

export function entryDecoder(settings: RedisTable, stream: string, request: ReadRequest): EntryDecoder {
  return settings.valueFormat === null ? new FieldDecoder(settings, stream, request) : new FormatDecoder(settings, stream, request)
}

function positionOf(stream: string, entry: StreamEntry | undefined): string {
  return JSON.stringify({ stream, id: entry?.id ?? '' })
}

function metadataColumn(key: string, entries: readonly StreamEntry[]): Vector {
  const type = streamMetadata.find(({ name }) => name === key)?.type ?? stringType
  return vectorOf(
    type,
    entries.map(({ id }) => (key === 'timestamp' ? streamIdMs(id) : id)),
  )
}

class FieldDecoder implements EntryDecoder {
  readonly #settings: RedisTable
  readonly #stream: string
  readonly #request: ReadRequest
  readonly #columns: readonly {
    readonly name: string
    readonly isMetadata: boolean
    readonly type: Schema[number]['type']
    readonly parse: (bytes: Buffer) => unknown
  }[]
  #entries: readonly StreamEntry[] = []
  skippedRows = 0

  constructor(settings: RedisTable, stream: string, request: ReadRequest) {
    this.#settings = settings
    this.#stream = stream
    this.#request = request
    this.#columns = request.columns.map(({ kind, key, type }) => {
      const isMetadata = kind === 'metadata'
      return { name: key, isMetadata, type, parse: isMetadata ? String : valueParser({ name: key, type }, 'stream') }
    })
  }

  begin(entries: readonly StreamEntry[]): number {
    this.#entries = entries.slice(0, batchRows)
    return this.#entries.length
  }

  next(): EntryRows | null {
    const entries = this.#entries
    if (entries.length === 0) return null
    this.#entries = []
    const values: unknown[][] = this.#columns.map(() => [])
    const read: StreamEntry[] = []
    const deadLetters: DeadLetter[] = []
    for (const entry of entries) {
      const row = this.#rowOf(entry)
      if (typeof row === 'string') {
        const letter = this.#setAside(entry, row)
        if (letter !== null) deadLetters.push(letter)
        continue
      }
      read.push(entry)
      for (const [at, value] of row.entries()) values[at]?.push(value)
    }
    const columns = this.#columns.map(({ name, isMetadata, type }, at) =>
      isMetadata ? metadataColumn(name, read) : vectorOf(type, values[at] ?? []),
    )
    return { batch: { length: read.length, columns, kinds: null, watermarks: null }, taken: entries.length, deadLetters }
  }

  /** The values of an entry, or what is wrong with it. */
  #rowOf({ fields }: StreamEntry): readonly unknown[] | string {
    const held = new Map<string, Buffer>()
    for (let at = 0; at < fields.length; at += 2) held.set(String(fields[at]), fields[at + 1] as Buffer)
    const row: unknown[] = []
    for (const { name, isMetadata, type, parse } of this.#columns) {
      const bytes = isMetadata ? undefined : held.get(name)
      const value = bytes === undefined ? null : parse(bytes)
      if (value === undefined) return `Field "${name}" is no ${printType(type)}.`
      if (value === null && !isMetadata && !type.nullable) return `Field "${name}" is missing, and the column takes no NULL.`
      row.push(value)
    }
    return row
  }

  /** Null where there is no table of dead letters; the work ends then. */
  #setAside(entry: StreamEntry, detail: string): DeadLetter | null {
    const position = positionOf(this.#stream, entry)
    const { meter, hasDeadLetters } = this.#request
    meter.errors += 1
    const error = redisErrors.CONNECTORS_REDIS_VALUE_UNREADABLE({ position, table: this.#settings.table.name }, { detail })
    if (!hasDeadLetters) throw error
    this.skippedRows += 1
    const held = Object.fromEntries(
      entry.fields.flatMap((name, at) => (at % 2 === 0 ? [[String(name), String(entry.fields[at + 1])]] : [])),
    )
    return { code: error.code, message: detail, position, key: null, value: new TextEncoder().encode(JSON.stringify(held)) }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

class FormatDecoder implements EntryDecoder {
  readonly #reader: MessageReader
  readonly #stream: string
  readonly #field: string
  #entries: readonly StreamEntry[] = []

  constructor(settings: RedisTable, stream: string, request: ReadRequest) {
    const { table, options } = settings
    this.#reader = new MessageReader(new MessageTable(table, options, { mode: 'append', metadata: streamMetadata }), request)
    this.#stream = stream
    this.#field = options.text('stream.value-field') ?? 'value'
  }

  get skippedRows(): number {
    return this.#reader.skippedRows
  }

  begin(entries: readonly StreamEntry[]): number {
    let taken = 0
    for (const { fields } of entries) {
      if (this.#reader.isFull) break
      const at = fields.findIndex((name, index) => index % 2 === 0 && String(name) === this.#field)
      const value = at < 0 ? null : (fields[at + 1] as Buffer)
      if (value === null) this.#reader.add(new Uint8Array(0), 0, -1, 0, -1)
      else this.#reader.add(value, 0, -1, 0, value.length)
      taken += 1
    }
    this.#entries = entries.slice(0, taken)
    return taken
  }

  next(): EntryRows | null | Promise<EntryRows | null> {
    const entries = this.#entries
    return this.#reader.next({
      column: (key, _type, places, length) =>
        metadataColumn(
          key,
          Array.from(places.subarray(0, length), (place) => entries[place] as StreamEntry),
        ),
      position: (place) => positionOf(this.#stream, entries[place]),
    })
  }

  async close(): Promise<void> {
    await this.#reader.close()
  }
}
