/** What of a status is worth storing: what people can see, and what an order needs. */
import type { Answer } from './answers.ts'
import type { Action } from './decide.ts'
import type { JobStatus } from './job-status.ts'
import type { Savepoint } from './savepoint.ts'

/** Statuses are never changed, and each is compared many times. */
const known = new WeakMap<JobStatus, string>()

/** The same text for statuses of which one need not be stored after the other: they differ in the time of a look, or in counts of rows. */
export function visibleOf(status: JobStatus): string {
  const before = known.get(status)
  if (before !== undefined) return before
  const { evidence, intent, run, ...rest } = status
  const order = intent === null ? null : { ...intent, sentAt: null, isTaken: false }
  const { kind, source, since } = evidence
  const text = JSON.stringify([rest, order, run === null ? null : { ...run, report: null }, kind, source, since])
  known.set(status, text)
  return text
}

/** What an answer makes of a savepoint; the same one where it says nothing new. */
export function savepointAfter(
  savepoint: Savepoint,
  action: Action & { readonly kind: 'savepoint' },
  answer: Answer,
  now: number,
): Savepoint {
  if (answer.kind === 'refused') return { ...savepoint, state: 'failed', failure: answer.failure, endedAt: now }
  if (answer.kind !== 'savepoint') return savepoint
  const { sight } = answer
  const { attempt } = action
  switch (sight.state) {
    case 'in-progress':
      return savepoint.state === 'in-progress' && savepoint.attempt === attempt
        ? savepoint
        : { ...savepoint, state: 'in-progress', attempt }
    case 'completed':
      return { ...savepoint, state: 'completed', attempt, place: sight.place, bytes: sight.bytes, endedAt: now }
    case 'failed':
      return { ...savepoint, state: 'failed', attempt, failure: sight.failure, endedAt: now }
  }
}
