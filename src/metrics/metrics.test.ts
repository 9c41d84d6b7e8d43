import { expect, test } from 'vitest'
import { MetricsLines } from './lines.ts'
import { operatorMetrics } from './metrics.fixture.ts'
import { noCheckpoints, type OperatorMetrics } from './run-metrics.ts'
import { totalsOf } from './totals.ts'

/** A snapshot of operators. */
function snapshot(...operators: OperatorMetrics[]) {
  return { takenAt: 1000, checkpoints: noCheckpoints, operators }
}

const early = operatorMetrics({
  numRecordsIn: 100,
  accumulatedBusyTimeMs: 900,
  accumulatedBackPressuredTimeMs: 0,
  accumulatedIdleTimeMs: 100,
})
const late = operatorMetrics({
  numRecordsIn: 500,
  accumulatedBusyTimeMs: 1000,
  accumulatedBackPressuredTimeMs: 1200,
  accumulatedIdleTimeMs: 800,
})

test('times of a second are those since the line before, and at the end since the beginning', () => {
  const lines = new MetricsLines('job')
  expect(lines.next(snapshot(early), false)[0]).toMatchObject({ jobId: 'job', busyTimeMsPerSecond: 900, idleTimeMsPerSecond: 100 })
  expect(lines.next(snapshot(late), false)[0]).toMatchObject({
    numRecordsIn: 500,
    numRecordsInPerSecond: 200,
    busyTimeMsPerSecond: 50,
    backPressuredTimeMsPerSecond: 600,
    idleTimeMsPerSecond: 350,
  })
  const [last] = lines.next(snapshot(late), true)
  expect(last).toMatchObject({ isLast: true, busyTimeMsPerSecond: 1000 / 3, backPressuredTimeMsPerSecond: 400 })
})

test('where no time has passed, an operator was idle', () => {
  const lines = new MetricsLines('job')
  lines.next(snapshot(early), false)
  const [line] = lines.next(snapshot(early), false)
  expect(line).toMatchObject({ busyTimeMsPerSecond: 0, idleTimeMsPerSecond: 1000, numRecordsInPerSecond: 0 })
})

test('subtasks add up: rows and bytes; of times the busiest counts, of watermarks the least', () => {
  const one = { ...early, stateBytes: 10, currentOutputWatermark: 70 }
  const [other, unknown] = [
    { ...late, subtask: 1, stateBytes: 5, currentOutputWatermark: 50 },
    { ...early, subtask: 2 },
  ]
  const [total, ...others] = totalsOf([one, other, unknown])
  expect(others).toEqual([])
  expect(total).toMatchObject({ numRecordsIn: 700, stateBytes: 15, busyShare: 0.9, backPressuredShare: 0.4, currentOutputWatermark: 50 })
})

test('keys of subtasks weigh as much as the rows that each of them had', () => {
  const sampleOf = (rows: number, ...shares: readonly [string, number][]) => {
    return { rows, sampledRows: 10, keys: shares.map(([k, share]) => ({ key: { k }, share, error: 0.1 })) }
  }
  const [total] = totalsOf([
    { ...early, heaviestKeys: sampleOf(900, ['a', 0.8], ['b', 0.2]) },
    { ...early, subtask: 1, heaviestKeys: sampleOf(100, ['c', 1], ['b', 0.5]) },
  ])
  const { rows, sampledRows, keys = [] } = total?.heaviestKeys ?? {}
  expect([rows, sampledRows]).toEqual([1000, 20])
  expect(keys.map(({ key, share }) => [key['k'], Math.round(share * 100)])).toEqual([
    ['a', 72],
    ['b', 23],
    ['c', 10],
  ])
})
