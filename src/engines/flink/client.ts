/** Asks servers of Flink over HTTP: a SQL gateway, in the highest version that both sides know, or a job manager. */
import { randomBytes } from 'node:crypto'
import { type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text as readText } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
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

interface ServerOptions {
  /** What errors call it. */
  readonly server: 'SQL gateway' | 'job manager'
  /** How long an answer may take. */
  readonly answerMsMax?: number
}

/** A server of Flink that is asked for JSON. */
export class FlinkServer {
  readonly #address: GatewayAddress
  readonly #server: ServerOptions['server']
  readonly #answerMsMax: number
  readonly #base: URL

  constructor(address: GatewayAddress, options: ServerOptions) {
    this.#address = address
    this.#server = options.server
    this.#answerMsMax = options.answerMsMax ?? answerMsMax
    const base = URL.parse(address.url.replace(/\/*$/, '/'))
    if (base === null || !/^https?:$/.test(base.protocol)) throw flinkErrors.ENGINE_FLINK_ADDRESS({ url: address.url })
    this.#base = base
  }

  get url(): string {
    return this.#address.url
  }

  /** Says that an answer is not as this server gives it. */
  strangeAnswer(detail?: string): MillraceError {
    return flinkErrors.ENGINE_FLINK_ANSWER({ url: this.#address.url, server: this.#server }, { detail })
  }

  /** The fields of an answer. */
  async call(method: Method, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    return this.#fieldsIn(await this.text(method, path, body))
  }

  /** The rows of an answer that is a list. */
  async list(path: string): Promise<readonly unknown[]> {
    const rows = read(await this.text('GET', path))
    if (Array.isArray(rows)) return rows
    throw this.strangeAnswer()
  }

  /** An answer as text. */
  async text(method: Method, path: string, body?: unknown): Promise<string> {
    return this.#judged(await this.exchange(method, path, body))
  }

  /** An answer, whatever it says but that we may not ask. Only what changes nothing is asked again where nothing came. */
  exchange(method: Method, path: string, body?: unknown): Promise<FlinkAnswer> {
    return this.#answered(method === 'GET', () => this.#askOnce(method, path, body))
  }

  async #askOnce(method: Method, path: string, body: unknown): Promise<FlinkAnswer> {
    const url = this.#placeOf(path)
    const request = {
      method,
      headers: { ...this.#address.headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(this.#answerMsMax),
    }
    if (body === undefined) return readAnswer(await fetch(url, request))
    const text = JSON.stringify(body)
    return method === 'GET' ? getWithBody(url, request, text) : readAnswer(await fetch(url, { ...request, body: text }))
  }

  /** Sends a file as the one part of a form; the fields of the answer. */
  async upload(path: string, file: UploadedFile): Promise<Readonly<Record<string, unknown>>> {
    return this.#fieldsIn(this.#judged(await this.#answered(false, () => this.#sendForm(path, file))))
  }

  /** `fetch` would hold all that the line does not take at once; this reads no faster than it is sent. */
  async #sendForm(path: string, file: UploadedFile): Promise<FlinkAnswer> {
    const { field, name, bytes } = file
    const boundary = `millrace${randomBytes(16).toString('hex')}`
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`
    const tail = `\r\n--${boundary}--\r\n`
    const { request, answered } = beginRequest(this.#placeOf(path), {
      method: 'POST',
      headers: {
        ...this.#address.headers,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': head.length + bytes + tail.length,
      },
      signal: AbortSignal.timeout(this.#answerMsMax),
    })
    let unread: Error | null = null
    async function* form(): AsyncGenerator<string | Uint8Array> {
      yield head
      try {
        yield* file.read()
      } catch (error) {
        unread = error as Error
        throw error
      }
      yield tail
    }
    // Where it fails, the request does: it is told by that.
    pipeline(form, request).catch(() => undefined)
    return answered.catch((error: unknown) => {
      throw unread ?? error
    })
  }

  async #answered(mayRepeat: boolean, ask: () => Promise<FlinkAnswer>): Promise<FlinkAnswer> {
    const { url } = this.#address
    const server = this.#server
    const answer = await retrying(ask, () => (mayRepeat ? pauseMs : null), patience).catch((error: unknown) => {
      const cause = error instanceof GivenUp ? error.cause : error
      // What went wrong with the file that is sent says so itself.
      throw cause instanceof MillraceError
        ? cause
        : flinkErrors.ENGINE_FLINK_UNREACHABLE({ url, server }, { detail: reasonOf(cause), cause })
    })
    if (answer.status === 401 || answer.status === 403) throw flinkErrors.ENGINE_FLINK_UNAUTHORIZED({ url, server })
    return answer
  }

  #placeOf(path: string): URL {
    return new URL(path.slice(1), this.#base)
  }

  /** The text of an answer; fails with what is said in the place of one. */
  #judged({ status, text }: FlinkAnswer): string {
    const server = this.#server
    if (status >= 200 && status < 300) return text
    const errors = errorsIn(text)
    if (errors === null) throw this.strangeAnswer(`It answered with status ${status}.`)
    const { reason, detail, position } = usefulReason(errors)
    const known = status === 404 ? flinkErrors.ENGINE_FLINK_NOT_THERE : flinkErrors.ENGINE_FLINK_REFUSED
    throw known({ reason, server }, { detail, position })
  }

  #fieldsIn(text: string): Record<string, unknown> {
    const value = read(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    throw this.strangeAnswer()
  }
}

interface UploadedFile {
  /** Of the form. */
  readonly field: string
  readonly name: string
  readonly bytes: number
  read(): AsyncIterable<Uint8Array>
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
    this.#server = new FlinkServer(address, { server: 'SQL gateway' })
  }

  /** Says that an answer is not as a gateway gives it. */
  strangeAnswer(): MillraceError {
    return this.#server.strangeAnswer()
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
    if (!(this.#version >= 1)) throw this.#server.strangeAnswer()
  }

  /** The handle of a session that is opened with these properties. */
  async openSession(properties: Readonly<Record<string, string>>): Promise<string> {
    const { sessionHandle } = await this.call('POST', '/sessions', { sessionName: 'millrace', properties })
    // It comes back in paths.
    if (typeof sessionHandle === 'string' && /^[\w-]{1,100}$/.test(sessionHandle)) return sessionHandle
    throw this.#server.strangeAnswer()
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
  const { request, answered } = beginRequest(url, {
    method: 'GET',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    signal,
  })
  request.end(body)
  return answered
}

function beginRequest(url: URL, options: RequestOptions): { readonly request: ClientRequest; readonly answered: Promise<FlinkAnswer> } {
  const { promise, resolve, reject } = Promise.withResolvers<FlinkAnswer>()
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options)
  request.on('error', reject)
  request.on('response', (response) => {
    readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
  })
  return { request, answered: promise }
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
