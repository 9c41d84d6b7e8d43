/** Alert rules in SQL, from what a person sends to the alert that fires. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Millrace, specOf, until } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const slow = { timeout: 120_000 }
const params = { workspace: 'main' }

let millrace: Millrace
let ada: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
})
afterAll(() => millrace.remove())

function ruleOf(text: string) {
  return {
    name: 'in SQL',
    description: '',
    isActive: true,
    severity: 'warning',
    scope: { kind: 'all' },
    condition: { kind: 'sql', text, metrics: [], pastMs: 0 },
    forMs: 0,
    clearAfterMs: 0,
    repeatMs: null,
    channels: [],
  }
}

function make(text: string) {
  return ada.call('POST /workspaces/:workspace/alert-rules', { params, body: ruleOf(text) })
}

test.each([
  ['SELECT job,\n  messured FROM metrics', 'column "messured" does not exist', { line: 2, column: 3 }],
  ['SELECT * FROM orders', 'table "orders" does not exist', { line: 1, column: 15 }],
  ['SELECT job FROM', 'expected', { line: 1 }],
  ['INSERT INTO metrics SELECT * FROM metrics', 'it is to be one SELECT', { line: 1, column: 1 }],
  ['SELECT job FROM metrics; DROP TABLE metrics', 'it is to be one SELECT', { line: 1, column: 26 }],
  ['', 'it is to be one SELECT', { line: 0 }],
  [
    "SELECT job FROM jobs WHERE job IN (\n  SELECT job FROM metrics /*+ OPTIONS('path' = '/etc/passwd') */)",
    'it cannot give the tables of rules other options',
    { line: 2, column: 31 },
  ],
])('%j is refused with its place', slow, async (text, reason, position) => {
  const reply = await ada.try('POST /workspaces/:workspace/alert-rules', { params, body: ruleOf(text) })
  expect(reply).toMatchObject({ status: 400, code: 'API_RULE_QUERY' })
  expect(reply.text).toContain(JSON.stringify(reason).slice(1, -1))
  const { error } = JSON.parse(reply.text) as { readonly error: { readonly position: object | null } }
  expect(error.position ?? { line: 0 }).toMatchObject(position)
  expect(await ada.call('GET /workspaces/:workspace/alert-rules', { params })).toEqual([])
})

test('a rule fires for each row, is shown as it was made, and cannot be changed into one that is wrong', slow, async () => {
  const script = `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n FROM numbers`
  const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(script) })
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job }, body: {} })
  // What there is no sample of yet, the rule would find a minute later.
  await until(async () => {
    const query = { metrics: 'numRecordsOut', from: 0, to: Date.UTC(2100, 0), stepMs: 3_600_000_000 }
    const { series } = await ada.call('GET /workspaces/:workspace/jobs/:job/series', { params: { ...params, job }, query })
    return series.length > 0 ? true : null
  })
  const text = `SELECT job, kind, MAX(measured) AS measured FROM operator_metrics
WHERE metric = 'numRecordsIn' OR metric = 'numRecordsOut' GROUP BY job, kind`
  const rule = await make(text)
  const fired = await until(async () => {
    const { items, counts } = await ada.call('GET /workspaces/:workspace/alerts', { params })
    return counts.firing >= 2 ? items : null
  })
  expect(new Set(fired.map((alert) => alert.job))).toEqual(new Set([job]))
  expect(new Set(fired.map(({ id }) => id)).size).toBe(fired.length)
  expect(fired.map((alert) => alert.text).join('\n')).toContain('kind = source')
  const [shown] = await ada.call('GET /workspaces/:workspace/alert-rules', { params })
  expect(shown).toEqual(rule)
  const change = { spec: ruleOf('SELECT nothing FROM metrics'), expectedVersion: rule.version }
  const reply = await ada.try('PUT /workspaces/:workspace/alert-rules/:rule', { params: { ...params, rule: rule.id }, body: change })
  expect(reply.code).toBe('API_RULE_QUERY')
  expect(millrace.failures).toEqual([])
})
