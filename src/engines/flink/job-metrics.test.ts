import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { FlinkJobs } from './cluster-jobs.ts'
import type { JobReader, KnownJob } from './job-metrics.ts'
import { type FakeRestServer, Refusal, startFakeRestServer, writtenCounts, writtenJob, writtenVertex } from './rest-server.fixture.ts'

let server: FakeRestServer
let reader: JobReader

beforeEach(async () => {
  server = await startFakeRestServer()
  reader = new FlinkJobs({ url: server.url, headers: {} }, systemClock).reader('j')
})
afterEach(() => server.close())

const source = 'Source: orders[1] -> Calc[2]'
const windows = 'GlobalWindowAggregate[4] -> totals[5]: Writer'

function subtasks(...counts: readonly object[]): object {
  return { subtasks: counts.map((metrics, subtask) => ({ subtask, duration: 9000, 'taskmanager-id': `tm-${subtask}`, metrics })) }
}

/** A lone source, and windows in two subtasks. */
function tellJob(): void {
  server.answers.set('/jobs/j', writtenJob([writtenVertex('a', source, 1), writtenVertex('b', windows, 2)]))
  server.answers.set('/jobs/j/checkpoints', {
    counts: { completed: 7, failed: 1 },
    latest: {
      completed: {
        id: 7,
        state_size: 300,
        checkpointed_size: 40,
        end_to_end_duration: 12,
        external_path: 'file:/c/7',
        checkpoint_type: 'CHECKPOINT',
      },
    },
  })
  server.answers.set('/jobs/j/checkpoints/details/7', { tasks: { a: { state_size: 20 }, b: { state_size: 280 } } })
  server.answers.set('/jobs/j/checkpoints/details/7/subtasks/b', {
    subtasks: [
      { index: 1, state_size: 180 },
      { index: 0, state_size: 100 },
    ],
  })
  server.answers.set('/jobs/j/vertices/a', subtasks(writtenCounts(30, 20, 1000)))
  server.answers.set('/jobs/j/vertices/b', subtasks(writtenCounts(8, 1, 2000), writtenCounts(12, 2, 2000)))
  server.answers.set('/jobs/j/vertices/a/metrics', [
    { id: '0.Source__orders[1].pendingRecords', value: '17' },
    { id: '0.Calc[2].currentOutputWatermark', value: '5000' },
  ])
  server.answers.set('/jobs/j/vertices/b/metrics', [
    { id: '0.currentInputWatermark', value: '-9223372036854775808' },
    { id: '1.currentInputWatermark', value: '4000' },
    { id: '1.GlobalWindowAggregate[4].numLateRecordsDropped', value: '3' },
  ])
}

async function present(): Promise<KnownJob> {
  const observation = await reader.observe()
  if (observation.kind !== 'present') throw new TypeError(`it is ${observation.kind}`)
  return observation
}

test('a job is told in the words of a run: counts, times, watermarks, state', async () => {
  tellJob()
  const { metrics, logs } = await present()
  expect(metrics.checkpoints).toEqual({
    numberOfCompletedCheckpoints: 7,
    numberOfFailedCheckpoints: 1,
    lastCheckpointDuration: 12,
    lastCheckpointSize: 40,
    lastCheckpointFullSize: 300,
  })
  expect(metrics.operators).toMatchObject([
    {
      operatorId: 'a',
      operatorName: source,
      kind: 'source',
      nodes: [1, 2],
      subtask: 0,
      parallelism: 1,
      numRecordsIn: 30,
      numRecordsOut: 20,
      accumulatedBusyTimeMs: 100,
      accumulatedIdleTimeMs: 900,
      currentInputWatermark: null,
      currentOutputWatermark: 5000,
      stateBytes: 20,
      connector: { pendingRecords: 17 },
    },
    {
      operatorId: 'b',
      kind: 'sink',
      nodes: [4, 5],
      subtask: 0,
      numRecordsIn: 8,
      currentInputWatermark: null,
      stateBytes: 100,
      connector: null,
    },
    { operatorId: 'b', subtask: 1, numRecordsIn: 12, currentInputWatermark: 4000, numLateRecordsDropped: 3, stateBytes: 180 },
  ])
  expect(logs.map(({ of }) => of)).toEqual(['job manager', 'tm-0', 'tm-1'])
})

test('what is known is not asked for again: places of lone subtasks, sizes of a checkpoint', async () => {
  tellJob()
  await reader.observe()
  const first = server.asked.splice(0).map((line) => line.replace(/\?.*/, ''))
  expect(first).toHaveLength(9)
  await reader.observe()
  expect(server.asked.map((line) => line.replace(/\?.*/, '')).toSorted()).toEqual([
    'GET /jobs/j',
    'GET /jobs/j/checkpoints',
    'GET /jobs/j/exceptions',
    'GET /jobs/j/vertices/a/metrics',
    'GET /jobs/j/vertices/b',
    'GET /jobs/j/vertices/b/metrics',
  ])
  server.asked.splice(0)
  server.answers.set('/jobs/j', writtenJob([writtenVertex('a', source, 1, { 'start-time': 2000 })]))
  await reader.observe()
  expect(server.asked).toContain('GET /jobs/j/vertices/a')
})

test('of a job with many vertices some are read each time, and all of them in turn', async () => {
  const ids = Array.from({ length: 50 }, (_, number) => `v${number}`)
  server.answers.set('/jobs/j', writtenJob(ids.map((id) => writtenVertex(id, 'Calc[1]', 1))))
  for (const id of ids) {
    server.answers.set(`/jobs/j/vertices/${id}`, subtasks(writtenCounts(1, 1, 10)))
    server.answers.set(`/jobs/j/vertices/${id}/metrics`, [])
  }
  const once = (await present()).metrics.operators
  expect(once).toHaveLength(32)
  expect(server.asked).toHaveLength(3 + 2 * 32)
  expect((await present()).metrics.operators).toHaveLength(50)
  expect(new Set(server.asked.flatMap((line) => /vertices\/(v\d+)$/.exec(line)?.[1] ?? [])).size).toBe(50)
})

test('many subtasks are asked for their watermarks alone, in lines that Flink can read', async () => {
  const counts = Array.from({ length: 100 }, () => writtenCounts(1, 1, 10))
  server.answers.set('/jobs/j', writtenJob([writtenVertex('b', windows, 100)]))
  server.answers.set('/jobs/j/vertices/b', subtasks(...counts))
  server.answers.set('/jobs/j/vertices/b/watermarks', [{ id: '99.currentInputWatermark', value: '7' }])
  const { operators } = (await present()).metrics
  expect(operators).toHaveLength(100)
  expect(operators[99]?.currentInputWatermark).toBe(7)
  expect(Math.max(...server.asked.map((line) => line.length))).toBeLessThan(4000)
})

test('what measures no work was idle as long as it was not held back', async () => {
  const metrics = { ...writtenCounts(0, 50, 0), 'accumulated-busy-time': 'NaN', 'accumulated-backpressured-time': 2500 }
  server.answers.set('/jobs/j', writtenJob([writtenVertex('a', source, 1, { metrics })]))
  server.answers.set('/jobs/j/vertices/a', subtasks(metrics))
  const [operator] = (await present()).metrics.operators
  expect(operator).toMatchObject({ accumulatedBusyTimeMs: 0, accumulatedBackPressuredTimeMs: 2500, accumulatedIdleTimeMs: 6500 })
})

test('what measures no work is as old as the last that was heard of it', async () => {
  const told = (records: number, lifeMs: number): void => {
    const metrics = { ...writtenCounts(0, records, 0), 'accumulated-busy-time': 'NaN' }
    server.answers.set('/jobs/j', writtenJob([writtenVertex('a', source, 1, { metrics, duration: lifeMs })]))
    server.answers.set('/jobs/j/vertices/a', { subtasks: [{ subtask: 0, duration: lifeMs, metrics }] })
  }
  const idleMs: (number | undefined)[] = []
  for (const [records, lifeMs] of [
    [50, 5000],
    [50, 10_000],
    [70, 12_000],
    [70, 30_000],
  ] as const) {
    told(records, lifeMs)
    idleMs.push((await present()).metrics.operators[0]?.accumulatedIdleTimeMs)
  }
  expect(idleMs).toEqual([5000, 5000, 12_000, 30_000])
})

test('counts that have not come from all subtasks yet are no counts', async () => {
  const metrics = { ...writtenCounts(0, 0, 0), 'read-records-complete': false }
  server.answers.set('/jobs/j', writtenJob([writtenVertex('a', source, 1, { metrics })]))
  server.answers.set('/jobs/j/vertices/a', subtasks(metrics))
  expect((await present()).metrics.operators).toEqual([])
})

test('a job that is not there is absent, and who does not answer as Flink does says nothing of it', async () => {
  expect(await reader.observe()).toMatchObject({ kind: 'absent', source: 'job manager', at: expect.any(Number) })
  server.answers.set('/jobs/j', new Refusal(500, 'it is starting'))
  expect(await reader.observe()).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('it is starting') })
  server.answers.set('/jobs/j', [])
  expect(await reader.observe()).toMatchObject({ kind: 'unreachable' })
  await server.close()
  expect(await reader.observe()).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('does not answer') })
  server = await startFakeRestServer()
})
