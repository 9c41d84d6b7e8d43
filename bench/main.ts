/**
 * `make bench`: each case as a whole process, five runs after one that does not count, medians, side by side with DuckDB on one thread;
 * then how rows are shared among workers (`skew`, `dispatch`), state beyond memory (`small memory`), checkpoints of a gigabyte
 * (`large-state`), the way of a row (`latency`), embedded topics (`topics`), real systems
 * (`connectors`), the SQL gateway (`gateway`), the server (`server`), jobs on Flink (`flink-jobs`), and the queries of Nexmark, as `millrace bench nexmark` measures them.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { type BenchCase, benchCases } from './cases.ts'
import { median, runOnce, type Usage } from './measure.ts'
import { prepareData } from './prepare.ts'
import { reportSkew } from './skew.ts'
import { reportSmallMemory } from './small-memory.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const millrace = join(dirname(import.meta.dirname), 'bin', 'millrace')
const only = process.argv[2]
const runs = Number(process.env['BENCH_RUNS'] ?? 5)
const events = process.env['BENCH_EVENTS'] ?? '5000000'

const [cpu] = cpus()
console.log(
  `${cpus().length} × ${cpu?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, medians of ${runs} runs, whole processes`,
)
const start = await measureStart()
console.log(`start of a one-line script: ${(start.wallSeconds * 1000).toFixed(0)} ms`)
const isWanted = (name: string): boolean => only === undefined || name.toLowerCase().includes(only.toLowerCase())
for (const each of benchCases(await prepareData())) if (isWanted(each.name)) console.log(await report(each))
if (isWanted('skew')) await reportSkew(millrace, folder, runs)
if (isWanted('small memory')) await reportSmallMemory(millrace, folder, runs)
if (isWanted('large-state')) runApart(join(import.meta.dirname, 'large-state.ts'))
if (isWanted('latency')) runApart(join(import.meta.dirname, 'latency.ts'))
if (isWanted('topics')) runApart(join(import.meta.dirname, 'topics.ts'))
if (isWanted('gateway')) runApart(join(import.meta.dirname, 'gateway.ts'))
if (isWanted('server')) runApart(join(dirname(import.meta.dirname), 'test', 'server', 'measure-server.ts'))
if (isWanted('flink-jobs')) runApart(join(import.meta.dirname, 'flink-jobs.ts'))
if (isWanted('connectors')) runApart(join(import.meta.dirname, 'connectors.ts'))
if (isWanted('dispatch')) runApart(join(dirname(import.meta.dirname), 'test', 'workers', 'dispatch-curve.ts'))
if (isWanted('nexmark')) {
  const { status } = spawnSync(millrace, ['bench', 'nexmark', '--events', events, '--runs', String(runs)], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}

/** Runs what prints by itself. */
function runApart(file: string): void {
  spawnSync(process.execPath, ['--conditions=source', '--disable-warning=ExperimentalWarning', file], { stdio: 'inherit' })
}

async function report(bench: BenchCase): Promise<string> {
  const script = scriptFile(bench.script)
  const ours = await median(runs, () => runOnce(millrace, ['run', script]))
  const net = (bench.rows / Math.max(0.001, ours.wallSeconds - start.wallSeconds) / 1e6).toFixed(2)
  const line = `${bench.name}\n  Millrace ${describe(ours, bench.rows)}; net of the start ${net} M rows/s`
  const duckdb = join(import.meta.dirname, 'duckdb.ts')
  const theirs = await median(runs, () => runOnce(process.execPath, [duckdb, bench.rival]))
  return `${line}\n  DuckDB   ${describe(theirs, bench.rows)}\n  Millrace / DuckDB in wall time: ${(ours.wallSeconds / theirs.wallSeconds).toFixed(2)}`
}

function describe({ wallSeconds, cpuSeconds, peakMb }: Usage, rows: number): string {
  const rate = (seconds: number): string => `${(rows / seconds / 1e6).toFixed(2)} M`
  return `${rate(wallSeconds)} rows/s of wall time, ${rate(cpuSeconds)} rows per CPU-second, ${wallSeconds.toFixed(2)} s, peak ${peakMb.toFixed(0)} MB`
}

async function measureStart(): Promise<Usage> {
  const script = scriptFile('SELECT 1;')
  return median(runs, () => runOnce(millrace, ['run', script]))
}

/** A file that holds a script until the next one takes its place. */
function scriptFile(text: string): string {
  const file = join(folder, 'script.sql')
  writeFileSync(file, text)
  return file
}
