/**
 * Random queries over random rows, answered here and by a real Flink. FLINK_QUERIES=1000 asks more of them, FLINK_SEED=17 begins at another
 * seed: a failure prints the seed that repeats it. Where the two differ DuckDB is asked: what it answers as we do is a fault of Flink's.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RemoteSession } from '#query'
import { askMillrace, DuckOracle } from '../oracle/answers.ts'
import { type OracleQuery, randomQuery } from '../oracle/random-query.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'

const queries = Number(process.env['FLINK_QUERIES'] ?? 50)
const firstSeed = Number(process.env['FLINK_SEED'] ?? 1)
/** Queries that run at a time. */
const atATime = 3
/**
 * Of a hundred queries so many may be answered by Flink alone as it does. It counts no rows of an empty stream, so that IN below OR is never
 * true there, and mixes groups of a ROLLUP whose keys are expressions.
 */
const aloneMaxPercent = 4

let flink: FlinkServer
let duck: DuckOracle
let folder: string

beforeAll(async () => {
  flink = await startFlinkServer(4 * atATime)
  duck = await DuckOracle.open()
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-random-'))
}, 300_000)
afterAll(async () => {
  duck.close()
  await flink.remove()
  await rm(folder, { recursive: true, force: true })
})

test(`${queries} random queries from seed ${firstSeed} on`, { timeout: 60_000 + queries * 5000 }, async () => {
  const seeds = Array.from({ length: queries }, (_, index) => firstSeed + index)
  const faults: string[] = []
  const alone: string[] = []
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const query = askable(randomQuery(seed))
      const [ours, theirs] = [await answerOf(query), await answerOf(query, flink.gatewayUrl)]
      if (ours === theirs) continue
      const told = `seed ${seed}: ${query.sql}\nhere:\n${ours}\nFlink:\n${theirs}`
      const isAlone = ours === shown(query, await duck.ask(query.tables, query.duckSql))
      ;(isAlone ? alone : faults).push(told)
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  expect(faults.join('\n\n')).toBe('')
  const aloneMax = Math.ceil((queries * aloneMaxPercent) / 100)
  expect(alone.length > aloneMax ? alone.join('\n\n') : '').toBe('')
})

/** Without rows that have no event time, with which Flink fails. */
function askable(query: OracleQuery): OracleQuery {
  const tables = query.tables.map((table) => {
    const time = table.columns.findIndex(({ name }) => name === 'ts')
    return time < 0 ? table : { ...table, rows: table.rows.filter((row) => row[time] !== null) }
  })
  return { ...query, tables }
}

/** The answer of a query, or its error; rows are sorted by Flink in batch mode alone. */
async function answerOf(query: OracleQuery, url?: string): Promise<string> {
  const place = path.join(folder, String(query.seed))
  const how = { files: 1, optimized: true }
  if (url === undefined) return shown(query, await askMillrace(query, place, how))
  const settings = { 'table.local-time-zone': 'UTC', ...(query.ordered ? { 'execution.runtime-mode': 'batch' } : {}) }
  const elsewhere = await RemoteSession.open({ url, headers: {} }, settings)
  try {
    return shown(query, await askMillrace(query, place, { ...how, elsewhere }))
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    await elsewhere.close()
  }
}

function shown({ ordered }: OracleQuery, rows: readonly string[]): string {
  return (ordered ? rows : rows.toSorted()).join('\n')
}
