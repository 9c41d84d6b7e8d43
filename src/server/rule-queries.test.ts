/** Queries of alert rules as the server asks them: in a real process. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#base'
import { ruleTables, type SqlTable } from '#monitor'
import { SessionProcesses } from '#processes'
import { RuleQueries } from './rule-queries.ts'

const mb = 1_048_576
const slow = { timeout: 60_000 }
const at = Date.UTC(2030, 0, 1, 12, 30)

let folder: string
let processes: SessionProcesses
let queries: RuleQueries

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-rules-'))
  const entry = new URL('../session-process.ts', import.meta.url)
  const memory = { heapBytes: 128 * mb, stateBytes: 32 * mb, totalBytes: 700 * mb }
  const variables = { NODE_COMPILE_CACHE: path.join(tmpdir(), 'millrace-test-code'), ...process.env }
  processes = new SessionProcesses({ process: { entry, memory, clock: systemClock, variables }, workersMax: 1, limits: { sessionsMax: 1 } })
  // Somebody has all the sessions that people may have.
  await processes.open({})
  queries = new RuleQueries(processes, path.join(folder, 'rules'))
})
afterAll(async () => {
  await queries.close()
  await processes.close()
  await rm(folder, { recursive: true, force: true })
})

/** Numbers of operators: job, operator, metric, value. */
function tablesOf(...numbers: readonly (readonly [string, string, string, number])[]): SqlTable[] {
  const rows = numbers.map(([job, operator, metric, value]) => {
    const isJob = operator === ''
    return [at, job, `name of ${job}`, operator, operator, isJob ? 'job' : 'operator', isJob ? null : 0, metric, value]
  })
  return ruleTables.map((table) => (table.name === 'metrics' ? { ...table, rows } : table))
}

function ask(text: string, tables: readonly SqlTable[], signal = new AbortController().signal, rowsMax = 10, workspace = 'main') {
  return queries.run({ workspace, text, tables, rowsMax }, signal)
}

test('sees the tables that it is given, each time anew, with their times and their halves', slow, async () => {
  const sum = 'SELECT job, SUM(measured) AS measured FROM operator_metrics GROUP BY job ORDER BY job'
  const first = await ask(
    sum,
    tablesOf(['a', 'map', 'stateBytes', 3], ['a', 'sink', 'stateBytes', 4], ['b', 'map', 'stateBytes', 5], ['a', '', 'jobStateBytes', 7]),
  )
  expect(first.columns).toMatchObject([{ name: 'job', type: 'STRING' }, { name: 'measured' }])
  expect(first.rows).toEqual([
    ['a', 7],
    ['b', 5],
  ])
  expect((await ask(sum, tablesOf(['c', 'map', 'stateBytes', 1]))).rows).toEqual([['c', 1]])
  expect((await ask(sum, tablesOf())).rows).toEqual([])
  const times = `SELECT job_name, CAST(sampled_at AS STRING) FROM job_metrics WHERE sampled_at = TO_TIMESTAMP_LTZ(${at}, 3)`
  const { rows } = await ask(times, tablesOf(['a', '', 'jobStateBytes', 7]))
  expect(rows).toEqual([['name of a', expect.stringContaining(':30:00.000')]])
  expect(await readdir(path.join(folder, 'rules'))).toHaveLength(1)
})

test('another workspace finds nothing of the one before, which is gone', slow, async () => {
  await ask('SELECT 1 AS n', tablesOf(['a', 'map', 'stateBytes', 3]))
  const before = await readdir(path.join(folder, 'rules'))
  const { rows } = await ask('SELECT job FROM metrics', tablesOf(['b', 'map', 'stateBytes', 3]), undefined, 10, 'another')
  expect(rows).toEqual([['b']])
  const after = await readdir(path.join(folder, 'rules'))
  expect(after).toHaveLength(1)
  expect(after).not.toEqual(before)
})

test('gives no more rows than it may', slow, async () => {
  const numbers = Array.from({ length: 500 }, (_, n) => [`job ${n}`, 'map', 'stateBytes', n] as const)
  expect((await ask('SELECT job FROM metrics', tablesOf(...numbers), undefined, 10)).rows).toHaveLength(10)
})

test('one that takes too long ends with its process, and the next one is answered', slow, async () => {
  const numbers = Array.from({ length: 3000 }, (_, n) => [`job ${n}`, 'map', 'stateBytes', n] as const)
  const stopping = new AbortController()
  const endless = 'SELECT SUM(a.measured * b.measured * c.measured) AS measured FROM metrics a, metrics b, metrics c'
  const asked = ask(endless, tablesOf(...numbers), stopping.signal).catch(() => null)
  setTimeout(() => stopping.abort(), 3000)
  await asked
  expect((await ask('SELECT job FROM metrics', tablesOf(['b', 'map', 'stateBytes', 3]))).rows).toEqual([['b']])
})

test('what is wrong is told with its place in the text', slow, async () => {
  expect(await queries.check('SELECT job, measured FROM job_metrics')).toEqual([])
  const [failure] = await queries.check('SELECT job,\n  messured FROM metrics')
  expect(failure).toMatchObject({ code: 'SQL_COLUMN_NOT_FOUND', position: { line: 2, column: 3, start: 14, end: 22 } })
  expect(failure?.hint).toContain('measured')
  const [missing] = await queries.check('SELECT * FROM orders')
  expect(missing).toMatchObject({ code: 'SQL_TABLE_NOT_FOUND', position: { line: 1, column: 15 } })
})

test('leaves nothing behind', slow, async () => {
  await queries.close()
  expect(existsSync(path.join(folder, 'rules'))).toBe(false)
})
