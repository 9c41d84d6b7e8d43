/** Streams of events: they end when nobody reads them any more, or may no longer, and leave nothing behind. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Millrace, password, specOf, until } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const slow = { timeout: 60_000 }
const params = { workspace: 'main' }
const changesPath = '/api/v1/workspaces/main/changes'

let millrace: Millrace
let ada: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
})
afterAll(() => millrace.remove())

let jobs = 0

/** Something that everybody who follows hears of. */
async function change(): Promise<string> {
  const script = "CREATE TABLE o (n INT) WITH ('connector' = 'blackhole'); INSERT INTO o VALUES (1)"
  return (await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(script, { name: `job ${++jobs}` }) })).id
}

async function openStreams(person: Person, count: number) {
  const messages = await Promise.all(Array.from({ length: count }, () => person.open('GET', changesPath, {})))
  return messages.filter((message) => {
    if (message.statusCode === 200) return true
    message.destroy()
    return false
  })
}

test('many read at the same time, so many at most, and the next ones find room when they have gone', slow, async () => {
  const messages = await openStreams(ada, 300)
  expect(messages).toHaveLength(100)
  expect((await ada.send('GET', changesPath)).code).toBe('API_STREAMS_FULL')
  const heard = messages.map((message) => new Promise<void>((resolve) => message.once('data', () => resolve())))
  await change()
  await Promise.all(heard)
  for (const message of messages) message.destroy()
  const again = await until(async () => {
    const opened = await openStreams(ada, 100)
    for (const message of opened) message.destroy()
    return opened.length === 100 ? opened : null
  })
  expect(again).toHaveLength(100)
  expect(millrace.failures).toEqual([])
})

test.each([
  ['has signed out', (reader: Person) => reader.call('POST /sign-out')],
  ['is out of the workspace', () => ada.call('DELETE /workspaces/:workspace/members/:user', { params: { ...params, user: 'reader' } })],
] as const)('who %s reads no more', slow, async (_what, leave) => {
  const name = 'reader'
  const known = (await ada.call('GET /users')).items.some((each) => each.name === name)
  const reader = known ? await signedInAgain(name) : await millrace.person(ada, name, 'viewer')
  const events: unknown[] = []
  const ended = (async () => {
    for await (const { data } of reader.events('GET /workspaces/:workspace/changes', { params })) events.push(data)
  })()
  await sleep(100)
  const id = await change()
  await until(() => (JSON.stringify(events).includes(id) ? true : null))
  await leave(reader)
  const later = await change()
  await ended
  expect(JSON.stringify(events)).not.toContain(later)
})

async function signedInAgain(name: string): Promise<Person> {
  return millrace.stranger().signIn(name, password)
}

test('the log of a job is followed until its reader goes away', slow, async () => {
  const job = await change()
  const lines = ada.events('GET /workspaces/:workspace/jobs/:job/logs/follow', { params: { ...params, job } })
  const first = lines.next()
  await sleep(100)
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job }, body: {} })
  expect((await first).value).toMatchObject({ data: { text: expect.stringContaining('attempt 1'), source: 'engine' } })
  await lines.return()
})

test('all end with the server', slow, async () => {
  const messages = await openStreams(ada, 5)
  const ended = messages.map(
    (message) =>
      new Promise<void>((resolve) =>
        message
          .once('close', () => resolve())
          .once('error', () => undefined)
          .resume(),
      ),
  )
  await millrace.close()
  expect(await Promise.all(ended)).toHaveLength(5)
})
