/**
 * Random queries, answered by Millrace as a stream and by DuckDB as a batch. ORACLE_QUERIES=1000 asks more of them,
 * ORACLE_SEED=17 begins at another seed: a failure prints the seed that repeats it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askedOptimizer, askMillrace, DuckOracle } from './answers.ts'
import { rewritable } from './random-plan-query.ts'
import { type OracleQuery, randomQuery } from './random-query.ts'
import { timed } from './random-time-query.ts'

const queries = Number(process.env['ORACLE_QUERIES'] ?? 150)
const firstSeed = Number(process.env['ORACLE_SEED'] ?? 1)
const groupSize = 25

let oracle: DuckOracle
let folder: string

beforeAll(async () => {
  oracle = await DuckOracle.open()
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-oracle-'))
})

afterAll(() => {
  oracle.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the answer of a stream is the answer of DuckDB', () => {
  for (let first = firstSeed; first < firstSeed + queries; first += groupSize) {
    const last = Math.min(first + groupSize, firstSeed + queries) - 1
    test(`seeds ${first} to ${last}`, { timeout: 120_000 }, async () => {
      for (let seed = first; seed <= last; seed++) await compare(randomQuery(seed))
    })
  }
})

describe('the optimiser does not change the answer', () => {
  for (let first = firstSeed; first < firstSeed + queries; first += groupSize) {
    const last = Math.min(first + groupSize, firstSeed + queries) - 1
    test(`seeds ${first} to ${last}`, { timeout: 120_000 }, async () => {
      for (let seed = first; seed <= last; seed++) await compare(rewritableQuery(seed), { alsoAsWritten: true })
    })
  }
})

describe('the optimiser does not change what is late', () => {
  for (let first = firstSeed; first < firstSeed + queries; first += groupSize) {
    const last = Math.min(first + groupSize, firstSeed + queries) - 1
    test(`seeds ${first} to ${last}`, { timeout: 120_000 }, async () => {
      for (let seed = first; seed <= last; seed++) expect(await lateAnswer(seed, true)).toBe(await lateAnswer(seed, false))
    })
  }
})

describe('the cuts of the input do not change the answer', () => {
  for (let first = firstSeed; first < firstSeed + queries / 5; first += groupSize) {
    const last = Math.min(first + groupSize, firstSeed + Math.floor(queries / 5)) - 1
    test(`seeds ${first} to ${last}`, { timeout: 120_000 }, async () => {
      for (let seed = first; seed <= last; seed++) await compareCuts(randomQuery(seed))
    })
  }
})

/** Two of three give the optimiser something to do; the third may or may not. */
function rewritableQuery(seed: number): OracleQuery {
  return seed % 3 === 0 ? randomQuery(seed) : randomQuery(seed, rewritable)
}

/** Our answer and that of DuckDB, and if asked for that of the plan as it was written. */
async function compare(query: OracleQuery, { alsoAsWritten } = { alsoAsWritten: false }): Promise<void> {
  const files = 1 + (query.seed % 4)
  const ours = await attempt(query, () => askMillrace(query, folder, { files, optimized: true, settings: settingsOf(query) }))
  const asWritten = () => attempt(query, () => askMillrace(query, folder, { files, optimized: false }))
  const written = alsoAsWritten ? await asWritten() : ours
  expect(shown(query, ours), `the optimiser changes the answer to seed ${query.seed}: ${query.sql}`).toBe(shown(query, written))
  const theirs = await attempt(query, () => oracle.ask(query.tables, query.duckSql))
  expect(shown(query, ours), `ours is not DuckDB's answer to seed ${query.seed}: ${query.sql}`).toBe(shown(query, theirs))
}

/** What the optimiser does only where it is asked to; half of the queries ask for it. */
function settingsOf({ seed }: OracleQuery): Record<string, string> {
  return seed % 2 === 0 ? {} : askedOptimizer
}

/** The answer where rows come too late, with its query. */
async function lateAnswer(seed: number, optimized: boolean): Promise<string> {
  const query = randomQuery(seed, timed)
  const how = { files: 1 + (seed % 4), watermarkDelay: `INTERVAL '${1 + (seed % 20)}' HOUR`, optimized }
  return `seed ${seed}: ${query.sql}\n${shown(query, await attempt(query, () => askMillrace(query, folder, how)))}`
}

async function compareCuts(query: OracleQuery): Promise<void> {
  const whole = await attempt(query, () => askMillrace(query, folder, { files: 1, optimized: true }))
  const files = query.seed % 2 === 0 ? 20 : 3
  const cut = await attempt(query, () => askMillrace(query, folder, { files, optimized: true }))
  expect(shown(query, cut), `seed ${query.seed} in ${files} files: ${query.sql}`).toBe(shown(query, whole))
}

async function attempt(query: OracleQuery, ask: () => Promise<string[]>): Promise<string[]> {
  try {
    return await ask()
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new Error(`seed ${query.seed}: ${problem}\n${query.sql}`, { cause: error })
  }
}

function shown({ ordered }: OracleQuery, rows: readonly string[]): string {
  return (ordered ? rows : rows.toSorted()).join('\n')
}
