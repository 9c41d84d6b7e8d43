/**
 * Asks again and again. A poll is an answer with the pages that follow it; between polls it is asked with what the server gave to tell
 * whether anything is new, or with how far the cursor has come.
 */
import { createHash } from 'node:crypto'
import { type Schema, timestampLtzType, vectorOf, withNullable } from '#data'
import type { ReadRequest, SourceBatch, SourceReader } from '../connector.ts'
import { MessageReader, type MessageRows } from '../message-reader.ts'
import type { MessageTable } from '../message-table.ts'
import { pause } from '../pause.ts'
import { type AnswerMessages, type MessagesOf, messagesOf } from './answer-messages.ts'
import { type CursorColumn, CursorReader, cursorPlace } from './cursor.ts'
import { httpErrors } from './errors.ts'
import { type HttpAnswer, HttpExchange, openingMsMax } from './exchange.ts'
import { addressOf, type HttpSettings } from './options.ts'

export const pollMetadata: Schema = [{ name: 'timestamp', type: withNullable(timestampLtzType, false) }]

interface PollPosition {
  /** How far the cursor had come when the poll began, and how far it has come since; null without a cursor. */
  readonly cursor: string | null
  readonly newest: string | null
  /** What the server gave with the last whole poll. */
  readonly etag: string | null
  readonly modified: string | null
  /** What to go on with in a poll that has begun: a page, and of it so many messages that were read if it is still the same. */
  readonly page: { readonly url: string; readonly taken: number; readonly digest: string } | null
  /** Whether a poll that is the only one is over. */
  readonly isOver: boolean
}

interface OpenAnswer {
  readonly messages: AnswerMessages
  readonly url: string
  readonly digest: string
  readonly receivedMs: number
  readonly next: string | null
  readonly etag: string | null
  readonly modified: string | null
  /** Messages given to the reader of messages. */
  added: number
  /** Messages added before it was empty last. */
  base: number
}

const split = 'http'

export class PollReader implements SourceReader {
  readonly #settings: HttpSettings
  readonly #request: ReadRequest
  readonly #exchange: HttpExchange
  readonly #reader: MessageReader
  readonly #cursor: CursorReader | null
  readonly #messagesOf: MessagesOf
  readonly #base: URL
  readonly #stop: () => void
  #position: PollPosition
  #answer: OpenAnswer | null = null
  /** Whether this poll has given rows that were new. */
  #hasNew = false

  constructor(settings: HttpSettings, table: MessageTable, cursor: CursorColumn | null, request: ReadRequest) {
    this.#settings = settings
    this.#request = request
    this.#exchange = new HttpExchange(settings, { ...request, clock: settings.table.clock })
    this.#cursor = cursor === null ? null : new CursorReader(cursor, request.columns)
    this.#reader = new MessageReader(table, { ...request, columns: this.#cursor?.columns ?? request.columns })
    this.#messagesOf = messagesOf(settings)
    this.#base = addressOf(settings.table, pollAddress(settings, ''))
    const start = cursor?.start ?? null
    const first: PollPosition = { cursor: start, newest: start, etag: null, modified: null, page: null, isOver: false }
    this.#position = (request.position as PollPosition | undefined | null) ?? first
    this.#stop = () => this.#exchange.close()
    request.signal.addEventListener('abort', this.#stop)
  }

  /** Asks once, so that what can never work is known at once. */
  async start(): Promise<void> {
    if (!this.#position.isOver) await this.#ask(openingMsMax)
  }

  get skippedRows(): number {
    return this.#reader.skippedRows
  }

  position(): PollPosition {
    return this.#position
  }

  async read(): Promise<SourceBatch | null> {
    try {
      return await this.#next()
    } catch (error) {
      if (this.#request.signal.aborted) return null
      throw error
    }
  }

  async #next(): Promise<SourceBatch | null> {
    while (!this.#request.signal.aborted) {
      const answer = this.#answer
      if (answer === null) {
        if (this.#position.isOver) return null
        await this.#askNext()
        continue
      }
      const rows = await this.#reader.next({
        column: (_key, type, _places, length) =>
          vectorOf(
            type,
            Array.from({ length }, () => answer.receivedMs),
          ),
        position: (place) => JSON.stringify({ origin: this.#base.origin, message: answer.base + place + 1 }),
      })
      const batch = rows === null ? null : this.#taken(rows, answer)
      if (batch !== null) return batch
      if (rows === null && !this.#add(answer)) this.#endAnswer(answer)
    }
    return null
  }

  /** Adds messages as many as fit; false where there are no more. */
  #add(answer: OpenAnswer): boolean {
    const { bytes, starts, ends } = answer.messages
    answer.base = answer.added
    while (answer.added < starts.length && !this.#reader.isFull) {
      this.#reader.add(bytes, 0, -1, starts[answer.added] ?? 0, ends[answer.added] ?? 0)
      answer.added += 1
    }
    return answer.added > answer.base
  }

  /** Null where there is nothing to tell. */
  #taken(rows: MessageRows, answer: OpenAnswer): SourceBatch | null {
    const { cursor, newest } = this.#position
    const read = this.#cursor === null ? { batch: rows.batch, newest } : this.#cursor.newRows(rows.batch, cursor, newest)
    this.#hasNew ||= read.batch.length > 0
    const taken = answer.base + rows.taken
    this.#position = { ...this.#position, newest: read.newest, page: { url: answer.url, taken, digest: answer.digest } }
    if (taken === answer.messages.starts.length) this.#endAnswer(answer)
    if (read.batch.length === 0 && rows.deadLetters.length === 0) return null
    return { batch: read.batch, split, deadLetters: rows.deadLetters }
  }

  #endAnswer({ next, etag, modified }: OpenAnswer): void {
    if (this.#answer === null) return
    this.#answer = null
    const { newest } = this.#position
    if (next !== null) {
      this.#position = { ...this.#position, page: { url: next, taken: 0, digest: '' } }
      return
    }
    const isOver = this.#settings.options.text('scan.bounded.mode') === 'latest'
    this.#position = { cursor: newest, newest, etag, modified, page: null, isOver }
  }

  async #askNext(): Promise<void> {
    const isWithin = this.#position.page !== null
    // As long as a cursor brings something new there may be more.
    if (!isWithin && !(this.#cursor !== null && this.#hasNew)) await this.#pause()
    if (!isWithin) this.#hasNew = false
    if (!this.#request.signal.aborted) await this.#ask(Number.POSITIVE_INFINITY)
  }

  async #pause(): Promise<void> {
    const { clock } = this.#settings.table
    const untilMs = clock.monotonicMs() + (this.#settings.options.number('poll.interval') ?? 60_000)
    while (clock.monotonicMs() < untilMs && !this.#request.signal.aborted) await pause(untilMs - clock.monotonicMs(), this.#request.signal)
  }

  async #ask(retryMsMax: number): Promise<void> {
    const { page, cursor, etag, modified } = this.#position
    const url = page === null ? new URL(pollAddress(this.#settings, cursor ?? '')) : this.#pageUrl(page.url)
    const { options } = this.#settings
    const body = options.text('body')
    const isConditional = page === null && this.#cursor === null
    const headers = {
      ...(isConditional && etag !== null ? { 'if-none-match': etag } : {}),
      ...(isConditional && modified !== null ? { 'if-modified-since': modified } : {}),
    }
    const request = { method: options.text('method') ?? 'GET', url, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) }
    const answer = await this.#exchange.persist(this.#base.origin, () => this.#exchange.send(request, 304), retryMsMax)
    if (answer.status === 304) {
      this.#position = { ...this.#position, page: null, isOver: options.text('scan.bounded.mode') === 'latest' }
      return
    }
    this.#answer = this.#opened(answer, url)
  }

  #opened({ body, headers }: HttpAnswer, url: URL): OpenAnswer {
    const digest = createHash('sha256').update(body).digest('base64url')
    const messages = this.#messagesOf(body, this.#base.origin)
    const { page } = this.#position
    // What was read of another answer says nothing of this one.
    const taken = page !== null && page.digest === digest ? page.taken : 0
    const next = this.#settings.options.text('pagination') === 'link' ? nextLink(headers.link, url) : null
    const validators = { etag: headers.etag ?? null, modified: headers['last-modified'] ?? null }
    return {
      messages,
      url: url.href,
      digest,
      next,
      ...validators,
      receivedMs: this.#settings.table.clock.nowMs(),
      added: taken,
      base: taken,
    }
  }

  /** A page of the origin that the table names: another one would get its headers. */
  #pageUrl(text: string): URL {
    const url = URL.parse(text)
    if (url?.origin === this.#base.origin) return url
    const detail = 'The next page is at another origin.'
    throw httpErrors.CONNECTORS_HTTP_REDIRECT_REFUSED({ origin: this.#base.origin, target: url?.origin ?? '' }, { detail })
  }

  async close(): Promise<void> {
    this.#request.signal.removeEventListener('abort', this.#stop)
    this.#exchange.close()
    await this.#reader.close()
  }
}

/** The address with a cursor in it. */
export function pollAddress({ table }: HttpSettings, cursor: string): string {
  return (table.options['url'] ?? '').replaceAll(cursorPlace, () => encodeURIComponent(cursor))
}

/** The address that a header Link (RFC 8288) names as the next one. */
export function nextLink(header: string | readonly string[] | undefined, base: URL): string | null {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ')
  for (const [, target = '', parameters = ''] of text.matchAll(/<([^>]*)>((?:[^,<"]|"[^"]*")*)/g)) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters)
    const names = (relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/)
    if (names.includes('next')) return URL.parse(target, base.href)?.href ?? null
  }
  return null
}
