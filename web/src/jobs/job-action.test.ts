import { expect, test } from 'vitest'
import { possibleActions } from './job-action.ts'
import type { JobStatus } from './job-line.ts'

const all = { develop: true, operate: true }

function actions(wanted: 'running' | 'stopped', state: JobStatus['state'], may = all) {
  const evidence = { kind: 'present', source: '', at: 0, seenAt: null, ageMs: null, reason: null } as const
  const status: JobStatus = {
    state,
    since: 0,
    reason: { message: '', hint: null },
    trouble: null,
    run: null,
    evidence,
    intent: null,
    restart: { failures: 0, nextAt: null },
    failure: null,
  }
  return possibleActions({ id: '', name: '', version: 1, wanted: { state: wanted, version: 1, askedBy: '', askedAt: 0 }, status }, may)
}

test.each([
  ['running', 'running', ['stop', 'restart', 'savepoint']],
  ['running', 'starting', ['stop', 'restart']],
  ['running', 'failed', ['start', 'stop', 'restart']],
  ['stopped', 'stopping', ['start']],
  ['stopped', 'stopped', ['start', 'remove']],
] as const)('a job that is to be %s and is %s', (wanted, state, expected) => {
  expect(actions(wanted, state)).toEqual(expected)
})

test('who may not, is offered nothing', () => {
  expect(actions('running', 'running', { develop: false, operate: false })).toEqual([])
  expect(actions('stopped', 'stopped', { develop: true, operate: false })).toEqual(['remove'])
})
