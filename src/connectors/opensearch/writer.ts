/**
 * Collects documents and sends many at once: of several changes of one document only the last. A checkpoint waits until the server has
 * answered for all.
 */
import { timerMs } from '#base'
import type { Batch } from '#data'
import type { Messages } from '#formats'
import type { SinkWriter, WriteRequest } from '../connector.ts'
import type { MessageTable } from '../message-table.ts'
import { MessageWriter } from '../message-writer.ts'
import { BulkSender } from './bulk-sender.ts'
import { idPrinter } from './document-id.ts'
import { type Document, DocumentMaker, type DocumentsRecord, sizeOf } from './documents.ts'
import { openSearchErrors } from './errors.ts'
import type { BulkExchange } from './exchange.ts'
import { indexPattern } from './index-pattern.ts'
import { type OpenSearchSettings, writersMax } from './options.ts'

/** Requests have no more bytes than this, whatever the table says, unless one document alone has more. */
const bytesMaxMax = 16_777_216

export class OpenSearchWriter implements SinkWriter {
  readonly #settings: OpenSearchSettings
  readonly #request: WriteRequest
  readonly #exchange: BulkExchange
  readonly #encoder: MessageWriter
  readonly #documents: DocumentMaker
  readonly #sender: BulkSender
  readonly #countMax: number
  readonly #bytesMax: number
  readonly #intervalMs: number
  /** By index and id. */
  readonly #waiting = new Map<string, Document>()
  #waitingBytes = 0
  #flushing: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(settings: OpenSearchSettings, messages: MessageTable, exchange: BulkExchange, request: WriteRequest) {
    const { options } = settings
    this.#settings = settings
    this.#request = request
    this.#exchange = exchange
    this.#encoder = new MessageWriter(messages, request.schema)
    const ids = idPrinter(settings, request.schema)
    this.#documents = new DocumentMaker(ids, indexPattern(settings, request.schema), request.durable, writersMax(settings) === 1)
    this.#countMax = options.number('sink.bulk-flush.max-actions') || Number.POSITIVE_INFINITY
    this.#bytesMax = Math.min(bytesMaxMax, options.number('sink.bulk-flush.max-size') || bytesMaxMax)
    this.#intervalMs = options.number('sink.bulk-flush.interval') ?? 1000
    const limits = { count: this.#countMax, bytes: this.#bytesMax }
    this.#sender = new BulkSender(settings, exchange, request, limits, (document, detail) => this.#refuse(document, detail))
  }

  write(batch: Batch): void | Promise<void> {
    this.#check()
    const waiting = this.#encoder.encode(batch, ({ values }, own) => this.#take(own, values))
    return waiting === undefined ? this.#pressure() : waiting.then(() => this.#pressure())
  }

  #take(batch: Batch, messages: Messages): void {
    for (let row = 0; row < batch.length; row++) {
      const { refusal, ...document } = this.#documents.of(batch, row, messages)
      if (refusal !== null) this.#refuse(document, refusal)
      else this.#add(document)
    }
  }

  #pressure(): void | Promise<void> {
    if (this.#waiting.size < this.#countMax && this.#waitingBytes < this.#bytesMax) {
      if (this.#intervalMs > 0 && this.#waiting.size > 0)
        this.#timer ??= setTimeout(() => this.#flushUnwatched(), timerMs(this.#intervalMs))
      return undefined
    }
    this.#flushUnwatched()
    return this.#flushing?.then(
      () => this.#check(),
      () => this.#check(),
    )
  }

  #add(document: Document): void {
    const identity = `${document.index} ${document.id}`
    const before = this.#waiting.get(identity)
    this.#waitingBytes += sizeOf(document) - (before === undefined ? 0 : sizeOf(before))
    this.#waiting.set(identity, document)
  }

  #refuse({ index, id, content }: Document, detail: string): void {
    const { meter, deadLetters } = this.#request
    const { table, options } = this.#settings
    const error = openSearchErrors.CONNECTORS_OPENSEARCH_DOCUMENT_REFUSED({ id, index, table: table.name }, { detail })
    meter.errors += 1
    if (deadLetters !== null) {
      const key = new TextEncoder().encode(id)
      deadLetters({ code: error.code, message: detail, position: JSON.stringify({ index, id }), key, value: content })
    } else if (options.text('failure-handler') !== 'ignore') throw error
  }

  /** Sends what waits; a failure is raised by the next write or prepare. */
  #flushUnwatched(): void {
    this.#flush().catch(() => undefined)
  }

  #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#flushing ??= this.#sendWaiting()
      .catch((error: unknown) => {
        // Documents that were not sent must not be passed over by who asks again.
        this.#failure ??= { error }
        throw error
      })
      .finally(() => {
        this.#flushing = null
      })
    return this.#flushing
  }

  async #sendWaiting(): Promise<void> {
    while (this.#waiting.size > 0) {
      await this.#sender.sendSome(this.#waiting)
      this.#waitingBytes = 0
      for (const document of this.#waiting.values()) this.#waitingBytes += sizeOf(document)
    }
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  async prepare(): Promise<DocumentsRecord | null> {
    await this.#encoder.settle()
    this.#check()
    // Documents that came while others were sent go with the next ones.
    while (this.#flushing !== null || this.#waiting.size > 0) await this.#flush()
    this.#check()
    return this.#documents.record
  }

  /** All was sent before. */
  commit(): Promise<void> {
    return Promise.resolve()
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting.clear()
    this.#exchange.close()
    await this.#flushing?.catch(() => undefined)
    await this.#encoder.close()
  }
}
