/** Who may call what: every route of the contract, called by everyone. UPDATE=1 writes rights.txt anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Contract, loadServing, type Route } from '#api'
import { Millrace, specOf } from './millrace.fixture.ts'
import type { Person, Reply } from './person.fixture.ts'

const { routes } = await loadServing()

const slow = { timeout: 90_000 }
const keys = Object.keys(routes) as (keyof Contract)[]
const rightOf = (key: keyof Contract): Route['right'] => routes[key].right

/** What each may do; `elsewhere` is admin of another workspace. */
const may: Readonly<Record<string, readonly Route['right'][]>> = {
  stranger: ['anyone'],
  elsewhere: ['anyone', 'signed-in'],
  viewer: ['anyone', 'signed-in', 'read'],
  developer: ['anyone', 'signed-in', 'read', 'develop'],
  operator: ['anyone', 'signed-in', 'read', 'develop', 'operate'],
  admin: ['anyone', 'signed-in', 'read', 'develop', 'operate', 'administer'],
  'server admin': ['anyone', 'signed-in', 'read', 'develop', 'operate', 'administer', 'administer-server'],
}

let millrace: Millrace
let ada: Person
const callers = new Map<string, Person>()

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
  await ada.call('POST /workspaces', { body: { name: 'sales', title: 'Sales' } })
  callers.set('stranger', millrace.stranger())
  callers.set('elsewhere', await millrace.person(ada, 'else', 'admin', 'sales'))
  for (const role of ['viewer', 'developer', 'operator', 'admin'] as const) callers.set(role, await millrace.person(ada, role, role))
  callers.set('server admin', ada)
})
afterAll(() => millrace.remove())

function person(name: string): Person {
  const found = callers.get(name)
  if (found === undefined) throw new Error(`nobody is called ${name}`)
  return found
}

/** Calls without what the route needs, so that nothing comes of it but whether it was let in. */
async function knock(caller: Person, key: keyof Contract): Promise<Reply> {
  const [method = '', pattern = ''] = key.split(' ')
  const where = `/api/v1${pattern.replace(':workspace', 'main').replace(/:\w+/g, 'none')}`
  if (!('streams' in routes[key])) return patiently(() => caller.send(method, where, method === 'GET' ? {} : { body: '[]' }))
  const message = await caller.open(method, where, {})
  if (message.statusCode !== 200) {
    message.destroy()
    return patiently(() => caller.send(method, where))
  }
  message.destroy()
  return { status: 200, headers: {}, text: '', code: '' }
}

/** Strangers may not ask as often as this does. */
async function patiently(ask: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await ask()
    if (reply.code !== 'API_TOO_MANY') return reply
    await sleep(100)
  }
}

test('every route says who may call it', () => {
  const file = path.join(import.meta.dirname, 'rights.txt')
  const table = keys.map((key) => `${rightOf(key).padEnd(18)}${key}\n`).join('')
  if (process.env['UPDATE'] === '1') writeFileSync(file, table)
  expect(table).toBe(readFileSync(file, 'utf8'))
})

describe.each(Object.keys(may))('%s', (name) => {
  const rights = may[name] ?? []
  // Who signs out is another one after it.
  const all = keys.filter((key) => key !== 'POST /sign-out' || name === 'stranger')

  test('is let in where it may be', slow, async () => {
    for (const key of all.filter((each) => rights.includes(rightOf(each)))) {
      const { status, code } = await knock(person(name), key)
      expect([200, 204, 400, 404].map((each) => `${key}: ${each}`)).toContain(`${key}: ${status}`)
      expect(code).not.toMatch(/^ACCESS_(?:SIGN_IN_NEEDED|DENIED|SERVER_ADMIN|WORKSPACE_NOT_FOUND)$/)
    }
  })

  test('is refused where it may not be', slow, async () => {
    for (const key of all.filter((each) => !rights.includes(rightOf(each)))) {
      const { status, code } = await knock(person(name), key)
      expect(`${key}: ${status} ${code}`).toBe(`${key}: ${refusalOf(name, rightOf(key))}`)
    }
  })
})

function refusalOf(name: string, right: Route['right']): string {
  if (name === 'stranger') return '401 ACCESS_SIGN_IN_NEEDED'
  if (right === 'administer-server') return '403 ACCESS_SERVER_ADMIN'
  return name === 'elsewhere' ? '404 ACCESS_WORKSPACE_NOT_FOUND' : '403 ACCESS_DENIED'
}

test('the description of the routes is for those who have signed in', async () => {
  expect((await millrace.stranger().send('GET', '/api/v1/openapi.json')).status).toBe(401)
  expect((await person('elsewhere').send('GET', '/api/v1/openapi.json')).status).toBe(200)
})

test('a token is good for its workspace and its role', async () => {
  const service = await millrace.service(ada, 'operator')
  expect((await service.try('GET /workspaces/:workspace/jobs', { params: { workspace: 'main' } })).status).toBe(200)
  expect((await service.try('GET /workspaces/:workspace/jobs', { params: { workspace: 'sales' } })).code).toBe('ACCESS_WORKSPACE_NOT_FOUND')
  expect((await service.try('GET /workspaces/:workspace/tokens', { params: { workspace: 'main' } })).code).toBe('ACCESS_DENIED')
  expect((await service.try('GET /users')).code).toBe('ACCESS_SERVER_ADMIN')
})

test('what belongs to one workspace leads nowhere from another one', slow, async () => {
  const workspace = 'main'
  const { session } = await ada.call('POST /workspaces/:workspace/sql/sessions', { params: { workspace }, body: {} })
  const run = { params: { workspace, session }, body: { text: "CREATE TABLE t (n INT) WITH ('connector' = 'datagen')" } }
  const { statement } = await ada.call('POST /workspaces/:workspace/sql/sessions/:session/statements', run)
  for await (const _event of ada.events('GET /workspaces/:workspace/sql/sessions/:session/statements/:statement', {
    params: { workspace, session, statement },
  }));
  const [entry = { id: '' }] = (await ada.call('GET /workspaces/:workspace/catalog', { params: { workspace }, query: { kind: 'table' } }))
    .items
  expect(entry.id).not.toBe('')
  const script = "CREATE TABLE o (n INT) WITH ('connector' = 'blackhole'); INSERT INTO o SELECT n FROM t"
  const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params: { workspace }, body: specOf(script) })
  // As an admin of the other workspace who has heard of them all, and as somebody of this one whose session it is not.
  const ids = { job, session, statement, entry: entry.id, savepoint: 'none', version: '1', token: 'none', user: 'none' }
  const below = keys.filter((key) => /:(?:job|session|entry)\b/.test(key))
  for (const key of below) {
    const elsewhere = await person('elsewhere').try(key, { params: { ...ids, workspace: 'sales' }, query: queryOf(key), body: bodyOf(key) })
    expect(`${key}: ${elsewhere.status}`).toBe(`${key}: 404`)
    expect(elsewhere.text).not.toContain('datagen')
  }
  for (const key of below.filter((each) => each.includes(':session'))) {
    const other = await person('admin').try(key, { params: { ...ids, workspace }, body: bodyOf(key) })
    expect(`${key}: ${other.code}`).toBe(`${key}: PROCESSES_SESSION_NOT_FOUND`)
  }
  expect((await ada.call('GET /workspaces/:workspace/jobs/:job', { params: { workspace, job } })).id).toBe(job)
})

function queryOf(key: keyof Contract): Readonly<Record<string, string | number>> {
  return key.endsWith('/series') ? { metrics: 'numRecordsInPerSecond', from: 0, to: 10_000 } : {}
}

function bodyOf(key: keyof Contract): unknown {
  if (key.startsWith('PUT ')) return { spec: specOf('SELECT 1'), expectedVersion: 1 }
  if (key.endsWith('/stop')) return { how: 'now' }
  if (key.endsWith('/statements')) return { text: 'SELECT 1' }
  return key.startsWith('POST ') && !key.endsWith('/savepoints') ? {} : undefined
}
