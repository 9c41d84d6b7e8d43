/**
 * Every Nexmark query of examples/nexmark/ runs, gives the rows that golden/answers.txt keeps, and those that DuckDB finds in the same
 * events. UPDATE=1 writes the golden file anew.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DuckOracle } from '../oracle/answers.ts'
import { answerOf, type NexmarkScript, nexmarkScripts, plain } from './answers.fixture.ts'
import { duckdbQueries } from './duckdb-queries.fixture.ts'

const goldenFile = path.join(import.meta.dirname, 'golden', 'answers.txt')
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-nexmark-'))
const scripts = await nexmarkScripts(20_000, folder)
/** The first bid by a person who is known comes late. */
const longScripts = await nexmarkScripts(60_000, folder)
const known = new Map(
  readFileSync(goldenFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line]),
)
const found = new Map<string, string>()
let oracle: DuckOracle

beforeAll(async () => {
  oracle = await DuckOracle.open()
  for (const [schema, all] of [['short', scripts] as const, ['long', longScripts] as const]) {
    await oracle.ask([], `CREATE SCHEMA ${schema}`)
    for (const view of ['person', 'auction', 'bid']) {
      const place = path.join(folder, schema, view)
      const sink = `WITH ('connector' = 'filesystem', 'path' = '${place}', 'format' = 'parquet')`
      await answerOf(`${all[0]?.prepare} CREATE TABLE exported ${sink} AS SELECT * FROM ${view};`)
      await oracle.ask([], `CREATE TABLE ${schema}.${view} AS SELECT * FROM '${place}/*.parquet'`)
    }
  }
})

afterAll(() => {
  oracle.close()
  rmSync(folder, { recursive: true, force: true })
  const lines = scripts.map(({ name }) => `${found.get(name) ?? known.get(name)}\n`)
  if (process.env['UPDATE'] === '1') writeFileSync(goldenFile, lines.join(''))
})

test('the queries are those of the benchmark', () => {
  expect(scripts.map(({ name }) => name)).toEqual(Array.from({ length: 24 }, (_, number) => `q${number}`))
  expect(Object.keys(duckdbQueries)).toEqual(scripts.map(({ name }) => name))
})

describe.each(scripts.map(({ name }) => name))('%s', (name) => {
  test('gives the rows that it gave before, which are those of DuckDB', { timeout: 60_000 }, async () => {
    const isLong = name === 'q23'
    const answer = await ourAnswer((isLong ? longScripts : scripts).find((each) => each.name === name))
    await oracle.ask([], `USE ${isLong ? 'long' : 'short'}`)
    const theirs = await oracle.ask([], duckdbQueries[name] ?? '')
    const expected = theirs.map((line) => line.split(' | ').map(plain).join(' | ')).sort()
    expect(answer.length).toBeGreaterThan(0)
    expect(answer).toEqual(expected)
    const hash = createHash('sha256').update(answer.join('\n')).digest('hex').slice(0, 16)
    found.set(name, `${name} ${answer.length} rows ${hash}`)
    expect(found.get(name)).toBe(process.env['UPDATE'] === '1' ? found.get(name) : known.get(name))
  })

  test('gives the same rows with little memory for state', { timeout: 120_000 }, async () => {
    const script = scripts.find((each) => each.name === name)
    expect(await ourAnswer(script, "SET 'taskmanager.memory.managed.size' = '100 kb';")).toEqual(await ourAnswer(script))
  })
})

/** Windows of processing time fall as the clock will; what they come to does not. */
function ourAnswer(script: NexmarkScript | undefined, settings = ''): Promise<string[]> {
  const { name = '', prepare = '', select = '' } = script ?? {}
  const inner = select.replace(/;$/, '')
  return answerOf(`${settings}\n${prepare}\n${name === 'q12' ? `SELECT bidder, SUM(bids) FROM (${inner}) GROUP BY bidder` : inner};`)
}
