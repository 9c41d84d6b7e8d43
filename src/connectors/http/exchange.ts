/**
 * Requests and their answers, with limits on time and size. Redirects are followed within the origin; the headers of a table, which may be
 * secrets, go nowhere else.
 */
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { type Clock, timerMs } from '#base'
import type { ConnectorMeter } from '../connector-meter.ts'
import { persistently } from '../failure.ts'
import { pause } from '../pause.ts'
import { StatusFailure } from '../status-failure.ts'
import { httpError, httpErrors, httpFailureKind, httpTrouble, statusKind } from './errors.ts'
import type { HttpSettings } from './options.ts'

/** How long a server that is down is waited for when a run begins. */
export const openingMsMax = 30_000
const redirectsMax = 5
/** A server that asks for more patience is asked again after so long. */
const retryAfterMsMax = 3_600_000

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Where it came from, after redirects. */
  readonly url: URL
}

export interface ExchangeContext {
  readonly meter: ConnectorMeter
  readonly clock: Clock
  readonly signal: AbortSignal
}

export class HttpExchange {
  readonly #settings: HttpSettings
  readonly #context: ExchangeContext
  readonly #plain = new PlainAgent({ keepAlive: true })
  readonly #secure: SecureAgent
  readonly #open = new Set<ClientRequest>()

  constructor(settings: HttpSettings, context: ExchangeContext) {
    this.#settings = settings
    this.#context = context
    this.#secure = new SecureAgent({ keepAlive: true, ...settings.tls })
  }

  /** Does something again as long as the server is down or asks for patience; what fails for good is a coded error. */
  persist<T>(origin: string, attempt: () => Promise<T>, retryMsMax = Number.POSITIVE_INFINITY): Promise<T> {
    const { meter, clock, signal } = this.#context
    const how = { kindOf: httpFailureKind, describe: httpTrouble, retryMsMax, meter, clock, signal }
    return persistently(attempt, how).catch((error: unknown) => {
      throw httpError(error, origin)
    })
  }

  /** An answer with one of these statuses, or any that is a success; every other one is a failure, and so is one that breaks off. */
  async send(request: HttpRequest, ...also: readonly number[]): Promise<HttpAnswer> {
    const { answer, url, body } = await this.#inTime(request, async (signal) => {
      const followed = await this.#follow(request, signal)
      return { ...followed, body: await this.#bodyOf(followed.answer, followed.url) }
    })
    this.#context.meter.bytes += body.length + (request.body?.length ?? 0)
    const { statusCode: status = 0, headers } = answer
    if ((status < 200 || status > 299) && !also.includes(status)) throw await this.#failed(request, status, headers)
    return { status, headers, body, url }
  }

  /** An answer whose body is read as it comes. */
  async listen(request: HttpRequest): Promise<IncomingMessage> {
    const { answer } = await this.#inTime(request, (signal) => this.#follow(request, signal))
    const { statusCode: status = 0, headers } = answer
    if (status === 200 || status === 204) return answer
    answer.destroy()
    throw await this.#failed(request, status, headers)
  }

  async #inTime<T>({ url }: HttpRequest, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ended = new AbortController()
    const timer = setTimeout(() => ended.abort(), timerMs(this.#settings.answerMsMax))
    try {
      return await act(ended.signal)
    } catch (error) {
      if (ended.signal.aborted) throw this.#late(url)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    for (const request of this.#open) request.destroy()
    this.#plain.destroy()
    this.#secure.destroy()
  }

  #late(url: URL): Error {
    const detail = `It took longer than ${this.#settings.answerMsMax} ms.`
    return httpErrors.CONNECTORS_HTTP_UNREACHABLE(
      { origin: url.origin },
      { detail, hint: "Raise 'request.timeout' where that is too short." },
    )
  }

  /** Waits where the server says for how long, so that whoever tries again comes when it is wanted. */
  async #failed({ method, url }: HttpRequest, status: number, headers: IncomingHttpHeaders): Promise<Error> {
    const waitMs = retryAfterMs(headers['retry-after'], this.#context.clock.nowMs())
    if (statusKind(status) === 'busy' && waitMs > 0) {
      const { clock, signal, meter } = this.#context
      meter.wait(`the server answers with status ${status} and asks for patience`)
      const untilMs = clock.monotonicMs() + waitMs
      while (clock.monotonicMs() < untilMs && !signal.aborted) await pause(untilMs - clock.monotonicMs(), signal)
    }
    const isOurs = statusKind(status) === 'refused' || statusKind(status) === 'gone'
    const create = isOurs ? httpErrors.CONNECTORS_HTTP_STATUS_REFUSED : httpErrors.CONNECTORS_HTTP_STATUS_FAILED
    return new StatusFailure(create({ origin: url.origin, method, status }), status)
  }

  async #follow(request: HttpRequest, signal: AbortSignal): Promise<{ readonly answer: IncomingMessage; readonly url: URL }> {
    let { url } = request
    for (let followed = 0; ; followed++) {
      const isOwn = url.origin === request.url.origin
      const headers = isOwn ? { ...this.#settings.headers, ...request.headers } : {}
      const answer = await this.#ask({ ...request, url, headers }, signal)
      const { statusCode: status = 0, headers: given } = answer
      const target = [301, 302, 303, 307, 308].includes(status) && given.location !== undefined ? URL.parse(given.location, url.href) : null
      if (target === null) return { answer, url }
      answer.destroy()
      this.#checkRedirect(request, target, status, followed)
      url = target
    }
  }

  #checkRedirect(request: HttpRequest, target: URL, status: number, followed: number): void {
    const refuse = (detail: string, hint?: string): never => {
      const { origin } = request.url
      throw httpErrors.CONNECTORS_HTTP_REDIRECT_REFUSED({ origin, target: target.origin }, { detail, hint })
    }
    const { redirects } = this.#settings
    if (!['http:', 'https:'].includes(target.protocol)) refuse('It is no address of HTTP.')
    if (redirects === 'none') refuse("The table follows no redirects: 'redirects' = 'none'.")
    if (redirects === 'same-origin' && target.origin !== request.url.origin)
      refuse('That is another origin.', "Use its address in 'url', or set 'redirects' = 'any': it gets no headers of the table then.")
    // What was sent once is not sent to wherever an answer points as something else.
    if (request.method !== 'GET' && status < 307) refuse(`A ${request.method} is not turned into a GET.`)
    if (request.method !== 'GET' && target.origin !== request.url.origin) refuse('Rows are not sent to another origin.')
    if (followed === redirectsMax) refuse(`More than ${redirectsMax} redirects follow one another.`)
  }

  #ask({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:'
      const length = body === undefined ? {} : { 'content-length': String(body.length) }
      const settings = {
        method,
        headers: { 'user-agent': 'millrace', ...headers, ...length },
        signal,
        agent: isSecure ? this.#secure : this.#plain,
      }
      const request = (isSecure ? secureRequest : plainRequest)(url, settings)
      this.#open.add(request)
      request.on('close', () => this.#open.delete(request))
      request.on('error', reject)
      request.on('response', resolve)
      request.end(body)
    })
  }

  async #bodyOf(answer: IncomingMessage, url: URL): Promise<Buffer> {
    const { answerBytesMax } = this.#settings
    const encoding = answer.headers['content-encoding'] ?? 'identity'
    if (encoding !== 'identity') throw this.#encoded(answer, url, encoding)
    const tooLong = (): Error => {
      answer.destroy()
      return httpErrors.CONNECTORS_HTTP_RESPONSE_TOO_LONG({ origin: url.origin, limit: answerBytesMax })
    }
    if (Number(answer.headers['content-length'] ?? 0) > answerBytesMax) throw tooLong()
    const parts: Buffer[] = []
    let size = 0
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length
      if (size > answerBytesMax) throw tooLong()
      parts.push(part)
    }
    return Buffer.concat(parts)
  }

  #encoded(answer: IncomingMessage, url: URL, encoding: string): Error {
    answer.destroy()
    const detail = `It is compressed (${encoding}), and was not asked to be.`
    return httpErrors.CONNECTORS_HTTP_RESPONSE_UNREADABLE({ origin: url.origin, table: this.#settings.table.name }, { detail })
  }
}

/** Seconds, or a date; 0 where it says nothing of use. */
function retryAfterMs(text: string | undefined, nowMs: number): number {
  if (text === undefined) return 0
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), retryAfterMsMax)
}
