/** One call to the server, typed by the contract: `call('GET /workspaces/:workspace/jobs', { params, query })`. */
import type { AnswerOf, BodyOf, Contract, Failure, PathNames, QueryOf } from '#api/contract'
import { CallFailure } from './call-failure.ts'
import { serverPresence } from './server-presence.ts'

export type Key = keyof Contract
type PathOf<K extends string> = K extends `${string} ${infer Path}` ? Path : never
export type Answer<K extends Key> = AnswerOf<Contract[K]>
type Body<K extends Key> = BodyOf<Contract[K]>
export type Query<K extends Key> = QueryOf<Contract[K]>

type ParamsNeed<K extends Key> = [PathNames<PathOf<K>>] extends [never]
  ? unknown
  : { readonly params: Readonly<Record<PathNames<PathOf<K>>, string>> }
type QueryNeed<K extends Key> = Contract[K] extends { readonly query: unknown } ? { readonly query?: Query<K> } : unknown
type BodyNeed<K extends Key> = Contract[K] extends { readonly body: unknown } ? { readonly body: Body<K> } : unknown

/** What a call needs beside its key: names in the path, a query, a body. */
export type Given<K extends Key> = ParamsNeed<K> & QueryNeed<K> & BodyNeed<K>

/** What is given without its types, for code that serves every route. */
export interface LooseGiven {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
}

const root = '/api/v1'

let csrfToken = ''

/** Remembers what has to be sent with calls that change something. */
export function keepCsrfToken(token: string): void {
  csrfToken = token
}

/** The address of a route: names filled in and encoded, absent parts of the query left out. */
function addressOf(key: string, { params = {}, query = {} }: LooseGiven): string {
  const path = key.slice(key.indexOf(' ') + 1).replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value))
  return search.size > 0 ? `${root}${path}?${search}` : root + path
}

export async function call<K extends Key>(key: K, given: Given<K>, signal?: AbortSignal): Promise<Answer<K>> {
  const response = await send(key, given as LooseGiven, { signal: signal ?? null })
  const text = await response.text()
  return (text === '' ? null : JSON.parse(text)) as Answer<K>
}

interface SendExtras {
  readonly signal?: AbortSignal | null
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a call and hands back an answer that is no failure; its body is still to be read. */
export async function send(key: string, given: LooseGiven, extras: SendExtras): Promise<Response> {
  const [method = 'GET'] = key.split(' ', 1)
  const headers: Record<string, string> = { accept: 'application/json', ...extras.headers }
  if (method !== 'GET') headers['x-millrace-csrf'] = csrfToken
  if (given.body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    const body = given.body === undefined ? null : JSON.stringify(given.body)
    response = await fetch(addressOf(key, given), { ...extras, method, headers, body, credentials: 'same-origin', cache: 'no-store' })
  } catch (error) {
    if (extras.signal?.aborted) throw error
    serverPresence.lost()
    throw new CallFailure(0, unreachable)
  }
  if (response.ok) return response
  if (response.status >= 502 && response.status <= 504 && !isJson(response)) serverPresence.lost()
  throw new CallFailure(response.status, await readFailure(response))
}

const unreachable: Failure = {
  code: 'WEB_SERVER_UNREACHABLE',
  blame: 'external',
  message: 'the server does not answer',
  detail: null,
  hint: 'The console tries again by itself.',
  position: null,
  causes: [],
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.includes('json') === true
}

/** Proxies answer with pages of their own: what is not a failure of ours is told by its status. */
async function readFailure(response: Response): Promise<Failure> {
  const text = await response.text().catch(() => '')
  try {
    const { error } = JSON.parse(text) as { error?: Failure }
    if (typeof error?.code === 'string' && typeof error.message === 'string') return { ...error, causes: error.causes ?? [] }
  } catch {
    // Not JSON: told by its status below.
  }
  return {
    code: 'WEB_ANSWER_UNREADABLE',
    blame: 'external',
    message: `the answer with status ${response.status} is not one of Millrace`,
    detail: null,
    hint: 'A proxy between the browser and the server may have answered.',
    position: null,
    causes: [],
  }
}
