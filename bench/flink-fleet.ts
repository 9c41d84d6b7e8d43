/**
 * `node --conditions=source bench/flink-fleet.ts [jobs] [seconds]`: what it costs a server to keep an eye on thousands of jobs of one Flink
 * cluster: how often each is seen, how late looks are, and how much of a core they take. The cluster is another process, which only answers.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '#base'
import { ControlLoop, JobBook, type JobHost, type JobSpec, type JobStatus, Jobs, type JobWish, statusKind, wishKind } from '#jobs'
import { ClusterHosts, RunBook } from '#remote'
import { MemoryStore, writeOf } from '#store'

const [count = 3000, seconds = 180] = process.argv.slice(2).map(Number)
const verticesOfJob = 5
const workspace = 'main'
const ask = { by: 'bench' }
const idOf = (index: number): string => index.toString(16).padStart(32, '0')

const wish: JobWish = {
  state: 'running',
  version: 1,
  generation: 1,
  from: { kind: 'newest' },
  allowsDroppedState: false,
  stop: { kind: 'checkpoint' },
  askedBy: 'bench',
  askedAt: 0,
}
const reason = { code: 'run-seen', message: 'it runs', hint: null } as const
const status: JobStatus = {
  state: 'running',
  since: 0,
  reason,
  trouble: null,
  run: { attempt: 1, version: 1, startedAt: 0, endedAt: null, report: null },
  intent: null,
  evidence: { kind: 'present', source: '', at: 0, since: 0, seenAt: 0, reason: null },
  restart: { failures: [], nextAt: null },
  failure: null,
  generation: 1,
  origin: null,
}

const cluster = spawn(process.execPath, [path.join(import.meta.dirname, 'flink-fleet-cluster.ts'), `${count}`, `${verticesOfJob}`], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const url = String((await createInterface({ input: cluster.stdout })[Symbol.asyncIterator]().next()).value)

const store = new MemoryStore(systemClock)
const runs = await RunBook.load(store, systemClock)
await fill()

const host = new ClusterHosts(
  (name) => ({
    name,
    address: async () => ({ url, headers: {} }),
    openSession: () => Promise.reject(new Error('nothing is started here')),
  }),
  { book: runs, clock: systemClock, keptOf: () => [] },
).host('dev')
if (host === null) throw new Error('the cluster has a name')

/** By job: when it was seen last, and the longest that it was not. */
const lastMs = new Map<string, number>()
let longestMs = 0
let looks = 0
const watched: JobHost = {
  source: host.source,
  observe: async (jobIds) => {
    const found = await host.observe(jobIds)
    looks += 1
    const nowMs = performance.now()
    for (const [jobId, { kind }] of found) {
      if (kind !== 'present') throw new Error(`job ${jobId} is ${kind}`)
      longestMs = Math.max(longestMs, nowMs - (lastMs.get(jobId) ?? nowMs))
      lastMs.set(jobId, nowMs)
    }
    return found
  },
  start: (order) => host.start(order),
  stop: (jobId, attempt, how) => host.stop(jobId, attempt, how),
  savepoint: (jobId, attempt, order) => host.savepoint(jobId, attempt, order),
  measure: (jobId) => host.measure(jobId),
  forget: (jobId) => host.forget(jobId),
}

const book = await JobBook.load(store, systemClock)
const report = (error: unknown): void => console.error(error)
const loop = new ControlLoop({ book, clock: systemClock, hostOf: () => watched, report })
loop.start()
// The first looks at all of them come at once, and so do the next ones.
await sleepS(65)
await measure('seen together')
// What happens to jobs happens at all times.
for (const jobId of lastMs.keys()) setTimeout(() => loop.wake(jobId), Math.random() * 60_000)
await sleepS(65)
await measure('seen one by one')
await loop.stop()
cluster.kill()

async function measure(name: string): Promise<void> {
  longestMs = 0
  looks = 0
  const lags: number[] = []
  const timer = setInterval(() => lags.push(loop.health()[0]?.lagMs ?? 0), 20)
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  await sleepS(seconds)
  const { user, system } = process.cpuUsage(cpu)
  const tookMs = performance.now() - startedMs
  clearInterval(timer)
  lags.sort((a, b) => a - b)
  const lag = (part: number): string => s(lags[Math.floor(lags.length * part)] ?? 0)
  const running = [...lastMs.keys()].filter((jobId) => loop.look(jobId)?.status.state === 'running').length
  const core = ((user + system) / 1000 / tookMs).toFixed(3)
  console.log(`${running} of ${count} jobs run, ${name}: each every ${s(longestMs)} at least, by ${looks} looks in ${s(tookMs)}`)
  console.log(
    `  late by ${lag(0.5)} (median), ${lag(0.99)} (p99), ${lag(1 - 1e-9)} (most); ${core} of a core, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`,
  )
}

/** Jobs that run already, as a server finds them that is started again. */
async function fill(): Promise<void> {
  const book = await JobBook.load(store, systemClock)
  const loop = new ControlLoop({ book, clock: systemClock, hostOf: () => null, report: () => undefined })
  let made = 0
  const jobs = new Jobs({ book, loop, planner: null, clock: systemClock, createId: () => idOf(made), jobsMax: count })
  for (; made < count; made++) {
    await jobs.of(workspace).create(specOf(made), ask)
    const key = { workspace, id: idOf(made) }
    await store.commit({ writes: [writeOf(wishKind, key, wish, null), writeOf(statusKind, key, status, null)], by: 'bench' })
    const from = { place: '', isOwn: false }
    const run = { attempt: 1, version: 1, id: idOf(made), startedAt: 0, from, isTaken: true, folder: '', state: null, end: null }
    await runs.change('dev', idOf(made), (known) => ({ ...known, runs: [run] }))
  }
  await loop.stop()
}

function specOf(index: number): JobSpec {
  return {
    name: `orders by hour ${index}`,
    description: '',
    folder: `team ${index % 50}`,
    tags: [],
    owner: 'ada',
    program: { kind: 'sql', text: 'INSERT INTO by_hour SELECT COUNT(*) FROM orders' },
    engine: { kind: 'flink', cluster: 'dev' },
    settings: {},
    variables: {},
    parallelism: 1,
    checkpointIntervalMs: 60_000,
    restart: { kind: 'back-off', delayMs: 1000, delayMsMax: 60_000, failuresMax: 10, windowMs: 600_000 },
    upgrade: 'keep-state',
    latencyTier: 'minutes',
  }
}

function s(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

async function sleepS(wanted: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, wanted * 1000))
}
