/** A server whose records lie in a real PostgreSQL, which crashes and comes back while people and jobs are at work. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { password as adasPassword, Millrace, specOf, until } from '../server/millrace.fixture.ts'
import type { Person } from '../server/person.fixture.ts'
import type { DatabaseServer } from './database-server.fixture.ts'
import { startPostgresServer } from './postgres-server.fixture.ts'

const params = { workspace: 'main' }
const jobKey = 'GET /workspaces/:workspace/jobs/:job'

let postgres: DatabaseServer
let millrace: Millrace
let ada: Person

beforeAll(async () => {
  postgres = await startPostgresServer('max_connections=40')
  const { user, password, port, database } = postgres
  millrace = await Millrace.create({ storeAddress: `postgresql://${user}:${password}@127.0.0.1:${port}/${database}` })
  ada = await millrace.admin()
})
afterAll(async () => {
  await millrace.remove()
  await postgres.remove()
})

const script = `CREATE TEMPORARY TABLE source (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20');
CREATE TEMPORARY TABLE sink (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sink SELECT n FROM source`

async function makeJob(name: string): Promise<string> {
  const { id } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(script, { name }) })
  return id
}

async function start(job: string): Promise<void> {
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job }, body: {} })
}

/** Resolves when the job runs. */
function running(job: string): Promise<number> {
  return until(async () => {
    const { status } = await ada.call(jobKey, { params: { ...params, job } })
    return status.state === 'running' ? (status.run?.attempt ?? 0) : null
  })
}

test('PostgreSQL crashes and comes back: no job is lost, none runs twice, and who asks is told', async () => {
  const jobs = await Promise.all(['a', 'b', 'c'].map(makeJob))
  await Promise.all(jobs.map(start))
  expect(await Promise.all(jobs.map(running))).toEqual([1, 1, 1])

  const codes = new Set<string>()
  const made: string[] = []
  let isOver = false
  const write = async (writer: number): Promise<void> => {
    for (let number = 0; !isOver; number++) {
      const name = `made-${writer}-${number}`
      const reply = await ada.try('POST /workspaces/:workspace/jobs', { params, body: specOf(script, { name }) })
      if (reply.status === 200) made.push(name)
      else codes.add(`${reply.status} ${reply.code}`)
      await sleep(50)
    }
  }
  const reads: number[] = []
  const read = async (): Promise<void> => {
    for (; !isOver; await sleep(20)) reads.push((await ada.try('GET /workspaces/:workspace/jobs', { params })).status)
  }
  const load = Promise.all([write(0), write(1), write(2), read()])
  for (let crash = 0; crash < 2; crash++) {
    await sleep(1000)
    await postgres.kill()
    await sleep(1500)
    await postgres.restart()
    await sleep(1000)
  }
  isOver = true
  await load

  // Pages go on to be shown while nothing can be written.
  expect(new Set(reads)).toEqual(new Set([200]))
  // Whoever waited too long was told so; nothing was a fault of the server's own.
  expect([...codes].filter((code) => !code.startsWith('503 '))).toEqual([])
  // What was said to be made is there, once.
  const { items } = await ada.call('GET /workspaces/:workspace/jobs', { params, query: { limit: 500, search: 'made' } })
  const names = items.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(made.filter((name) => !names.includes(name))).toEqual([])

  // The lease is held again: a job can be started, and those from before are in their first run.
  const [first = ''] = items.map(({ id }) => id)
  await start(first)
  expect(await running(first)).toBe(1)
  expect(await Promise.all(jobs.map(running))).toEqual([1, 1, 1])
  expect(millrace.failures).toContainEqual(expect.objectContaining({ code: 'SERVER_LEASE_LOST' }))
}, 180_000)

test('the next server finds all of it', async () => {
  const before = await ada.call('GET /workspaces/:workspace/jobs', { params, query: { limit: 500, state: 'running' } })
  expect(before.items).toHaveLength(4)
  await millrace.close()
  await millrace.open()
  const again = await millrace.stranger().signIn('ada', adasPassword)
  const attempts = await Promise.all(
    before.items.map(({ id }) =>
      until(async () => {
        const { status } = await again.call(jobKey, { params: { ...params, job: id } })
        return status.state === 'running' && status.run?.attempt === 2 ? 2 : null
      }),
    ),
  )
  expect(attempts).toEqual([2, 2, 2, 2])
}, 120_000)
