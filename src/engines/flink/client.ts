/** Asks servers of Flink over HTTP: a SQL gateway, in the highest version that both sides know, or a job manager. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text as readText } from 'node:stream/consumers'
import { GivenUp, MillraceError, type Patience, retrying, systemClock } from '#base'
import { flinkErrors } from './errors.ts'
import { usefulReason } from './reason.ts'

export interface GatewayAddress {
  readonly url: string
  /** Sent with every request, by name. */
  readonly headers: Readonly<Record<string, string>>
}

/** An answer may take as long as the planning of a statement. */
const answerMsMax = 120_000

/** How a request is tried again that nothing came of. */
const pauseMs = 500
const patience: Patience = {
  clock: systemClock,
  retryMsMax: 3000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
}

const versionMax = 4

/** A server of Flink that is asked for JSON. */
export class FlinkServer {
  readonly #address: GatewayAddress
  readonly #answerMsMax: number
  readonly #base: URL

  /** @param limitMs how long an answer may take */
  constructor(address: GatewayAddress, limitMs = answerMsMax) {
    this.#address = address
    this.#answerMsMax = limitMs
    const base = URL.parse(address.url.replace(/\/*$/, '/'))
    if (base === null || !/^https?:$/.test(base.protocol)) throw flinkErrors.ENGINE_FLINK_ADDRESS({ url: address.url })
    this.#base = base
  }

  get url(): string {
    return this.#address.url
  }

  /** The fields of an answer. */
  async call(method: Method, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    return parsed(await this.text(method, path, body), this.url)
  }

  /** The rows of an answer that is a list. */
  async list(path: string): Promise<readonly unknown[]> {
    const rows = read(await this.text('GET', path))
    if (Array.isArray(rows)) return rows
    throw flinkErrors.ENGINE_FLINK_ANSWER({ url: this.url })
  }

  /** An answer as text. */
  async text(method: Method, path: string, body?: unknown): Promise<string> {
    const { url } = this
    const { status, text } = await this.exchange(method, path, body)
    if (status >= 200 && status < 300) return text
    const errors = errorsIn(text)
    if (errors === null) throw flinkErrors.ENGINE_FLINK_ANSWER({ url }, { detail: `It answered with status ${status}.` })
    const { reason, detail, position } = usefulReason(errors)
    const known = status === 404 ? flinkErrors.ENGINE_FLINK_NOT_THERE : flinkErrors.ENGINE_FLINK_REFUSED
    throw known({ reason }, { detail, position })
  }

  /** An answer, whatever it says but that we may not ask. Only what changes nothing is asked again where nothing came. */
  async exchange(method: Method, path: string, body?: unknown): Promise<FlinkAnswer> {
    const { url } = this
    const pauseAfter = (): number | null => (method === 'GET' ? pauseMs : null)
    const ask = (): Promise<FlinkAnswer> => this.#askOnce(method, path, body)
    const answer = await retrying(ask, pauseAfter, patience).catch((error: unknown) => {
      const cause = error instanceof GivenUp ? error.cause : error
      throw flinkErrors.ENGINE_FLINK_UNREACHABLE({ url }, { detail: reasonOf(cause), cause })
    })
    if (answer.status === 401 || answer.status === 403) throw flinkErrors.ENGINE_FLINK_UNAUTHORIZED({ url })
    return answer
  }

  async #askOnce(method: Method, path: string, body: unknown): Promise<FlinkAnswer> {
    const url = new URL(path.slice(1), this.#base)
    const request = {
      method,
      headers: { ...this.#address.headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(this.#answerMsMax),
    }
    if (body === undefined) return readAnswer(await fetch(url, request))
    const text = JSON.stringify(body)
    return method === 'GET' ? getWithBody(url, request, text) : readAnswer(await fetch(url, { ...request, body: text }))
  }
}

interface FlinkAnswer {
  /** Of HTTP. */
  readonly status: number
  readonly text: string
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

export class GatewayClient {
  readonly #server: FlinkServer
  #version = 0

  constructor(address: GatewayAddress) {
    this.#server = new FlinkServer(address)
  }

  /** The one that is spoken. */
  get version(): number {
    return this.#version
  }

  /** Finds the version to speak. */
  async connect(): Promise<void> {
    const { versions } = await this.#server.call('GET', '/v1/api_versions')
    const known = Array.isArray(versions) ? versions.map((name) => Number(String(name).slice(1))) : []
    this.#version = Math.max(...known.filter((version) => version <= versionMax))
    if (!(this.#version >= 1)) throw flinkErrors.ENGINE_FLINK_ANSWER({ url: this.#server.url })
  }

  /** The handle of a session that is opened with these properties. */
  async openSession(properties: Readonly<Record<string, string>>): Promise<string> {
    const { sessionHandle } = await this.call('POST', '/sessions', { sessionName: 'millrace', properties })
    // It comes back in paths.
    if (typeof sessionHandle === 'string' && /^[\w-]{1,100}$/.test(sessionHandle)) return sessionHandle
    throw flinkErrors.ENGINE_FLINK_ANSWER({ url: this.#server.url })
  }

  /** The fields of an answer. */
  call(method: Method, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    return this.#server.call(method, this.#placeOf(path), body)
  }

  /** An answer as text. */
  text(method: Method, path: string, body?: unknown): Promise<string> {
    return this.#server.text(method, this.#placeOf(path), body)
  }

  /** An answer, whatever it says. */
  exchange(method: Method, path: string, body?: unknown): Promise<FlinkAnswer> {
    return this.#server.exchange(method, this.#placeOf(path), body)
  }

  #placeOf(path: string): string {
    return path.startsWith('/v') ? path : `/v${this.#version}${path}`
  }
}

async function readAnswer(response: Response): Promise<FlinkAnswer> {
  return { status: response.status, text: await response.text() }
}

/** Flink has requests of this kind, which `fetch` does not send. */
function getWithBody(
  url: URL,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
  body: string,
): Promise<FlinkAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<FlinkAnswer>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const sent = send(url, { method: 'GET', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, signal }, (response) => {
    readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

function parsed(text: string, url: string): Record<string, unknown> {
  const value = read(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw flinkErrors.ENGINE_FLINK_ANSWER({ url })
}

/** Undefined where it is no JSON. */
function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isNotThere(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'ENGINE_FLINK_NOT_THERE'
}

function errorsIn(text: string): string | null {
  try {
    const { errors } = JSON.parse(text) as { readonly errors?: unknown }
    return Array.isArray(errors) ? errors.map(String).join('\n') : null
  } catch {
    return null
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  const deeper = cause instanceof Error ? cause.message : ''
  return `${(deeper || message).replace(/\.$/, '')}.`
}
