/**
 * `make bench ARGS=server`: a server as a process of its own: how soon it answers, with nothing and with 3,000 jobs; what it holds at rest;
 * how long the list and the search of jobs take, and how many reads it serves; the first row of a session; and fifty jobs at once.
 * The folder of the console need not be there.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiClient, type JobSpec } from '#api'
import { copyScript, LiveServer, specOf } from '../browser/live-server.fixture.ts'
import { Person } from './person.fixture.ts'

const storedJobs = 3000
const runningJobs = 50
const callsOfEach = 1000
const callers = 16
const services = 4
const readsSeconds = 10
const watchedSeconds = 60
const restSeconds = 60
const workspace = 'main'
const rowsPerSecond = 1000

const server = await LiveServer.create()
const agent = new Agent({ keepAlive: true, maxSockets: callers })
try {
  console.log(`empty folder: ready after ${await startMs()} ms`)
  const admin = await signIn()
  // Of each caller only so much is taken in a second: these are several.
  const tokens = await Promise.all(Array.from({ length: services }, () => tokenOf(admin)))
  const [token = ''] = tokens
  await sleep(restSeconds * 1000)
  console.log(`at rest for ${restSeconds} s: ${memoryText()}, ${await coreShare(10)} of a core`)
  await reportFirstRow(token)

  await server.stop()
  await server.makeJobs(Array.from({ length: storedJobs }, (_, number) => jobOf(number)))
  console.log(`${storedJobs} jobs: ready after ${await startMs()} ms`)
  await reportCalls(token, 'list of jobs, first page', () => 'jobs')
  await reportCalls(token, 'list of jobs, by change', () => 'jobs?sort=-changed')
  await reportCalls(token, 'search for one job', (number) => `jobs?search=${encodeURIComponent(`orders ${number}`)}`)
  await reportCalls(token, 'search by folder', (number) => `jobs?folder=${encodeURIComponent(`team ${number % 50}`)}`)
  await reportReads(tokens, 'lists of 50 jobs', () => 'jobs')
  const { items } = await client(token).call('GET /workspaces/:workspace/jobs', { params: { workspace }, query: { limit: 500 } })
  await reportReads(tokens, 'single jobs', (number) => `jobs/${items[number % items.length]?.id ?? ''}`)
  console.log(`after that: ${memoryText()}`)
  await reportRunning(token)
} finally {
  agent.destroy()
  await server.remove()
}

function jobOf(number: number): JobSpec {
  const text = copyScript.replace("'rows-per-second' = '100'", `'rows-per-second' = '${rowsPerSecond}'`)
  const program = { kind: 'sql', text } as const
  return specOf(`orders ${number}`, { folder: `team ${number % 50}`, checkpointIntervalMs: 10_000, program })
}

async function startMs(): Promise<number> {
  const started = performance.now()
  await server.start()
  return Math.round(performance.now() - started)
}

async function signIn(): Promise<Person> {
  const key = new URLSearchParams(new URL(await server.welcome()).hash.slice(1)).get('link') ?? ''
  return new Person(server.port).signInByLink({ link: key, name: 'ada', password: 'correct horse battery' })
}

async function tokenOf(admin: Person): Promise<string> {
  const body = { title: 'bench', role: 'admin', daysValid: 1 }
  const { secret } = await admin.call('POST /workspaces/:workspace/tokens', { params: { workspace }, body })
  return secret
}

function client(token: string): ApiClient {
  return new ApiClient({ url: server.origin, token })
}

function get(token: string, place: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const headers = { authorization: `Bearer ${token}` }
  const started = performance.now()
  const asked = request(`${server.origin}/api/v1/workspaces/${workspace}/${place}`, { agent, headers }, (answer) => {
    answer.on('end', () => {
      if (answer.statusCode === 200) resolve(performance.now() - started)
      else reject(new Error(`${place} answers ${answer.statusCode}`))
    })
    answer.resume()
  })
  asked.on('error', reject)
  asked.end()
  return promise
}

/** One call after another. */
async function reportCalls(token: string, name: string, placeOf: (number: number) => string): Promise<void> {
  const times: number[] = []
  for (let number = 0; number < callsOfEach; number++) times.push(await get(token, placeOf(number)))
  console.log(`${name}: ${sharesOf(times)}`)
}

/** As many calls as it serves. */
async function reportReads(tokens: readonly string[], name: string, placeOf: (number: number) => string): Promise<void> {
  const times: number[] = []
  const started = performance.now()
  const untilMs = started + readsSeconds * 1000
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < untilMs) times.push(await get(tokens[times.length % tokens.length] ?? '', placeOf(times.length)))
    }),
  )
  const perSecond = Math.round(times.length / ((performance.now() - started) / 1000))
  console.log(`${name}, ${callers} callers at a time: ${perSecond} reads/s, ${sharesOf(times)}`)
}

function sharesOf(times: number[]): string {
  times.sort((a, b) => a - b)
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1)
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`
}

/** From the wish for a session to the first row of a stream, as the page asks: with a new session, and again in the same. */
async function reportFirstRow(token: string): Promise<void> {
  const fresh: number[] = []
  const again: number[] = []
  for (let round = 0; round < 5; round++) {
    const started = performance.now()
    const { session } = await client(token).call('POST /workspaces/:workspace/sql/sessions', { params: { workspace }, body: {} })
    fresh.push(await firstRowMs(token, session, started))
    again.push(await firstRowMs(token, session, performance.now()))
    await client(token).call('DELETE /workspaces/:workspace/sql/sessions/:session', { params: { workspace, session } })
    // The next session finds a process ready, as it does where people work.
    await sleep(3000)
  }
  console.log(`first row of a new session: ${sharesOf(fresh)}; of its next statement: ${sharesOf(again)}`)
}

async function firstRowMs(token: string, session: string, started: number): Promise<number> {
  const text = `SELECT n FROM (VALUES (1), (2)) AS t(n)`
  const { statement } = await client(token).call('POST /workspaces/:workspace/sql/sessions/:session/statements', {
    params: { workspace, session },
    body: { text },
  })
  const reading = new AbortController()
  const params = { workspace, session, statement }
  const events = await client(token).follow(
    'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement',
    { params },
    reading.signal,
  )
  try {
    for await (const { data } of events) if (data.kind === 'changes') return performance.now() - started
  } finally {
    reading.abort()
  }
  throw new Error('no row came')
}

async function reportRunning(token: string): Promise<void> {
  const api = client(token)
  const { items } = await api.call('GET /workspaces/:workspace/jobs', { params: { workspace }, query: { limit: runningJobs } })
  const started = performance.now()
  await Promise.all(
    items.map(({ id }) => api.call('POST /workspaces/:workspace/jobs/:job/start', { params: { workspace, job: id }, body: {} })),
  )
  for (;;) {
    const { states } = await api.call('GET /workspaces/:workspace/jobs', { params: { workspace }, query: { limit: 1 } })
    if (states['running'] === runningJobs) break
    if (performance.now() - started > 300_000) throw new Error(`only ${states['running'] ?? 0} jobs run`)
    await sleep(100)
  }
  console.log(`${runningJobs} jobs, ${rowsPerSecond} rows/s each: all run after ${((performance.now() - started) / 1000).toFixed(1)} s`)
  await sleep(10_000)
  console.log(`${runningJobs} jobs for ${watchedSeconds} s: ${await coreShare(watchedSeconds)} of a core with the server, ${memoryText()}`)
  await reportCalls(token, 'list of jobs meanwhile', () => 'jobs')
  const { states } = await api.call('GET /workspaces/:workspace/jobs', { params: { workspace }, query: { limit: 1 } })
  console.log(`${states['running'] ?? 0} jobs run still`)
}

/** What the server and its processes use, as a share of one core. */
async function coreShare(seconds: number): Promise<string> {
  const ticksOf = (): number => processes().reduce((sum, pid) => sum + ticks(pid), 0)
  const before = ticksOf()
  await sleep(seconds * 1000)
  return ((ticksOf() - before) / 100 / seconds).toFixed(3)
}

/** Pages that are shared count once. */
function memoryText(): string {
  const [own = 0, ...others] = processes().map(megabytes)
  const rest =
    others.length === 0 ? '' : `, and ${others.length} processes of ${Math.round(others.reduce((sum, each) => sum + each, 0))} MB`
  return `the server holds ${Math.round(own)} MB${rest}`
}

/** The server first, then those it started. */
function processes(): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const)
  const found = [server.pid]
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found
}

function parentOf(pid: number): number {
  return Number(statOf(pid)[1])
}

function ticks(pid: number): number {
  const stat = statOf(pid)
  return Number(stat[11] ?? 0) + Number(stat[12] ?? 0)
}

/** What comes behind the name of a process, from its state. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function megabytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
