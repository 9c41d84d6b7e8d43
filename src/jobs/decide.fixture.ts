/** Situations of a job, told in a few words. */
import type { Failure } from '#base'
import { type Answer, answered } from './answers.ts'
import { type Action, decide, type Pace, type Situation } from './decide.ts'
import type { RunEvidence, RunState, SeenRun } from './job-host.ts'
import type { JobWish, RestartPolicy } from './job-spec.ts'
import { firstStatus, type JobStatus } from './job-status.ts'
import { reasonFor } from './reasons.ts'

export const pace: Pace = { observeMs: 60_000, eagerMs: 1000, repeatMs: 10_000, lossMs: 30_000 }

export const backOff = {
  kind: 'back-off',
  delayMs: 1000,
  delayMsMax: 60_000,
  failuresMax: 5,
  windowMs: 3_600_000,
} as const satisfies RestartPolicy

export const startedAt = 1_700_000_000_000

export const died: Failure = {
  code: 'PROCESS_DIED',
  blame: 'external',
  message: 'the process died',
  detail: null,
  hint: null,
  position: null,
  causes: ['signal SIGKILL'],
}

export const wrong: Failure = {
  ...died,
  code: 'SQL_COLUMN_NOT_FOUND',
  blame: 'user',
  message: 'column "amout" does not exist',
  causes: [],
}

export function wishOf(changes: Partial<JobWish> = {}): JobWish {
  return {
    state: 'running',
    version: 1,
    generation: 1,
    from: { kind: 'newest' },
    allowsDroppedState: false,
    stop: { kind: 'checkpoint' },
    askedBy: 'ada',
    askedAt: startedAt,
    ...changes,
  }
}

export function silent(at = startedAt): RunEvidence {
  return { kind: 'unreachable', source: 'a host', at, reason: 'connection refused' }
}

export function absent(at = startedAt): RunEvidence {
  return { kind: 'absent', source: 'a host', at }
}

export function present(state: RunState, changes: Partial<SeenRun> = {}, at = startedAt): RunEvidence {
  const endedAt = state === 'finished' || state === 'stopped' || state === 'failed' ? at : null
  const failure = state === 'failed' ? died : null
  const run: SeenRun = { attempt: 1, version: 1, state, startedAt, endedAt, failure, report: null, ...changes }
  return { kind: 'present', source: 'a host', at, run }
}

/** The story of one job, step by step: what is seen, what is decided, what is answered. */
export class Story {
  status: JobStatus
  wish: JobWish
  now = startedAt
  #lookInMs = 0
  settings: Partial<Situation>

  constructor(wish: Partial<JobWish> = {}, settings: Partial<Situation> = {}) {
    this.status = firstStatus(startedAt, reasonFor('never-started'))
    this.wish = wishOf(wish)
    this.settings = settings
  }

  /** Looks after a while; the action is answered as said. */
  sees(
    seen: (at: number) => RunEvidence,
    { afterMs = 1000, answer = { kind: 'taken' } }: { afterMs?: number; answer?: Answer } = {},
  ): Action | null {
    this.now += afterMs
    const { status, action, lookInMs } = decide({
      jobId: 'orders',
      restart: backOff,
      wish: this.wish,
      status: this.status,
      seen: seen(this.now),
      savepoints: [],
      stopFailure: null,
      pace,
      now: this.now,
      ...this.settings,
    })
    this.#lookInMs = lookInMs
    const isOfSavepoint = action?.kind === 'savepoint' && answer.kind === 'taken'
    this.status = action === null ? status : answered(status, action, isOfSavepoint ? inProgress : answer, this.now)
    return action
  }

  /** When the job is looked at again. */
  looksInMs(seen: (at: number) => RunEvidence, afterMs = 1000): number {
    this.sees(seen, { afterMs })
    return this.#lookInMs
  }

  /** Starts the job and sees it run. */
  runs(): this {
    this.sees(absent)
    this.sees((at) => present('running', { attempt: this.attempt, version: this.wish.version }, at))
    return this
  }

  get attempt(): number {
    return this.status.run?.attempt ?? 0
  }
}

const inProgress: Answer = { kind: 'savepoint', sight: { state: 'in-progress' } }

export const noAnswer: Answer = { kind: 'unanswered', reason: 'it did not answer within 10000 ms' }
