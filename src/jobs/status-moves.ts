/** How a status goes from state to state. */
import type { JobState, JobStatus } from './job-status.ts'
import type { JobReason } from './reasons.ts'

/** A status keeps its time while its state is the same. */
export function moved(status: JobStatus, state: JobState, reason: JobReason, now: number): JobStatus {
  return { ...status, state, reason, since: status.state === state ? status.since : now }
}

/**
 * With the state that a user has chosen as the one that counts from here on: the order to begin there has come to the host. Before that,
 * what was there before is still the newest.
 */
export function begun(status: JobStatus): JobStatus {
  const { intent } = status
  if (intent?.kind !== 'start' || intent.from.kind === 'newest') return status
  return { ...status, origin: { attempt: intent.attempt, from: intent.from } }
}
