/**
 * A server for looking at the console without the real one: it answers a part of the contract with made-up data, much of it, and serves
 * what was built with the policy that the console has to live with. Run `node test/browser/fixture-server.ts 8099`.
 */
import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { alertAnswer } from './fixture-alerts.ts'
import { answerOf, audit, type Fixture, jobLine, jobsOf, logLine, makeFixture, wholeJob } from './fixture-answers.ts'
import { catalogAnswer } from './fixture-catalog.ts'
import { FixtureNotebooks } from './fixture-notebooks.ts'
import { pageOf } from './fixture-page.ts'
import { stopTexts, streamRows } from './fixture-rows.ts'
import { seriesAnswer } from './fixture-series.ts'

const dist = path.resolve(import.meta.dirname, '../../web/dist')

/** No style element, no inline script, nothing from elsewhere: what the real server is to send. */
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const kinds: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.html': 'text/html',
}

function sendFile(url: string, response: ServerResponse): void {
  const asked = path.join(dist, path.normalize(url))
  const isFile = asked.startsWith(dist) && statSync(asked, { throwIfNoEntry: false })?.isFile() === true
  const file = isFile ? asked : path.join(dist, 'index.html')
  response.writeHead(200, {
    'content-type': `${kinds[path.extname(file)] ?? 'text/plain'}; charset=utf-8`,
    'content-security-policy': policy,
  })
  response.end(readFileSync(file))
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(answer === null ? '' : JSON.stringify(answer))
}

function sendFailure(response: ServerResponse, status: number, code: string, message: string, hint: string | null = null): void {
  const error = { code, blame: 'user', message, detail: null, hint, position: null, causes: [] }
  sendJson(response, status, { error })
}

async function answer(fixture: Fixture, notebooks: FixtureNotebooks, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (!url.pathname.startsWith('/api/v1/')) return sendFile(url.pathname, response)
  const route = `${request.method} ${url.pathname.slice('/api/v1'.length)}`
  if (route === 'POST /sign-in') return signIn(fixture, await bodyOf(request), response)
  if (route === 'GET /health') return sendJson(response, 200, { ready: true, version: 'fixture' })
  if (route === 'GET /sign-in') return sendJson(response, 200, { needsFirstAdmin: fixture.needsFirstAdmin, oidc: null })
  if (!fixture.isSignedIn) return sendFailure(response, 401, 'ACCESS_SIGN_IN_NEEDED', 'nobody is signed in')
  if (route.endsWith('/changes') || route.endsWith('/logs/follow')) return follow(route, request, response)
  const [, watched] = /^GET .*\/notebooks\/(\w+)\/runs\/events$/.exec(route) ?? []
  if (watched !== undefined) return notebooks.runs.stream(watched, url.searchParams.get('after') ?? '', request, response)
  if (/^GET .*\/statements\/\w+$/.test(route)) return streamRows(url, response)
  if (/^DELETE .*\/statements\/\w+$/.test(route)) {
    stopTexts()
    return sendJson(response, 200, null)
  }
  const body = request.method === 'GET' ? {} : await bodyOf(request)
  const [status, own] = notebooks.answer(route.replace(/ \/workspaces\/[^/]+/, ' '), url.searchParams, body) ?? []
  if (status !== undefined) return sendJson(response, status, own)
  const found = answerRoute(fixture, route, url.searchParams, body)
  if (found === undefined) return sendFailure(response, 404, 'API_NOT_FOUND', `there is nothing at ${url.pathname}`)
  return sendJson(response, 200, found)
}

function signIn(fixture: Fixture, body: Record<string, unknown>, response: ServerResponse): void {
  if (body['password'] !== 'a long password') {
    sendFailure(response, 401, 'ACCESS_SIGN_IN_REFUSED', 'name and password do not fit together', 'Ask an administrator for a new link.')
    return
  }
  fixture.isSignedIn = true
  sendJson(response, 200, answerOf['GET /me'])
}

function answerRoute(fixture: Fixture, route: string, query: URLSearchParams, body: Record<string, unknown>): unknown {
  const inWorkspace = route.replace(/ \/workspaces\/[^/]+/, ' ')
  const job = /^GET \/jobs\/([^/]+)$/.exec(inWorkspace)?.[1]
  if (inWorkspace === 'GET /jobs') return jobsOf(fixture, query)
  if (job !== undefined) return wholeJob(fixture, job)
  const part = /^GET \/jobs\/([^/]+)\/(\w+)$/.exec(inWorkspace)
  if (part !== null) return partOfJob(fixture, part[1] ?? '', part[2] ?? '', query)
  if (inWorkspace === 'GET /audit') return audit(query)
  if (/ \/alert/.test(inWorkspace)) return alertAnswer(fixture.alerts, inWorkspace, query, body)
  if (/^GET \/catalog(?=\/|$)/.test(inWorkspace)) return catalogAnswer(inWorkspace.slice('GET /catalog'.length), query)
  const known = answerOf[route] ?? answerOf[inWorkspace.replace(/\/sessions\/\w+/, '/sessions/:session')]
  return typeof known === 'function' ? known(body) : known
}

function partOfJob(fixture: Fixture, job: string, part: string, query: URLSearchParams): unknown {
  const line = jobLine(fixture, job)
  if (line === undefined) return undefined
  if (part === 'series') return seriesAnswer(query)
  if (part === 'logs')
    return pageOf(
      Array.from({ length: 3000 }, (_, at) => logLine(3000 - at)),
      query,
    )
  const known = answerOf[`GET /jobs/:job/${part}`]
  return typeof known === 'function' ? known({ id: job }) : known
}

function follow(route: string, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(':\n\n')
  let number = 3000
  const timer = setInterval(() => {
    if (route.endsWith('/follow')) response.write(`id: ${++number}\ndata: ${JSON.stringify(logLine(number))}\n\n`)
    else response.write(`id: ${++number}\ndata: ${JSON.stringify({ kind: 'job', id: 'job-1', version: 1, by: 'ada' })}\n\n`)
  }, 700)
  request.on('close', () => clearInterval(timer))
}

export function serveFixture(port: number, options: Partial<Fixture> = {}) {
  const fixture = makeFixture(options)
  const notebooks = new FixtureNotebooks()
  const server = createServer((request, response) => {
    answer(fixture, notebooks, request, response).catch((error: unknown) => sendFailure(response, 500, 'FIXTURE_BROKEN', String(error)))
  })
  server.listen(port, '127.0.0.1')
  return { fixture, notebooks, close: () => server.close() }
}

if (import.meta.main) serveFixture(Number(process.argv[2] ?? 8099))
