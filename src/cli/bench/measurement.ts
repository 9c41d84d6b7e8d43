/** One run of one query, measured in the process that it has to itself. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { assert } from '#base'
import type { RunReport, StatementListener } from '#query'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { execute } from '../run-command.ts'
import type { BenchQuery, BenchSuite } from './suite.ts'

/** What a run took, as `millrace bench --json` prints it. */
export interface Measurement {
  readonly query: string
  /** Rows of the input, whether or not the query asks for all of them. */
  readonly events: number
  readonly workers: number
  readonly rowsOut: number
  /** What the rows come to, whatever their order: their count, and the sum of their hashes; null for a sink that takes no digest. */
  readonly digest: { readonly rows: number; readonly digest: string } | null
  /** From the start of the run to its end, when the last checkpoint is safe. */
  readonly wallSeconds: number
  /** Of all threads, from the text of the statements to the end of the run. */
  readonly cpuSeconds: number
  /** The most memory that the process had. */
  readonly peakMb: number
  /** How long each checkpoint on the way held rows back. */
  readonly pausesMs: readonly number[]
  /** How long a run that was stopped on its way took to go on; null where that was not asked for, or the run was over too soon. */
  readonly restoreMs: number | null
}

/** Shares of the time that a run took after which the next one is stopped, tried in turn: it is faster, its code being compiled. */
const stoppedAfter = [1 / 3, 1 / 6, 1 / 12, 1 / 24]

export interface MeasuringOptions {
  readonly workers: number
  /** How often checkpoints are taken, such as `10 s`. */
  readonly checkpointInterval: string
  /** Whether it is also measured how long a run takes that goes on from a checkpoint. */
  readonly restores: boolean
}

/** Runs a query as a durable run; gives the exit status of one that fails, which has told why. */
export async function measure(
  suite: BenchSuite,
  query: BenchQuery,
  options: MeasuringOptions,
  environment: CliEnvironment,
): Promise<Measurement | { readonly status: number }> {
  return inFolder(async (folder) => {
    const session = await environment.createSession(settingsOf(options, folder))
    const source = { name: `${suite.name} ${query.name}`, text: `${suite.prepare}\n${query.statement}` }
    const { listener, reported } = listen()
    const before = process.cpuUsage()
    const status = await execute(session, source, listener, environment)
    const { user, system } = process.cpuUsage(before)
    if (status !== exitStatus.done) return { status }
    const report = reported()
    const peakMb = process.resourceUsage().maxRSS / 1024
    return {
      query: query.name,
      events: suite.rows,
      workers: options.workers,
      rowsOut: report.rowsOut,
      digest: await digestIn(folder, environment),
      wallSeconds: report.durationMs / 1000,
      cpuSeconds: (user + system) / 1e6,
      peakMb,
      pausesMs: report.pausesMs,
      restoreMs: options.restores ? await measureRestores(source.text, report.durationMs, options, environment) : null,
    }
  })
}

/** What the sink has left in the last checkpoint. */
async function digestIn(folder: string, environment: CliEnvironment): Promise<Measurement['digest']> {
  const [place] = await environment.findCheckpoints(folder)
  const newest = (await place?.list())?.at(-1)
  if (place === undefined || newest === undefined) return null
  const { sinks } = await place.describe(newest.number)
  const records = sinks.map(({ record }) => record as Partial<NonNullable<Measurement['digest']>> | null)
  const found = records.find((record) => record?.digest !== undefined)
  return found?.digest === undefined || found.rows === undefined ? null : { rows: found.rows, digest: found.digest }
}

async function measureRestores(
  text: string,
  durationMs: number,
  options: MeasuringOptions,
  environment: CliEnvironment,
): Promise<number | null> {
  for (const share of stoppedAfter) {
    const restoreMs = await measureRestore(text, durationMs * share, options, environment)
    if (restoreMs !== null) return restoreMs
  }
  return null
}

/** Stops a run after a time, which takes a checkpoint, and starts it again. */
async function measureRestore(
  text: string,
  stopAfterMs: number,
  options: MeasuringOptions,
  environment: CliEnvironment,
): Promise<number | null> {
  return inFolder(async (folder) => {
    const stopping = new AbortController()
    const timer = setTimeout(() => stopping.abort(), stopAfterMs)
    await (await environment.createSession(settingsOf(options, folder))).run(text, {}, stopping.signal)
    clearTimeout(timer)
    const { listener, reported } = listen()
    await (await environment.createSession(settingsOf(options, folder))).run(text, listener, new AbortController().signal)
    const { resumedFrom, readyMs } = reported()
    return resumedFrom === null ? null : readyMs
  })
}

function settingsOf({ workers, checkpointInterval }: MeasuringOptions, folder: string): Record<string, string> {
  return {
    'execution.checkpointing.dir': folder,
    'execution.checkpointing.interval': checkpointInterval,
    'parallelism.default': String(workers),
  }
}

function listen(): { readonly listener: StatementListener; readonly reported: () => RunReport } {
  let report: RunReport | undefined
  const listener: StatementListener = {
    ended: (ended) => {
      report = ended
    },
  }
  return {
    listener,
    reported: () => {
      assert(report !== undefined, 'a query of a benchmark runs')
      return report
    },
  }
}

/** A folder for checkpoints, for as long as it is needed. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-bench-state-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
