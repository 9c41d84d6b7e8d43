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
  /** From the start of the run to its end, when the last checkpoint is safe. */
  readonly wallSeconds: number
  /** Of all threads, from the text of the statements to the end of the run. */
  readonly cpuSeconds: number
  /** The most memory that the process had. */
  readonly peakMb: number
  /** How long each checkpoint on the way held rows back. */
  readonly pausesMs: readonly number[]
}

export interface MeasuringOptions {
  readonly workers: number
  /** How often checkpoints are taken, such as `10 s`. */
  readonly checkpointInterval: string
}

/** Runs a query as a durable run; gives the exit status of one that fails, which has told why. */
export async function measure(
  suite: BenchSuite,
  query: BenchQuery,
  { workers, checkpointInterval }: MeasuringOptions,
  environment: CliEnvironment,
): Promise<Measurement | { readonly status: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-bench-state-'))
  try {
    const session = await environment.createSession({
      'execution.checkpointing.dir': folder,
      'execution.checkpointing.interval': checkpointInterval,
      'parallelism.default': String(workers),
    })
    const source = { name: `${suite.name} ${query.name}`, text: `${suite.prepare}\n${query.statement}` }
    let report: RunReport | undefined
    const before = process.cpuUsage()
    const listener: StatementListener = {
      ended: (ended) => {
        report = ended
      },
    }
    const status = await execute(session, source, listener, environment)
    const { user, system } = process.cpuUsage(before)
    if (status !== exitStatus.done) return { status }
    assert(report !== undefined, 'a query of a benchmark runs')
    return {
      query: query.name,
      events: suite.rows,
      workers,
      rowsOut: report.rowsOut,
      wallSeconds: report.durationMs / 1000,
      cpuSeconds: (user + system) / 1e6,
      peakMb: process.resourceUsage().maxRSS / 1024,
      pausesMs: report.pausesMs,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
