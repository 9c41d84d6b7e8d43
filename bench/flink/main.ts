/**
 * `make bench-flink`: the Nexmark queries of examples/nexmark/ on Flink and on Millrace, by turns, over the same events.
 *
 *   make bench-flink ARGS="--events 2000000 --queries q0,q5 --backends hashmap --runs 3 --output docs/benchmarks.md"
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { loadNexmarkSuite } from '#cli'
import { type Backend, Cluster, type JobUsage } from './cluster.ts'
import { compareEvents } from './events.ts'
import { installFlink } from './install.ts'
import { answersOf, type Comparison, type QueryUsage, renderReport, renderTable } from './report.ts'
import { flinkStatements } from './statements.ts'

const root = dirname(dirname(import.meta.dirname))
const millrace = join(root, 'bin', 'millrace')
const comparedEvents = 100_000
const warmUpEvents = 500_000

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000000' },
    runs: { type: 'string', default: '3' },
    queries: { type: 'string', default: '' },
    backends: { type: 'string', default: 'hashmap,rocksdb' },
    output: { type: 'string', default: join(root, 'docs', 'benchmarks.md') },
  },
})
const events = Number(values.events)
const runs = Number(values.runs)
const backends = values.backends.split(',').map((name): Backend => {
  if (name === 'hashmap' || name === 'rocksdb') return name
  throw new Error(`there is no state backend "${name}": use hashmap, rocksdb or both`)
})

const installation = await installFlink()
await compareEvents(comparedEvents, millrace, installation)
console.log(`the first ${comparedEvents.toLocaleString('en-US')} events of both sides are the same`)

const scratch = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
let running: Cluster | undefined
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void (running?.stop() ?? Promise.resolve()).then(() => process.exit(130)))
}

const suite = await loadNexmarkSuite(events, { root, scratch })
const wanted = values.queries === '' ? suite.queries : suite.queries.filter(({ name }) => values.queries.split(',').includes(name))
const all = [...(suite.reading === null ? [] : [suite.reading]), ...wanted]
const usages = new Map<string, QueryUsage>(all.map(({ name, shows }) => [name, { name, shows, millrace: null, flink: {} }]))

try {
  for (const backend of backends) await measureBackend(backend, backend === backends[0])
} finally {
  await running?.stop()
}
const comparison: Comparison = { events, runs, backends, installation, usages: [...usages.values()] }
writeFileSync(values.output, renderReport(comparison) + otherFigures(values.output))
console.log(`\n${renderTable(comparison)}`)

/** Flink and Millrace take turns, so that what else the machine does falls on both. */
async function measureBackend(backend: Backend, alsoOurs: boolean): Promise<void> {
  let cluster = await startWarm(backend)
  for (const query of all) {
    const usage = usages.get(query.name)
    if (usage === undefined) continue
    const theirs: JobUsage[] = []
    const ours: JobUsage[] = []
    try {
      for (let run = 0; run < runs; run++) {
        theirs.push(await cluster.run(flinkStatements(suite, query, scratch)))
        if (alsoOurs) ours.push(await measureMillrace(query.name))
      }
      usage.flink[backend] = middle(theirs)
    } catch (error) {
      console.log(`${query.name} on Flink with ${backend}: ${error instanceof Error ? error.message : String(error)}`)
      // A task manager that ran out of memory is gone.
      await cluster.stop()
      cluster = await startWarm(backend)
    }
    if (alsoOurs) usage.millrace = middle(ours.length === 0 ? [await measureMillrace(query.name)] : ours)
    console.log(
      `${query.name} ${backend}: Flink ${secondsOf(usage.flink[backend])}${alsoOurs ? `, Millrace ${secondsOf(usage.millrace)}` : ''}, rows ${answersOf(usage, backend)}`,
    )
  }
  await cluster.stop()
  running = undefined
}

async function startWarm(backend: Backend): Promise<Cluster> {
  const cluster = await Cluster.start(installation, backend)
  running = cluster
  const warmUp = await loadNexmarkSuite(warmUpEvents, { root, scratch })
  if (warmUp.reading !== null) await cluster.run(flinkStatements(warmUp, warmUp.reading, scratch))
  return cluster
}

async function measureMillrace(query: string): Promise<JobUsage> {
  const words = ['bench', 'nexmark', '--json', '--runs', '1', '--events', String(events), '--queries', query]
  const { stdout } = await promisify(execFile)(millrace, words)
  return JSON.parse(stdout) as JobUsage
}

function middle(all: readonly JobUsage[]): JobUsage | null {
  return all.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[all.length >> 1] ?? null
}

function secondsOf(usage: JobUsage | null | undefined): string {
  return usage === null || usage === undefined ? '-' : `${usage.cpuSeconds.toFixed(2)} CPU-seconds, ${usage.wallSeconds.toFixed(2)} s`
}

/** What stands in the report behind this one, and was measured by others. */
function otherFigures(place: string): string {
  const text = existsSync(place) ? readFileSync(place, 'utf8') : ''
  const at = text.indexOf('\n## The gateway and jobs\n')
  return at < 0 ? '' : text.slice(at)
}
