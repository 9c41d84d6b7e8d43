/** The loop itself: hosts that hang, writers that come in between, a store that fails, ends and beginnings, and what thousands of jobs cost. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { JobBook, type JobStatus, type JobWish, jobKind, statusKind, wishKind } from '#jobs'
import { type Commit, MemoryStore, type Store, writeOf } from '#store'
import { ask, specOf, TestClock, TestServer } from './server.fixture.ts'

const servers: TestServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

function newServer(options: ConstructorParameters<typeof TestServer>[0] = {}): TestServer {
  const server = new TestServer(options)
  servers.push(server)
  return server
}

async function started(server: TestServer, changes: Parameters<typeof specOf>[0] = {}): Promise<string> {
  const jobs = server.jobs.of('team')
  const { card } = await jobs.create(specOf(changes), ask)
  await jobs.start(card.id, {}, ask)
  return card.id
}

const becomes = async (server: TestServer, jobId: string, state: string): Promise<void> => {
  await vi.waitFor(() => expect(server.loop.look(jobId)?.status.state).toBe(state), { timeout: 5000, interval: 2 })
}

describe('hosts', () => {
  test('one that hangs holds up nobody else, and changes nothing', async () => {
    const server = await newServer().start({ lookMsMax: 30 })
    const stuck = await started(server, { name: 'a', engine: { kind: 'flink', cluster: 'dev' } })
    await becomes(server, stuck, 'running')
    server.flink.hangs = true
    await vi.waitFor(() => expect(server.loop.look(stuck)?.status).toMatchObject({ state: 'running', evidence: { kind: 'unreachable' } }))
    const other = await started(server, { name: 'b' })
    await becomes(server, other, 'running')
    expect(server.loop.look(stuck)?.status.trouble?.message).toBe('the host cannot be reached: it did not answer within 30 ms')
    server.flink.hangs = false
    await vi.waitFor(() => expect(server.loop.look(stuck)?.status).toMatchObject({ state: 'running', trouble: null, run: { attempt: 1 } }))
    expect(server.flink.calls.start).toBe(1)
  })

  test('one that hangs is asked the same thing only now and then', async () => {
    const server = await newServer().start({ lookMsMax: 200 })
    server.flink.hangs = true
    await started(server, { engine: { kind: 'flink', cluster: 'dev' } })
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(server.flink.calls.observe).toBe(2)
  })

  test('one that leaves a job out has said nothing of it', async () => {
    const server = await newServer().start()
    const jobId = await started(server)
    await becomes(server, jobId, 'running')
    server.embedded.observe = async () => new Map()
    await vi.waitFor(() => expect(server.loop.look(jobId)?.status.trouble?.message).toContain('it said nothing of this job'))
    expect(server.loop.look(jobId)?.status.state).toBe('running')
  })

  test('the age of evidence grows in memory, and nothing is written for it', async () => {
    const server = await newServer().start()
    const jobId = await started(server)
    await becomes(server, jobId, 'running')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const { commits } = server
    const { observe } = server.embedded.calls
    server.clock.ms += 5000
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(server.embedded.calls.observe).toBeGreaterThan(observe + 1)
    expect(server.commits).toBe(commits)
    expect(server.loop.look(jobId)?.ageMs).toBe(5000)
    expect(server.loop.health()).toMatchObject([{ engine: 'embedded', source: 'test host', jobs: 1 }])
  })
})

describe('the store', () => {
  test('what another one wrote is looked at before anything is done', async () => {
    const server = await newServer().start({ observeMs: 60_000 })
    const jobId = await started(server)
    await becomes(server, jobId, 'running')
    const key = { workspace: 'team', id: jobId }
    const record = await server.store.read(statusKind, key)
    const value = { ...(record?.value as JobStatus), failure: null, since: 5 }
    await server.store.commit({ writes: [writeOf(statusKind, key, value, null)], by: 'another' })
    await server.jobs.of('team').stop(jobId, 'checkpoint', ask)
    await becomes(server, jobId, 'stopped')
    expect((await server.store.read(statusKind, key))?.value.state).toBe('stopped')
    expect(server.reported).toEqual([])
  })

  test('nothing is done that could not be stored, and it is done later', async () => {
    const store = new FailingStore()
    const server = newServer({ store })
    await server.start()
    const jobs = server.jobs.of('team')
    const { card } = await jobs.create(specOf(), ask)
    store.fails = (commit) => commit.writes.some(({ kind }) => kind.name === statusKind.name)
    await jobs.start(card.id, {}, ask)
    await vi.waitFor(() => expect(server.reported).not.toEqual([]))
    expect(server.embedded.calls.start).toBe(0)
    store.fails = () => false
    server.loop.wake(card.id)
    await becomes(server, card.id, 'running')
  })
})

class FailingStore extends MemoryStore {
  fails: (commit: Commit) => boolean = () => false

  constructor() {
    super(new TestClock())
  }

  override async commit(commit: Commit): ReturnType<Store['commit']> {
    if (this.fails(commit)) throw new Error('no room')
    return super.commit(commit)
  }
}

describe('ends and beginnings', () => {
  test('a loop that stops begins nothing, and the next one goes on', async () => {
    const first = await newServer().start()
    const jobId = await started(first)
    await becomes(first, jobId, 'running')
    await first.stop()
    const { observe } = first.embedded.calls
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(first.embedded.calls.observe).toBe(observe)
    const second = newServer({ store: first.store })
    second.embedded.runs.set(jobId, { attempt: 1, version: 1, state: 'running', startedAt: 0, endedAt: null, failure: null, report: null })
    await second.start()
    await vi.waitFor(() => expect(second.loop.look(jobId)?.status).toMatchObject({ state: 'running', run: { attempt: 1 } }))
    expect(second.embedded.calls.start).toBe(0)
  })

  test('a stop waits for what is under way', async () => {
    const server = await newServer().start({ lookMsMax: 150 })
    server.embedded.hangs = true
    await started(server)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const before = performance.now()
    await server.stop()
    expect(performance.now() - before).toBeGreaterThan(50)
  })
})

test('three thousand jobs cost one question for two hundred, and no write while nothing changes', async () => {
  const clock = new TestClock()
  const store = new MemoryStore(clock)
  const count = 3000
  for (let from = 0; from < count; from += 500) {
    const ids = Array.from({ length: 500 }, (_, index) => `job-${from + index}`)
    await store.commit({ writes: ids.flatMap((id) => recordsOf(id)), by: 'test' })
  }
  const server = newServer({ store })
  for (let index = 0; index < count; index++) server.embedded.set(`job-${index}`, 'running')
  const { commits } = server
  await server.start({ observeMs: 60_000 })
  await vi.waitFor(() => expect(server.embedded.calls.observed).toBeGreaterThanOrEqual(count), { timeout: 10_000 })
  await vi.waitFor(() => expect(server.jobs.of('team').list({ limit: 1 }).states.running).toBe(count), { timeout: 10_000 })
  // All of them were seen running for the first time: one question for each batch, and one write for each job.
  expect(server.embedded.calls.observe).toBe(count / 200)
  expect(server.commits - commits).toBe(count)
  for (let index = 0; index < count; index++) server.loop.wake(`job-${index}`)
  await vi.waitFor(() => expect(server.embedded.calls.observed).toBeGreaterThanOrEqual(2 * count), { timeout: 10_000 })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(server.embedded.calls.observe).toBe((2 * count) / 200)
  expect(server.commits - commits).toBe(count)
  expect(server.embedded.calls).toMatchObject({ start: 0, stop: 0, savepoint: 0, forget: 0 })
})

function recordsOf(id: string): Commit['writes'] {
  const key = { workspace: 'team', id }
  const wish: JobWish = {
    state: 'running',
    version: 1,
    generation: 1,
    from: { kind: 'newest' },
    allowsDroppedState: false,
    stop: { kind: 'checkpoint' },
    askedBy: 'ada',
    askedAt: 0,
  }
  return [writeOf(jobKind, key, specOf({ name: id }), 0), writeOf(wishKind, key, wish, 0)]
}

test('a book tells of jobs whose wanted version is not the newest', async () => {
  const server = await newServer().start()
  const jobId = await started(server)
  await server.jobs.of('team').change(jobId, specOf({ engine: { kind: 'flink', cluster: 'dev' } }), 1, {}, ask)
  const book = await JobBook.load(server.store, server.clock)
  expect([book.card(jobId)?.version, book.wanted(jobId)]).toMatchObject([2, { version: 1, engine: { kind: 'embedded' } }])
})
