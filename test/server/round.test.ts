/** A whole round of what people do with a server, each answer held to the contract. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AnswerOf, type Contract, loadServing } from '#api'
import { Millrace, specOf, until } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const { routes } = await loadServing()
const slow = { timeout: 90_000 }
const params = { workspace: 'main' }
const statementKey = 'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement'
type StatementEvent = AnswerOf<Contract[typeof statementKey]>
type Job = AnswerOf<Contract['GET /workspaces/:workspace/jobs/:job']>

let millrace: Millrace
let ada: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
})
afterAll(() => millrace.remove())

async function open(person = ada): Promise<string> {
  return (await person.call('POST /workspaces/:workspace/sql/sessions', { params, body: {} })).session
}

async function begin(session: string, text: string, person = ada): Promise<string> {
  const of = { params: { ...params, session }, body: { text } }
  return (await person.call('POST /workspaces/:workspace/sql/sessions/:session/statements', of)).statement
}

/** All events of a text to its end. */
async function run(session: string, text: string, person = ada): Promise<StatementEvent[]> {
  const statement = await begin(session, text, person)
  const events: StatementEvent[] = []
  for await (const { data } of person.events(statementKey, { params: { ...params, session, statement } })) events.push(data)
  return events
}

/** In a session of its own. */
async function define(text: string): Promise<void> {
  const session = await open()
  expect((await run(session, text)).at(-1)).toEqual({ kind: 'ended', outcome: 'finished' })
  await ada.call('DELETE /workspaces/:workspace/sql/sessions/:session', { params: { ...params, session } })
}

const numbers = (perSecond: number, end = 1_000_000): string =>
  `WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${end}')`
const files = (name: string): string =>
  `WITH ('connector' = 'filesystem', 'path' = '${path.join(millrace.folder, name)}', 'format' = 'json')`

describe('statements', () => {
  test('tell what they do, fail with the place, and are cancelled', slow, async () => {
    const session = await open()
    const events = await run(session, "SELECT 1 AS a, 'x' AS t; SHOW CATALOGS")
    expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['started', 'opened', 'changes', 'closed', 'table', 'ended']))
    expect(events).toContainEqual({ kind: 'changes', rows: [{ op: '+I', values: [1, 'x'] }] })
    const [failed] = (await run(session, 'SELECT 1;\n  SELECT nope')).slice(-2)
    expect(failed).toMatchObject({ kind: 'failed', failures: [{ code: 'SQL_COLUMN_NOT_FOUND', position: { line: 2, column: 10 } }] })
    const statement = await begin(session, `CREATE TEMPORARY TABLE live (n BIGINT) ${numbers(10)}; SELECT n FROM live`)
    const of = { params: { ...params, session, statement } }
    let ended: StatementEvent | null = null
    for await (const { data } of ada.events(statementKey, of)) {
      if (data.kind === 'changes') await ada.call('DELETE /workspaces/:workspace/sql/sessions/:session/statements/:statement', of)
      ended = data
    }
    expect(ended).toEqual({ kind: 'ended', outcome: 'cancelled' })
    expect(await ada.call('GET /workspaces/:workspace/sql/sessions/:session', { params: { ...params, session } })).toEqual({
      session,
      statement: null,
    })
  })

  test('are read on where a reader went away', slow, async () => {
    const session = await open()
    const statement = await begin(session, `CREATE TEMPORARY TABLE many (n BIGINT) ${numbers(20_000, 29_999)}; SELECT n FROM many`)
    const of = { params: { ...params, session, statement } }
    const seen: unknown[] = []
    let after = 0
    for (let isOver = false; !isOver; ) {
      let taken = 0
      for await (const { id, data } of ada.events(statementKey, { ...of, query: { after } })) {
        if (data.kind === 'changes') seen.push(...data.rows.map(({ values }) => Number(values[0])))
        after = Number(id)
        isOver = data.kind === 'ended'
        if (++taken === 5) break
      }
    }
    expect(seen.length).toBe(30_000)
    expect(seen.findIndex((n, index) => n !== index)).toBe(-1)
    expect((await ada.try(statementKey, { ...of, query: { after: after + 1 } })).code).toBe('PROCESSES_EVENT_GONE')
  })
})

test('what one session makes is seen by others, by looks at texts, and by jobs', slow, async () => {
  const bob = await millrace.person(ada, 'bob', 'developer')
  const [mine, his] = [await open(), await open(bob)]
  await run(mine, `CREATE TABLE shared (n BIGINT) ${numbers(10)}`)
  expect(JSON.stringify(await run(his, 'SHOW TABLES', bob))).toContain('shared')
  // Both make something at the same time: each sees the other's.
  await Promise.all([run(mine, `CREATE TABLE alpha (n BIGINT) ${numbers(1)}`), run(his, `CREATE TABLE beta (n BIGINT) ${numbers(1)}`, bob)])
  expect(
    (await ada.call('GET /workspaces/:workspace/catalog', { params, query: { kind: 'table' } })).items.map(({ path: names }) =>
      names.at(-1),
    ),
  ).toEqual(expect.arrayContaining(['alpha', 'beta']))
  expect(JSON.stringify(await run(mine, 'SHOW TABLES'))).toContain('beta')
  expect(JSON.stringify(await run(his, 'SHOW TABLES', bob))).toContain('alpha')
  const check = (text: string) => bob.call('POST /workspaces/:workspace/sql/check', { params, body: { text } })
  expect(await check('SELECT n FROM shared')).toEqual({ diagnostics: [] })
  expect((await check('SELECT m FROM shared')).diagnostics).toMatchObject([{ code: 'SQL_COLUMN_NOT_FOUND' }])
  expect(await bob.call('POST /workspaces/:workspace/sql/explain', { params, body: { text: 'SELECT n FROM shared' } })).toMatchObject({
    plan: expect.stringContaining('shared'),
  })
  const completed = await bob.call('POST /workspaces/:workspace/sql/complete', {
    params,
    body: { text: 'SELECT n FROM sha', offset: 17, session: his },
  })
  expect(completed).toMatchObject({ from: 14, completions: expect.arrayContaining([expect.objectContaining({ text: 'shared' })]) })
  const options = "CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'scan.st"
  expect(
    await bob.call('POST /workspaces/:workspace/sql/complete', { params, body: { text: options, offset: options.length } }),
  ).toMatchObject({
    from: options.indexOf('scan.st'),
    completions: expect.arrayContaining([expect.objectContaining({ text: 'scan.startup.mode', kind: 'option' })]),
  })
  const { items } = await bob.call('GET /workspaces/:workspace/catalog', { params, query: { search: 'shar' } })
  expect(items).toMatchObject([{ kind: 'table', connector: 'datagen', columns: 1, changedBy: 'ada' }])
  const entry = { params: { ...params, entry: items[0]?.id ?? '' } }
  expect(await bob.call('GET /workspaces/:workspace/catalog/:entry', entry)).toMatchObject({ columns: [{ name: 'n' }] })
  expect(await bob.call('GET /workspaces/:workspace/catalog/:entry/versions', entry)).toHaveLength(1)
  await run(his, 'DROP TABLE shared', bob)
  expect(JSON.stringify(await run(mine, 'SHOW TABLES'))).not.toContain('shared')
})

/** The job, once it is as it should be. */
function jobWhen(id: string, holds: (job: Job) => boolean): Promise<Job> {
  return until(async () => {
    const job = await ada.call('GET /workspaces/:workspace/jobs/:job', { params: { ...params, job: id } })
    return holds(job) ? job : null
  })
}

describe('a job', () => {
  const state = (wanted: string) => (job: Job) => job.status.state === wanted

  test('is made, runs, changes, goes back and goes', { timeout: 180_000 }, async () => {
    await define(`CREATE TABLE numbers (n BIGINT) ${numbers(2000)}; CREATE TABLE counts (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
      CREATE TABLE copies (n BIGINT) ${files('copies')}`)
    const both = (more: string): string =>
      `EXECUTE STATEMENT SET BEGIN INSERT INTO copies SELECT n FROM numbers; INSERT INTO counts SELECT MOD(n, 3), COUNT(*) FROM numbers GROUP BY MOD(n, 3); INSERT INTO counts ${more}; END`
    const first = specOf(both('SELECT MOD(n, 7), COUNT(*) FROM numbers GROUP BY MOD(n, 7)'), { tags: ['a'] })
    const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: first })
    const of = { params: { ...params, job } }
    const changes = ada.events('GET /workspaces/:workspace/changes', { params })
    const change = changes.next()
    await ada.call('POST /workspaces/:workspace/jobs/:job/start', { ...of, body: {} })
    expect((await change).value).toMatchObject({ data: { id: job, by: 'ada' } })
    await changes.return()
    await jobWhen(job, ({ status }) => (status.run?.report?.rowsOut ?? 0) > 0)
    await until(async () => ((await millrace.rows('copies')).length > 0 ? true : null))

    const { items: lines } = await ada.call('GET /workspaces/:workspace/jobs', {
      params,
      query: { search: 'job', state: 'running', tag: 'a' },
    })
    expect(lines).toMatchObject([{ id: job, wanted: { state: 'running' } }])
    expect((await ada.call('GET /workspaces/:workspace/jobs/:job/topology', of)).vertices.map(({ kind }) => kind)).toContain('sink')
    expect((await ada.call('GET /workspaces/:workspace/jobs/:job/operators', of)).operators.length).toBeGreaterThan(2)

    await ada.call('POST /workspaces/:workspace/jobs/:job/savepoints', of)
    const savepoints = await until(async () => {
      const found = await ada.call('GET /workspaces/:workspace/jobs/:job/savepoints', of)
      return found.every((each) => each.state === 'completed') ? found : null
    })
    expect(savepoints).toMatchObject([{ version: 1, attempt: 1, askedBy: 'ada' }])

    // Another key keeps other state: what is lost is told, and refused until somebody accepts it.
    const other = specOf(both('SELECT n, COUNT(*) FROM numbers GROUP BY n'), { tags: ['a'] })
    const { verdict } = await ada.call('POST /workspaces/:workspace/jobs/check', { params, body: { job, spec: other } })
    expect(verdict?.dropsState).toBe(true)
    expect(new Set(verdict?.operators.map((each) => each.verdict))).toEqual(new Set(['kept', 'dropped', 'new']))
    const put = { spec: other, expectedVersion: 1, restarts: true }
    expect((await ada.try('PUT /workspaces/:workspace/jobs/:job', { ...of, body: put })).code).toBe('JOBS_STATE_DROPPED')
    await ada.call('PUT /workspaces/:workspace/jobs/:job', { ...of, body: { ...put, acceptsDroppedState: true } })
    expect((await ada.try('PUT /workspaces/:workspace/jobs/:job', { ...of, body: { ...put, spec: first } })).status).toBe(409)
    await jobWhen(job, ({ status }) => status.state === 'running' && status.run?.version === 2)

    await ada.call('POST /workspaces/:workspace/jobs/:job/stop', { ...of, body: { how: 'checkpoint' } })
    await jobWhen(job, state('stopped'))
    const rows = (await millrace.rows('copies')) as { n: number }[]
    expect(rows.map(({ n }) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: rows.length }, (_, n) => n))

    const rollback = { params: { ...of.params, version: '1' }, body: { acceptsDroppedState: true } }
    const back = await ada.call('POST /workspaces/:workspace/jobs/:job/versions/:version/rollback', rollback)
    expect(back).toMatchObject({ version: 3, spec: { program: first.program } })
    expect((await ada.call('GET /workspaces/:workspace/jobs/:job/versions', of)).items.map(({ version }) => version)).toEqual([3, 2, 1])
    for (const version of ['4', '0', 'x', '1e0']) {
      const { status } = await ada.try('POST /workspaces/:workspace/jobs/:job/versions/:version/rollback', {
        ...rollback,
        params: { ...of.params, version },
      })
      expect([version, status]).toEqual([version, 404])
    }
    const savepoint = savepoints[0]?.id ?? ''
    const stranger = await ada.call('POST /workspaces/:workspace/jobs', { params, body: { ...other, name: 'another' } })
    const wrong = { params: { ...params, job: stranger.id, savepoint } }
    expect((await ada.try('DELETE /workspaces/:workspace/jobs/:job/savepoints/:savepoint', wrong)).status).toBe(404)
    await ada.call('DELETE /workspaces/:workspace/jobs/:job/savepoints/:savepoint', { params: { ...of.params, savepoint } })

    const events = await ada.call('GET /workspaces/:workspace/jobs/:job/events', { ...of, query: { limit: 2 } })
    expect(events.items).toHaveLength(2)
    expect(
      (await ada.call('GET /workspaces/:workspace/jobs/:job/events', { ...of, query: { cursor: events.next ?? '' } })).items.length,
    ).toBeGreaterThan(2)
    const logs = await ada.call('GET /workspaces/:workspace/jobs/:job/logs', of)
    expect(logs.items.map(({ text }) => text).join()).toContain('attempt 1 began')
    await ada.call('DELETE /workspaces/:workspace/jobs/:job', of)
    await until(async () => ((await ada.try('GET /workspaces/:workspace/jobs/:job', of)).status === 404 ? true : null))

    const { items: audit } = await ada.call('GET /workspaces/:workspace/audit', { params, query: { subject: job, limit: 500 } })
    const started = audit.filter(({ action }) => action === 'POST /workspaces/:workspace/jobs/:job/start').map(({ outcome }) => outcome)
    expect(started).toEqual(['done', 'asked'])
    expect(audit.filter(({ action }) => action.startsWith('PUT ')).map(({ outcome, detail }) => `${outcome} ${detail}`)).toEqual([
      'refused JOBS_VERSION_CHANGED',
      'asked ',
      'done ',
      'asked ',
      'refused JOBS_STATE_DROPPED',
      'asked ',
    ])
  })

  test('is changed by one of two who change it at the same time', slow, async () => {
    const script = "CREATE TABLE o (n INT) WITH ('connector' = 'blackhole'); INSERT INTO o VALUES (1)"
    const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(script, { name: 'contended' }) })
    const puts = Array.from({ length: 8 }, (_, index) => {
      const spec = specOf(script, { name: 'contended', description: `${index}` })
      return ada.try('PUT /workspaces/:workspace/jobs/:job', { params: { ...params, job }, body: { spec, expectedVersion: 1 } })
    })
    expect((await Promise.all(puts)).map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 409),
    ])
    const created = Array.from({ length: 5 }, () =>
      ada.try('POST /workspaces/:workspace/jobs', { params, body: specOf(script, { name: 'twin' }) }),
    )
    const statuses = (await Promise.all(created)).map(({ status, code }) => `${status} ${code}`).toSorted((a, b) => a.localeCompare(b))
    expect(statuses[0]).toBe('200 ')
    expect(new Set(statuses.slice(1).map((each) => each.slice(0, 1)))).toEqual(new Set(['4']))
    const orders = (['start', 'stop', 'restart', 'start', 'stop'] as const).map((verb) =>
      ada.try(`POST /workspaces/:workspace/jobs/:job/${verb}`, { params: { ...params, job }, body: verb === 'stop' ? { how: 'now' } : {} }),
    )
    for (const { status } of await Promise.all(orders)) expect([200, 409]).toContain(status)
    expect(millrace.failures).toEqual([])
  })
})

test('a text that takes too long to look at holds up nobody who comes after it', { timeout: 120_000 }, async () => {
  const impatient = await Millrace.create({ sessionLimits: { answerMs: 2000 } })
  const admin = await impatient.admin()
  const check = (text: string) => admin.try('POST /workspaces/:workspace/sql/check', { params, body: { text } })
  expect((await check('SELECT 1;'.repeat(60_000))).code).toBe('PROCESSES_SESSION_BUSY')
  // The one that was ended has to be made anew, which may take longer than that.
  const again = async () => ((await check('SELECT 1')).text === '{"diagnostics":[]}' ? true : null)
  expect(await until(again)).toBe(true)
  await impatient.remove()
})

test('one person does not take all sessions, and people together not those that look at texts', { timeout: 120_000 }, async () => {
  const small = await Millrace.create({ sessionLimits: { sessionsMax: 3, ofPersonMax: 2 } })
  const admin = await small.admin()
  const service = await small.service(admin, 'developer')
  const open = (person: Person) => person.try('POST /workspaces/:workspace/sql/sessions', { params, body: {} })
  const opened = await Promise.all([open(admin), open(admin), open(admin)])
  expect(opened.map(({ status, code }) => `${status} ${code}`).toSorted()).toEqual(['200 ', '200 ', '400 PROCESSES_SESSIONS_OF_PERSON'])
  expect((await open(service)).status).toBe(200)
  expect((await open(service)).code).toBe('PROCESSES_SESSIONS_FULL')
  expect(await admin.call('POST /workspaces/:workspace/sql/check', { params, body: { text: 'SELECT 1' } })).toEqual({ diagnostics: [] })
  await small.remove()
})

test('people, workspaces and tokens', slow, async () => {
  expect(await millrace.stranger().call('GET /sign-in')).toEqual({ needsFirstAdmin: false, oidc: null })
  expect(await millrace.stranger().call('GET /health')).toMatchObject({ ready: true })
  expect(await ada.call('GET /me')).toMatchObject({ name: 'ada', memberships: [{ workspace: 'main', role: 'admin' }] })
  expect((await ada.call('GET /users')).items.map(({ name }) => name)).toContain('ada')
  expect(await ada.call('GET /workspaces')).toMatchObject([{ name: 'main' }])
  expect((await ada.call('GET /workspaces/:workspace/members', { params })).map(({ user }) => user)).toContain('ada')
  const { token } = await ada.call('POST /workspaces/:workspace/tokens', { params, body: { title: 'ci', role: 'viewer', daysValid: null } })
  expect(await ada.call('GET /workspaces/:workspace/tokens', { params })).toContainEqual(token)
  await ada.call('DELETE /workspaces/:workspace/tokens/:token', { params: { ...params, token: token.id } })
  expect(await ada.call('PATCH /users/:user', { params: { user: 'ada' }, body: { displayName: 'Ada' } })).toMatchObject({
    displayName: 'Ada',
  })
})

test('the description is a document of OpenAPI with every route', async () => {
  const document = JSON.parse((await ada.send('GET', '/api/v1/openapi.json')).text) as OpenApi
  expect(document.openapi).toBe('3.1.0')
  const shown = Object.entries(document.paths).flatMap(([where, each]) =>
    Object.keys(each).map((method) => `${method.toUpperCase()} ${where.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(shown.sort()).toEqual(Object.keys(routes).sort())
  const operations = Object.entries(document.paths).flatMap(([where, each]) =>
    Object.values(each).map((operation) => ({ where, operation })),
  )
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  for (const { where, operation } of operations) {
    const named = [...where.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(operation.parameters.filter((each) => each.in === 'path' && each.required).map(({ name }) => name)).toEqual(named)
    expect(Object.keys(operation.responses).length).toBeGreaterThan(1)
  }
  // Whatever it refers to is in it.
  for (const [, name = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
    expect(document.components.schemas).toHaveProperty(name)
})

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly operationId: string
            readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
            readonly responses: object
          }
        >
      >
    >
  >
  readonly components: { readonly schemas: object }
}
