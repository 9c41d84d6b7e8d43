import { describe, expect, test } from 'vitest'
import { absent, backOff, died, noAnswer, pace, present, Story, silent, startedAt, wrong } from './decide.fixture.ts'
import type { RestartPolicy } from './job-spec.ts'
import { judge } from './restart-policy.ts'

describe('starts', () => {
  test('starts only where the host has just said that nothing is alive', () => {
    expect(new Story().sees(silent)).toBeNull()
    for (const state of ['starting', 'running', 'stopping'] as const) {
      expect(new Story({ generation: 2 }).sees((at) => present(state, {}, at))?.kind ?? 'none').not.toBe('start')
    }
    expect(new Story().sees(absent)).toEqual({ kind: 'start', attempt: 1, version: 1, from: { kind: 'newest' }, allowsDroppedState: false })
    expect(new Story().sees((at) => present('stopped', {}, at))).toMatchObject({ kind: 'start', attempt: 2 })
  })

  test('an order without an answer is sent again as it was', () => {
    const story = new Story({ from: { kind: 'savepoint', id: 's', place: 'place of s' }, allowsDroppedState: true })
    const first = story.sees(absent, { answer: noAnswer })
    expect(story.status).toMatchObject({ state: 'starting', trouble: { code: 'order-unanswered' } })
    expect(story.sees(absent, { afterMs: 5000 })).toBeNull()
    expect(story.sees(absent, { afterMs: 5000 })).toEqual(first)
    expect(story.status.trouble).toBeNull()
    expect(story.sees(absent, { afterMs: 20_000 })).toBeNull()
    expect(story.status.trouble?.code).toBe('run-missing')
  })

  test('an order that was refused to the user is not sent again', () => {
    const story = new Story()
    story.sees(absent, { answer: { kind: 'refused', failure: wrong } })
    expect(story.status).toMatchObject({ state: 'failed', failure: wrong, reason: { code: 'failure-of-user' }, intent: null })
    expect(story.sees(absent, { afterMs: 600_000 })).toBeNull()
    story.wish = { ...story.wish, version: 2, generation: 2 }
    expect(story.sees(absent)).toMatchObject({ kind: 'start', attempt: 2, version: 2 })
  })

  test('a run of an earlier attempt is stopped first', () => {
    const story = new Story().runs()
    story.wish = { ...story.wish, generation: 2 }
    story.sees((at) => present('running', {}, at))
    story.sees((at) => present('stopped', {}, at), { answer: noAnswer })
    expect(story.attempt).toBe(2)
    expect(story.sees((at) => present('running', {}, at), { afterMs: 60_000 })).toEqual({ kind: 'stop', attempt: 1, how: 'checkpoint' })
    expect(story.status).toMatchObject({ state: 'starting', trouble: { code: 'older-run' } })
    expect(story.sees((at) => present('stopped', {}, at), { afterMs: 60_000 })).toMatchObject({ kind: 'start', attempt: 2 })
  })

  test('a run that nobody knew is taken over, and attempts only grow', () => {
    const story = new Story()
    expect(story.sees((at) => present('running', { attempt: 7 }, at))).toBeNull()
    expect(story.status).toMatchObject({ state: 'running', run: { attempt: 7 } })
    const other = new Story({ version: 2 })
    expect(other.sees((at) => present('running', { attempt: 7 }, at))).toEqual({ kind: 'stop', attempt: 7, how: 'checkpoint' })
    expect(other.sees((at) => present('stopped', { attempt: 7 }, at))).toMatchObject({ kind: 'start', attempt: 8 })
  })
})

describe('silence', () => {
  test('silence changes nothing but its age', () => {
    const story = new Story().runs()
    const before = story.status
    for (let look = 0; look < 100; look++) expect(story.sees(silent, { afterMs: 60_000 })).toBeNull()
    const { evidence, trouble, ...rest } = story.status
    expect({ ...before, ...rest }).toEqual(before)
    expect(evidence).toMatchObject({ kind: 'unreachable', seenAt: before.evidence.seenAt, since: before.evidence.at + 60_000 })
    expect(trouble).toMatchObject({ code: 'host-silent', message: 'the host cannot be reached: connection refused' })
    story.sees((at) => present('running', {}, at))
    expect(story.status).toMatchObject({ state: 'running', run: { attempt: 1 }, trouble: null, restart: { failures: [] } })
  })

  test('a run that is missing counts as lost only when that is confirmed', () => {
    const story = new Story().runs()
    for (let ms = 0; ms < 30_000; ms += 5000) {
      expect(story.sees(absent, { afterMs: 5000 })).toBeNull()
      expect(story.status).toMatchObject({ state: 'running', trouble: { code: 'run-missing' } })
    }
    story.sees(absent, { afterMs: 5000 })
    expect(story.status).toMatchObject({ state: 'backing-off', failure: { code: 'JOBS_RUN_LOST' } })
  })

  test('a clock that is set back delays a loss by no more than its confirmation', () => {
    const story = new Story().runs()
    story.sees(absent)
    story.sees(absent, { afterMs: -86_400_000 })
    story.sees(absent, { afterMs: 30_000 })
    expect(story.status.failure?.code).toBe('JOBS_RUN_LOST')
  })

  test('silence in between begins the confirmation anew', () => {
    const story = new Story().runs()
    for (let look = 0; look < 20; look++) {
      story.sees(absent, { afterMs: 20_000 })
      story.sees(silent, { afterMs: 20_000 })
    }
    expect(story.status.state).toBe('running')
  })

  test('a lost run that comes back is taken back', () => {
    const story = new Story().runs()
    story.sees(absent)
    story.sees(absent, { afterMs: 30_000 })
    expect(story.status.state).toBe('backing-off')
    expect(story.sees((at) => present('running', {}, at), { afterMs: 100_000 })).toBeNull()
    expect(story.status).toMatchObject({ state: 'running', run: { attempt: 1 }, failure: null, restart: { nextAt: null } })
  })
})

describe('stops', () => {
  test('stopped stays stopped', () => {
    const story = new Story().runs()
    story.wish = { ...story.wish, state: 'stopped' }
    expect(story.sees((at) => present('running', {}, at))).toEqual({ kind: 'stop', attempt: 1, how: 'checkpoint' })
    expect(story.status.state).toBe('stopping')
    story.sees((at) => present('stopped', {}, at))
    expect(story.status).toMatchObject({ state: 'stopped', reason: { code: 'stopped' }, intent: null })
    for (const seen of [absent, silent, (at: number) => present('failed', {}, at)]) expect(story.sees(seen, { afterMs: 60_000 })).toBeNull()
    expect(story.status.state).toBe('stopped')
    expect(story.sees((at) => present('running', {}, at))).toMatchObject({ kind: 'stop', attempt: 1 })
    expect(story.status.state).toBe('stopping')
  })

  test('a start that may be on its way is called off before a job counts as stopped', () => {
    const story = new Story()
    story.sees(absent, { answer: noAnswer })
    story.wish = { ...story.wish, state: 'stopped' }
    expect(story.sees(absent, { answer: noAnswer })).toEqual({ kind: 'stop', attempt: 1, how: 'checkpoint' })
    story.sees(absent, { afterMs: 60_000 })
    expect(story.status.state).toBe('stopping')
    story.sees(absent, { afterMs: 60_000 })
    expect(story.status.state).toBe('stopped')
  })

  test('a stop that is to be at once overtakes one with a checkpoint', () => {
    const story = new Story().runs()
    story.wish = { ...story.wish, state: 'stopped' }
    story.sees((at) => present('running', {}, at))
    story.wish = { ...story.wish, stop: { kind: 'now' } }
    expect(story.sees((at) => present('stopping', {}, at))).toEqual({ kind: 'stop', attempt: 1, how: 'now' })
  })

  test('a run that fails while it stops has stopped, and its failure is known', () => {
    const story = new Story().runs()
    story.wish = { ...story.wish, state: 'stopped' }
    story.sees((at) => present('running', {}, at))
    story.sees((at) => present('failed', {}, at))
    expect(story.status).toMatchObject({ state: 'stopped', failure: died, restart: { failures: [] } })
  })
})

describe('new versions', () => {
  test('a new version waits for the end of the old one, and goes on from its newest checkpoint', () => {
    const story = new Story().runs()
    story.wish = { ...story.wish, version: 2, generation: 2 }
    expect(story.sees((at) => present('running', {}, at))).toEqual({ kind: 'stop', attempt: 1, how: 'checkpoint' })
    expect(story.status.reason).toMatchObject({ code: 'run-replaced', message: 'attempt 1 makes way for version 2' })
    expect(story.sees((at) => present('stopping', {}, at))).toBeNull()
    expect(story.sees((at) => present('stopped', {}, at))).toMatchObject({
      kind: 'start',
      attempt: 2,
      version: 2,
      from: { kind: 'newest' },
    })
  })

  test('a restart begins no earlier than the state that was chosen', () => {
    const story = new Story().runs()
    story.wish = { ...story.wish, generation: 2, from: { kind: 'empty' } }
    story.sees((at) => present('running', {}, at))
    const origin = { attempt: 2, from: { kind: 'empty' } }
    expect(story.sees((at) => present('stopped', {}, at), { answer: noAnswer })).toMatchObject({ kind: 'start', from: { kind: 'empty' } })
    // The order may have been lost: what was there before is still the newest.
    expect(story.status.origin).toBeNull()
    story.sees((at) => present('failed', { attempt: 2 }, at))
    expect(story.sees(absent, { afterMs: 60_000 })).toMatchObject({ kind: 'start', attempt: 3, from: { kind: 'newest' }, origin })
  })

  test('a version goes on from the savepoint that its predecessor stopped with', () => {
    const savepoints = [{ id: 's', attempt: 1, stops: true }]
    const story = new Story({}, { savepoints }).runs()
    story.wish = { ...story.wish, generation: 2, version: 2, stop: { kind: 'savepoint', savepointId: 's' } }
    const order = { kind: 'savepoint', attempt: 1, savepointId: 's', stops: true }
    expect(story.sees((at) => present('running', {}, at))).toEqual(order)
    // It has ended, but what became of the savepoint is not known: that comes first.
    const answer = { kind: 'savepoint', sight: { state: 'completed', place: 'place of s', bytes: 5 } } as const
    expect(story.sees((at) => present('stopped', {}, at), { answer })).toEqual(order)
    expect(story.status.state).toBe('stopping')
    story.settings = { savepoints: [] }
    expect(story.sees((at) => present('stopped', {}, at))).toMatchObject({
      kind: 'start',
      version: 2,
      from: { kind: 'newest' },
      origin: { attempt: 2, from: { kind: 'savepoint', place: 'place of s' } },
    })
  })

  test('a job whose last savepoint fails goes on running, and says so', () => {
    const story = new Story({}, { savepoints: [{ id: 's', attempt: 1, stops: true }] }).runs()
    story.wish = { ...story.wish, state: 'stopped', stop: { kind: 'savepoint', savepointId: 's' } }
    story.sees((at) => present('running', {}, at))
    story.settings = { stopFailure: died }
    expect(story.sees((at) => present('running', {}, at))).toBeNull()
    expect(story.status).toMatchObject({
      state: 'running',
      intent: null,
      trouble: { code: 'savepoint-failed', message: 'the savepoint to stop with failed: the process died' },
    })
    story.wish = { ...story.wish, stop: { kind: 'now' } }
    expect(story.sees((at) => present('running', {}, at))).toEqual({ kind: 'stop', attempt: 1, how: 'now' })
  })
})

describe('failures', () => {
  test('a failure is kept until the next run runs', () => {
    const story = new Story().runs()
    story.sees((at) => present('failed', {}, at))
    expect(story.status).toMatchObject({ state: 'backing-off', failure: died, reason: { code: 'restart-planned' } })
    story.sees(absent, { afterMs: 60_000 })
    expect(story.status).toMatchObject({ state: 'starting', failure: died })
    story.sees((at) => present('starting', { attempt: 2 }, at))
    expect(story.status.failure).toEqual(died)
    story.sees((at) => present('running', { attempt: 2 }, at))
    expect(story.status.failure).toBeNull()
  })

  test('the fault of a user is not tried again', () => {
    const story = new Story().runs()
    story.sees((at) => present('failed', { failure: wrong }, at))
    expect(story.status).toMatchObject({ state: 'failed', failure: wrong, reason: { code: 'failure-of-user' } })
    expect(story.sees(absent, { afterMs: 600_000 })).toBeNull()
  })

  test('a storm of failures ends in words on what to do', () => {
    const story = new Story()
    for (let count = 0; count < 5; count++) {
      story.sees(absent, { afterMs: 60_000 })
      story.sees((at) => present('running', { attempt: story.attempt }, at))
      story.sees((at) => present('failed', { attempt: story.attempt }, at))
    }
    expect(story.status).toMatchObject({ state: 'failed', failure: died, run: { attempt: 5 } })
    expect(story.status.reason).toMatchObject({ code: 'failure-storm', message: '5 runs failed within 3600 s' })
    expect(story.status.reason.hint).toContain('Mend what the failure names')
    story.wish = { ...story.wish, generation: 2 }
    expect(story.sees(absent)).toMatchObject({ kind: 'start', attempt: 6 })
    expect(story.status.restart.failures).toEqual([])
  })

  test('a job of one try stays failed', () => {
    const story = new Story({}, { restart: { kind: 'never' } }).runs()
    story.sees((at) => present('failed', {}, at))
    expect(story.status).toMatchObject({ state: 'failed', reason: { code: 'failure-is-final' } })
  })

  test('a run that somebody else stopped is followed by another one, and is no failure', () => {
    const story = new Story().runs()
    expect(story.sees((at) => present('stopped', { startedAt }, at), { afterMs: 60_000 })).toMatchObject({ kind: 'start', attempt: 2 })
    expect(story.status.restart.failures).toEqual([])
    story.sees((at) => present('stopped', { attempt: 2, startedAt: at }, at))
    expect(story.status).toMatchObject({ state: 'backing-off', reason: { code: 'run-interrupted' } })
    expect(story.sees(absent, { afterMs: 1000 })).toMatchObject({ kind: 'start', attempt: 3 })
  })

  test('an input with an end ends the job', () => {
    const story = new Story().runs()
    story.sees((at) => present('finished', {}, at))
    expect(story.status).toMatchObject({ state: 'finished', reason: { code: 'run-finished' } })
    expect(story.sees(absent, { afterMs: 60_000 })).toBeNull()
    story.wish = { ...story.wish, state: 'stopped' }
    story.sees(absent)
    expect(story.status.state).toBe('stopped')
  })
})

describe('pauses', () => {
  const pauses = (policy: RestartPolicy, jobId = 'orders'): number[] => {
    const found: number[] = []
    for (let attempt = 1, failures: readonly number[] = []; attempt < 8; attempt++) {
      const judgement = judge(policy, { jobId, attempt, failure: died, failures, now: startedAt })
      if (judgement.kind === 'again') found.push(judgement.nextAt - startedAt)
      failures = judgement.failures
    }
    return found
  }

  test('they double up to their bound, and are between a half and the whole of it', () => {
    const policy = { ...backOff, failuresMax: 100, delayMsMax: 16_000 }
    for (const [index, pauseMs] of pauses(policy).entries()) {
      const wholeMs = Math.min(16_000, 1000 * 2 ** index)
      expect(pauseMs).toBeGreaterThanOrEqual(wholeMs / 2)
      expect(pauseMs).toBeLessThanOrEqual(wholeMs)
    }
    expect(pauses(policy)).toEqual(pauses(policy))
    expect(pauses(policy, 'another')).not.toEqual(pauses(policy))
  })

  test('failures that are older than the window are forgotten', () => {
    const failures = [startedAt - 3_600_000, startedAt - 3_599_999]
    expect(judge(backOff, { jobId: 'a', attempt: 1, failure: died, failures, now: startedAt }).failures).toEqual([
      startedAt - 3_599_999,
      startedAt,
    ])
  })

  test('a clock that is set back makes no pause longer', () => {
    const story = new Story().runs()
    story.sees((at) => present('failed', {}, at))
    expect(story.sees(absent, { afterMs: -86_400_000 })).toMatchObject({ kind: 'start', attempt: 2 })
  })
})

describe('errands', () => {
  test('savepoints are asked for while it runs, and asked about when it has ended', () => {
    const story = new Story({}, { savepoints: [{ id: 's', attempt: 1, stops: false }] })
    expect(story.sees(absent)).toMatchObject({ kind: 'start' })
    const order = { kind: 'savepoint', attempt: 1, savepointId: 's', stops: false }
    expect(story.sees((at) => present('running', {}, at))).toEqual(order)
    expect(story.sees((at) => present('failed', {}, at))).toEqual(order)
  })

  test('a job that is removed is stopped, then forgotten', () => {
    const story = new Story().runs()
    story.wish = { ...story.wish, state: 'stopped', removal: 'when-stopped' }
    expect(story.sees((at) => present('running', {}, at))).toMatchObject({ kind: 'stop' })
    expect(story.sees((at) => present('stopped', {}, at))).toEqual({ kind: 'forget' })
  })
})

test('looks are soon while something is under way, and rare while nothing is', () => {
  const story = new Story()
  expect(story.looksInMs(absent)).toBe(pace.eagerMs)
  expect(story.looksInMs((at) => present('starting', {}, at), 40_000)).toBe(10_000)
  expect(story.looksInMs((at) => present('running', {}, at))).toBe(pace.observeMs)
  expect(story.looksInMs(absent)).toBe(pace.eagerMs)
  expect(story.looksInMs(silent)).toBe(pace.observeMs)
  expect(story.looksInMs((at) => present('failed', {}, at))).toBe(pace.eagerMs)
})
