/** A gateway as an HTTP server. Who does not know its token is not answered. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assert, MillraceError } from '#base'
import { isSameSecret } from '#secrets'
import { requestFailure } from './answers.ts'
import { gatewayErrors } from './errors.ts'
import { Gateway, type GatewayOptions } from './gateway.ts'
import { answerRequest, type GatewayAnswer } from './routes.ts'

export interface ServerOptions extends GatewayOptions {
  readonly host: string
  /** 0: one that is free. */
  readonly port: number
  /** What clients have to send as `Authorization: Bearer …`. */
  readonly token: string
  /** Told what went wrong in the gateway itself. */
  failed(error: unknown): void
}

export interface GatewayServer {
  readonly port: number
  /** Ends sessions, jobs and connections. */
  close(): Promise<void>
}

/** A statement may be long, but not as long as data. */
const bodyBytesMax = 16_777_216

export async function serveGateway(options: ServerOptions): Promise<GatewayServer> {
  assert(options.token !== '', 'a gateway has a token')
  const gateway = new Gateway(options)
  const server = createServer((request, response) => {
    answer(gateway, request, options).then(
      (each) => send(response, each),
      (error: unknown) => {
        // A client that went away in the middle of its request is none of our troubles.
        if (request.complete) options.failed(error)
        response.destroy()
      },
    )
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(options.port, options.host, resolve)
  try {
    await promise
  } catch (error) {
    await gateway.end()
    const { message } = error as Error
    throw gatewayErrors.GATEWAY_ADDRESS_UNUSABLE({ address: `${options.host}:${options.port}` }, { detail: `${message}.`, cause: error })
  }
  server.removeListener('error', reject)
  server.on('error', (error) => options.failed(error))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise((done) => server.close(done))
      await gateway.end()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(gateway: Gateway, request: IncomingMessage, options: ServerOptions): Promise<GatewayAnswer> {
  if (!isAuthorized(request.headers.authorization ?? '', options.token)) {
    request.resume()
    return { status: 401, body: requestFailure(gatewayErrors.GATEWAY_UNAUTHORIZED()) }
  }
  try {
    const body = await bodyOf(request)
    const url = URL.parse(`http://gateway${request.url ?? '/'}`)
    if (url === null) return { status: 404, body: JSON.stringify({ errors: [`Not found: ${request.url}`] }) }
    return await answerRequest(gateway, { method: request.method ?? 'GET', url, body }, (error) => options.failed(error))
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return { status: 400, body: requestFailure(error) }
  }
}

function isAuthorized(header: string, token: string): boolean {
  return isSameSecret(header.replace(/^Bearer +/i, '').trim(), token)
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    // What is too much is read all the same, and dropped: a client that still sends would not hear the answer.
    if (length <= bodyBytesMax) chunks.push(chunk)
    else chunks.length = 0
  }
  if (length > bodyBytesMax) throw gatewayErrors.GATEWAY_REQUEST_TOO_LARGE({ most: bodyBytesMax })
  if (length === 0) return {}
  const body = parsedOf(Buffer.concat(chunks).toString('utf8'))
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw gatewayErrors.GATEWAY_REQUEST_BODY()
  return body as Record<string, unknown>
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw gatewayErrors.GATEWAY_REQUEST_BODY()
  }
}

function send(response: ServerResponse, { status, body }: GatewayAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
