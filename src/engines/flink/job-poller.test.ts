import { expect, test } from 'vitest'
import type { OperatorMetrics } from '#metrics'
import type { JobObservation } from './job-metrics.ts'
import { JobPoller } from './job-poller.ts'

let nowMs = 0
const clock = { nowMs: () => 1_000_000 + nowMs, monotonicMs: () => nowMs }

/** One subtask that has lived so long, a quarter of it busy. */
function present(lifeMs: number, records: number): JobObservation {
  const operator = {
    operatorId: 'a',
    subtask: 0,
    numRecordsIn: records,
    numRecordsOut: 0,
    accumulatedBusyTimeMs: lifeMs / 4,
    accumulatedBackPressuredTimeMs: 0,
    accumulatedIdleTimeMs: (3 * lifeMs) / 4,
  } as OperatorMetrics
  const job = { id: 'j', state: 'RUNNING' }
  return {
    kind: 'present',
    source: 'job manager',
    at: clock.nowMs(),
    job,
    metrics: { operators: [operator] },
    logs: [],
  } as unknown as JobObservation
}

function unreachable(): JobObservation {
  return { kind: 'unreachable', source: 'job manager', at: clock.nowMs(), reason: 'no answer' }
}

function pollerOf(observe: () => JobObservation): JobPoller {
  nowMs = 0
  return new JobPoller({ observe: async () => observe(), clock, intervalMs: 5000, random: () => 1 })
}

test('rates are those of the time between two looks, however long it was', async () => {
  let seen = present(1000, 100)
  const poller = pollerOf(() => seen)
  await poller.poll()
  nowMs = 7300
  seen = present(3000, 200)
  expect((await poller.poll()).subtasks[0]).toMatchObject({ numRecordsInPerSecond: 50, busyTimeMsPerSecond: 250, idleTimeMsPerSecond: 750 })
})

test('a look that finds nothing newer keeps the rates, and a new beginning has rates of its own', async () => {
  let seen = present(1000, 100)
  const poller = pollerOf(() => seen)
  await poller.poll()
  seen = present(3000, 200)
  await poller.poll()
  expect((await poller.poll()).subtasks[0]).toMatchObject({ numRecordsInPerSecond: 50 })
  seen = present(500, 10)
  expect((await poller.poll()).subtasks[0]).toMatchObject({ numRecordsIn: 10, numRecordsInPerSecond: 20 })
})

test('who does not answer says nothing of the job: the last that was known stays, with its age', async () => {
  let seen = present(1000, 100)
  const poller = pollerOf(() => seen)
  expect(await poller.poll()).toMatchObject({ unreachableSince: null, lastAgeMs: 0 })
  nowMs = 5000
  seen = unreachable()
  await poller.poll()
  nowMs = 12_000
  seen = unreachable()
  expect(await poller.poll()).toMatchObject({
    newest: { kind: 'unreachable', at: 1_012_000 },
    last: { kind: 'present', at: 1_000_000, job: { state: 'RUNNING' } },
    lastAgeMs: 12_000,
    unreachableSince: 1_005_000,
    subtasks: [{ numRecordsIn: 100 }],
  })
  seen = present(2000, 150)
  expect(await poller.poll()).toMatchObject({ unreachableSince: null, lastAgeMs: 0 })
})

test('a job that is gone is absent, and what was known of it last stays', async () => {
  let seen = present(1000, 100)
  const poller = pollerOf(() => seen)
  await poller.poll()
  seen = { kind: 'absent', source: 'job manager', at: clock.nowMs() }
  expect(await poller.poll()).toMatchObject({ newest: { kind: 'absent' }, last: { kind: 'present' }, unreachableSince: null })
})

test('who does not answer is asked less and less often, at least once a minute', async () => {
  let seen = unreachable()
  const poller = pollerOf(() => seen)
  const pauses: number[] = [poller.pauseMs]
  for (let look = 0; look < 6; look++) {
    await poller.poll()
    pauses.push(poller.pauseMs)
  }
  seen = present(1000, 100)
  await poller.poll()
  expect([...pauses, poller.pauseMs]).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 5000])
})
