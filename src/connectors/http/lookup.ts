/** Finds rows by asking for an address with their key in it. */
import { type Batch, columnIndex, type DataType, equality, printType, rowAt, valueAt, vectorOf } from '#data'
import { plainTextPrinter } from '#formats'
import { type ColumnPattern, parseColumnPattern } from '../column-pattern.ts'
import type { Lookup, LookupReader, WantedColumn } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { lookupCachePolicy, lookupRetriesMax } from '../lookup-options.ts'
import { MessageReader } from '../message-reader.ts'
import type { MessageTable } from '../message-table.ts'
import { type MessagesOf, messagesOf } from './answer-messages.ts'
import { httpErrors } from './errors.ts'
import { type HttpAnswer, HttpExchange } from './exchange.ts'
import { addressOf, type HttpSettings, mismatch } from './options.ts'

type LookupRequest = Parameters<NonNullable<Lookup['open']>>[0]
type FoundRows = Awaited<ReturnType<LookupReader['lookup']>>

/** The address as a pattern; checks that its columns exist and that they do not choose the server. */
export function addressPattern({ table }: HttpSettings): ColumnPattern {
  const text = table.options['url'] ?? ''
  const parsed = parseColumnPattern(text, table.schema)
  if ('detail' in parsed) throw mismatch(table, 'url', 'It holds a column that does not exist; it is not shown.', parsed.hint)
  if (parsed.columns.length > 0 && !/^https?:\/\/[^/?#]+[/?#]/.test(parsed.literals[0] ?? '')) {
    throw mismatch(table, 'url', 'A column can be part of the path and of the query, not of the host.')
  }
  return parsed
}

export function httpLookup(settings: HttpSettings, messages: MessageTable, pattern: ColumnPattern): Lookup {
  const { table, options } = settings
  messagesOf(settings)
  return {
    cache: lookupCachePolicy(options, table.name),
    retriesMax: lookupRetriesMax(options),
    open: (request) => Promise.resolve(new HttpLookup(settings, messages, pattern, request)),
  }
}

class HttpLookup implements LookupReader {
  readonly #settings: HttpSettings
  readonly #table: MessageTable
  readonly #request: LookupRequest
  readonly #exchange: HttpExchange
  readonly #messagesOf: MessagesOf
  readonly #keys: readonly {
    readonly literal: string
    readonly place: number
    readonly type: DataType
    readonly print: (value: unknown) => string
  }[]
  readonly #last: string
  /** Columns that answers hold, with those that are only compared. */
  readonly #read: readonly WantedColumn[]
  readonly #compared: readonly {
    readonly place: number
    readonly keyPlace: number
    readonly type: DataType
    readonly isEqual: (a: unknown, b: unknown) => boolean
  }[]
  readonly #stop: () => void
  readonly #meter: ConnectorMeter
  #free: number
  readonly #queue: (() => void)[] = []

  constructor(settings: HttpSettings, table: MessageTable, { literals, columns }: ColumnPattern, request: LookupRequest) {
    const meter = new ConnectorMeter(settings.table.clock)
    this.#meter = meter
    this.#settings = settings
    this.#table = table
    this.#request = request
    this.#exchange = new HttpExchange(settings, { meter, clock: settings.table.clock, signal: request.signal })
    this.#messagesOf = messagesOf(settings)
    this.#keys = columns.map((name, index) => ({ literal: literals[index] ?? '', ...keyColumn(settings, request.keys, name) }))
    this.#last = literals.at(-1) ?? ''
    const others = request.keys.flatMap(({ key, type }, keyPlace) => (columns.includes(key) ? [] : [{ key, type, keyPlace }]))
    const wanted = request.columns.filter(({ kind, key }) => kind === 'metadata' || !columns.includes(key))
    const extra = others.filter(({ key }) => !wanted.some((column) => column.key === key))
    this.#read = [...wanted, ...extra.map(({ key, type }): WantedColumn => ({ kind: 'physical', key, type }))]
    this.#compared = others.map(({ key, type, keyPlace }) => {
      return { place: this.#read.findIndex((column) => column.key === key), keyPlace, type, isEqual: equality(type) }
    })
    this.#free = Math.max(1, settings.options.number('lookup.max-concurrent-requests') ?? 16)
    this.#stop = () => this.#exchange.close()
    request.signal.addEventListener('abort', this.#stop)
  }

  async lookup(keys: Batch): Promise<FoundRows> {
    const found = await Promise.all(Array.from({ length: keys.length }, (_, row) => this.#inTurn(() => this.#find(keys, row))))
    const places = found.flatMap((rows, place) => rows.map(() => place))
    const rows = found.flat()
    const columns = this.#request.columns.map(({ kind, key, type }) => {
      const keyPlace = kind === 'physical' ? (this.#keys.find(({ place }) => this.#request.keys[place]?.key === key)?.place ?? -1) : -1
      const at = this.#read.findIndex((column) => column.kind === kind && column.key === key)
      return vectorOf(
        type,
        rows.map((row, index) => (keyPlace < 0 ? (row[at] ?? null) : this.#keyValue(keys, places[index] ?? 0, keyPlace))),
      )
    })
    return { rows: { length: rows.length, columns, kinds: null, watermarks: null }, places: Int32Array.from(places) }
  }

  #keyValue(keys: Batch, row: number, place: number): unknown {
    const vector = keys.columns[place]
    const type = this.#request.keys[place]?.type
    return vector === undefined || type === undefined ? null : valueAt(vector, row, type)
  }

  /** So many at a time, and the others after them. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    try {
      return await act()
    } finally {
      const next = this.#queue.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  async #find(keys: Batch, row: number): Promise<readonly (readonly unknown[])[]> {
    const url = this.#urlOf(keys, row)
    if (url === null) return []
    const method = this.#settings.options.text('method') ?? 'GET'
    const body = this.#settings.options.text('body')
    const request = { method, url, headers: {}, ...(body === undefined ? {} : { body: Buffer.from(body) }) }
    const answer = await this.#exchange.persist(url.origin, () => this.#exchange.send(request, 404))
    if (answer.status === 404) return []
    const rows = await this.#rowsOf(answer)
    return rows.filter((values) =>
      this.#compared.every(({ place, keyPlace, isEqual }) => {
        const value = values[place] ?? null
        return value !== null && isEqual(value, this.#keyValue(keys, row, keyPlace))
      }),
    )
  }

  /** Null where no address can have the key: a path has no part that is only dots, and without a key it is that of all. */
  #urlOf(keys: Batch, row: number): URL | null {
    const values = this.#keys.map(({ place, print }) => print(this.#keyValue(keys, row, place)))
    if (values.includes('')) return null
    const text = this.#keys.map(({ literal }, index) => literal + encodeURIComponent(values[index] ?? '')).join('') + this.#last
    const [path = ''] = text.split(/[?#]/)
    if (path.split('/').some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) return null
    return addressOf(this.#settings.table, text)
  }

  async #rowsOf({ body, url }: HttpAnswer): Promise<readonly (readonly unknown[])[]> {
    const { bytes, starts, ends } = this.#messagesOf(body, url.origin)
    const { signal } = this.#request
    const reader = new MessageReader(this.#table, {
      columns: this.#read,
      conditions: [],
      signal,
      meter: this.#meter,
      hasDeadLetters: false,
      work: null,
    })
    const schema = this.#read.map(({ key, type }) => ({ name: key, type }))
    const receivedMs = this.#settings.table.clock.nowMs()
    const found: (readonly unknown[])[] = []
    try {
      for (let at = 0; at < starts.length; ) {
        for (; at < starts.length && !reader.isFull; at++) reader.add(bytes, 0, -1, starts[at] ?? 0, ends[at] ?? 0)
        for (;;) {
          const rows = await reader.next({
            column: (_key, type, _places, length) =>
              vectorOf(
                type,
                Array.from({ length }, () => receivedMs),
              ),
            position: (place) => JSON.stringify({ origin: url.origin, message: place + 1 }),
          })
          if (rows === null) break
          for (let row = 0; row < rows.batch.length; row++) found.push(rowAt(rows.batch, schema, row))
        }
      }
      return found
    } finally {
      await reader.close()
    }
  }

  close(): Promise<void> {
    this.#request.signal.removeEventListener('abort', this.#stop)
    this.#exchange.close()
    return Promise.resolve()
  }
}

function keyColumn({ table }: HttpSettings, keys: readonly WantedColumn[], name: string) {
  const place = keys.findIndex(({ key }) => key === name)
  const given = keys[place]
  if (given === undefined) {
    const detail = `Column "${name}" is part of the address, and nothing is compared with it.`
    throw httpErrors.CONNECTORS_HTTP_LOOKUP_KEY_MISSING({ table: table.name }, { detail })
  }
  const type = table.schema[columnIndex(table.schema, name)]?.type ?? given.type
  const print = plainTextPrinter(given.type)
  if (print === null) throw mismatch(table, 'url', `Column "${name}" of type ${printType(type)} cannot be part of an address.`)
  return { place, type: given.type, print }
}
