/**
 * Collects documents and sends many at once: of several changes of one document only the last. A checkpoint waits until the server has
 * answered for all.
 */
import type { Batch } from '#data'
import type { Messages } from '#formats'
import type { SinkWriter, WriteRequest } from '../connector.ts'
import { Flusher } from '../flusher.ts'
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
  readonly #flusher: Flusher
  /** By index and id. */
  readonly #waiting = new Map<string, Document>()
  #waitingBytes = 0

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
    const limits = { count: this.#countMax, bytes: this.#bytesMax }
    this.#sender = new BulkSender(settings, exchange, request, limits, (document, detail) => this.#refuse(document, detail))
    const intervalMs = options.number('sink.bulk-flush.interval') ?? 1000
    this.#flusher = new Flusher({
      waiting: () => (this.#waiting.size === 0 ? 'none' : this.#isEnough ? 'enough' : 'some'),
      sendSome: () => this.#sendSome(),
      afterMs: intervalMs > 0 ? intervalMs : null,
    })
  }

  get #isEnough(): boolean {
    return this.#waiting.size >= this.#countMax || this.#waitingBytes >= this.#bytesMax
  }

  write(batch: Batch): void | Promise<void> {
    this.#flusher.check()
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
    return this.#flusher.begin() ? this.#flusher.wait() : undefined
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

  async #sendSome(): Promise<void> {
    await this.#sender.sendSome(this.#waiting)
    this.#waitingBytes = 0
    for (const document of this.#waiting.values()) this.#waitingBytes += sizeOf(document)
  }

  async prepare(): Promise<DocumentsRecord | null> {
    await this.#encoder.settle()
    await this.#flusher.settle()
    return this.#documents.record
  }

  /** All was sent before. */
  commit(): Promise<void> {
    return Promise.resolve()
  }

  async close(): Promise<void> {
    this.#waiting.clear()
    this.#exchange.close()
    await this.#flusher.close()
    await this.#encoder.close()
  }
}
