/** docs/benchmarks.md: what was measured, on what, how, and what it came to. */
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { dirname, join } from 'node:path'
import { type Backend, type JobUsage, jobSettings, managedMb, taskHeapMb } from './cluster.ts'
import type { Installation } from './install.ts'

export interface QueryUsage {
  readonly name: string
  readonly shows: string
  millrace: JobUsage | null
  readonly flink: Partial<Record<Backend, JobUsage | null>>
}

export interface Comparison {
  readonly events: number
  readonly runs: number
  readonly backends: readonly Backend[]
  readonly installation: Installation
  /** The generator alone first. */
  readonly usages: readonly QueryUsage[]
}

const generator = 'generator'
const backendNames: Readonly<Record<Backend, string>> = { hashmap: 'Flink, heap', rocksdb: 'Flink, RocksDB' }
/** Below this, what a run costs to begin says more than its events. */
const meaningfulEvents = 2_000_000

export function renderTable(comparison: Comparison): string {
  const { backends, usages } = comparison
  const head = ['query', 'Millrace', ...backends.flatMap((backend) => [backendNames[backend], 'ratio', 'net ratio']), 'what it does']
  const rows = usages.map((usage) => [
    usage.name,
    cell(rateOf(comparison, usage.millrace)),
    ...backends.flatMap((backend) => [
      cell(rateOf(comparison, usage.flink[backend])),
      times(ratioOf(usage, backend)),
      times(netRatioOf(comparison, usage, backend)),
    ]),
    usage.shows,
  ])
  const queries = usages.filter(({ name }) => name !== generator)
  const mean = [
    '**geometric mean**',
    cell(geometricMean(queries.map((usage) => rateOf(comparison, usage.millrace)))),
    ...backends.flatMap((backend) => [
      cell(geometricMean(queries.map((usage) => rateOf(comparison, usage.flink[backend])))),
      times(geometricMean(queries.map((usage) => ratioOf(usage, backend)))),
      times(geometricMean(queries.map((usage) => netRatioOf(comparison, usage, backend)))),
    ]),
    'of the queries that both ran',
  ]
  return markdownTable([head, ...rows, mean])
}

export function renderReport(comparison: Comparison): string {
  return `# Benchmarks

This page is written by \`make bench-flink\`. \`make bench\` and \`millrace bench nexmark\` measure Millrace alone.

${machineSection(comparison)}
## Nexmark beside Flink

Thousand events per CPU-second. The ratio is that of Millrace to Flink; the net ratio compares what is left of both when the generator
alone is taken off.

${renderTable(comparison)}
Seconds from the start of a run to its end:

${wallTable(comparison)}
${answersSection(comparison)}
${settingsSection(comparison)}`
}

function machineSection({ events, runs, installation }: Comparison): string {
  const [processor] = cpus()
  const { version } = JSON.parse(readFileSync(join(dirname(dirname(import.meta.dirname)), 'package.json'), 'utf8')) as { version: string }
  const small =
    events < meaningfulEvents
      ? `**A small run, made to show that the comparison works: with ${count(events)} events the start of a run weighs more than its events.
Take no figures from it.**

`
      : ''
  return `${small}| | |
|---|---|
| measured | ${new Date().toISOString().slice(0, 10)} |
| machine | ${processor?.model.trim() ?? 'a processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()} |
| Millrace | ${version}, Node ${process.version} |
| Flink | ${installation.flinkVersion}, ${installation.javaVersion.replaceAll('"', '')} |
| events | ${count(events)} of the Nexmark generator, ${runs === 1 ? 'one run' : `the run of middle CPU time of ${runs}`} of each query |
`
}

function wallTable({ backends, usages }: Comparison): string {
  const head = ['query', 'Millrace', ...backends.map((backend) => backendNames[backend])]
  const seconds = (usage: JobUsage | null | undefined): string =>
    usage === null || usage === undefined ? '–' : usage.wallSeconds.toFixed(2)
  return markdownTable([
    head,
    ...usages.map(({ name, millrace, flink }) => [name, seconds(millrace), ...backends.map((backend) => seconds(flink[backend]))]),
  ])
}

/** Whether both sides came to the same rows: by their count and digest. */
export function answersOf({ millrace, flink }: QueryUsage, backend: Backend): 'same' | 'different' | 'not compared' {
  const ours = millrace?.digest ?? null
  const theirs = flink[backend]?.digest ?? null
  if (ours === null || theirs === null) return 'not compared'
  return ours.rows === theirs.rows && ours.digest === theirs.digest ? 'same' : 'different'
}

function answersSection({ backends, usages }: Comparison): string {
  const [backend] = backends
  const namesWith = (answers: string): string =>
    usages.flatMap((usage) => (backend !== undefined && answersOf(usage, backend) === answers ? [usage.name] : [])).join(', ') || 'none'
  return `## The same answers

The sink of both adds every byte of every row to a digest, the rows that are taken back subtracted.

| | |
|---|---|
| the same count of rows and the same digest | ${namesWith('same')} |
| different: q12 goes by the clock; q9 sends +U without −U in Flink, which takes its Top-1 for inserts alone, so that rows are left over | ${namesWith('different')} |
| not compared: q10 writes files, the generator keeps nothing | ${namesWith('not compared')} |
`
}

function settingsSection({ backends, installation }: Comparison): string {
  const settings = Object.entries(jobSettings).map(([key, value]) => `\`${key}\` = ${value}`)
  return `## What was run

- The statements are those of \`examples/nexmark/\`, the same text on both sides: only connectors have other names. They are our own words for
  the queries of the benchmark: q6 is a Top-N with an average over it, which both can run; q14 and q21 use built-in functions alone.
- Both sides read the same events. The source for Flink, in \`bench/flink/\`, is ours: before anything is measured, the first 100,000 events
  of both are compared line by line.
- Both add every byte of every row to the same digest: Millrace by \`'connector' = 'blackhole', 'digest' = 'true'\`, Flink by a sink of ours in
  \`bench/flink/\`. So no column is left uncomputed on either side.
- Both take a checkpoint every ten seconds, exactly-once, to a folder of the same disk.
- CPU-seconds are user and system time of all threads: of Flink's task manager from the submission of a statement to the end of its job,
  compiled code and garbage collection included; of Millrace from the text of the statements to the end of the run.
- Flink runs as a job manager, a task manager with one slot, and a client, each a process; only the task manager counts. It has
  ${count(taskHeapMb)} MB of heap for tasks${backends.includes('rocksdb') ? ` and ${count(managedMb)} MB of managed memory for RocksDB` : ''}, the garbage collector of Java's choice, and stays up for all queries.
- Settings of Flink's jobs, all others being the defaults of ${installation.flinkVersion}, mini-batch off among them: ${settings.join(', ')}.
  Object reuse is off by default and on here, because it helps.
- Millrace runs with its defaults and one worker, each run in a new process.

## Where it is not like with like

- **Sources.** Both make the same events with the same random draws. That of Flink makes whole rows, as the source of the benchmark does; that
  of Millrace leaves out the texts that a query does not ask for, which is part of the engine. The net ratio takes off what the generator
  alone costs: for Flink with all columns, which it always makes, for Millrace with two, which is the least that a query pays.
- **Warmth.** The task manager stays up, and the generator has run in it before anything counts, so that more of its code is compiled. A run of
  Millrace pays for its start each time.
- **Changes.** An aggregate of Millrace passes on one change of a key for each batch of rows; Flink, as long as mini-batch is off, one for each
  row. What comes after the aggregate has more to do there.
- **Processing time.** The windows of q12 fall as the clock will, on both sides.
- **Side input.** Flink cannot look rows of a file up: q13 has a lookup function over the same rows in memory there, and a file here, read once.
- **Checkpoints on the way.** A run of less than ten seconds, as nearly all of Millrace's are, takes none; the longer jobs of Flink do.
- **Last checkpoint.** Jobs of Flink end without one (\`checkpoints-after-tasks-finish\` is off, or they would idle until it is due). A run of
  Millrace ends when its last one is safe, which holds no state any more.
`
}

function rateOf({ events }: Comparison, usage: JobUsage | null | undefined): number | null {
  return usage === null || usage === undefined || usage.cpuSeconds <= 0 ? null : events / usage.cpuSeconds / 1000
}

function ratioOf({ millrace, flink }: QueryUsage, backend: Backend): number | null {
  const theirs = flink[backend]
  return millrace === null || theirs === null || theirs === undefined ? null : theirs.cpuSeconds / millrace.cpuSeconds
}

/** Null where too little is left of one side to be told from noise. */
function netRatioOf({ usages }: Comparison, { name, millrace, flink }: QueryUsage, backend: Backend): number | null {
  const reading = usages.find((usage) => usage.name === generator)
  const theirs = leftOf(flink[backend], reading?.flink[backend])
  const ours = leftOf(millrace, reading?.millrace)
  return name === generator || theirs === null || ours === null ? null : theirs / ours
}

function leftOf(usage: JobUsage | null | undefined, reading: JobUsage | null | undefined): number | null {
  if (usage === null || usage === undefined || reading === null || reading === undefined) return null
  const left = usage.cpuSeconds - reading.cpuSeconds
  return left < usage.cpuSeconds / 20 ? null : left
}

function geometricMean(all: readonly (number | null)[]): number | null {
  const known = all.filter((each) => each !== null)
  return known.length === 0 ? null : Math.exp(known.reduce((sum, each) => sum + Math.log(each), 0) / known.length)
}

function cell(rate: number | null): string {
  return rate === null ? '–' : count(Math.round(rate))
}

function times(ratio: number | null): string {
  return ratio === null ? '–' : ratio.toFixed(1)
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 || head[index] === 'what it does' ? '---' : '---:')), ...rows]
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
}
