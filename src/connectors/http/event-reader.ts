/** Listens to server-sent events, again after each lost connection, from the event on whose id came last. */
import type { IncomingMessage } from 'node:http'
import { type Schema, stringType, timestampLtzType, type Vector, vectorOf, withNullable } from '#data'
import type { ReadRequest, SourceBatch, SourceReader } from '../connector.ts'
import { MessageReader } from '../message-reader.ts'
import type { MessageTable } from '../message-table.ts'
import { pause } from '../pause.ts'
import { httpErrors, httpFailureKind } from './errors.ts'
import { EventParser, type ServerEvent } from './event-parser.ts'
import { HttpExchange, openingMsMax } from './exchange.ts'
import { addressOf, type HttpSettings } from './options.ts'

export const eventMetadata: Schema = [
  { name: 'id', type: stringType },
  { name: 'event', type: withNullable(stringType, false) },
  { name: 'timestamp', type: withNullable(timestampLtzType, false) },
]

interface EventPosition {
  /** The id of the event read last; null where none had one. */
  readonly id: string | null
}

type WaitingEvent = ServerEvent & { readonly receivedMs: number }

/** More than that waits at the server. */
const waitingEventsMax = 4096
const waitingBytesMax = 4_194_304

export class EventReader implements SourceReader {
  readonly #settings: HttpSettings
  readonly #request: ReadRequest
  readonly #exchange: HttpExchange
  readonly #reader: MessageReader
  readonly #url: URL
  readonly #stop: () => void
  /** Aborted with the request or by the end of the reader. */
  readonly #ended = new AbortController()
  #position: EventPosition
  /** Received, and not yet given to the reader of messages. */
  #waiting: WaitingEvent[] = []
  #waitingBytes = 0
  #decoding: readonly WaitingEvent[] = []
  #listening: Promise<void> = Promise.resolve()
  #isOver = false
  #failure: { readonly error: unknown } | null = null
  #wakeReader: () => void = () => undefined
  #wakeListener: () => void = () => undefined

  constructor(settings: HttpSettings, table: MessageTable, request: ReadRequest) {
    this.#settings = settings
    this.#request = request
    this.#exchange = new HttpExchange(settings, { meter: request.meter, clock: settings.table.clock, signal: this.#ended.signal })
    this.#reader = new MessageReader(table, request)
    this.#url = addressOf(settings.table, settings.table.options['url'] ?? '')
    this.#position = (request.position as EventPosition | undefined | null) ?? { id: null }
    this.#stop = () => {
      this.#ended.abort()
      this.#exchange.close()
      this.#wakeReader()
      this.#wakeListener()
    }
    request.signal.addEventListener('abort', this.#stop)
  }

  async start(): Promise<void> {
    const parser = new EventParser(this.#position.id ?? '')
    const first = await this.#connect(parser, openingMsMax)
    this.#listening = this.#listen(parser, first).catch((error: unknown) => {
      this.#failure = { error }
      this.#wakeReader()
    })
  }

  get skippedRows(): number {
    return this.#reader.skippedRows
  }

  position(): EventPosition {
    return this.#position
  }

  async read(): Promise<SourceBatch | null> {
    while (!this.#ended.signal.aborted) {
      const decoding = this.#decoding
      const rows = await this.#reader.next({
        column: (key, type, places, length) =>
          metadataColumn(
            key,
            type,
            Array.from(places.subarray(0, length), (place) => decoding[place] as WaitingEvent),
          ),
        position: (place) => JSON.stringify({ origin: this.#url.origin, id: decoding[place]?.id ?? '' }),
      })
      if (rows !== null) {
        const id = decoding[rows.taken - 1]?.id ?? ''
        this.#position = { id: id === '' ? null : id }
        if (rows.batch.length > 0 || rows.deadLetters.length > 0) return { batch: rows.batch, split: 'http', deadLetters: rows.deadLetters }
        continue
      }
      if (this.#add()) continue
      if (this.#failure !== null) throw this.#failure.error
      if (this.#isOver) return null
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve
      })
    }
    return null
  }

  /** Gives waiting events to the reader of messages; false where there are none. */
  #add(): boolean {
    let count = 0
    while (count < this.#waiting.length && !this.#reader.isFull) {
      const { data } = this.#waiting[count] as WaitingEvent
      this.#reader.add(data, 0, -1, 0, data.length)
      this.#waitingBytes -= data.length
      count += 1
    }
    this.#decoding = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    this.#wakeListener()
    return count > 0
  }

  /** Null where the server has no more to say. */
  async #connect(parser: EventParser, retryMsMax: number): Promise<IncomingMessage | null> {
    const last = parser.lastId === '' ? {} : { 'last-event-id': encodedId(parser.lastId) }
    const headers = { accept: 'text/event-stream', 'cache-control': 'no-store', ...last }
    const request = { method: 'GET', url: this.#url, headers }
    const answer = await this.#exchange.persist(this.#url.origin, () => this.#exchange.listen(request), retryMsMax)
    if (answer.statusCode === 204) {
      answer.destroy()
      return null
    }
    const kind = answer.headers['content-type'] ?? 'none'
    if (/^text\/event-stream\s*(?:;|$)/i.test(kind)) return answer
    answer.destroy()
    throw httpErrors.CONNECTORS_HTTP_RESPONSE_UNREADABLE(
      { origin: this.#url.origin, table: this.#settings.table.name },
      { detail: `Expected content of type text/event-stream, got ${kind}.` },
    )
  }

  async #listen(parser: EventParser, first: IncomingMessage | null): Promise<void> {
    const { meter } = this.#request
    const { signal } = this.#ended
    for (let answer = first; answer !== null && !signal.aborted; ) {
      await this.#receive(answer, parser)
      if (signal.aborted) break
      // What was received of an event that is not whole comes again.
      const { retryMs, lastId } = parser
      meter.retries += 1
      meter.wait('the connection was lost')
      await this.#pause(retryMs ?? this.#settings.options.number('sse.reconnect-interval') ?? 3000)
      meter.wait(null)
      parser = new EventParser(lastId)
      parser.retryMs = retryMs
      if (!signal.aborted) answer = await this.#connect(parser, Number.POSITIVE_INFINITY)
    }
    this.#isOver = true
    this.#wakeReader()
  }

  /** Ends with the connection, however that ends. */
  async #receive(answer: IncomingMessage, parser: EventParser): Promise<void> {
    const silentMsMax = this.#settings.options.number('sse.idle-timeout') ?? 120_000
    answer.setTimeout(silentMsMax, () => answer.destroy())
    try {
      for await (const bytes of answer as AsyncIterable<Buffer>) {
        this.#request.meter.bytes += bytes.length
        const receivedMs = this.#settings.table.clock.nowMs()
        const events = parser.push(bytes)
        this.#checkLength(parser)
        for (const event of events) {
          this.#waiting.push({ ...event, receivedMs })
          this.#waitingBytes += event.data.length
        }
        if (events.length > 0) this.#wakeReader()
        await this.#untilRead()
      }
    } catch (error) {
      if (httpFailureKind(error) === 'refused') throw error
    } finally {
      answer.destroy()
    }
  }

  #checkLength({ pendingBytes }: EventParser): void {
    const { answerBytesMax: limit } = this.#settings
    if (pendingBytes > limit) throw httpErrors.CONNECTORS_HTTP_RESPONSE_TOO_LONG({ origin: this.#url.origin, limit })
  }

  async #untilRead(): Promise<void> {
    const isFull = () => this.#waiting.length >= waitingEventsMax || this.#waitingBytes >= waitingBytesMax
    while (isFull() && !this.#ended.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wakeListener = resolve
      })
    }
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#settings.table
    const untilMs = clock.monotonicMs() + ms
    while (clock.monotonicMs() < untilMs && !this.#ended.signal.aborted) await pause(untilMs - clock.monotonicMs(), this.#ended.signal)
  }

  async close(): Promise<void> {
    this.#request.signal.removeEventListener('abort', this.#stop)
    this.#stop()
    await this.#listening
    await this.#reader.close()
  }
}

function metadataColumn(key: string, type: Schema[number]['type'], events: readonly WaitingEvent[]): Vector {
  return vectorOf(
    type,
    events.map(({ id, event, receivedMs }) => (key === 'timestamp' ? receivedMs : key === 'event' ? event : id === '' ? null : id)),
  )
}

/** Headers hold bytes: those of an id in UTF-8. */
function encodedId(id: string): string {
  return Buffer.from(id, 'utf8').toString('latin1')
}
