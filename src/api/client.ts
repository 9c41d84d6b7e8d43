/** A client whose calls have the types of the contract: what a route does not take is not compiled. */
import { errorOf, type Failure, type MillraceError } from '#base'
import type { Contract } from './contract/index.ts'
import type { AnswerOf, BodyOf, PathNames, QueryOf, Route } from './contract/route.ts'
import { apiErrors } from './errors.ts'
import { type ReceivedEvent, receiveEvents } from './receive-events.ts'

export interface ClientOptions {
  /** The address of the server, such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** The token of a service; null: only what anyone may ask. */
  readonly token: string | null
  readonly timeoutMs?: number
}

type InputOf<Key extends string, R extends Route> = ([PathNames<Key>] extends [never]
  ? { readonly params?: never }
  : { readonly params: Readonly<Record<PathNames<Key>, string>> }) &
  (R extends { readonly query: object } ? { readonly query?: QueryOf<R> } : { readonly query?: never }) &
  (R extends { readonly body: object } ? { readonly body: BodyOf<R> } : { readonly body?: never })

type StreamKey = { [Key in keyof Contract]: Contract[Key] extends { readonly streams: true } ? Key : never }[keyof Contract]

interface LooseInput {
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  readonly body?: unknown
}

const defaultTimeoutMs = 30_000
/** A server of ours sends pages; what is larger is something else. */
const answerBytesMax = 64 * 1024 ** 2

export class ApiClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** Calls a route by its key in the contract; fails with what the server answers. */
  async call<Key extends Exclude<keyof Contract, StreamKey>>(
    key: Key,
    input: InputOf<Key, Contract[Key]>,
  ): Promise<AnswerOf<Contract[Key]>> {
    const { timeoutMs = defaultTimeoutMs } = this.#options
    const response = await this.#send(key, input, AbortSignal.timeout(timeoutMs))
    if (response.status === 204) return null as AnswerOf<Contract[Key]>
    const answer = await this.#bodyOf(response)
    if (!response.ok || answer === undefined) throw failedBy(answer, response.status, this.#options.url)
    return answer as AnswerOf<Contract[Key]>
  }

  /** Events of a route that streams, from when this is there, until the server ends it or the signal does. */
  async follow<Key extends StreamKey>(
    key: Key,
    input: InputOf<Key, Contract[Key]>,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<ReceivedEvent<AnswerOf<Contract[Key]>>>> {
    const { url, timeoutMs = defaultTimeoutMs } = this.#options
    const response = await this.#send(key, input, signal, timeoutMs)
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
    if (!response.ok || !isStream || response.body === null)
      throw failedBy(response.ok ? undefined : await this.#bodyOf(response), response.status, url)
    const events: AsyncGenerator<ReceivedEvent<unknown>> = receiveEvents(response.body, { url, signal })
    return events as AsyncGenerator<ReceivedEvent<AnswerOf<Contract[Key]>>>
  }

  /** Sends a request; its answer begins within the time where one is given. */
  async #send(key: string, { params = {}, query = {}, body }: LooseInput, signal: AbortSignal, beginsWithinMs?: number): Promise<Response> {
    const { url, token } = this.#options
    const [method = 'GET', path = ''] = key.split(' ')
    const filled = path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''))
    const address = new URL(`/api/v1${filled}`, url)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, `${value}`)
    const beginning = new AbortController()
    const timer = beginsWithinMs === undefined ? undefined : setTimeout(() => beginning.abort(new Error('no answer came')), beginsWithinMs)
    try {
      return await fetch(address, {
        method,
        // A token goes to no other server.
        redirect: 'error',
        signal: AbortSignal.any([signal, beginning.signal]),
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw unreachableError(url, error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** What came as JSON; undefined where it is none. */
  async #bodyOf(response: Response): Promise<unknown> {
    const parts: Uint8Array[] = []
    let length = 0
    try {
      for await (const part of response.body ?? []) {
        length += part.length
        if (length > answerBytesMax) return undefined
        parts.push(part)
      }
    } catch (error) {
      throw unreachableError(this.#options.url, error)
    }
    try {
      return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
    } catch {
      return undefined
    }
  }
}

function unreachableError(url: string, error: unknown): MillraceError {
  const { message, cause } = error as Error
  return apiErrors.API_SERVER_UNREACHABLE({ url }, { detail: `${cause instanceof Error ? cause.message : message}.`, cause: error })
}

/** What a server need not say of an error. */
const emptyFailure = { blame: 'external', detail: null, hint: null, position: null, causes: [] } as const

/** The error of the server, as one of ours. */
function failedBy(answer: unknown, status: number, url: string): MillraceError {
  const failure = (answer as { readonly error?: Partial<Failure> } | null | undefined)?.error
  if (typeof failure?.code !== 'string' || typeof failure.message !== 'string') return apiErrors.API_SERVER_ANSWER({ url, status })
  return errorOf({ ...emptyFailure, ...failure, code: failure.code, message: failure.message })
}
