/** Finds rows by key: hashes and strings, as many at a time as are asked for together. */
import { assert } from '#base'
import { type Batch, columnIndex, type DataType, equality, printType, rowAt, type Schema, valueAt, vectorOf } from '#data'
import type { MessageDecoder } from '#formats'
import type { Lookup, LookupReader, WantedColumn } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { lookupCachePolicy, lookupRetriesMax } from '../lookup-options.ts'
import { MessageBuffer } from '../message-buffer.ts'
import { type RedisCommand, RedisConnection, type Reply } from './connection.ts'
import { redisErrors, replyText } from './errors.ts'
import { PatternPrinter } from './key-pattern.ts'
import type { RedisTable } from './options.ts'
import { rowCodecOf } from './row-codec.ts'
import { valueParser } from './value.ts'

type LookupRequest = Parameters<NonNullable<Lookup['open']>>[0]
type FoundRows = Awaited<ReturnType<LookupReader['lookup']>>

export function redisLookup(settings: RedisTable): Lookup {
  const { table, options } = settings
  return {
    cache: lookupCachePolicy(options, table.name),
    retriesMax: lookupRetriesMax(options),
    open: async (request) => {
      const context = { meter: new ConnectorMeter(table.clock), clock: table.clock, signal: request.signal }
      const connection = new RedisConnection(settings.server, context)
      try {
        const reader = new RedisLookup(settings, request, connection)
        await connection.open()
        return reader
      } catch (error) {
        connection.close()
        throw error
      }
    },
  }
}

/** Values of a row that is there, by column; null where there is none. */
type Found = ReadonlyMap<string, unknown> | null

/** How rows are kept in one structure. */
interface KeptRows {
  commandOf(key: string): RedisCommand
  /** One for each key. Asks again where it has to. */
  read(keys: readonly string[], replies: readonly Reply[]): Promise<readonly Found[]>
  close(): Promise<void>
}

class RedisLookup implements LookupReader {
  readonly #request: LookupRequest
  readonly #connection: RedisConnection
  readonly #settings: RedisTable
  readonly #keySchema: Schema
  readonly #keys: PatternPrinter
  readonly #rows: KeptRows
  readonly #stop: () => void
  /** Columns of the keys that are no part of the key in Redis: what was found is compared with them. */
  readonly #compared: readonly { readonly name: string; readonly place: number; readonly isEqual: (a: unknown, b: unknown) => boolean }[]

  constructor(settings: RedisTable, request: LookupRequest, connection: RedisConnection) {
    checkKeys(settings, request.keys)
    this.#settings = settings
    this.#request = request
    this.#connection = connection
    this.#stop = () => connection.close()
    request.signal.addEventListener('abort', this.#stop)
    this.#keySchema = request.keys.map(({ key, type }) => ({ name: key, type }))
    this.#keys = new PatternPrinter(settings.key, this.#keySchema)
    this.#compared = this.#keySchema.flatMap(({ name, type }, place) =>
      settings.key.columns.includes(name) ? [] : [{ name, place, isEqual: equality(type) }],
    )
    const names = new Set([...request.columns.map(({ key }) => key), ...this.#compared.map(({ name }) => name)])
    const columns = settings.table.schema.filter(({ name }) => names.has(name) && !settings.key.columns.includes(name))
    const create = settings.structure === 'hash' ? keptHashes : settings.valueFormat === null ? keptTexts : keptRows
    this.#rows = create(settings, columns, connection)
  }

  async lookup(keys: Batch): Promise<FoundRows> {
    const names = Array.from({ length: keys.length }, (_, row) => this.#keys.textOf(keys, row) ?? '')
    const found = await this.#connection.persist(async () => {
      const replies = await this.#connection.send(names.map((name) => this.#rows.commandOf(name)))
      this.#raise(names, replies)
      return this.#rows.read(names, replies)
    })
    const places = found.flatMap((row, place) => (row !== null && this.#isSought(row, keys, place) ? [place] : []))
    const columns = this.#request.columns.map(({ key, type }) => {
      const keyPlace = this.#settings.key.columns.includes(key) ? columnIndex(this.#keySchema, key) : -1
      const readValue = (place: number): unknown => (keyPlace < 0 ? found[place]?.get(key) : this.#keyValue(keys, place, keyPlace)) ?? null
      return vectorOf(type, places.map(readValue))
    })
    return { rows: { length: places.length, columns, kinds: null, watermarks: null }, places: Int32Array.from(places) }
  }

  #keyValue(keys: Batch, row: number, place: number): unknown {
    const vector = keys.columns[place]
    return vector === undefined ? null : valueAt(vector, row, (this.#keySchema[place] as Schema[number]).type)
  }

  #isSought(row: NonNullable<Found>, keys: Batch, at: number): boolean {
    return this.#compared.every(({ name, place, isEqual }) => {
      const value = row.get(name) ?? null
      return value !== null && isEqual(value, this.#keyValue(keys, at, place))
    })
  }

  #raise(names: readonly string[], replies: readonly Reply[]): void {
    const at = replies.findIndex((reply) => reply instanceof Error)
    const error = replies[at]
    if (!(error instanceof Error)) return
    if (!error.message.startsWith('WRONGTYPE')) throw error
    throw unreadable(this.#settings, names[at] ?? '', `It is no ${this.#settings.structure}. The server said: ${replyText(error.message)}.`)
  }

  async close(): Promise<void> {
    this.#request.signal.removeEventListener('abort', this.#stop)
    this.#connection.close()
    await this.#rows.close()
  }
}

/** A key has to be known as a whole, and its columns have to print as they do in the table. */
function checkKeys({ table, key }: RedisTable, keys: readonly WantedColumn[]): void {
  for (const name of key.columns) {
    const given = keys.find((column) => column.key === name)
    if (given === undefined) {
      const detail = `Column "${name}" is part of the keys, and nothing is compared with it.`
      throw redisErrors.CONNECTORS_REDIS_LOOKUP_KEY_MISSING({ table: table.name }, { detail })
    }
    const type = table.schema[columnIndex(table.schema, name)]?.type as DataType
    if (prints(type) === prints(given.type)) continue
    const detail = `Column "${name}" is of type ${printType(type)}, and is compared with one of type ${printType(given.type)}.`
    throw redisErrors.CONNECTORS_REDIS_LOOKUP_KEY_MISSING({ table: table.name }, { detail, hint: `Use CAST(… AS ${printType(type)}).` })
  }
}

/** The same for types whose values print the same. */
function prints(type: DataType): string {
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return 'text'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return 'integer'
    default:
      return printType({ ...type, nullable: true })
  }
}

function unreadable({ table }: RedisTable, key: string, detail: string): Error {
  return redisErrors.CONNECTORS_REDIS_VALUE_UNREADABLE({ position: `key "${key}"`, table: table.name }, { detail })
}

function parsed(settings: RedisTable, columns: Schema) {
  return columns.map((column) => {
    const parse = valueParser(column, settings.structure)
    const readValue = (key: string, bytes: Reply | undefined): unknown => {
      const value = Buffer.isBuffer(bytes) ? parse(bytes) : null
      if (value !== undefined) return value
      throw unreadable(settings, key, `What is kept for column "${column.name}" is no ${printType(column.type)}.`)
    }
    return { name: column.name, readValue }
  })
}

function keptHashes(settings: RedisTable, columns: Schema, connection: RedisConnection): KeptRows {
  const fields = parsed(settings, columns)
  const names = fields.map(({ name }) => name)
  const rowOf = (key: string, values: readonly Reply[]): Found =>
    new Map(fields.map(({ name, readValue }, at) => [name, readValue(key, values[at])]))
  return {
    commandOf: (key) => (names.length === 0 ? ['EXISTS', key] : ['HMGET', key, ...names]),
    read: async (keys, replies) => {
      if (names.length === 0) return replies.map((reply) => (reply === 1 ? new Map() : null))
      // A hash without any of the fields is there or not.
      const empty = keys.flatMap((_, at) => ((replies[at] as readonly Reply[]).every((value) => value === null) ? [at] : []))
      const isThere = empty.length === 0 ? [] : await connection.send(empty.map((at) => ['EXISTS', keys[at] ?? '']))
      const missing = new Set(empty.filter((_, index) => isThere[index] !== 1))
      return keys.map((key, at) => (missing.has(at) ? null : rowOf(key, replies[at] as readonly Reply[])))
    },
    close: () => Promise.resolve(),
  }
}

function keptTexts(settings: RedisTable, columns: Schema): KeptRows {
  const [column] = parsed(settings, columns)
  return {
    commandOf: (key) => ['GET', key],
    read: (keys, replies) =>
      Promise.resolve(
        keys.map((key, at): Found => {
          const reply = replies[at] ?? null
          return reply === null ? null : new Map(column === undefined ? [] : [[column.name, column.readValue(key, reply)]])
        }),
      ),
    close: () => Promise.resolve(),
  }
}

function keptRows(settings: RedisTable, columns: Schema): KeptRows {
  const { codec, content, format } = rowCodecOf(settings)
  const held = columns.filter(({ name }) => columnIndex(content.schema, name) >= 0)
  const decoder = codec.decoder(
    content,
    held.map(({ name, type }) => ({ kind: 'physical', key: name, type })),
  )
  // Several batches may be asked for at a time, and there is one decoder.
  let turn: Promise<unknown> = Promise.resolve()
  const decoded = (keys: readonly string[], replies: readonly Reply[]): Promise<readonly Found[]> => {
    const next = turn.then(() => decodeRows({ settings, decoder, held, format }, keys, replies))
    turn = next.catch(() => undefined)
    return next
  }
  return { commandOf: (key) => ['GET', key], read: decoded, close: async () => decoder.close?.() }
}

interface RowDecoding {
  readonly settings: RedisTable
  readonly decoder: MessageDecoder
  readonly held: Schema
  readonly format: string
}

async function decodeRows(
  { settings, decoder, held, format }: RowDecoding,
  keys: readonly string[],
  replies: readonly Reply[],
): Promise<readonly Found[]> {
  const found: Found[] = keys.map(() => null)
  const buffer = new MessageBuffer(Math.max(1, replies.length), 4096)
  for (const reply of replies) {
    if (Buffer.isBuffer(reply)) buffer.add(reply, 0, reply.length)
    else buffer.add(new Uint8Array(0), 0, -1)
  }
  const messages = buffer.messages()
  for (let from = 0; from < messages.length; ) {
    const end = await decoder.decode(messages, from)
    assert(end > from, 'a decoder takes at least one message')
    const [fault] = decoder.faults
    if (fault !== undefined && !decoder.lenient) throw unreadable(settings, keys[fault.place] ?? '', `It is no ${format}. ${fault.detail}`)
    for (let row = 0; row < decoder.batch.length; row++) {
      const values = rowAt(decoder.batch, held, row)
      found[decoder.places[row] ?? 0] = new Map(held.map(({ name }, at) => [name, values[at] ?? null]))
    }
    from = end
  }
  return found
}
