/**
 * Sends rows, one request after another, so that they arrive in order. Requests are cut by rows and bytes. The id of a request is derived
 * from the work, its number since the work began, which checkpoints keep, and what it holds: a request that is repeated after a crash has the
 * same id, and none that holds something else has.
 */
import { createHash, randomBytes } from 'node:crypto'
import { counted } from '#base'
import type { Batch } from '#data'
import type { Messages } from '#formats'
import type { SinkWriter, WriteRequest } from '../connector.ts'
import { Flusher } from '../flusher.ts'
import type { MessageTable } from '../message-table.ts'
import { MessageWriter } from '../message-writer.ts'
import { StatusFailure } from '../status-failure.ts'
import { httpErrors, statusKind } from './errors.ts'
import { HttpExchange } from './exchange.ts'
import type { HttpSettings } from './options.ts'
import { signedHeaders } from './signature.ts'

/** The status of a request that is too long. */
const tooLarge = 413

/** What the next life has to know. */
export interface HttpRecord {
  /** How many requests the work has sent. */
  readonly requests: number
}

export interface WriterParts {
  readonly settings: HttpSettings
  readonly messages: MessageTable
  readonly url: URL
  readonly rows: 'array' | 'lines' | 'row'
  readonly contentType: string
}

export class HttpWriter implements SinkWriter {
  readonly #parts: WriterParts
  readonly #request: WriteRequest
  readonly #exchange: HttpExchange
  readonly #encoder: MessageWriter
  readonly #rowsMax: number
  readonly #bytesMax: number
  readonly #flusher: Flusher
  readonly #work: string
  readonly #secret: string | null
  #waiting: Buffer[] = []
  #requests: number

  constructor(parts: WriterParts, request: WriteRequest) {
    const { settings, messages, rows } = parts
    const { options, table } = settings
    const { durable } = request
    this.#parts = parts
    this.#request = request
    this.#exchange = new HttpExchange(settings, { ...request, clock: table.clock })
    this.#encoder = new MessageWriter(messages, request.schema)
    this.#rowsMax = rows === 'row' ? 1 : Math.max(1, options.number('sink.buffer-flush.max-rows') ?? 500)
    this.#bytesMax = options.number('sink.buffer-flush.max-size') ?? 1_048_576
    this.#flusher = new Flusher({
      waiting: () => (this.#waiting.length === 0 ? 'none' : this.#waiting.length < this.#rowsMax ? 'some' : 'enough'),
      sendSome: () => this.#send(this.#next()),
      afterMs: options.number('sink.buffer-flush.interval') ?? 1000,
    })
    this.#work = durable === undefined ? randomBytes(16).toString('hex') : `${durable.id}#${durable.writer?.index ?? 0}`
    this.#requests = (durable?.record as HttpRecord | null | undefined)?.requests ?? 0
    this.#secret = options.text('signature.secret') ?? null
  }

  write(batch: Batch): void | Promise<void> {
    this.#flusher.check()
    const waiting = this.#encoder.encode(batch, ({ values }) => this.#take(values))
    return waiting === undefined ? this.#pressure() : waiting.then(() => this.#pressure())
  }

  #take({ bytes, starts, ends, length }: Messages): void {
    for (let row = 0; row < length; row++) {
      const end = ends[row] as number
      if (end >= 0) this.#waiting.push(Buffer.from(bytes.slice(starts[row], end)))
    }
  }

  #pressure(): void | Promise<void> {
    return this.#flusher.begin() ? this.#flusher.wait() : undefined
  }

  #next(): Buffer[] {
    let bytes = 0
    let count = 0
    for (const row of this.#waiting) {
      if (count === this.#rowsMax || (count > 0 && bytes + row.length > this.#bytesMax)) break
      bytes += row.length + 1
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #send(rows: readonly Buffer[]): Promise<void> {
    const { settings, url, contentType } = this.#parts
    const body = this.#bodyOf(rows)
    const id = createHash('sha256')
      .update(JSON.stringify([this.#work, this.#requests]))
      .update(body)
      .digest('hex')
      .slice(0, 40)
    this.#requests += 1
    const method = settings.options.text('method') ?? 'POST'
    const attempt = () => {
      // Each try says when it was made, and is signed anew.
      const headers = signedHeaders(id, Math.floor(settings.table.clock.nowMs() / 1000), body, this.#secret)
      return this.#exchange.send({ method, url, body, headers: { 'content-type': contentType, ...settings.headers, ...headers } })
    }
    try {
      await this.#exchange.persist(url.origin, attempt)
    } catch (error) {
      if (!(error instanceof StatusFailure) || !isOfRows(error.status)) throw error
      const isDivisible = rows.length > 1 && (this.#request.deadLetters !== null || error.status === tooLarge)
      if (!isDivisible) this.#refuse(rows, error.status)
      else {
        // Which of the rows it is, the server does not say.
        const half = Math.ceil(rows.length / 2)
        await this.#send(rows.slice(0, half))
        await this.#send(rows.slice(half))
      }
    }
  }

  #bodyOf(rows: readonly Buffer[]): Buffer {
    const between = (separator: string): Buffer[] => rows.flatMap((row, at) => (at === 0 ? [row] : [Buffer.from(separator), row]))
    switch (this.#parts.rows) {
      case 'row':
        return rows[0] ?? Buffer.alloc(0)
      case 'lines':
        return Buffer.concat([...between('\n'), Buffer.from('\n')])
      case 'array':
        return Buffer.concat([Buffer.from('['), ...between(','), Buffer.from(']')])
    }
  }

  #refuse(rows: readonly Buffer[], status: number): void {
    const { meter, deadLetters } = this.#request
    const { settings, url } = this.#parts
    const error = httpErrors.CONNECTORS_HTTP_BATCH_REFUSED({
      origin: url.origin,
      rows: counted(rows.length, 'row'),
      table: settings.table.name,
      status,
    })
    meter.errors += rows.length
    if (deadLetters === null) throw error
    const position = JSON.stringify({ origin: url.origin, request: this.#requests })
    for (const value of rows) deadLetters({ code: error.code, message: `${error.message}.`, position, key: null, value })
  }

  async prepare(): Promise<HttpRecord> {
    await this.#encoder.settle()
    await this.#flusher.settle()
    return { requests: this.#requests }
  }

  /** All was sent before. */
  commit(): Promise<void> {
    return Promise.resolve()
  }

  async close(): Promise<void> {
    this.#waiting = []
    this.#exchange.close()
    await this.#flusher.close()
    await this.#encoder.close()
  }
}

/** Whether a status says something of what was sent, and not of who sent it or of where it was sent to. */
function isOfRows(status: number): boolean {
  return statusKind(status) === 'refused' && [400, 409, tooLarge, 422].includes(status)
}
