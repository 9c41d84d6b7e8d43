/** What a new version does to the state of a job, told with the clauses of its scripts and held against the checkpoint of its run. */
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnswerOf, Contract, JobSpec } from '#api'
import { findCheckpoints } from '#engines'
import { Millrace, specOf, until } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

type Job = AnswerOf<Contract['GET /workspaces/:workspace/jobs/:job']>
type Verdict = NonNullable<AnswerOf<Contract['POST /workspaces/:workspace/jobs/check']>['verdict']>

const slow = { timeout: 120_000 }
const params = { workspace: 'main' }

let millrace: Millrace
let ada: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
})
afterAll(() => millrace.remove())

async function jobWhen(job: string, holds: (job: Job) => boolean): Promise<Job> {
  return until(async () => {
    const now = await ada.call('GET /workspaces/:workspace/jobs/:job', { params: { ...params, job } })
    return holds(now) ? now : null
  })
}

/** Bytes and entries of each operator in the newest checkpoint of a place, as they are found in its files. */
async function measured(folder: string): Promise<ReadonlyMap<string, { readonly bytes: number; readonly entries: number }>> {
  const [place] = await findCheckpoints(folder)
  const number = (await place?.list())?.at(-1)?.number ?? 0
  const sizes = new Map<string, { bytes: number; entries: number }>()
  for (const { title, bytes, entries } of (await place?.describe(number))?.parts ?? []) {
    const known = sizes.get(title) ?? { bytes: 0, entries: 0 }
    sizes.set(title, { bytes: known.bytes + bytes, entries: known.entries + entries })
  }
  return sizes
}

const tables = `CREATE TABLE visits (id BIGINT, city STRING, ts AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '2000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '100000000', 'fields.city.length' = '4');
CREATE TABLE counts (k STRING, c BIGINT) WITH ('connector' = 'blackhole');
CREATE VIEW cities AS SELECT city, COUNT(*) AS c FROM visits GROUP BY city;
`
const script = (keys: string): string =>
  [
    `${tables}-- 城市 🏙️`,
    'EXECUTE STATEMENT SET BEGIN',
    'INSERT INTO counts SELECT city, c FROM cities;',
    "INSERT INTO counts SELECT '🚕', COUNT(DISTINCT id + ${more})",
    `  FROM visits GROUP BY ${keys};`,
    'END',
  ].join('\r\n')

test.each([1, 2])('a job of %i workers says what would be lost of its state, and how much', slow, async (parallelism) => {
  const facts = { parallelism, variables: { more: '1' }, name: `counts-${parallelism}` }
  const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(script('MOD(id, 7)'), facts) })
  const of = { params: { ...params, job } }
  const verdictOf = async (text: string, changes: object = {}): Promise<Verdict | null> => {
    const spec = specOf(text, { ...facts, ...changes })
    return (await ada.call('POST /workspaces/:workspace/jobs/check', { params, body: { job, spec } })).verdict
  }
  expect(await verdictOf(script('MOD(id, 9)'))).toBeNull()
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { ...of, body: {} })
  await jobWhen(job, ({ status }) => (status.run?.report?.rowsIn ?? 0) > 500)
  await ada.call('POST /workspaces/:workspace/jobs/:job/stop', { ...of, body: { how: 'checkpoint' } })
  await jobWhen(job, ({ status }) => status.state === 'stopped')

  const { vertices } = await ada.call('GET /workspaces/:workspace/jobs/:job/topology', of)
  expect(vertices.flatMap(({ name, fragment }) => (fragment === null ? [] : [[name, fragment.view, fragment.text]]))).toEqual([
    ['GroupAggregate', 'cities', 'COUNT(*) … GROUP BY city'],
    ['GroupAggregate', null, 'COUNT(DISTINCT id + ${more}) … GROUP BY MOD(id, 7)'],
  ])

  const sizes = await measured(path.join(millrace.dataFolder, 'jobs', job, 'checkpoints'))
  const same = await verdictOf(script('MOD(id, 7)'))
  expect(same).toMatchObject({ dropsState: false, dropped: { operators: 0, bytes: null, unmeasured: 0 } })
  expect(same?.operators.map(({ verdict, operator, bytes, holds }) => [verdict, operator, bytes, sumOf(holds)])).toEqual(
    Array.from(sizes, ([operator, { bytes, entries }]) => ['kept', operator, bytes, entries]),
  )
  expect(same?.operators.every(({ bytes }) => (bytes ?? 0) > 100)).toBe(true)

  const other = `-- a line more\r\n${script('MOD(id, 9)')}`
  const verdict = await verdictOf(other)
  expect(verdict?.operators.map((part) => [part.verdict, part.fragment])).toEqual([
    ['dropped', { text: 'COUNT(DISTINCT id + ${more}) … GROUP BY MOD(id, 7)', line: 8, column: 33, isCut: false, view: null }],
    ['kept', { text: 'COUNT(*) … GROUP BY city', line: 1, column: 14, isCut: false, view: 'cities' }],
    ['new', { text: 'COUNT(DISTINCT id + ${more}) … GROUP BY MOD(id, 9)', line: 9, column: 33, isCut: false, view: null }],
  ])
  const [lost] = verdict?.operators ?? []
  expect(lost).toMatchObject({ bytes: sizes.get(lost?.operator ?? '')?.bytes })
  expect(verdict).toMatchObject({ dropsState: true, dropped: { operators: 1, bytes: lost?.bytes, unmeasured: 0 } })

  // A setting that makes another plan of the same script is seen as well.
  const settings = { 'table.optimizer.distinct-agg.split.enabled': 'true' }
  expect((await verdictOf(script('MOD(id, 7)'), { settings }))?.dropsState).toBe(true)

  const refused = await ada.try('PUT /workspaces/:workspace/jobs/:job', {
    ...of,
    body: { spec: specOf(other, facts), expectedVersion: 1, restarts: false },
  })
  expect(refused).toMatchObject({ code: 'JOBS_STATE_DROPPED' })
  expect(refused.text).toContain('for COUNT(DISTINCT id + ${more}) … GROUP BY MOD(id, 7)')
})

test('a savepoint that a start names is what is told of, as its files have it', slow, async () => {
  const facts = { variables: { more: '1' }, name: 'savepoints' }
  const [old, newer] = ['MOD(id, 5)', 'MOD(id, 6)'].map((keys) => specOf(script(keys), facts)) as [JobSpec, JobSpec]
  const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: old })
  const of = { params: { ...params, job } }
  const verdictOf = async (spec: JobSpec, from?: object): Promise<Verdict | null> =>
    (await ada.call('POST /workspaces/:workspace/jobs/check', { params, body: { job, spec, ...(from === undefined ? {} : { from }) } }))
      .verdict
  const wordsOf = (verdict: Verdict | null) => verdict?.operators.map((part) => [part.verdict, part.fragment?.text.slice(-10)])
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { ...of, body: {} })
  await jobWhen(job, ({ status }) => (status.run?.report?.rowsIn ?? 0) > 500)
  const { id } = await ada.call('POST /workspaces/:workspace/jobs/:job/savepoints', of)
  const savepoint = await until(async () => {
    const found = await ada.call('GET /workspaces/:workspace/jobs/:job/savepoints', of)
    return found.find(({ state }) => state === 'completed') ?? null
  })
  const body = { spec: newer, expectedVersion: 1, acceptsDroppedState: true, restarts: true }
  await ada.call('PUT /workspaces/:workspace/jobs/:job', { ...of, body })
  await jobWhen(job, ({ status }) => status.run?.version === 2 && (status.run.report?.rowsIn ?? 0) > 500)

  const named = { kind: 'savepoint', id }
  expect(wordsOf(await verdictOf(newer))).toEqual([
    ['kept', 'UP BY city'],
    ['kept', 'MOD(id, 6)'],
  ])
  expect(wordsOf(await verdictOf(newer, named))).toEqual([
    ['dropped', 'MOD(id, 5)'],
    ['kept', 'UP BY city'],
    ['new', 'MOD(id, 6)'],
  ])
  const sizes = await measured(savepoint.place ?? '')
  const kept = await verdictOf(old, named)
  expect(kept?.operators.map(({ verdict, operator, bytes, holds }) => [verdict, operator, bytes, sumOf(holds)])).toEqual(
    Array.from(sizes, ([operator, { bytes, entries }]) => ['kept', operator, bytes, entries]),
  )

  // A start from there that has failed is where the next one begins: the verdict stays with it.
  await ada.call('POST /workspaces/:workspace/jobs/:job/restart', { ...of, body: { from: named } })
  await jobWhen(job, ({ status }) => status.state === 'failed')
  expect((await verdictOf(old))?.dropsState).toBe(false)
  expect((await verdictOf(newer))?.operators.find(({ verdict }) => verdict === 'dropped')?.bytes).toBe(
    kept?.operators.find(({ fragment }) => fragment?.text.includes('MOD') === true)?.bytes,
  )
  const refused = await ada.try('PUT /workspaces/:workspace/jobs/:job', {
    ...of,
    body: { spec: specOf(script('MOD(id, 8)'), facts), expectedVersion: 2 },
  })
  expect(refused.code).toBe('JOBS_STATE_DROPPED')
  await ada.call('POST /workspaces/:workspace/jobs/:job/versions/:version/rollback', {
    params: { ...of.params, version: '1' },
    body: { restarts: true },
  })
  await jobWhen(job, ({ status }) => status.state === 'running' && status.run?.version === 3)
})

test('plan and topology are those of the settings that a job runs with', slow, async () => {
  const planned = async (name: string, facts: Partial<JobSpec>) => {
    const spec = specOf(script('MOD(id, 4)'), { ...facts, name, variables: { more: '1' } })
    const { plan } = await ada.call('POST /workspaces/:workspace/jobs/check', { params, body: { spec } })
    const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: spec })
    const topology = await ada.call('GET /workspaces/:workspace/jobs/:job/topology', { params: { ...params, job } })
    expect(topology.plan).toBe(plan)
    const aggregates = topology.vertices.filter((vertex) => vertex.name.endsWith('Aggregate'))
    return { plan, aggregates: aggregates.map(({ parallelism }) => parallelism) }
  }
  const plain = await planned('plain', {})
  const shared = await planned('shared', { parallelism: 2 })
  expect([plain.aggregates, shared.aggregates]).toEqual([
    [1, 1],
    [2, 2],
  ])
  const split = await planned('split', { settings: { 'table.optimizer.distinct-agg.split.enabled': 'true' } })
  expect(split.aggregates.length).toBeGreaterThan(2)
  expect(split.plan).not.toBe(plain.plan)
  const wrong = specOf(script('MOD(id, 4)'), { settings: { 'table.exec.state.ttl': 'long' }, variables: { more: '1' } })
  const { diagnostics } = await ada.call('POST /workspaces/:workspace/jobs/check', { params, body: { spec: wrong } })
  expect(diagnostics).toMatchObject([{ code: 'QUERY_SETTING_VALUE', position: null }])
})

test('what is wrong with a script is told at its place in it, and not in what its variables make of it', slow, async () => {
  const text = `${tables}INSERT INTO counts SELECT '\${name}', id FROM visits WHERE\n  id > \${more} AND nope = 1`
  const spec = specOf(text, { variables: { name: 'a name\nof two lines', more: '1' } })
  const { diagnostics } = await ada.call('POST /workspaces/:workspace/jobs/check', { params, body: { spec } })
  expect(diagnostics).toMatchObject([{ code: 'SQL_COLUMN_NOT_FOUND', position: { line: 6, column: 20 } }])
  expect(text.slice(diagnostics[0]?.position?.start, diagnostics[0]?.position?.end)).toBe('nope')
})

function sumOf(holds: readonly { readonly entries: number }[]): number {
  return holds.reduce((sum, { entries }) => sum + entries, 0)
}
