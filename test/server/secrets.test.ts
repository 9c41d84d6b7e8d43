/** Secrets of workspaces, from the hands of their administrators to the systems that ask for them. */

import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Millrace, specOf, until } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const slow = { timeout: 90_000 }
const params = { workspace: 'main' }
const sessionKey = 'POST /workspaces/:workspace/sql/sessions'
const statementKey = 'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement'

let millrace: Millrace
let ada: Person
let outside: Server
const missing = ['CONNECTORS_SECRET_NOT_FOUND', 'failed']
/** What was shown at the door, oldest first. */
const shown: string[] = []

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
  outside = createServer((request, response) => {
    shown.push(request.headers.authorization ?? '')
    response.end('{"n": 1}\n')
  })
  await new Promise<void>((resolve) => void outside.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await millrace.remove()
  outside.close()
})

function table(name: string): string {
  const { port } = outside.address() as AddressInfo
  return `CREATE TABLE ${name} (n INT) WITH ('connector' = 'http', 'url' = 'http://127.0.0.1:${port}/', 'format' = 'json', 'headers.authorization' = '\${secret:door}', 'scan.bounded.mode' = 'latest')`
}

async function set(secret: string, value: string, workspace = 'main'): Promise<void> {
  await ada.call('PUT /workspaces/:workspace/secrets/:secret', { params: { workspace, secret }, body: { value } })
}

/** How a text ended, with the codes of what was wrong with it. */
async function run(session: string, text: string): Promise<readonly string[]> {
  const of = { params: { ...params, session }, body: { text } }
  const { statement } = await ada.call('POST /workspaces/:workspace/sql/sessions/:session/statements', of)
  const told: string[] = []
  for await (const { data } of ada.events(statementKey, { params: { ...params, session, statement } })) {
    if (data.kind === 'failed') told.push(...data.failures.map(({ code }) => code))
    if (data.kind === 'ended') told.push(data.outcome)
  }
  return told
}

test('statements find them, new values with the next one, and no other workspace does', slow, async () => {
  const { session } = await ada.call(sessionKey, { params, body: {} })
  expect(await run(session, table('door'))).toEqual(['finished'])
  expect(await run(session, 'SELECT * FROM door')).toEqual(missing)
  await ada.call('POST /workspaces', { body: { name: 'sales', title: 'Sales' } })
  await set('door', 'of sales', 'sales')
  expect(await run(session, 'SELECT * FROM door')).toEqual(missing)
  await set('door', 'first')
  expect(await run(session, 'SELECT * FROM door')).toEqual(['finished'])
  await set('door', 'second')
  expect(await run(session, 'SELECT * FROM door')).toEqual(['finished'])
  // Two workers have threads of their own.
  expect(await run(session, "SET 'parallelism.default' = '2'; SELECT n, COUNT(*) FROM door GROUP BY n")).toEqual(['finished'])
  expect([...new Set(shown)]).toEqual(['first', 'second'])
})

test('jobs find them when they start', slow, async () => {
  await set('door', 'for the job')
  const sink = `CREATE TABLE sink (n INT) WITH ('connector' = 'blackhole')`
  const { session } = await ada.call(sessionKey, { params, body: {} })
  expect(await run(session, sink)).toEqual(['finished'])
  const { id } = await ada.call('POST /workspaces/:workspace/jobs', {
    params,
    body: specOf('INSERT INTO sink SELECT n FROM door'),
  })
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job: id }, body: {} })
  await until(async () => {
    const { status } = await ada.call('GET /workspaces/:workspace/jobs/:job', { params: { ...params, job: id } })
    return status.state === 'finished' ? status : null
  })
  expect(shown.at(-1)).toBe('for the job')
})

test('nobody is shown a value, and nothing of it lies in the data folder or the audit', slow, async () => {
  await set('hidden', 'correct horse battery staple')
  const developer = await millrace.person(ada, 'dev', 'developer')
  const cards = await developer.call('GET /workspaces/:workspace/secrets', { params })
  expect(cards.map(({ name, changedBy, isReadable }) => ({ name, changedBy, isReadable }))).toContainEqual({
    name: 'hidden',
    changedBy: 'ada',
    isReadable: true,
  })
  const audit = await ada.call('GET /workspaces/:workspace/audit', { params, query: { limit: 500 } })
  expect(audit.items.some(({ action, subject }) => action.startsWith('PUT') && subject === 'hidden')).toBe(true)
  const told = JSON.stringify([cards, audit])
  const files = await readdir(millrace.dataFolder, { recursive: true, withFileTypes: true })
  const texts = await Promise.all(
    files.filter((each) => each.isFile()).map((each) => readFile(path.join(each.parentPath, each.name), 'latin1')),
  )
  for (const text of [told, ...texts]) expect(text.includes('correct horse battery staple')).toBe(false)
  await ada.call('DELETE /workspaces/:workspace/secrets/:secret', { params: { ...params, secret: 'hidden' } })
  expect((await ada.call('GET /workspaces/:workspace/secrets', { params })).some(({ name }) => name === 'hidden')).toBe(false)
})

test.each([
  ['a b', 'x', 'SECRETS_NAME_MISMATCH'],
  ['x', '', 'API_REQUEST'],
])('the secret %j with the value %j is refused', async (secret, value, code) => {
  const reply = await ada.send('PUT', `/api/v1/workspaces/main/secrets/${encodeURIComponent(secret)}`, { body: JSON.stringify({ value }) })
  expect(reply.code).toContain(code)
})
