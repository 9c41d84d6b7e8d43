/** Asks servers of Flink over HTTP: a SQL gateway, in the highest version that both sides know, or a job manager. */
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

  /** An answer as text. Only what changes nothing is asked again where nothing came. */
  async text(method: Method, path: string, body?: unknown): Promise<string> {
    const { url } = this
    const pauseAfter = (error: unknown): number | null => (method === 'GET' && !(error instanceof MillraceError) ? pauseMs : null)
    try {
      return await retrying(() => this.#askOnce(method, path, body), pauseAfter, patience)
    } catch (error) {
      if (error instanceof MillraceError) throw error
      const cause = error instanceof GivenUp ? error.cause : error
      throw flinkErrors.ENGINE_FLINK_UNREACHABLE({ url }, { detail: reasonOf(cause), cause })
    }
  }

  async #askOnce(method: string, path: string, body: unknown): Promise<string> {
    const { url, headers } = this.#address
    const response = await fetch(new URL(path.slice(1), this.#base), {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(this.#answerMsMax),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.ok) return text
    if (response.status === 401 || response.status === 403) throw flinkErrors.ENGINE_FLINK_UNAUTHORIZED({ url })
    const errors = errorsIn(text)
    if (errors === null) throw flinkErrors.ENGINE_FLINK_ANSWER({ url }, { detail: `It answered with status ${response.status}.` })
    const { reason, detail, position } = usefulReason(errors)
    const known = response.status === 404 ? flinkErrors.ENGINE_FLINK_NOT_THERE : flinkErrors.ENGINE_FLINK_REFUSED
    throw known({ reason }, { detail, position })
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

export class GatewayClient {
  readonly #server: FlinkServer
  #version = 0

  constructor(address: GatewayAddress) {
    this.#server = new FlinkServer(address)
  }

  /** Finds the version to speak. */
  async connect(): Promise<void> {
    const { versions } = await this.#server.call('GET', '/v1/api_versions')
    const known = Array.isArray(versions) ? versions.map((name) => Number(String(name).slice(1))) : []
    this.#version = Math.max(...known.filter((version) => version <= versionMax))
    if (!(this.#version >= 1)) throw flinkErrors.ENGINE_FLINK_ANSWER({ url: this.#server.url })
  }

  /** The fields of an answer. */
  call(method: Method, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    return this.#server.call(method, this.#placeOf(path), body)
  }

  /** An answer as text. */
  text(method: Method, path: string, body?: unknown): Promise<string> {
    return this.#server.text(method, this.#placeOf(path), body)
  }

  #placeOf(path: string): string {
    return path.startsWith('/v') ? path : `/v${this.#version}${path}`
  }
}

function parsed(text: string, url: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw flinkErrors.ENGINE_FLINK_ANSWER({ url })
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
