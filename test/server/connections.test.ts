/** Connections of a workspace: made by statements, shown by the catalog, and found by what runs next after a change. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Millrace, specOf, until } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const slow = { timeout: 90_000 }
const params = { workspace: 'main' }
const statementKey = 'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement'
const entryKey = 'GET /workspaces/:workspace/catalog/:entry'
const place = 'default_catalog:default_database'

let millrace: Millrace
let ada: Person
let outside: Server
/** What was asked of the door, and by whom; oldest first. */
const asked: string[] = []

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
  outside = createServer((request, response) => {
    asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`)
    response.end('{"n": 1}\n')
  })
  await new Promise<void>((resolve) => void outside.listen(0, '127.0.0.1', resolve))
  await ada.call('PUT /workspaces/:workspace/secrets/:secret', { params: { ...params, secret: 'door' }, body: { value: 'open sesame' } })
})
afterAll(async () => {
  await millrace.remove()
  outside.close()
})

/** How a text ended in a new session, with what was wrong with it. */
async function run(text: string, person = ada, workspace = 'main'): Promise<readonly string[]> {
  const of = { workspace }
  const { session } = await person.call('POST /workspaces/:workspace/sql/sessions', { params: of, body: {} })
  const where = { ...of, session }
  const { statement } = await person.call('POST /workspaces/:workspace/sql/sessions/:session/statements', { params: where, body: { text } })
  const told: string[] = []
  for await (const { data } of person.events(statementKey, { params: { ...where, statement } })) {
    if (data.kind === 'failed') told.push(...data.failures.map(({ code, detail }) => `${code} ${detail ?? ''}`.trim()))
    if (data.kind === 'ended') told.push(data.outcome)
  }
  return told
}

function urlOf(path: string): string {
  return `http://127.0.0.1:${(outside.address() as AddressInfo).port}${path}`
}

test('tables use a connection, and the catalog shows both without its secret', slow, async () => {
  const door = `CREATE CONNECTION door COMMENT 'of the house' WITH ('connector' = 'http', 'url' = '${urlOf('/first')}', 'headers.authorization' = '\${secret:door}')`
  const sink = "CREATE TABLE sink (n INT) WITH ('connector' = 'blackhole')"
  const table = "CREATE TABLE knocks (n INT) USING CONNECTION door WITH ('format' = 'json', 'scan.bounded.mode' = 'latest')"
  expect(await run(`${door}; ${table}; ${sink}; SELECT * FROM knocks`)).toEqual(['finished'])
  expect(asked).toEqual(['/first open sesame'])
  const connection = await ada.call(entryKey, { params: { ...params, entry: `connection:${place}:door` } })
  expect(connection).toMatchObject({
    kind: 'connection',
    connector: 'http',
    comment: 'of the house',
    version: 1,
    changedBy: 'ada',
    connection: null,
    tables: [{ id: `table:${place}:knocks`, path: ['default_catalog', 'default_database', 'knocks'] }],
    options: [
      { key: 'connector', value: 'http' },
      { key: 'headers.authorization', value: '${secret:door}' },
      { key: 'url', value: urlOf('/first') },
    ],
  })
  const knocks = await ada.call(entryKey, { params: { ...params, entry: `table:${place}:knocks` } })
  expect(knocks).toMatchObject({ connector: 'http', tables: [], connection: { id: connection.id, path: connection.path } })
  expect(knocks.options.map(({ key }) => key)).toEqual(['format', 'scan.bounded.mode'])
  expect(JSON.stringify([connection, knocks])).not.toContain('sesame')
  const tree = await ada.call('GET /workspaces/:workspace/catalog/tree', { params })
  expect(tree[0]?.databases).toMatchObject([{ tables: 2, connections: 1 }])
})

test('a changed connection is found by sessions and by a job that starts, and has its versions', slow, async () => {
  const { id } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf('INSERT INTO sink SELECT n FROM knocks') })
  const dev = await millrace.person(ada, 'dev', 'developer')
  expect(await run(`ALTER CONNECTION door SET ('url' = '${urlOf('/second')}')`, dev)).toEqual(['finished'])
  expect(await run('SELECT * FROM knocks')).toEqual(['finished'])
  expect(asked.at(-1)).toBe('/second open sesame')
  asked.length = 0
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job: id }, body: {} })
  await until(async () => {
    const { status } = await ada.call('GET /workspaces/:workspace/jobs/:job', { params: { ...params, job: id } })
    return status.state === 'finished' ? status : null
  })
  expect(asked).toEqual(['/second open sesame'])
  const versions = await ada.call('GET /workspaces/:workspace/catalog/:entry/versions', {
    params: { ...params, entry: `connection:${place}:door` },
  })
  expect(versions.map(({ version, by }) => [version, by])).toEqual([
    [2, 'dev'],
    [1, 'ada'],
  ])
  expect(versions[0]?.text).toContain('/second')
  const lineage = await ada.call('GET /workspaces/:workspace/catalog/lineage', { params, query: { object: `table:${place}:knocks` } })
  expect(lineage.nodes.map(({ kind, path }) => `${kind} ${path.at(-1)}`).toSorted()).toEqual(['job a job', 'table knocks', 'table sink'])
})

test('a connection that tables use stays, and their names are told', slow, async () => {
  expect(await run('DROP CONNECTION door')).toEqual(['CATALOG_CONNECTION_IN_USE It is used by knocks.', 'failed'])
  expect(await run("CREATE CONNECTION plain WITH ('connector' = 'http', 'headers.authorization' = 'abracadabra')")).toEqual([
    'CONNECTORS_CONNECTION_SECRET Who may read the catalog reads its connections.',
    'failed',
  ])
  const { items } = await ada.call('GET /workspaces/:workspace/catalog', { params, query: { kind: 'connection' } })
  expect(items.map(({ path }) => path[2])).toEqual(['door'])
})

test('another workspace has none of it', slow, async () => {
  await ada.call('POST /workspaces', { body: { name: 'sales', title: 'Sales' } })
  expect(await run('CREATE TABLE t (n INT) USING CONNECTION door', ada, 'sales')).toEqual([
    expect.stringContaining('SQL_CONNECTION_NOT_FOUND'),
    'failed',
  ])
  expect(await run("CREATE CONNECTION door WITH ('connector' = 'blackhole'); DROP CONNECTION door", ada, 'sales')).toEqual(['finished'])
  expect(await run('SELECT * FROM knocks')).toEqual(['finished'])
})

test('it outlives the server', slow, async () => {
  await millrace.close()
  await millrace.open()
  ada = await millrace.stranger().signIn('ada', 'correct horse battery')
  expect(await run('SELECT * FROM knocks')).toEqual(['finished'])
  expect(await run('DROP TABLE knocks; DROP CONNECTION door; SHOW CONNECTIONS')).toEqual(['finished'])
  expect((await ada.try(entryKey, { params: { ...params, entry: `connection:${place}:door` } })).status).toBe(404)
})
