/** Long stories of a job beside a host that may say anything: what must hold after each step, whatever came before. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answer, answered } from './answers.ts'
import { backOff, died, noAnswer, pace, startedAt, wishOf, wrong } from './decide.fixture.ts'
import { type Action, aimOf, decide, type Situation } from './decide.ts'
import type { RunEvidence, RunState } from './job-host.ts'
import type { JobWish } from './job-spec.ts'
import { firstStatus, type JobStatus } from './job-status.ts'
import { aims, deedOf, type Sight, sights, stepOf } from './lifecycle.ts'
import { reasonFor } from './reasons.ts'
import { sightingOf } from './sight.ts'

const states = ['stopped', 'starting', 'running', 'stopping', 'backing-off', 'finished', 'failed'] as const
const runStates: readonly RunState[] = ['starting', 'running', 'stopping', 'finished', 'stopped', 'failed']

const turn = fc.record({
  afterMs: fc.oneof(fc.constantFrom(500, 1000, 31_000, 60_000), fc.integer({ min: -4_000_000, max: 4_000_000 })),
  seen: fc.oneof(
    fc.constantFrom('unreachable' as const, 'absent' as const),
    fc.record({ state: fc.constantFrom(...runStates), ahead: fc.constantFrom(-1, 0, 0, 0, 0, 0, 1), isUsers: fc.boolean() }),
  ),
  wish: fc.option(
    fc.record({
      state: fc.constantFrom('running' as const, 'stopped' as const),
      isNew: fc.boolean(),
      stop: fc.constantFrom({ kind: 'checkpoint' as const }, { kind: 'now' as const }, { kind: 'savepoint' as const, savepointId: 's' }),
      from: fc.constantFrom({ kind: 'newest' as const }, { kind: 'empty' as const }),
    }),
    { freq: 4 },
  ),
  answer: fc.constantFrom<Answer>({ kind: 'taken' }, { kind: 'taken' }, noAnswer, { kind: 'refused', failure: wrong }),
  savepoints: fc.constantFrom([], [], [{ id: 's', attempt: 1, stops: true }]),
})
type Turn = typeof turn extends fc.Arbitrary<infer Value> ? Value : never

interface Taken {
  readonly before: Situation
  readonly sight: Sight
  readonly after: JobStatus
  readonly action: Action | null
}

/** Plays turns, and shows each of them. */
function play(turns: readonly Turn[], show: (taken: Taken) => void): void {
  let status = firstStatus(startedAt, reasonFor('never-started'))
  let wish: JobWish = wishOf()
  let now = startedAt
  for (const { afterMs, seen, wish: change, answer, savepoints } of turns) {
    now += afterMs
    if (change !== null) wish = { ...wish, ...change, generation: wish.generation + (change.isNew ? 1 : 0), version: wish.generation }
    const evidence = evidenceOf(seen, status, now)
    const before: Situation = { jobId: 'a', restart: backOff, wish, status, seen: evidence, savepoints, stopFailure: null, pace, now }
    const { status: after, action } = decide(before)
    show({ before, sight: sightingOf(status, wish, evidence).sight, after, action })
    const saved: Answer = { kind: 'savepoint', sight: { state: 'in-progress' } }
    status = action === null ? after : answered(after, action, action.kind === 'savepoint' && answer.kind === 'taken' ? saved : answer, now)
  }
}

function evidenceOf(seen: Turn['seen'], status: JobStatus, at: number): RunEvidence {
  const source = 'a host'
  if (seen === 'unreachable') return { kind: seen, source, at, reason: 'refused' }
  if (seen === 'absent') return { kind: seen, source, at }
  const attempt = (status.run?.attempt ?? 0) + seen.ahead
  if (attempt < 1) return { kind: 'absent', source, at }
  const failure = seen.state === 'failed' ? (seen.isUsers ? wrong : died) : null
  return {
    kind: 'present',
    source,
    at,
    run: { attempt, version: 1, state: seen.state, startedAt: at, endedAt: null, failure, report: null },
  }
}

function holds(check: (taken: Taken) => void, numRuns = 400): void {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 60 }), (turns) => play(turns, check)),
    { numRuns, seed: 1 },
  )
}

describe('after every step', () => {
  test('every cell is reached', () => {
    const cells = new Set<string>()
    holds(({ before: { status, wish }, sight, after }) => {
      cells.add(`${status.state} × ${sight}`)
      for (const { state } of sight === 'unreachable' ? [] : [status, after]) cells.add(`${state} × ${aimOf(wish, status)}`)
    }, 3000)
    const all = states.flatMap((state) => [...sights.map((sight) => `${state} × ${sight}`), ...aims.map((aim) => `${state} × ${aim}`)])
    expect(all.filter((cell) => !cells.has(cell))).toEqual([])
  })

  test('a start needs an answer that nothing is alive (I1)', () => {
    holds(({ before: { seen }, sight, action }) => {
      if (action?.kind !== 'start') return
      expect(['absent', 'finished', 'stopped', 'failed']).toContain(sight)
      expect(seen.kind).not.toBe('unreachable')
    })
  })

  test('silence changes nothing but its age (I2)', () => {
    holds(({ before: { status }, sight, after, action }) => {
      if (sight !== 'unreachable') return
      const { evidence, trouble } = status
      expect({ ...after, evidence, trouble }).toEqual(status)
      expect([action, after.evidence.seenAt, after.trouble?.code]).toEqual([null, evidence.seenAt, 'host-silent'])
    })
  })

  test('what is ordered is the stored intent (I3)', () => {
    holds(({ before: { status }, sight, after: { intent }, action }) => {
      if (action === null || action.kind === 'forget') return
      // A savepoint has a record of its own; what ends a run with one is an intent, too.
      if (action.kind === 'savepoint' && sight !== 'running') return
      if (action.kind === 'stop' && action.attempt < (status.run?.attempt ?? 0)) return
      expect([intent?.kind === 'start', intent?.attempt]).toEqual([action.kind === 'start', action.attempt])
    })
  })

  test('who is not as wanted is told why (I5)', () => {
    const settled = ['never-started', 'stopped', 'run-seen', 'run-finished']
    holds(({ before: { wish, status }, after, action }) => {
      expect(after.reason.message).not.toMatch(/[{}]/)
      const isAsWanted = wish?.state === 'stopped' ? after.state === 'stopped' : aimOf(wish, after) === 'run' && after.state === 'running'
      const isDone = after.state === 'finished' && aimOf(wish, after) === 'run'
      if (isAsWanted || isDone || action !== null || after.trouble !== null) return
      expect(settled, `${JSON.stringify(wish)} ${JSON.stringify(status)} → ${JSON.stringify(after)}`).not.toContain(after.reason.code)
    })
  })

  test('every status has evidence (I6)', () => {
    holds(({ before: { now, seen }, after: { evidence } }) => {
      const seenAt = seen.kind === 'unreachable' ? evidence.seenAt : now
      expect(evidence).toMatchObject({ source: 'a host', at: now, seenAt })
    })
  })

  test('stopped stays stopped (I7)', () => {
    holds(({ before: { wish, savepoints }, sight, after, action }) => {
      if (wish?.state !== 'stopped') return
      expect(action?.kind ?? 'none').not.toBe('start')
      // A run that is up is asked to stop, or was just now.
      if (sight !== 'running' || savepoints.length > 0) return
      expect(after).toMatchObject({ state: 'stopping', intent: { kind: 'stop' } })
    })
  })

  test('a failure is kept until the next run runs (I8)', () => {
    holds(({ before: { status, seen }, after }) => {
      if (status.failure === null || after.failure !== null) return
      expect(seen).toMatchObject({ kind: 'present', run: { state: 'running' } })
    })
  })

  test('attempts only grow (I9)', () => {
    holds(({ before: { status }, after, action }) => {
      const before = status.run?.attempt ?? 0
      expect(after.run?.attempt ?? 0).toBeGreaterThanOrEqual(before)
      if (action?.kind !== 'start' || status.intent?.kind === 'start') return
      expect(action.attempt).toBeGreaterThan(before)
    })
  })
})

test('the tables have an entry for each state', () => {
  for (const state of states) {
    for (const sight of sights) expect(stepOf(state, sight)).toMatch(/^[a-z]+$/)
    for (const aim of aims) expect(deedOf(state, aim)).toMatch(/^[a-z-]+$/)
  }
})

test('each invariant names tests that there are', () => {
  const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8').replaceAll(/\s+\*?\s*/g, ' ')
  const [comment = ''] = read('lifecycle.ts').split('*/')
  const tests = read('lifecycle.test.ts') + read('decide.test.ts')
  const invariants = comment.split(/ (?=I\d+ [A-Z])/).slice(1)
  expect(invariants.length).toBeGreaterThan(9)
  for (const invariant of invariants) {
    const names = Array.from(invariant.matchAll(/"([^"]+)"/g), ([, name = '']) => name)
    expect([invariant, names.length > 0, names.filter((name) => !tests.includes(`test('${name}`))]).toEqual([invariant, true, []])
  }
})
