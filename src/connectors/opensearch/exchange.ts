/** Sends bulk requests to one server of several, over connections that are kept, and goes to the next server where one does not answer. */
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { WriteRequest } from '../connector.ts'
import { persistently } from '../failure.ts'
import { StatusFailure } from '../status-failure.ts'
import { answerFilter, refusalReason } from './bulk-answer.ts'
import { isBrokenOff, openSearchError, openSearchErrors, openSearchFailureKind, openSearchTrouble, statusKind } from './errors.ts'
import type { OpenSearchSettings } from './options.ts'
import { speaksTls } from './tls-probe.ts'

/** How long a server that is down is waited for when a run begins. */
const openingMsMax = 30_000
const answerBytesMax = 67_108_864

export class BulkExchange {
  readonly #settings: OpenSearchSettings
  readonly #request: WriteRequest
  readonly #plain = new PlainAgent({ keepAlive: true })
  readonly #secure: SecureAgent
  readonly #open = new Set<ClientRequest>()
  readonly #closed = new AbortController()
  /** Aborted when the run is to end, and by `close`. */
  readonly signal: AbortSignal
  #server = 0

  constructor(settings: OpenSearchSettings, request: WriteRequest) {
    this.#settings = settings
    this.#request = request
    this.signal = AbortSignal.any([request.signal, this.#closed.signal])
    this.#secure = new SecureAgent({ keepAlive: true, ...settings.tls })
  }

  /** As errors show it. */
  get origin(): string {
    return this.#host.origin
  }

  get #host(): URL {
    return this.#settings.hosts[this.#server] as URL
  }

  /** Asks for nothing, and fails soon where that can never work. */
  async open(): Promise<void> {
    // An empty bulk request needs no more rights than what follows; the server says that it is empty.
    const body = await this.#persist(() => this.#first(), openingMsMax)
    if (refusalReason(body) !== '') return
    const detail = 'It did not answer an empty bulk request as OpenSearch does.'
    throw openSearchErrors.CONNECTORS_OPENSEARCH_ANSWER_UNREADABLE({ origin: this.origin }, { detail })
  }

  async #first(): Promise<Buffer> {
    try {
      return await this.#attempt(Buffer.from('\n'), [400])
    } catch (error) {
      for (const host of this.#settings.hosts) {
        if (host.protocol !== 'http:' || !isBrokenOff(error) || !(await speaksTls(host, this.#settings.connectMsMax))) continue
        const detail = 'The server speaks TLS, and the table does not.'
        throw openSearchErrors.CONNECTORS_OPENSEARCH_TLS_REFUSED({ origin: host.origin }, { detail, hint: 'Write https:// in hosts.' })
      }
      throw error
    }
  }

  /** What `read` makes of an answer that is a success. Tries again, if need be for ever, where that may help. */
  send<T>(body: Buffer, read: (answer: Buffer) => T): Promise<T> {
    return this.#persist(async () => read(await this.#attempt(body, [])), Number.POSITIVE_INFINITY)
  }

  #persist<T>(attempt: () => Promise<T>, retryMsMax: number): Promise<T> {
    const { signal } = this
    const { meter } = this.#request
    const { clock } = this.#settings.table
    const how = { kindOf: openSearchFailureKind, describe: openSearchTrouble, retryMsMax, meter, clock, signal }
    return persistently(attempt, how).catch((error: unknown) => {
      throw openSearchError(error, this.origin)
    })
  }

  async #attempt(body: Buffer, also: readonly number[]): Promise<Buffer> {
    try {
      const { status, answer } = await this.#ask(body)
      this.#request.meter.bytes += body.length + answer.length
      if ((status >= 200 && status < 300) || also.includes(status)) return answer
      throw this.#failed(status, answer)
    } catch (error) {
      const failed = openSearchError(error, this.origin)
      // A host that does not exist must not be hidden by others that do.
      if (openSearchFailureKind(failed) === 'unreachable') this.#server = (this.#server + 1) % this.#settings.hosts.length
      throw error
    }
  }

  #failed(status: number, answer: Buffer): Error {
    const { origin } = this
    const reason = refusalReason(answer)
    const detail = reason === '' ? undefined : `The server said: ${reason}.`
    if (status === 401 || status === 403) return openSearchErrors.CONNECTORS_OPENSEARCH_ACCESS_REFUSED({ origin }, { detail })
    const kind = statusKind(status)
    const create =
      kind === 'refused' || kind === 'data'
        ? openSearchErrors.CONNECTORS_OPENSEARCH_STATUS_REFUSED
        : openSearchErrors.CONNECTORS_OPENSEARCH_STATUS_FAILED
    return new StatusFailure(create({ origin, status }, { detail }), status)
  }

  #ask(body: Buffer): Promise<{ readonly status: number; readonly answer: Buffer }> {
    return new Promise((resolve, reject) => {
      if (this.#closed.signal.aborted) throw openSearchErrors.CONNECTORS_OPENSEARCH_UNREACHABLE({ origin: this.origin })
      const { authorization, connectMsMax, silenceMsMax } = this.#settings
      const url = new URL(`_bulk?filter_path=${answerFilter}`, this.#host)
      const isSecure = url.protocol === 'https:'
      const headers = {
        'user-agent': 'millrace',
        'content-type': 'application/x-ndjson',
        accept: 'application/json',
        'content-length': String(body.length),
        ...(authorization === null ? {} : { authorization }),
      }
      const agent = isSecure ? this.#secure : this.#plain
      const request = (isSecure ? secureRequest : plainRequest)(url, { method: 'POST', headers, agent, timeout: connectMsMax })
      this.#open.add(request)
      request.on('close', () => this.#open.delete(request))
      request.on('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })))
      request.on('socket', (socket) => {
        const connected = (): void => void socket.setTimeout(silenceMsMax)
        if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', connected)
        else connected()
      })
      request.on('error', reject)
      request.on('response', (response) => {
        bodyOf(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), reject)
      })
      request.end(body)
    })
  }

  /** What was on its way fails. */
  close(): void {
    this.#closed.abort()
    for (const request of this.#open) request.destroy()
    this.#plain.destroy()
    this.#secure.destroy()
  }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > answerBytesMax) throw Object.assign(new Error('too long'), { code: 'EMSGSIZE' })
    parts.push(part)
  }
  return Buffer.concat(parts)
}
