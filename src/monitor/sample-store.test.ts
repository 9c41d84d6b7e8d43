import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from './layout.ts'
import type { MetricName } from './metric-words.ts'
import { MovedClock, newFolder } from './monitor.fixture.ts'
import { readPartitionSnapshot } from './partition-snapshot.ts'
import { type Sample, SampleStore } from './sample-store.ts'
import { increaseOf, type Series, type SeriesQuery } from './series-query.ts'

const key = { workspace: 'default', job: 'j1' }
const seconds = 1000
const minutes = 60 * seconds
const hours = 60 * minutes
const layout = layoutOf([
  { operatorId: '7', operatorName: 'Join', kind: 'operator', subtask: 0 },
  { operatorId: '7', operatorName: 'Join', kind: 'operator', subtask: 1 },
])

/** A sample in which a metric of the job or of subtask 0 and 1 has these values, and nothing else has one. */
function sample(at: number, metric: MetricName, ...values: number[]): Sample {
  let next = 0
  const numbers = layout.columns.map((column) => (column.metric === metric ? (values[next++] ?? Number.NaN) : Number.NaN))
  return { ...key, at, layout, values: Float64Array.from(numbers) }
}

function open(clock: MovedClock, folder = newFolder(), bytesMax = 100_000_000): SampleStore {
  return SampleStore.open({ folder, clock, bytesMax })
}

function asked(metric: MetricName, from: number, to: number, others: Partial<SeriesQuery> = {}): SeriesQuery {
  return { metrics: [metric], from, to, stepMs: 5 * seconds, operator: null, by: 'subtask', kept: null, ...others }
}

/** Adds samples every five seconds, as time goes by. */
async function live(store: SampleStore, clock: MovedClock, forMs: number, sampleAt: (at: number) => Sample): Promise<void> {
  for (const end = clock.ms + forMs; clock.ms < end; clock.ms += minutes) {
    store.add(Array.from({ length: 12 }, (_, i) => sampleAt(clock.ms + i * 5 * seconds)))
    await store.maintain()
  }
}

const valuesOf = (series: readonly Series[]) => series.map(({ values }) => values)

test('samples are told as they were taken, those in chunks and those that are in none yet', async () => {
  const clock = new MovedClock()
  const store = open(clock)
  const start = clock.ms
  await live(store, clock, 12 * minutes, (at) => sample(at, 'numRecordsIn', (at - start) / 1000, 7))
  const { times, series } = await store.series(key, asked('numRecordsIn', start, clock.ms))
  expect(times).toHaveLength(144)
  expect(series.map(({ operatorId, subtask }) => [operatorId, subtask])).toEqual([
    ['7', 0],
    ['7', 1],
  ])
  expect(valuesOf(series)).toEqual([times.map((at) => (at - start) / 1000), times.map(() => 7)])
  store.close()
})

test('steps show what suits the metric, or what is asked for; nothing stands for no sample', async () => {
  const clock = new MovedClock()
  const store = open(clock)
  const at = clock.ms
  const taken = [1, 2, 6].map((value, i) => sample(at + i * 5 * seconds, 'busyTimeMsPerSecond', value, value * 10))
  store.add([...taken, sample(at + 40 * seconds, 'busyTimeMsPerSecond', Number.NaN, 5)])
  const told = async (others: Partial<SeriesQuery>) =>
    valuesOf((await store.series(key, asked('busyTimeMsPerSecond', at, at + minutes, { stepMs: 20 * seconds, ...others }))).series)
  expect(await told({})).toEqual([
    [3, null, null],
    [30, null, 5],
  ])
  expect(await told({ kept: 'max' })).toEqual([
    [6, null, null],
    [60, null, 5],
  ])
  expect(await told({ kept: 'last', by: 'operator' })).toEqual([[60, null, 5]])
  expect(await told({ operator: '8' })).toEqual([])
  store.close()
})

test('what is older than a day is told in steps of five minutes, as its samples make it out', async () => {
  const clock = new MovedClock()
  const store = open(clock)
  const start = clock.ms
  const valueAt = (at: number) => ((at / 5000) * 7919) % 100
  await live(store, clock, 30 * minutes, (at) => sample(at, 'stateBytes', valueAt(at), 1))
  clock.ms = start + 26 * hours
  await store.maintain()
  const query = asked('stateBytes', start, start + 30 * minutes)
  const told = async (kept: SeriesQuery['kept']) => (await store.series(key, { ...query, kept })).series[0]?.values
  const model = (of: (values: number[]) => number) =>
    Array.from({ length: 6 }, (_, i) => of(Array.from({ length: 60 }, (_, j) => valueAt(start + (i * 60 + j) * 5 * seconds))))
  expect((await store.series(key, query)).stepMs).toBe(5 * minutes)
  expect(await told('min')).toEqual(model((values) => Math.min(...values)))
  expect(await told('max')).toEqual(model((values) => Math.max(...values)))
  expect(await told('mean')).toEqual(model((values) => Math.round((values.reduce((a, b) => a + b) / 60) * 100) / 100))
  store.close()
})

test('long steps are answered alike, whether samples are coarse by now or not', async () => {
  const clock = new MovedClock()
  const folder = newFolder()
  const store = open(clock, folder)
  const start = clock.ms
  await live(store, clock, 63 * minutes, (at) => sample(at, 'numRecordsIn', (at - start) / 1000, 7))
  const { times, series } = await store.series(key, asked('numRecordsIn', start, start + 65 * minutes, { stepMs: 5 * minutes }))
  expect(times).toHaveLength(13)
  expect(series[0]?.values).toEqual(times.map((at) => Math.min((at - start) / 1000 + 295, 63 * 60 - 5)))
  store.close()
})

test('samples come back as a model has them, in whatever order they come and whenever they are sealed', async () => {
  const taken = fc.record({ step: fc.nat(400), value: fc.double({ noNaN: true, noDefaultInfinity: true }), isSealed: fc.boolean() })
  const samples = fc.uniqueArray(taken, { maxLength: 60, selector: ({ step }) => step })
  const property = fc.asyncProperty(samples, async (each) => {
    const clock = new MovedClock()
    const store = open(clock)
    const start = clock.ms
    for (const { step, value, isSealed } of each) {
      store.add([sample(start + step * 5 * seconds, 'jobStateBytes', value)])
      clock.ms += 40 * seconds
      if (isSealed) await store.maintain()
    }
    const { series } = await store.series(key, asked('jobStateBytes', start, start + 401 * 5 * seconds))
    const known = (series[0]?.values ?? []).flatMap((value, step) => (value === null ? [] : [[step, value] as const]))
    expect(new Map(known)).toEqual(new Map(each.map(({ step, value }) => [step, value])))
    store.close()
  })
  await fc.assert(property, { numRuns: 30 })
})

test('what no job tells of any more is gone after thirty days, its name too', async () => {
  const clock = new MovedClock()
  const store = open(clock)
  const start = clock.ms
  await live(store, clock, 20 * minutes, (at) => sample(at, 'numRecordsIn', 1))
  const everything = asked('numRecordsIn', start, start + hours)
  clock.ms = start + 29 * 24 * hours
  await store.maintain()
  expect((await store.series(key, everything)).series).not.toEqual([])
  clock.ms = start + 31 * 24 * hours
  await store.maintain()
  expect((await store.series(key, everything)).series).toEqual([])
  store.close()
})

test('the folder stays within its bound; what is oldest goes first', async () => {
  const clock = new MovedClock()
  const folder = newFolder()
  const bytesMax = 2_000_000
  const store = open(clock, folder, bytesMax)
  const parts = Array.from({ length: 4 }, (_, subtask) => ({ operatorId: '1', operatorName: 'x', kind: 'operator' as const, subtask }))
  const wide = layoutOf(parts)
  const start = clock.ms
  let seed = 1
  for (const end = start + 10 * hours; clock.ms < end; clock.ms += 5 * minutes) {
    const row = (at: number): Sample => ({
      ...key,
      at,
      layout: wide,
      values: Float64Array.from(wide.columns, () => (seed = (seed * 48271) % 2147483647)),
    })
    store.add(Array.from({ length: 60 }, (_, i) => row(clock.ms + i * 5 * seconds)))
    await store.maintain()
  }
  store.close()
  const onDisk = readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0)
  expect(onDisk).toBeLessThan(bytesMax)
  expect(onDisk).toBeGreaterThan(bytesMax / 2)
  const again = open(clock, folder, 700_000)
  const recent = await again.series(key, asked('jobStateBytes', clock.ms - 10 * minutes, clock.ms))
  expect(recent.series[0]?.values.every((value) => value !== null)).toBe(true)
  const oldest = await again.series(key, asked('jobStateBytes', start, start + hours))
  expect(oldest.stepMs).toBe(5 * minutes)
  again.close()
  expect(statSync(path.join(folder, 'samples.sqlite')).size).toBeLessThan(700_000)
})

test('a file that is no database, or is cut off, is set aside; a folder has one server at a time', async () => {
  const clock = new MovedClock()
  const folder = newFolder()
  const file = path.join(folder, 'samples.sqlite')
  writeFileSync(file, 'x'.repeat(10_000))
  const store = open(clock, folder)
  store.add([sample(clock.ms, 'numRecordsIn', 1)])
  expect(() => open(clock, folder)).toThrow(expect.objectContaining({ code: 'MONITOR_FOLDER_HELD' }))
  store.close()
  truncateSync(file, 5000)
  const again = open(clock, folder)
  expect((await again.series(key, asked('numRecordsIn', clock.ms, clock.ms + 5000))).series).toEqual([])
  again.close()
  expect(readdirSync(folder).filter((name) => name.includes('damaged'))).not.toEqual([])
})

test('questions that cannot be answered in bounds are refused', async () => {
  const clock = new MovedClock()
  const store = open(clock)
  await expect(store.series(key, asked('numRecordsIn', 5, 5))).rejects.toMatchObject({ code: 'MONITOR_RANGE' })
  await expect(store.series(key, asked('numRecordsIn', 0, Number.NaN))).rejects.toMatchObject({ code: 'MONITOR_RANGE' })
  await expect(store.series(key, asked('numRecordsIn', 0, clock.ms))).rejects.toMatchObject({ code: 'MONITOR_RANGE_LONG' })
  store.close()
})

test.each([
  [[], null],
  [[null, null], null],
  [[7], 0],
  [[3, null, 5, 9], 6],
  // A run that began anew counts from zero.
  [[100, 104, 2, 3], 7],
])('%j grew by %j', (values, increase) => {
  expect(increaseOf(values)).toBe(increase)
})

test('what partitions stood at is kept of the jobs seen last, for thirty days, also by a later process', async () => {
  const clock = new MovedClock()
  const folder = newFolder()
  const store = open(clock, folder)
  const source = { operatorId: '1', operatorName: 'Source: clicks', nodes: [1], isTimed: false, newestWatermark: null, leftOut: 3 }
  const counts = { active: 3, idle: 0, paused: 0, ended: 0 }
  const snapshot = (takenAt: number) => ({
    takenAt,
    sources: [{ ...source, counts, standing: { kind: 'untimed' }, partitions: [] } as const],
  })
  const jobs = Array.from({ length: 1010 }, (_, number) => ({ workspace: 'default', job: `j${number}` }))
  store.keepPartitions(jobs.map((each, number) => [each, snapshot(clock.ms + number)]))
  store.add([sample(clock.ms, 'numRecordsIn', 1, 2)])
  await store.maintain()
  const known = (of: SampleStore) => jobs.filter((each) => of.partitions(each) !== null).map(({ job }) => job)
  expect([known(store).length, known(store)[0]]).toEqual([1000, 'j10'])
  store.close()
  const later = open(clock, folder)
  expect(later.partitions({ workspace: 'default', job: 'j10' })).toEqual(snapshot(clock.ms + 10))
  expect(later.partitions({ workspace: 'elsewhere', job: 'j10' })).toBeNull()
  clock.ms += 31 * 24 * hours
  await later.maintain()
  expect(known(later)).toEqual([])
  later.close()
})

test.each(['', 'null', '[]', '{}', '{"takenAt":"now","sources":[]}', '{"takenAt":5'])('%j is no snapshot of partitions', (text) => {
  expect(readPartitionSnapshot(text)).toBeNull()
})
