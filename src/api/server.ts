/** The HTTP server: every route of the contract, each checked for who calls, how often and with what; and the console's files. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type AuditRecord, accessErrors, type Caller } from '#access'
import { assert, MillraceError } from '#base'
import { isSameSecret } from '#secrets'
import type { Handlers, StreamEvent } from './call.ts'
import { inputCheck } from './check-input.ts'
import { type Contract, routes } from './contract/index.ts'
import type { Route } from './contract/route.ts'
import { apiErrors } from './errors.ts'
import { sendEvents } from './event-stream.ts'
import { answeredFailure, statusOf } from './failures.ts'
import { bearerOf, Gate, type GateOptions } from './gate.ts'
import type { Oidc } from './oidc.ts'
import { addOidc } from './oidc-routes.ts'
import { openApi } from './open-api.ts'
import { OpenStreams } from './open-streams.ts'
import { serveConsole } from './serve-console.ts'
import { answerUnreadable } from './unreadable-requests.ts'

export interface ServeOptions extends GateOptions {
  readonly host: string
  /** 0: one that is free. */
  readonly port: number
  readonly version: string
  readonly handlers: Handlers<Contract>
  /** Who vouches for people; null: nobody. */
  readonly oidc: Oidc | null
  /** What Prometheus reads at /metrics, for who shows a token of its own. */
  readonly metrics: { readonly token: string; readonly type: string; readonly text: () => string }
  /** The folder of the console's files; null: none is served. */
  readonly consoleFolder: string | null
  /** Told what went wrong in the server itself, under the id that its client was told. */
  readonly failed: (id: string, error: unknown) => void
}

export interface RunningServer {
  readonly port: number
  /** Ends connections; nothing is answered any more. */
  close(): Promise<void>
}

const apiRoot = '/api/v1'
const bodyBytesMax = 4_194_304
const requestMsMax = 60_000
/** Of a name in a path, as it is when it was decoded. */
const pathPartMax = 512

/** What is known of a request once it was let in. */
interface Admitted {
  readonly caller: Caller
  readonly signal: AbortSignal
}

export async function serve(options: ServeOptions): Promise<RunningServer> {
  const app = fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: pathPartMax },
    clientErrorHandler: answerUnreadable,
    // Nothing that is set up below is asked for these.
    frameworkErrors: (error, _request, reply) => void answerFailure(error, reply, options),
  })
  await app.register(cookie)
  await app.register(helmet, headersOf(options))
  app.setErrorHandler((error: FastifyError | MillraceError, _request, reply) => answerFailure(error, reply, options))
  app.setNotFoundHandler((request, reply) =>
    answerFailure(apiErrors.API_NOT_FOUND({ path: request.url.split('?')[0] ?? '' }), reply, options),
  )
  const gate = new Gate(options)
  const streams = new OpenStreams()
  const stopping = new AbortController()
  for (const [key, route] of Object.entries(routes))
    addRoute(app, key as keyof Contract, route, { options, gate, streams, stopping: stopping.signal })
  addDescription(app, gate, options.version)
  addMetrics(app, options)
  const { oidc, access, publicUrl } = options
  if (oidc !== null) addOidc(app, { access, gate, oidc, publicUrl, failed: (error) => options.failed('sign-in', error) })
  if (options.consoleFolder !== null) await serveConsole(app, options.consoleFolder)
  const { host, port } = options
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { message } = error as Error
    throw apiErrors.API_ADDRESS_UNUSABLE({ address: `${host}:${port}` }, { detail: `${message}.`, cause: error })
  }
  return {
    port: (app.server.address() as AddressInfo).port,
    close: async () => {
      stopping.abort()
      await app.close()
    },
  }
}

/** Pages run the console's own code and nothing else, and stand in no frame of another page. */
function headersOf({ publicUrl }: ServeOptions): object {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'worker-src': ["'self'"],
        'manifest-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl?.startsWith('https:') === true ? undefined : false,
    referrerPolicy: { policy: 'no-referrer' },
  }
}

interface RouteContext {
  readonly options: ServeOptions
  readonly gate: Gate
  readonly streams: OpenStreams
  readonly stopping: AbortSignal
}

function addRoute(app: FastifyInstance, key: keyof Contract, route: Route, { options, gate, streams, stopping }: RouteContext): void {
  const [method = '', path = ''] = key.split(' ')
  const checkQuery = route.query === undefined ? null : inputCheck(route.query, 'query')
  const checkBody = route.body === undefined ? null : inputCheck(route.body, 'body')
  const handler = options.handlers[key] as unknown as (call: unknown) => unknown
  const admitted = new WeakMap<FastifyRequest, Admitted>()
  app.route({
    method,
    url: `${apiRoot}${path}`,
    // A stream has no length that could be asked for.
    exposeHeadRoute: route.streams !== true,
    onRequest: async (request, reply) => {
      const gone = new AbortController()
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) gone.abort()
      })
      admitted.set(request, { caller: gate.admit(request, route.right), signal: AbortSignal.any([gone.signal, stopping]) })
    },
    handler: async (request, reply) => {
      const known = admitted.get(request)
      assert(known !== undefined, 'nobody let the request in')
      const { caller, signal } = known
      const call = {
        caller,
        params: request.params,
        query: checkQuery === null ? {} : checkQuery(request.query),
        body: checkBody === null ? undefined : checkBody(request.body),
        address: request.ip,
        browserKey: gate.browserKeyOf(request),
        holdKey: (held: string | null) => gate.holdKey(reply, held),
        signal,
      }
      if (route.streams === true) {
        const end = streams.begin(caller.name)
        reply.raw.once('close', end)
        if (reply.raw.closed) end()
      }
      const answer = await audited(key, route, { options, caller, params: call.params as Record<string, string> }, async () =>
        handler(call),
      )
      void reply.header('cache-control', 'no-store')
      if (route.streams === true) {
        const isGood = (): boolean => gate.isStillGood(request, route.right)
        return stream(answer as AsyncIterable<StreamEvent<unknown>>, reply, { signal, isGood, failed: options.failed })
      }
      if (route.answer === null) return reply.code(204).send()
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
    },
  })
}

interface StreamContext {
  readonly signal: AbortSignal
  /** Whether its reader may still see it. */
  readonly isGood: () => boolean
  readonly failed: ServeOptions['failed']
}

/** Answers with events, for as long as there are some and somebody who reads them. */
async function stream(events: AsyncIterable<StreamEvent<unknown>>, reply: FastifyReply, context: StreamContext): Promise<void> {
  const { signal, isGood, failed } = context
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
  try {
    await sendEvents(events, reply.raw, { signal, isGood })
  } catch (error) {
    // What its reader did is nothing that went wrong here.
    const isOfUser = error instanceof MillraceError && error.blame === 'user'
    if (!signal.aborted && !isOfUser) failed(randomUUID(), error)
  }
}

/** Writes down what is asked before it is done, and what came of it. */
async function audited(
  key: string,
  route: Route,
  {
    options,
    caller,
    params,
  }: { readonly options: ServeOptions; readonly caller: Caller; readonly params: Readonly<Record<string, string>> },
  run: () => Promise<unknown>,
): Promise<unknown> {
  // Who has not signed in yet is written down by the door itself.
  if (route.changes !== true || route.right === 'anyone') return run()
  const { workspace = '', ...others } = params
  const subject = Object.values(others)[0] ?? ''
  const note = (outcome: AuditRecord['outcome'], detail: string): Promise<void> =>
    options.access.audit(workspace, subject, { action: key, outcome, detail }, caller.name)
  await note('asked', '')
  try {
    const answer = await run()
    await note('done', '')
    return answer
  } catch (error) {
    const isOfUser = error instanceof MillraceError && error.blame === 'user'
    await note(isOfUser ? 'refused' : 'failed', error instanceof MillraceError ? error.code : '').catch(() => undefined)
    throw error
  }
}

function addDescription(app: FastifyInstance, gate: Gate, version: string): void {
  const document = JSON.stringify(openApi(routes, version))
  app.get(`${apiRoot}/openapi.json`, {
    onRequest: async (request) => void gate.admit(request, 'signed-in'),
    handler: (_request, reply) => reply.type('application/json; charset=utf-8').send(document),
  })
}

/** Of all workspaces, so that no token of one of them is enough. */
function addMetrics(app: FastifyInstance, { metrics }: ServeOptions): void {
  app.get('/metrics', (request, reply) => {
    if (!isSameSecret(bearerOf(request) ?? '', metrics.token)) throw accessErrors.ACCESS_SIGN_IN_NEEDED()
    return reply.type(metrics.type).header('cache-control', 'no-store').send(metrics.text())
  })
}

function answerFailure(error: FastifyError | MillraceError, reply: FastifyReply, options: ServeOptions): FastifyReply {
  const known = knownError(error)
  if (known !== null && known.blame !== 'internal') return reply.code(statusOf(known)).send({ error: answeredFailure(known) })
  const id = randomUUID()
  options.failed(id, error)
  return reply.code(500).send({ error: answeredFailure(apiErrors.API_FAILED({ id })) })
}

/** Ours, or one of those that fastify finds in a request before anybody is asked. */
function knownError(error: FastifyError | MillraceError): MillraceError | null {
  if (error instanceof MillraceError) return error
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return apiErrors.API_BODY_TOO_LARGE({ most: bodyBytesMax })
  if (error.code === 'FST_ERR_BAD_URL') return apiErrors.API_ADDRESS_UNREADABLE()
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') return apiErrors.API_PATH_TOO_LONG({ most: pathPartMax })
  if (error.statusCode !== undefined && error.statusCode < 500) return apiErrors.API_BODY_UNREADABLE()
  return null
}
