import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { FlinkServer } from './client.ts'
import { FlinkJobs } from './cluster-jobs.ts'
import { type ParallelismWish, rescale } from './rescale.ts'
import { type FakeRestServer, Refusal, startFakeRestServer, writtenJob, writtenVertex } from './rest-server.fixture.ts'

let server: FakeRestServer
let jobs: FlinkJobs

beforeEach(async () => {
  server = await startFakeRestServer()
  jobs = new FlinkJobs({ url: server.url, headers: {} }, systemClock)
})
afterEach(() => server.close())

const wish = (all: number | null, vertices: Readonly<Record<string, number>> = {}): ParallelismWish => ({
  all,
  vertices: new Map(Object.entries(vertices)),
})

/** Two vertices that share their slots, in a cluster with so many that are free. */
function tellJob(free: number, more: object = {}): void {
  const wanted = new Map([
    ['a', { parallelism: { lowerBound: 1, upperBound: 1 } }],
    ['b', { parallelism: { lowerBound: 2, upperBound: 2 } }],
  ])
  server.answers.set('/overview', { 'slots-total': free + 2, 'slots-available': free })
  server.answers.set('/taskmanagers', { taskmanagers: [{ id: 'tm' }] })
  server.answers.set('/taskmanagers/tm', { allocatedSlots: [{ jobId: 'j' }, { jobId: 'j' }, { jobId: 'other' }] })
  server.answers.set('/jobs/j', () =>
    writtenJob(
      ['a', 'b'].map((id) => writtenVertex(id, `Calc ${id}`, wanted.get(id)?.parallelism.upperBound ?? 0)),
      more,
    ),
  )
  server.answers.set('/jobs/j/resource-requirements', (method: string, body: string) => {
    if (method === 'GET') return Object.fromEntries(wanted)
    for (const [id, row] of Object.entries(JSON.parse(body) as object)) wanted.set(id, row as { parallelism: never })
    return {}
  })
}

const puts = (): string[] => server.asked.filter((line) => line.startsWith('PUT'))

test('a job gets another parallelism, of all vertices or of one, and told is what it was and is', async () => {
  tellJob(4)
  expect(await jobs.rescale('j', wish(4, { b: 3 }))).toEqual([
    { id: 'a', name: 'Calc a', before: 1, after: 4 },
    { id: 'b', name: 'Calc b', before: 2, after: 3 },
  ])
  expect(await jobs.rescale('j', wish(null, { b: 1 }))).toMatchObject([
    { before: 4, after: 4 },
    { before: 3, after: 1 },
  ])
  expect(puts().map((line) => JSON.parse(line.slice(line.indexOf('{'))))).toEqual([
    { a: { parallelism: { lowerBound: 1, upperBound: 4 } }, b: { parallelism: { lowerBound: 2, upperBound: 3 } } },
    { a: { parallelism: { lowerBound: 1, upperBound: 4 } }, b: { parallelism: { lowerBound: 1, upperBound: 1 } } },
  ])
})

test('what runs so already is asked for nothing', async () => {
  tellJob(0)
  await jobs.rescale('j', wish(null, { b: 2 }))
  expect(puts()).toEqual([])
})

test.each([
  ['more than the slots of the cluster', wish(5), 'the job needs 5 slots, and 4 are there for it'],
  ['more than its state can be divided into', wish(null, { a: 129 }), 'vertex a has at most 128 subtasks, got 129'],
  ['a vertex that is not there', wish(null, { aa: 1 }), 'the job has no vertex "aa"'],
])('%s is refused before the cluster is asked', async (_name, wanted, message) => {
  tellJob(2)
  await expect(jobs.rescale('j', wanted)).rejects.toThrow(message)
  expect(puts()).toEqual([])
})

test('slots that a job holds and does not use are its own', async () => {
  tellJob(2)
  server.answers.set('/taskmanagers/tm', { allocatedSlots: Array.from({ length: 3 }, () => ({ jobId: 'j' })) })
  await jobs.rescale('j', wish(5))
  expect(puts()).toHaveLength(1)
})

test('vertices of different groups have slots of their own', async () => {
  tellJob(1)
  server.answers.set('/jobs/j', writtenJob(['a', 'b'].map((id) => writtenVertex(id, id, 1, { slotSharingGroupId: id }))))
  await expect(jobs.rescale('j', wish(2))).rejects.toThrow('the job needs 4 slots, and 3 are there for it')
})

test('a scheduler that cannot is named, with what to write in the configuration', async () => {
  tellJob(4)
  const reason =
    'java.lang.UnsupportedOperationException: The DefaultScheduler does not support changing the parallelism without a job restart.'
  server.answers.set('/jobs/j/resource-requirements', new Refusal(500, reason))
  await expect(jobs.rescale('j', wish(3))).rejects.toMatchObject({
    code: 'ENGINE_FLINK_SCHEDULER',
    hint: expect.stringContaining('jobmanager.scheduler: adaptive'),
  })
})

test('a job that has ended is told as such', async () => {
  tellJob(4, { state: 'FINISHED' })
  await expect(jobs.rescale('j', wish(3))).rejects.toThrow('job j has ended: FINISHED')
})

test('what does not come about is not waited for without end, and told as what it is', async () => {
  tellJob(4)
  const details = await jobs.details('j')
  let nowMs = 0
  const cluster = {
    server: new FlinkServer({ url: server.url, headers: {} }, { server: 'job manager' }),
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    sleep: async (ms: number) => {
      nowMs += 100 * ms
    },
    details: async () => details,
    slots: () => jobs.slots(),
  }
  await expect(rescale(cluster, wish(3))).rejects.toMatchObject({ code: 'ENGINE_FLINK_RESCALE', detail: 'a has 1, b has 2.' })
  expect(nowMs).toBeLessThan(240_000)
})
