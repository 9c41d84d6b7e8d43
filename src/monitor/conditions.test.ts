import { expect, test } from 'vitest'
import { type AlertEvidence, type JobCondition, sightOf } from './conditions.ts'
import { jobMetrics } from './layout.ts'
import type { JobMetric } from './metric-words.ts'
import { watchedJob } from './monitor.fixture.ts'

const now = Date.UTC(2030, 0, 1, 12)

function evidence(
  known: Parameters<typeof watchedJob>[1],
  numbers: Partial<Record<JobMetric, number>> | null = {},
  sums: Partial<AlertEvidence> = {},
): AlertEvidence {
  const all = Object.fromEntries(jobMetrics.map((name) => [name, numbers?.[name] ?? null])) as Record<JobMetric, number | null>
  return {
    job: watchedJob('j1', known),
    sample: numbers === null ? null : { at: now - 5000, numbers: all },
    increase: null,
    checkpointAt: null,
    ...sums,
  }
}

const sees = (condition: JobCondition, of: AlertEvidence) => sightOf(condition, of, now)
const present = { kind: 'present', source: 'processes', at: now, since: 0, seenAt: now - 2000, reason: null } as const
const unreachable = { ...present, kind: 'unreachable', seenAt: now - 65_000, reason: 'connection refused' } as const
const lag: JobCondition & { readonly kind: 'metric' } = {
  kind: 'metric',
  metric: 'jobPendingRecords',
  is: 'above',
  threshold: 1000,
  clearsAt: 500,
}

test('a state is judged by what was seen; who cannot be reached says nothing of it', () => {
  const reason = { code: 'failure-is-final', message: 'the run failed', hint: null } as const
  const failed: JobCondition = { kind: 'state', states: ['failed'], isNot: false }
  const failure = {
    code: 'PROCESS_DIED',
    blame: 'internal',
    message: 'it is gone',
    detail: null,
    hint: null,
    position: null,
    causes: [],
  } as const
  expect(sees(failed, evidence({ status: { state: 'failed', evidence: present, failure, reason } }))).toMatchObject({
    sight: 'met',
    text: 'it is failed: the run failed (PROCESS_DIED: it is gone)',
    source: 'processes',
    seenAt: now - 2000,
  })
  expect(sees(failed, evidence({ status: { state: 'running', evidence: present } })).sight).toBe('clear')
  expect(sees(failed, evidence({ status: { state: 'failed', evidence: unreachable } })).sight).toBe('unknown')
  expect(sightOf(failed, evidence({ status: { state: 'failed', evidence: present } }), now + 200_000).sight).toBe('unknown')
  expect(sees({ ...failed, isNot: true }, evidence({ status: { state: 'running', evidence: present } })).sight).toBe('met')
})

test('what cannot be reached is not failed, it is not seen', () => {
  expect(sees({ kind: 'unreachable' }, evidence({ status: { evidence: unreachable } }))).toMatchObject({
    sight: 'met',
    text: 'it was not seen for 1 min 5 s: connection refused',
    seenAt: now - 65_000,
  })
  expect(sees({ kind: 'unreachable' }, evidence({ status: { evidence: present } })).sight).toBe('clear')
})

test('what shall run and does not is met; what was stopped or has finished is not', () => {
  const sight = (state: 'failed' | 'stopped' | 'backing-off' | 'finished', wanted: 'running' | 'stopped') =>
    sees({ kind: 'not-as-wanted' }, evidence({ status: { state, evidence: present }, wanted })).sight
  expect([sight('failed', 'running'), sight('backing-off', 'running'), sight('stopped', 'running')]).toEqual(['met', 'met', 'met'])
  expect([sight('failed', 'stopped'), sight('finished', 'running')]).toEqual(['clear', 'clear'])
})

test('a metric is above its threshold, between, or below; without a sample of late nobody knows', () => {
  const at = (value: number) => sees(lag, evidence({}, { jobPendingRecords: value }))
  expect([at(1001).sight, at(1000).sight, at(501).sight, at(500).sight]).toEqual(['met', 'between', 'between', 'clear'])
  expect(at(1234).text).toBe('jobPendingRecords is 1,234, above 1,000 (rows that no source has read yet)')
  expect(at(1234)).toMatchObject({ value: 1234, threshold: 1000, seenAt: now - 5000 })
  expect(sees(lag, evidence({}, {})).sight).toBe('unknown')
  expect(sees(lag, evidence({}, null)).sight).toBe('unknown')
  expect(sees(lag, evidence({}, {})).text).toBe('its engine does not tell')
  const late: JobCondition = { ...lag, metric: 'jobWatermarkLagMs' }
  expect(sees(late, evidence({}, {}))).toMatchObject({ sight: 'unknown', text: 'it has no watermark' })
  const old = evidence({}, { jobPendingRecords: 5000 })
  expect(sightOf(lag, old, now + 60_000).sight).toBe('unknown')
})

test('a job that does not run has no lag, unless nobody knows whether it runs', () => {
  const stopped = { state: 'stopped' } as const
  expect(sees(lag, evidence({ status: { ...stopped, evidence: present }, wanted: 'stopped' }, null)).sight).toBe('clear')
  expect(sees(lag, evidence({ status: { state: 'backing-off', evidence: present } }, { jobPendingRecords: 5000 })).sight).toBe('unknown')
  expect(sees(lag, evidence({ status: { ...stopped, evidence: unreachable } }, null)).sight).toBe('unknown')
})

test('rows that do not come, rows that cannot be read, checkpoints that are not made, runs that break', () => {
  const none: JobCondition = { kind: 'no-rows', of: 'in' }
  expect(sees(none, evidence({}, { jobRecordsInPerSecond: 0 }))).toMatchObject({ sight: 'met', text: 'it reads 0 rows a second' })
  expect(sees(none, evidence({}, { jobRecordsInPerSecond: 0.2 })).sight).toBe('clear')
  const dead: JobCondition = { kind: 'increase', metric: 'jobDeadRecords', above: 10, withinMs: 3_600_000 }
  expect(sees(dead, evidence({}, {}, { increase: 11 }))).toMatchObject({
    sight: 'met',
    text: 'jobDeadRecords grew by 11 in 1 h, where 10 are let pass',
  })
  expect([sees(dead, evidence({}, {}, { increase: 10 })).sight, sees(dead, evidence({})).sight]).toEqual(['clear', 'unknown'])
  const checkpoint: JobCondition = { kind: 'no-checkpoint', withinMs: 60_000 }
  expect(sees(checkpoint, evidence({}, {}, { checkpointAt: now - 60_000 })).text).toBe('no checkpoint was completed for 1 min')
  expect(sees(checkpoint, evidence({}, {}, { checkpointAt: now - 60_000 })).sight).toBe('met')
  expect(sees(checkpoint, evidence({}, {}, { checkpointAt: now - 59_000 })).sight).toBe('clear')
  const breaks: JobCondition = { kind: 'failures', above: 1, withinMs: 60_000 }
  const restart = { failures: [now - 70_000, now - 50_000, now - 100], nextAt: null }
  expect(sees(breaks, evidence({ status: { restart } }))).toMatchObject({ sight: 'met', value: 2 })
  expect(sees({ ...breaks, withinMs: 1000 }, evidence({ status: { restart } })).sight).toBe('clear')
})
