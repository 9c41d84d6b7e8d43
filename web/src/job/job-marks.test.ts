import { expect, test } from 'vitest'
import { marksOf } from './job-marks.ts'

const event = (sequence: number, kind: string, state: 'running' | 'backing-off' | 'starting' | null) => ({
  sequence,
  at: sequence * 10,
  by: 'ada',
  kind,
  state,
  text: `event ${sequence}`,
})
const alert = (sequence: number, kind: 'fired' | 'resolved') => ({
  sequence,
  kind,
  ruleName: 'Lag',
  severity: 'warning' as const,
  job: 'j',
  jobName: 'job',
  at: sequence * 10 + 5,
  text: 'it is late',
})

test('starts, failures, versions, savepoints and alerts are marked in order, from a time on', () => {
  const events = [
    event(5, 'savepoint', null),
    event(4, 'version', null),
    event(3, 'status', 'running'),
    event(2, 'status', 'backing-off'),
    event(1, 'status', 'running'),
  ]
  const marks = marksOf(events, [alert(3, 'resolved'), alert(2, 'fired')], 20)
  expect(marks.map(({ at, kind }) => `${at} ${kind}`)).toEqual(['20 failed', '25 alert', '30 started', '40 version', '50 savepoint'])
  expect(marks[1]?.text).toBe('Lag: it is late')
})

test('what only leads to something else is not marked', () => {
  expect(marksOf([event(1, 'wish', null), event(2, 'status', 'starting')], [], 0)).toEqual([])
})
