/** `millrace bench`: how fast this machine runs queries that everyone can run elsewhere. */
import { cpus, release, totalmem, type } from 'node:os'
import { assert, listed } from '#base'
import type { RunReport, StatementListener } from '#query'
import { didYouMean } from '../arguments/parse-arguments.ts'
import { findFlightsData } from '../demo/demo-files.ts'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { usageErrors } from '../errors.ts'
import { padded } from '../output/text-width.ts'
import { count } from '../progress.ts'
import { execute } from '../run-command.ts'
import { flightsSuite } from './flights.ts'
import { nexmarkSuite } from './nexmark.ts'
import type { BenchQuery, BenchSuite } from './suite.ts'

export interface BenchOptions {
  /** Events that nexmark generates. */
  readonly events: number
  /** Runs of each query. */
  readonly runs: number
  /** Names of queries to measure; all when empty. */
  readonly queries: readonly string[]
}

/** Measures the queries of a suite and prints a line for each. */
export async function runBench(name: 'nexmark' | 'flights', options: BenchOptions, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const suite = name === 'nexmark' ? nexmarkSuite(options.events) : flightsSuite(await findFlightsData(environment.root))
  const queries = chosen(suite, options.queries)
  await screen.write(`${machine(environment)}\n${suite.name}: ${suite.input}; median of ${options.runs} runs, one worker\n\n`)
  await screen.write(`${line(['query', 'rows/s', 'seconds', 'least', 'most', 'what it does'])}\n`)
  for (const query of queries) {
    const seconds: number[] = []
    for (let run = 0; run < options.runs; run++) {
      const measured = await measure(suite, query, environment)
      if (typeof measured === 'object') return measured.status
      seconds.push(measured)
    }
    seconds.sort((a, b) => a - b)
    const middle = median(seconds)
    const texts = [middle, seconds[0] ?? 0, seconds.at(-1) ?? 0].map((each) => each.toFixed(2))
    await screen.write(`${line([query.name, count(Math.round(suite.rows / middle)), ...texts, query.shows])}\n`)
  }
  return exitStatus.done
}

function chosen(suite: BenchSuite, names: readonly string[]): readonly BenchQuery[] {
  const all = suite.queries.map((query) => query.name)
  for (const name of names) {
    if (!all.includes(name)) {
      throw usageErrors.CLI_OPTION_VALUE(
        { name: '--query', expected: listed(all, 'or'), got: `"${name}"` },
        { hint: didYouMean(name, all) },
      )
    }
  }
  return suite.queries.filter((query) => names.length === 0 || names.includes(query.name))
}

/** Seconds of one run in a fresh session, or the exit status of what failed. */
async function measure(suite: BenchSuite, query: BenchQuery, environment: CliEnvironment): Promise<number | { readonly status: number }> {
  const session = await environment.createSession({})
  const source = { name: `${suite.name} ${query.name}`, text: `${suite.prepare}\n${query.statement}` }
  let report: RunReport | undefined
  const listener: StatementListener = {
    ended: (ended) => {
      report = ended
    },
  }
  const status = await execute(session, source, listener, environment)
  if (status !== exitStatus.done) return { status }
  assert(report !== undefined, 'a query of a benchmark runs')
  return report.durationMs / 1000
}

function median(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}

function machine({ version }: CliEnvironment): string {
  const processors = cpus()
  const memoryGb = (totalmem() / 2 ** 30).toFixed(0)
  return `${processors[0]?.model.trim() ?? 'a processor'}, ${processors.length} cores, ${memoryGb} GB, ${type()} ${release()}; Node ${process.version}; Millrace ${version}`
}

const widths = [10, 14, 9, 9, 9]

function line(texts: readonly string[]): string {
  return texts.map((text, index) => (index === texts.length - 1 ? `  ${text}` : padded(text, widths[index] ?? 10, index > 0))).join('')
}
