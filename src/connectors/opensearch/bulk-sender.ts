/**
 * Sends documents until the server has taken or refused each of them. One request is on its way at a time, and what a busy server rejects is
 * sent again before anything else is: a later change of a document never overtakes an earlier one.
 */
import type { WriteRequest } from '../connector.ts'
import { pause } from '../pause.ts'
import { StatusFailure } from '../status-failure.ts'
import { type ItemAnswer, parseBulkAnswer } from './bulk-answer.ts'
import { bulkBody, type Document, sizeOf } from './documents.ts'
import { openSearchErrors } from './errors.ts'
import type { BulkExchange } from './exchange.ts'
import type { OpenSearchSettings } from './options.ts'

/** So often an answer that cannot be read is asked for again. */
const unreadableMax = 5
const pauseMsMax = 10_000
/** The status of a request that is too long. */
const tooLarge = 413
/** A server that found one request too long gets shorter ones, but not shorter than this. */
const bytesMaxMin = 65_536

export interface BulkLimits {
  readonly count: number
  readonly bytes: number
}

export class BulkSender {
  readonly #settings: OpenSearchSettings
  readonly #exchange: BulkExchange
  readonly #request: WriteRequest
  readonly #refuse: (document: Document, detail: string) => void
  readonly #countMax: number
  #bytesMax: number

  constructor(
    settings: OpenSearchSettings,
    exchange: BulkExchange,
    request: WriteRequest,
    limits: BulkLimits,
    refuse: (document: Document, detail: string) => void,
  ) {
    this.#settings = settings
    this.#exchange = exchange
    this.#request = request
    this.#refuse = refuse
    this.#countMax = limits.count
    this.#bytesMax = limits.bytes
  }

  /** Takes documents for one request from the front of `waiting`, and sends them. */
  async sendSome(waiting: Map<string, Document>): Promise<void> {
    const documents: Document[] = []
    let bytes = 0
    for (const [identity, document] of waiting) {
      const size = sizeOf(document)
      if (documents.length === this.#countMax || (documents.length > 0 && bytes + size > this.#bytesMax)) break
      documents.push(document)
      bytes += size
      waiting.delete(identity)
    }
    await this.#sendAll(documents)
  }

  async #sendAll(documents: readonly Document[]): Promise<void> {
    let left = documents
    for (let tries = 1; left.length > 0; tries++) {
      const rejected = await this.#sendOnce(left)
      if (rejected.documents.length > 0) await this.#waitFor(rejected, tries)
      left = rejected.documents
    }
    this.#request.meter.wait(null)
  }

  /** Those that may be sent again. */
  async #sendOnce(documents: readonly Document[]): Promise<Rejected> {
    try {
      return this.#taken(documents, await this.#answers(documents))
    } catch (error) {
      if (!(error instanceof StatusFailure) || ![400, tooLarge].includes(error.status)) throw error
      if (error.status === tooLarge) this.#bytesMax = Math.max(bytesMaxMin, Math.min(this.#bytesMax, totalSize(documents) / 2))
      const [only] = documents
      if (only !== undefined && documents.length === 1) {
        this.#refuse(only, error.detail ?? `The server answered with status ${error.status}.`)
        return { documents: [], reason: '' }
      }
      // Which one it is, or how many are too many, the server does not say.
      const half = Math.ceil(documents.length / 2)
      await this.#sendAll(documents.slice(0, half))
      await this.#sendAll(documents.slice(half))
      return { documents: [], reason: '' }
    }
  }

  #answers(documents: readonly Document[]): Promise<readonly ItemAnswer[]> {
    let unreadable = 0
    return this.#exchange.send(bulkBody(documents), (body) => {
      const answers = parseBulkAnswer(body, documents.length)
      if (answers !== null) return answers
      const { origin } = this.#exchange
      const detail = `Expected JSON with ${documents.length} items, got ${body.length} bytes of something else.`
      unreadable += 1
      throw unreadable < unreadableMax
        ? openSearchErrors.CONNECTORS_OPENSEARCH_UNREACHABLE({ origin }, { detail })
        : openSearchErrors.CONNECTORS_OPENSEARCH_ANSWER_UNREADABLE({ origin }, { detail })
    })
  }

  #taken(documents: readonly Document[], answers: readonly ItemAnswer[]): Rejected {
    const rejected: Document[] = []
    let why = ''
    for (const [place, { kind, status, reason }] of answers.entries()) {
      const document = documents[place] as Document
      if (kind === 'done') continue
      if (kind === 'data') this.#refuse(document, `The server said: ${reason === '' ? `status ${status}` : reason}.`)
      else if (kind === 'busy' || kind === 'unreachable') {
        rejected.push(document)
        why = `status ${status}${reason === '' ? '' : `, ${reason.split(':')[0]}`}`
      } else if (document.content !== null || status !== 404) throw this.#indexRefused(document, status, reason)
      // What is to be deleted and is not there, or its index is not, is as it should be.
    }
    return { documents: rejected, reason: why }
  }

  #indexRefused({ index }: Document, status: number, reason: string): Error {
    const detail = `The server said: ${reason === '' ? `status ${status}` : reason}.`
    return openSearchErrors.CONNECTORS_OPENSEARCH_INDEX_REFUSED({ index, table: this.#settings.table.name }, { detail })
  }

  async #waitFor({ reason }: Rejected, tries: number): Promise<void> {
    const { options, table } = this.#settings
    const { meter } = this.#request
    const { signal } = this.#exchange
    const strategy = options.text('sink.bulk-flush.backoff.strategy')
    const retriesMax = strategy === 'DISABLED' ? 0 : (options.number('sink.bulk-flush.backoff.max-retries') ?? Number.POSITIVE_INFINITY)
    if (tries > retriesMax || signal.aborted)
      throw openSearchErrors.CONNECTORS_OPENSEARCH_REJECTED(
        { table: table.name },
        { detail: `It was tried ${tries} times; the server said: ${reason}.` },
      )
    meter.retries += 1
    meter.wait(`OpenSearch takes no more for now: ${reason}`)
    const delayMs = Math.max(1, options.number('sink.bulk-flush.backoff.delay') ?? 50)
    const growth = strategy === 'CONSTANT' ? 1 : 2 ** Math.min(tries - 1, 30)
    const pauseMs = Math.min(pauseMsMax, delayMs * growth) * (0.5 + Math.random() / 2)
    const until = table.clock.monotonicMs() + pauseMs
    for (let left = pauseMs; left > 0 && !signal.aborted; left = until - table.clock.monotonicMs()) await pause(left, signal)
  }
}

interface Rejected {
  readonly documents: readonly Document[]
  readonly reason: string
}

function totalSize(documents: readonly Document[]): number {
  let bytes = 0
  for (const document of documents) bytes += sizeOf(document)
  return bytes
}
