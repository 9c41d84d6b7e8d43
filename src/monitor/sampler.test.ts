import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type RunMetrics, sourcePartitions } from '#metrics'
import { connector, MovedClock, newFolder, operator, runMetrics } from './monitor.fixture.ts'
import type { JobKey } from './sample-database.ts'
import { SampleStore } from './sample-store.ts'
import { Sampler } from './sampler.ts'

const clock = new MovedClock()

/** A source and a sink that have worked for some seconds, held back half of the time. */
function workedFor(seconds: number): RunMetrics {
  const times = {
    accumulatedBusyTimeMs: seconds * 250,
    accumulatedBackPressuredTimeMs: seconds * 500,
    accumulatedIdleTimeMs: seconds * 250,
  }
  const rows = { numRecordsIn: seconds * 100, numRecordsOut: seconds * 100 }
  const source = { ...rows, operatorId: '1', kind: 'source', connector: { ...connector, pendingRecords: 40 } } as const
  return runMetrics(clock.ms, [
    operator({ ...source, ...times, subtask: 0, currentOutputWatermark: clock.ms - 3000 }),
    operator({ ...source, ...times, subtask: 1, currentOutputWatermark: clock.ms - 9000 }),
    operator({ ...rows, operatorId: '2', kind: 'sink', numLateRecordsDropped: 3, accumulatedIdleTimeMs: seconds * 1000 }),
  ])
}

/** A source with two partitions, of which one has come to a time. */
function readUpTo(watermark: number): RunMetrics {
  const place = { currentOffset: 7, endOffset: 9, pendingRecords: 2, state: 'active' } as const
  const partitions = sourcePartitions(true, [
    { ...place, partition: 'clicks-0', currentWatermark: clock.ms },
    { ...place, partition: 'clicks-1', currentWatermark: watermark },
  ])
  return runMetrics(clock.ms, [operator({ operatorId: '1', operatorName: 'Source: clicks', kind: 'source', partitions })])
}

function sampled(running: () => readonly JobKey[], measure: (key: JobKey) => Promise<RunMetrics | null>) {
  const store = SampleStore.open({ folder: newFolder(), clock, bytesMax: 10_000_000 })
  const failures: unknown[] = []
  // What may take a second here takes some turns: nobody answers later, unless for ever.
  const sleep = async (ms: number): Promise<void> => {
    for (let turn = 0; turn < ms / 100; turn++) await nextTurn()
  }
  const sampler = new Sampler({ store, clock, running, measure, failed: (error) => failures.push(error), sleep })
  return { store, sampler, failures }
}

const one = { workspace: 'w', job: 'one' }
const other = { workspace: 'w', job: 'other' }

test('a sample has rates since the one before, and what all operators are together', async () => {
  let seconds = 10
  const { store, sampler } = sampled(
    () => [one],
    async () => workedFor(seconds),
  )
  const start = clock.ms
  for (let i = 0; i < 3; i++) {
    await sampler.sample()
    clock.ms += 5000
    seconds += 5
  }
  expect(sampler.latest(one)?.job).toMatchObject({
    jobRecordsIn: 4000,
    jobRecordsInPerSecond: 200,
    jobRecordsOutPerSecond: 100,
    jobBackPressuredTimeMsPerSecond: 500,
    jobPendingRecords: 80,
    jobWatermarkLagMs: 9000,
    jobLateRecords: 3,
    numberOfCompletedCheckpoints: 0,
    lastCheckpointDuration: null,
  })
  const query = { metrics: ['idleTimeMsPerSecond' as const], from: start, to: clock.ms, stepMs: 5000, operator: null, kept: null }
  expect((await store.series(one, { ...query, by: 'operator' })).series).toMatchObject([
    { operatorId: '1', subtask: null, values: [250, 250, 250] },
    { operatorId: '2', subtask: null, values: [1000, 1000, 1000] },
  ])
  store.close()
})

test('the lag of a job is that of where its watermarks begin, which is behind the source in the embedded engine', async () => {
  const source = operator({ operatorId: '1', kind: 'source' })
  const behind = (id: string, input: number | null, output: number) =>
    operator({ operatorId: id, currentInputWatermark: input, currentOutputWatermark: output })
  const { store, sampler } = sampled(
    () => [one],
    async () => runMetrics(clock.ms, [source, behind('2', null, clock.ms - 4000), behind('3', clock.ms - 7000, clock.ms - 60_000)]),
  )
  await sampler.sample()
  expect(sampler.latest(one)?.job.jobWatermarkLagMs).toBe(4000)
  store.close()
})

test('a job that does not answer holds up no other, and is not asked again meanwhile', async () => {
  const asked: string[] = []
  let isLost = true
  const { store, sampler } = sampled(
    () => [one, other],
    async (key) => {
      asked.push(key.job)
      if (key.job === 'one' && isLost) await new Promise(() => undefined)
      return workedFor(1)
    },
  )
  for (let i = 0; i < 3; i++, clock.ms += 5000) await sampler.sample()
  expect(asked).toEqual(['one', 'other', 'other', 'other'])
  expect([sampler.latest(one), sampler.latest(other)?.at]).toEqual([null, clock.ms - 5000])
  expect(sampler.failures).toBe(0)
  isLost = false
  await sampler.sample()
  expect(sampler.latest(one)?.at).toBe(clock.ms)
  expect(sampler.failures).toBe(1)
  store.close()
})

test('a failure is told, and the next sample is taken', async () => {
  let fails = true
  const { store, sampler, failures } = sampled(
    () => [one],
    async () => {
      if (fails) throw new TypeError('gone')
      return workedFor(1)
    },
  )
  await sampler.sample()
  expect(failures).toMatchObject([{ message: 'gone' }])
  fails = false
  await sampler.sample()
  expect(sampler.latest(one)).not.toBeNull()
  store.close()
})

test('what nobody knows is no sample, and jobs that run no more are forgotten', async () => {
  let running = [one]
  let known: RunMetrics | null = workedFor(1)
  const { store, sampler } = sampled(
    () => running,
    async () => known,
  )
  await sampler.sample()
  const { at } = sampler.latest(one) ?? {}
  known = null
  clock.ms += 5000
  await sampler.sample()
  expect(sampler.latest(one)?.at).toBe(at)
  running = []
  await sampler.sample()
  expect(sampler.latest(one)).toBeNull()
  store.close()
})

test('what partitions stand at is known of jobs that run, and of those that ran, also by a later server', async () => {
  let running: readonly JobKey[] = [one, other]
  let watermark = clock.ms - 60_000
  const { store, sampler } = sampled(
    () => running,
    async (key) => (key.job === 'one' ? readUpTo(watermark) : workedFor(1)),
  )
  const behindMs = (): unknown => sampler.partitions(one)?.sources.map(({ standing }) => standing.kind === 'held' && standing.behindMs)
  await sampler.sample()
  expect(behindMs()).toEqual([60_000])
  expect(sampler.partitions(other)).toEqual({ takenAt: clock.ms, sources: [] })
  // It is written each minute only: a server that dies before has what was there then.
  watermark = clock.ms - 70_000
  await sampler.sample()
  expect([behindMs(), store.partitions(one)?.sources[0]?.standing]).toMatchObject([[70_000], { behindMs: 60_000 }])
  const takenAt = clock.ms
  clock.ms += 5000
  running = []
  await sampler.sample()
  expect([sampler.latest(one), behindMs(), sampler.partitions(one)?.takenAt]).toEqual([null, [70_000], takenAt])
  expect(sampler.partitions(one)?.sources[0]?.partitions.map(({ partition }) => partition)).toEqual(['clicks-1', 'clicks-0'])
  expect(sampler.partitions(other)).toBeNull()
  store.close()
})

test('a server that stops keeps what partitions stand at; of a job that has none any more nothing is kept', async () => {
  let metrics = readUpTo(clock.ms - 60_000)
  const { store, sampler } = sampled(
    () => [one],
    async () => metrics,
  )
  await sampler.sample()
  clock.ms += 5000
  metrics = readUpTo(clock.ms - 90_000)
  await sampler.sample()
  sampler.keepPartitions()
  expect(store.partitions(one)?.takenAt).toBe(clock.ms)
  metrics = workedFor(1)
  await sampler.sample()
  sampler.keepPartitions()
  expect(store.partitions(one)).toBeNull()
  store.close()
})

test('of a job with very many subtasks each operator is kept as one', async () => {
  const subtasks = Array.from({ length: 500 }, (_, subtask) => operator({ operatorId: '1', subtask, numRecordsIn: 2, stateBytes: subtask }))
  const { store, sampler } = sampled(
    () => [one],
    async () => runMetrics(clock.ms, subtasks),
  )
  await sampler.sample()
  const query = { metrics: ['numRecordsIn', 'stateBytes'] as const, from: clock.ms, to: clock.ms + 5000, stepMs: 5000, operator: '1' }
  expect((await store.series(one, { ...query, by: 'subtask', kept: 'last' })).series).toMatchObject([
    { subtask: null, metric: 'numRecordsIn', values: [1000] },
    { subtask: null, metric: 'stateBytes', values: [124_750] },
  ])
  store.close()
})
