/** What the answer to an action makes of a status. Pure. */
import { assert, type Failure, unreachable } from '#base'
import type { Action } from './decide.ts'
import type { SavepointSight } from './job-host.ts'
import type { JobStatus } from './job-status.ts'
import { reasonFor } from './reasons.ts'
import { begun, moved } from './status-moves.ts'

export type Answer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'savepoint'; readonly sight: SavepointSight }
  /** It will never be done, since what was asked cannot be. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** It may have been taken. */
  | { readonly kind: 'unanswered'; readonly reason: string }

export function answered(status: JobStatus, action: Action, answer: Answer, now: number): JobStatus {
  switch (answer.kind) {
    case 'unanswered':
      return { ...status, trouble: reasonFor('order-unanswered', { reason: answer.reason }) }
    case 'refused':
      return action.kind === 'start' ? refused(status, answer.failure, now) : status
    case 'taken':
      return taken(status, action)
    case 'savepoint':
      assert(action.kind === 'savepoint', 'only a savepoint is answered by what became of it')
      return saved(taken(status, action), action, answer.sight)
    default:
      return unreachable(answer)
  }
}

/** The attempt is over before it began. */
function refused(status: JobStatus, failure: Failure, now: number): JobStatus {
  const attempt = status.run?.attempt ?? 0
  const run = status.run === null ? null : { ...status.run, endedAt: now }
  const failures = [...status.restart.failures, now]
  const next: JobStatus = { ...status, run, failure, intent: null, trouble: null, restart: { failures, nextAt: null } }
  return moved(next, 'failed', reasonFor('failure-of-user', { attempt }), now)
}

/** An order to an older run is none of the intent. */
function taken(status: JobStatus, action: Action): JobStatus {
  const { intent } = status
  const isOfIntent = intent !== null && action.kind !== 'forget' && action.attempt === intent.attempt && fits(intent.kind, action)
  const trouble = status.trouble?.code === 'order-unanswered' ? null : status.trouble
  return isOfIntent ? begun({ ...status, trouble, intent: { ...intent, isTaken: true } }) : { ...status, trouble }
}

function fits(kind: 'start' | 'stop', action: Action): boolean {
  return kind === 'start' ? action.kind === 'start' : action.kind === 'stop' || (action.kind === 'savepoint' && action.stops)
}

/** What a run ended with is where the next one begins: its checkpoints are older. */
function saved(status: JobStatus, action: Action & { readonly kind: 'savepoint' }, sight: SavepointSight): JobStatus {
  if (!action.stops || sight.state !== 'completed' || status.run?.attempt !== action.attempt) return status
  return { ...status, origin: { attempt: action.attempt + 1, from: { kind: 'savepoint', place: sight.place } } }
}
