/** Notebooks as their readers and writers meet them over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnswerOf, Contract } from '#api'
import { Millrace } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

type Read = AnswerOf<Contract['GET /workspaces/:workspace/notebooks/:notebook']>
type Spec = Read['spec']
type Output = Read['outputs'][number]['output']

const slow = { timeout: 60_000 }
const params = { workspace: 'main' }

let millrace: Millrace
let ada: Person
let grace: Person
let viewer: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
  grace = await millrace.person(ada, 'grace', 'developer')
  viewer = await millrace.person(ada, 'vera', 'viewer')
})
afterAll(() => millrace.remove())

function specOf(changes: Partial<Spec> = {}): Spec {
  const cells: Spec['cells'] = [
    { id: 'intro', kind: 'markdown', text: '# Flights\n<script>alert(1)</script>' },
    { id: 'count', kind: 'sql', text: 'SELECT 1 AS a', view: 'chart', chart: { x: 'a', y: 'a', series: null, form: null } },
  ]
  return { title: 'Flights', folder: 'demo', tags: ['live'], variables: { city: 'Oslo' }, cells, ...changes }
}

const output: Output = {
  text: 'SELECT 1 AS a',
  variables: {},
  outcome: 'finished',
  startedAt: 1,
  endedAt: 2,
  columns: [{ name: 'a', type: 'INT NOT NULL' }],
  rows: [[1]],
  rowCount: 1,
  updating: false,
  messages: [],
  failures: [],
}

test('a notebook is made, read by others, changed, and told of when it changes', slow, async () => {
  // What changes is told from here on: the answer has begun.
  const changes = await ada.open('GET', '/api/v1/workspaces/main/changes', {})
  const { id: notebook, version } = await grace.call('POST /workspaces/:workspace/notebooks', { params, body: specOf() })
  let told = ''
  for await (const part of changes) {
    told += String(part)
    if (told.includes('data: ')) break
  }
  expect(told).toContain(JSON.stringify({ kind: 'notebook', id: notebook, version: 1, by: 'grace' }))
  const of = { params: { ...params, notebook } }
  await grace.call('PUT /workspaces/:workspace/notebooks/:notebook/outputs/:cell', {
    params: { ...of.params, cell: 'count' },
    body: output,
  })
  const read = await viewer.call('GET /workspaces/:workspace/notebooks/:notebook', of)
  expect(read).toMatchObject({ version, changedBy: 'grace', spec: specOf(), outputs: [{ cell: 'count', by: 'grace', output }] })
  const body = { spec: specOf({ title: 'Flights by hour' }), expectedVersion: 1 }
  expect(await ada.call('PUT /workspaces/:workspace/notebooks/:notebook', { ...of, body })).toMatchObject({ version: 2 })
  const late = await grace.try('PUT /workspaces/:workspace/notebooks/:notebook', { ...of, body: { ...body, spec: specOf({ tags: [] }) } })
  expect([late.status, late.code]).toEqual([409, 'NOTEBOOK_VERSION_CHANGED'])
  const versions = await viewer.call('GET /workspaces/:workspace/notebooks/:notebook/versions', of)
  expect(versions.items).toMatchObject([
    { version: 2, by: 'ada', title: 'Flights by hour', cells: 2 },
    { version: 1, by: 'grace' },
  ])
  const first = await viewer.call('GET /workspaces/:workspace/notebooks/:notebook/versions/:version', {
    params: { ...of.params, version: '1' },
  })
  expect(first.spec).toEqual(specOf())
  const found = await viewer.call('GET /workspaces/:workspace/notebooks', { params, query: { search: 'hour select' } })
  expect(found).toMatchObject({ total: 1, items: [{ id: notebook, cells: 2, tags: ['live'], folder: 'demo' }] })
  // What was asked and done is written down, the one that was refused, too.
  const { items } = await ada.call('GET /workspaces/:workspace/audit', { params, query: { subject: notebook } })
  expect(items.map(({ action, outcome, by }) => `${by} ${outcome} ${action.split(' ')[0]}`)).toEqual(
    expect.arrayContaining(['grace refused PUT', 'ada done PUT', 'grace done PUT']),
  )
})

test('values of variables are put in, and their places told', async () => {
  const body = { text: "SELECT '${city}' AS city", variables: { city: "O'Fallon" } }
  expect(await grace.call('POST /workspaces/:workspace/notebooks/fill', { params, body })).toEqual({
    text: "SELECT 'O''Fallon' AS city",
    places: [{ start: 8, end: 17, scriptStart: 8, scriptEnd: 15 }],
  })
  const refused = await grace.try('POST /workspaces/:workspace/notebooks/fill', { params, body: { ...body, variables: {} } })
  expect([refused.status, refused.code]).toEqual([400, 'JOBS_VARIABLE_VALUE'])
})

test('what does not fit is refused, and nothing of another workspace is seen', slow, async () => {
  const { id: notebook } = await ada.call('POST /workspaces/:workspace/notebooks', { params, body: specOf() })
  const of = { ...params, notebook }
  const key = 'PUT /workspaces/:workspace/notebooks/:notebook/outputs/:cell'
  const refusals = [
    await ada.try(key, { params: { ...of, cell: 'gone' }, body: output }),
    await ada.try(key, { params: { ...of, cell: 'count' }, body: { ...output, rows: [[[1]]] } }),
    await ada.try(key, { params: { ...of, cell: 'count' }, body: { ...output, rows: [['x'.repeat(300_000)]] } }),
    await ada.try('POST /workspaces/:workspace/notebooks', { params, body: { ...specOf(), owner: 'ada' } }),
    await ada.try('POST /workspaces/:workspace/notebooks', { params, body: specOf({ variables: { password: 'x' } }) }),
    await ada.try('GET /workspaces/:workspace/notebooks/:notebook/versions/:version', { params: { ...of, version: '0' } }),
  ]
  expect(refusals.map(({ status, code }) => `${status} ${code}`)).toEqual([
    '404 NOTEBOOK_CELL_NOT_FOUND',
    '400 API_REQUEST',
    '400 NOTEBOOK_OUTPUT_TOO_LARGE',
    '400 API_REQUEST',
    '400 NOTEBOOK_SECRET_PLAIN',
    '404 NOTEBOOK_VERSION_NOT_FOUND',
  ])
  await ada.call('POST /workspaces', { body: { name: 'sales', title: 'Sales' } })
  for (const each of [
    'GET /workspaces/:workspace/notebooks/:notebook',
    'GET /workspaces/:workspace/notebooks/:notebook/versions',
    'DELETE /workspaces/:workspace/notebooks/:notebook',
    'DELETE /workspaces/:workspace/notebooks/:notebook/outputs',
  ] as const)
    expect((await ada.try(each, { params: { workspace: 'sales', notebook } })).code).toBe('NOTEBOOK_NOT_FOUND')
  await ada.call('DELETE /workspaces/:workspace/notebooks/:notebook', { params: of })
  expect((await ada.try('GET /workspaces/:workspace/notebooks/:notebook', { params: of })).status).toBe(404)
})

test('notebooks outlive their server', slow, async () => {
  const { id: notebook } = await ada.call('POST /workspaces/:workspace/notebooks', { params, body: specOf({ title: 'Kept' }) })
  await ada.call('PUT /workspaces/:workspace/notebooks/:notebook/outputs/:cell', {
    params: { ...params, notebook, cell: 'count' },
    body: output,
  })
  await millrace.close()
  await millrace.open()
  const again = await millrace.stranger().signIn('ada', 'correct horse battery')
  const read = await again.call('GET /workspaces/:workspace/notebooks/:notebook', { params: { ...params, notebook } })
  expect(read).toMatchObject({ version: 1, spec: { title: 'Kept' }, outputs: [{ output: { rows: [[1]] } }] })
})
