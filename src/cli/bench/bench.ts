/** `millrace bench`: how fast this machine runs queries that everyone can run elsewhere. */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, release, tmpdir, totalmem, type } from 'node:os'
import path from 'node:path'
import { listed } from '#base'
import { didYouMean } from '../arguments/parse-arguments.ts'
import { findFlightsData } from '../demo/demo-files.ts'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { usageErrors } from '../errors.ts'
import { flightsSuite } from './flights.ts'
import { type Measurement, type MeasuringOptions, measure } from './measurement.ts'
import { nexmarkSuite } from './nexmark.ts'
import { measureApart } from './run-apart.ts'
import type { BenchQuery, BenchSuite } from './suite.ts'
import { heading, summary, tableRow } from './table.ts'

export interface BenchOptions extends MeasuringOptions {
  readonly suite: 'nexmark' | 'flights'
  /** Events that nexmark generates. */
  readonly events: number
  /** Runs of each query. */
  readonly runs: number
  /** Names of queries to measure; all when empty. */
  readonly queries: readonly string[]
  /** Whether runs are measured in this process, and printed as JSON. */
  readonly json: boolean
}

/** Measures the queries of a suite and prints a line for each. */
export async function runBench(options: BenchOptions, environment: CliEnvironment): Promise<number> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'millrace-bench-'))
  try {
    const { events } = options
    const suite =
      options.suite === 'nexmark'
        ? await nexmarkSuite(events, { root: environment.root, scratch })
        : flightsSuite(await findFlightsData(environment.root))
    return await (options.json ? printRuns(suite, options, environment) : printTable(suite, options, environment))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Measures here, and prints each run as a line of JSON. */
async function printRuns(suite: BenchSuite, options: BenchOptions, environment: CliEnvironment): Promise<number> {
  for (const query of chosen(suite, options.queries)) {
    for (let run = 0; run < options.runs; run++) {
      const measured = await measure(suite, query, options, environment)
      if ('status' in measured) return measured.status
      await environment.screen.write(`${JSON.stringify(measured)}\n`)
    }
  }
  return exitStatus.done
}

async function printTable(suite: BenchSuite, options: BenchOptions, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const { runs, workers, checkpointInterval } = options
  const queries = chosen(suite, options.queries)
  const plan = `median of ${runs} runs, each a process of its own; checkpoints every ${checkpointInterval}; parallelism ${workers}`
  await screen.write(`${machine(environment)}\n${suite.name}: ${suite.input}; ${plan}\n\n${heading}\n`)
  const reading = suite.reading === null ? null : await medianRun(suite.reading, options, environment)
  if (reading !== null && 'status' in reading) return reading.status
  if (suite.reading !== null && reading !== null) await screen.write(`${tableRow(suite.reading, reading, null)}\n`)
  const measured: Measurement[] = []
  for (const query of queries) {
    const run = await medianRun(query, options, environment)
    if ('status' in run) return run.status
    measured.push(run)
    await screen.write(`${tableRow(query, run, reading)}\n`)
  }
  await screen.write(summary(measured, reading))
  return exitStatus.done
}

function chosen(suite: BenchSuite, names: readonly string[]): readonly BenchQuery[] {
  const all = [...suite.queries, ...(suite.reading === null ? [] : [suite.reading])]
  const known = all.map((query) => query.name)
  for (const name of names) {
    if (!known.includes(name)) {
      throw usageErrors.CLI_OPTION_VALUE(
        { name: '--queries', expected: listed(known, 'or'), got: `"${name}"` },
        { hint: didYouMean(name, known) },
      )
    }
  }
  return names.length === 0 ? suite.queries : all.filter((query) => names.includes(query.name))
}

/** Of several runs the one of middle CPU time, with the pauses of all. */
async function medianRun(
  query: BenchQuery,
  options: BenchOptions,
  environment: CliEnvironment,
): Promise<Measurement | { readonly status: number }> {
  const { suite, events, workers, checkpointInterval } = options
  const restores = options.restores ? ['--restore'] : []
  const words = [...restores, '--events', String(events), '--workers', String(workers), '--checkpoint-interval', checkpointInterval]
  const runs: Measurement[] = []
  for (let run = 0; run < options.runs; run++) {
    const measured = await measureApart([suite, ...words, '--queries', query.name, '--runs', '1'], environment)
    if ('status' in measured) return measured
    runs.push(measured)
  }
  runs.sort((a, b) => a.cpuSeconds - b.cpuSeconds)
  const middle = runs[runs.length >> 1]
  return middle === undefined ? { status: exitStatus.ours } : { ...middle, pausesMs: runs.flatMap(({ pausesMs }) => pausesMs) }
}

function machine({ version }: CliEnvironment): string {
  const processors = cpus()
  const memoryGb = (totalmem() / 2 ** 30).toFixed(0)
  return `${processors[0]?.model.trim() ?? 'a processor'}, ${processors.length} cores, ${memoryGb} GB, ${type()} ${release()}; Node ${process.version}; Millrace ${version}`
}
