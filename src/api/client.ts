/** A client whose calls have the types of the contract: what a route does not take is not compiled. */
import { MillraceError } from '#base'
import type { Contract } from './contract/index.ts'
import type { AnswerOf, BodyOf, Failure, PathNames, QueryOf, Route } from './contract/route.ts'
import { apiErrors } from './errors.ts'

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

interface LooseInput {
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  readonly body?: unknown
}

const defaultTimeoutMs = 30_000

export class ApiClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** Calls a route by its key in the contract; fails with what the server answers. */
  async call<Key extends keyof Contract>(key: Key, input: InputOf<Key, Contract[Key]>): Promise<AnswerOf<Contract[Key]>> {
    const response = await this.#send(key, input)
    if (response.status === 204) return null as AnswerOf<Contract[Key]>
    const answer = await bodyOf(response)
    if (!response.ok) throw failedBy(answer, response.status, this.#options.url)
    return answer as AnswerOf<Contract[Key]>
  }

  async #send(key: string, { params = {}, query = {}, body }: LooseInput): Promise<Response> {
    const { url, token, timeoutMs = defaultTimeoutMs } = this.#options
    const [method = 'GET', path = ''] = key.split(' ')
    const filled = path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''))
    const address = new URL(`/api/v1${filled}`, url)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, `${value}`)
    try {
      return await fetch(address, {
        method,
        // A token goes to no other server.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      const { message, cause } = error as Error
      throw apiErrors.API_SERVER_UNREACHABLE({ url }, { detail: `${cause instanceof Error ? cause.message : message}.`, cause: error })
    }
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

/** The error of the server, as one of ours. */
function failedBy(answer: unknown, status: number, url: string): MillraceError {
  const failure = (answer as { readonly error?: Partial<Failure> } | null)?.error
  if (failure?.code === undefined || failure.message === undefined) return apiErrors.API_SERVER_ANSWER({ url, status })
  const { code, message, blame = 'external', detail, hint, position } = failure
  return new MillraceError(
    code,
    { blame, message: '{message}' },
    { message },
    { detail: detail ?? undefined, hint: hint ?? undefined, position: position ?? undefined },
  )
}
