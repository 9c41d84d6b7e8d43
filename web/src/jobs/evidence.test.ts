import { expect, test } from 'vitest'
import { evidenceOf } from './evidence.ts'
import type { JobStatus } from './job-line.ts'

type Kind = JobStatus['evidence']['kind']

function told(kind: Kind, state: JobStatus['state'], ageMs: number | null, sinceAnswerMs = 0) {
  const evidence = { kind, source: 'processes of this server', at: 0, seenAt: null, ageMs, reason: null }
  const found = evidenceOf({ evidence, state }, sinceAnswerMs)
  return [found.phrase, found.ageMs, found.isStale]
}

test('what was seen grows old until it is seen again', () => {
  expect(told('present', 'running', 1000, 2000)).toEqual(['seen', 3000, false])
  expect(told('present', 'running', 1000, -50)).toEqual(['seenNow', 1000, false])
})

test('who cannot be reached has the last known state, whatever it was', () => {
  expect(told('unreachable', 'running', 60_000)).toEqual(['unreachable', 60_000, true])
  expect(told('unreachable', 'failed', null)).toEqual(['unreachable', null, true])
})

test('what was never looked at says so, and what is at rest needs no age', () => {
  expect(told('none', 'stopped', null)).toEqual(['never', null, false])
  expect(told('absent', 'stopped', 10)).toEqual(['settled', 10, false])
  expect(told('absent', 'running', 10)).toEqual(['absent', 10, false])
})
