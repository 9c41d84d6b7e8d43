/** What can be asked of a gateway: Flink's REST interface, versions 1 to 4. */
import { MillraceError } from '#base'
import type { ForwardedRequest } from '#query'
import { notReady, pageText, requestFailure, statementFailure } from './answers.ts'
import { gatewayErrors } from './errors.ts'
import type { Gateway } from './gateway.ts'
import type { StatementRequest } from './gateway-session.ts'
import { type RowFormat, rowFormats } from './result-rows.ts'

export interface GatewayRequest {
  readonly method: string
  /** Path and query. */
  readonly url: URL
  /** Of a JSON object; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface GatewayAnswer {
  readonly status: number
  /** JSON. */
  readonly body: string
}

const versionMax = 4

/** A request is held so long for what there is not yet: clients ask again at once. */
const holdMs = 200

interface Call {
  readonly gateway: Gateway
  readonly request: GatewayRequest
  readonly version: number
  /** What stands in the path for its names. */
  readonly names: Readonly<Record<string, string>>
}

interface Route {
  readonly method: string
  readonly path: string
  /** The first version that has it. */
  readonly since: number
  readonly answer: (call: Call) => unknown
}

const operationPath = '/sessions/:session/operations/:operation'

const routes: readonly Route[] = [
  { method: 'GET', path: '/api_versions', since: 1, answer: () => ({ versions: ['V1', 'V2', 'V3', 'V4'] }) },
  { method: 'GET', path: '/info', since: 1, answer: () => ({ productName: 'Apache Flink', version: '2.3.0' }) },
  {
    method: 'POST',
    path: '/sessions',
    since: 1,
    answer: async ({ gateway, request }) => ({ sessionHandle: await gateway.open(textsIn(request, 'properties')) }),
  },
  { method: 'GET', path: '/sessions/:session', since: 1, answer: (call) => ({ properties: sessionOf(call).properties() }) },
  {
    method: 'DELETE',
    path: '/sessions/:session',
    since: 1,
    answer: async ({ gateway, names }) => {
      await gateway.close(names['session'] ?? '')
      return { status: 'CLOSED' }
    },
  },
  {
    method: 'POST',
    path: '/sessions/:session/heartbeat',
    since: 1,
    answer: (call) => {
      sessionOf(call)
      return {}
    },
  },
  {
    method: 'POST',
    path: '/sessions/:session/configure-session',
    since: 2,
    answer: async (call) => {
      const session = sessionOf(call)
      await session.configure(statementIn(call.request))
      return {}
    },
  },
  {
    method: 'GET',
    path: '/sessions/:session/complete-statement',
    since: 2,
    answer: async (call) => {
      const text = textIn(call.request, 'statement')
      const found = await sessionOf(call).complete(text, numberIn(call.request, 'position', text.length))
      return { candidates: found.map((completion) => completion.text) }
    },
  },
  {
    method: 'POST',
    path: '/sessions/:session/statements',
    since: 1,
    answer: (call) => ({ operationHandle: sessionOf(call).execute(statementIn(call.request)).handle }),
  },
  { method: 'GET', path: `${operationPath}/status`, since: 1, answer: (call) => ({ status: operationOf(call).status }) },
  {
    method: 'POST',
    path: `${operationPath}/cancel`,
    since: 1,
    answer: (call) => {
      operationOf(call).cancel()
      return { status: 'CANCELED' }
    },
  },
  {
    method: 'DELETE',
    path: `${operationPath}/close`,
    since: 1,
    answer: (call) => {
      sessionOf(call).close(operationOf(call).handle)
      return { status: 'CLOSED' }
    },
  },
  { method: 'GET', path: `${operationPath}/result/:token`, since: 1, answer: (call) => resultOf(call) },
  {
    method: 'POST',
    path: '/sessions/:session/materialized-tables/:table/refresh',
    since: 3,
    answer: () => {
      throw gatewayErrors.GATEWAY_NOT_SUPPORTED({ what: 'refreshing a materialized table' })
    },
  },
  {
    method: 'POST',
    path: '/sessions/:session/scripts',
    since: 4,
    answer: () => {
      throw gatewayErrors.GATEWAY_NOT_SUPPORTED({ what: 'deploying a script to a cluster of its own' })
    },
  },
]

/** Answers a request; never fails. */
export async function answerRequest(gateway: Gateway, request: GatewayRequest, report: (error: unknown) => void): Promise<GatewayAnswer> {
  const found = findRoute(request)
  if (found === null) return { status: 404, body: JSON.stringify({ errors: [`Not found: ${request.url.pathname}`] }) }
  const { route, version, names } = found
  try {
    const elsewhere = gateway.elsewhere(names['session'] ?? '')
    if (elsewhere !== null && !isClosing(route)) return await elsewhere.forward(forwarded(request, version))
    const answer = await route.answer({ gateway, request, version, names })
    return { status: 200, body: typeof answer === 'string' ? answer : JSON.stringify(answer) }
  } catch (error) {
    if (!isOfUser(error)) report(error)
    const isStatement = route.path.endsWith('/:token') || route.path.endsWith('/configure-session')
    return { status: 500, body: isStatement ? statementFailure(error) : requestFailure(error) }
  }
}

function isClosing({ method, path }: Route): boolean {
  return method === 'DELETE' && path === '/sessions/:session'
}

/** A request as another gateway takes it: the version is told apart. */
function forwarded({ method, url, body }: GatewayRequest, version: number): ForwardedRequest {
  const path = `${url.pathname.replace(/^\/v[1-9](?=\/)/, '')}${url.search}`
  return { method, version, path, body: Object.keys(body).length === 0 && method !== 'POST' ? undefined : body }
}

function isOfUser(error: unknown): boolean {
  return error instanceof MillraceError ? error.blame !== 'internal' : error instanceof AggregateError
}

function findRoute({ method, url }: GatewayRequest): { route: Route; version: number; names: Record<string, string> } | null {
  const [, first = '', ...others] = url.pathname.split('/')
  const version = /^v[1-9]$/.test(first) ? Number(first.slice(1)) : null
  if (version !== null && version > versionMax) return null
  const parts = version === null ? [first, ...others] : others
  for (const route of routes) {
    if (route.method !== method || route.since > (version ?? versionMax)) continue
    const names = namesIn(route.path.slice(1).split('/'), parts)
    if (names !== null) return { route, version: version ?? versionMax, names }
  }
  return null
}

/** What parts of a path stand for its names; null where they do not fit it. */
function namesIn(path: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (path.length !== parts.length) return null
  const names: Record<string, string> = {}
  for (const [place, word] of path.entries()) {
    const part = parts[place] ?? ''
    if (word.startsWith(':')) names[word.slice(1)] = part
    else if (word !== part) return null
  }
  return names
}

function sessionOf({ gateway, names }: Call): ReturnType<Gateway['session']> {
  return gateway.session(names['session'] ?? '')
}

function operationOf(call: Call): ReturnType<ReturnType<Gateway['session']>['operation']> {
  return sessionOf(call).operation(call.names['operation'] ?? '')
}

async function resultOf(call: Call): Promise<string> {
  const { names, version, request } = call
  const operation = operationOf(call)
  const token = Number(names['token'])
  if (!/^\d{1,15}$/.test(names['token'] ?? '')) throw gatewayErrors.GATEWAY_REQUEST_FIELD({ field: 'token', expected: 'a whole number' })
  const format = version === 1 ? 'JSON' : rowFormatOf(request.url.searchParams.get('rowFormat') ?? 'JSON')
  const uri = `/v${version}/sessions/${names['session']}/operations/${operation.handle}/result/`
  const place = { uri, query: version === 1 ? '' : `?rowFormat=${format}` }
  const pages = await operation.pages(holdMs)
  if (pages === null) return notReady(place, token)
  return pageText(await pages.fetch(token, holdMs), pages, operation, format, place, token)
}

function rowFormatOf(text: string): RowFormat {
  const format = rowFormats.find((each) => each === text.toUpperCase())
  if (format === undefined) throw gatewayErrors.GATEWAY_ROW_FORMAT({ format: text })
  return format
}

function statementIn(request: GatewayRequest): StatementRequest {
  return {
    text: textIn(request, 'statement'),
    timeoutMs: numberIn(request, 'executionTimeout', 0),
    settings: textsIn(request, 'executionConfig'),
  }
}

function textIn({ body }: GatewayRequest, field: string): string {
  const value = body[field]
  if (typeof value !== 'string') throw gatewayErrors.GATEWAY_REQUEST_FIELD({ field, expected: 'a text' })
  return value
}

function numberIn({ body }: GatewayRequest, field: string, absent: number): number {
  const value = body[field] ?? absent
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw gatewayErrors.GATEWAY_REQUEST_FIELD({ field, expected: 'a whole number' })
  return value as number
}

/** Texts by key; none where the field is left out. */
function textsIn({ body }: GatewayRequest, field: string): Record<string, string> {
  const value = body[field] ?? {}
  const isMap = typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((each) => typeof each === 'string')
  if (!isMap) throw gatewayErrors.GATEWAY_REQUEST_FIELD({ field, expected: 'texts by key' })
  return value as Record<string, string>
}
