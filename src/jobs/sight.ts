/** What was seen of a job, set against what is known of it. */
import type { RunEvidence, SeenRun } from './job-host.ts'
import type { JobWish } from './job-spec.ts'
import type { JobEvidence, JobStatus } from './job-status.ts'
import type { Sight } from './lifecycle.ts'
import { begun } from './status-moves.ts'

/** The record of a look. Silence keeps the time of the last answer, so that its age is known. */
export function evidenceOf(before: JobEvidence, seen: RunEvidence, sight: Sight): JobEvidence {
  const { source, at } = seen
  // What a host still knows of earlier runs says that the newest one is not there.
  const kind = sight === 'absent' || sight === 'unreachable' ? sight : 'present'
  // What lies ahead was written before the clock was set back.
  const since = before.kind === kind ? Math.min(before.since, at) : at
  if (seen.kind === 'unreachable') return { kind, source, at, since, seenAt: before.seenAt, reason: seen.reason }
  return { kind, source, at, since, seenAt: at, reason: null }
}

export interface Sighting {
  readonly sight: Sight
  /** With what was seen of its own run taken over. */
  readonly status: JobStatus
  /** The attempt of an older run that is alive. */
  readonly older: number | null
}

/** Looks for the own run of a job in what was seen. */
export function sightingOf(status: JobStatus, wish: JobWish | null, seen: RunEvidence): Sighting {
  if (seen.kind !== 'present') return { sight: seen.kind, status, older: null }
  const { run } = seen
  const known = status.run?.attempt ?? 0
  if (run.attempt < known) {
    const older = isAlive(run) ? run.attempt : null
    return { sight: older === null ? 'absent' : 'older', status, older }
  }
  return { sight: run.state, status: withRun(run.attempt > known ? adopted(status, wish, run) : status, run), older: null }
}

function isAlive({ state }: SeenRun): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping'
}

/**
 * A run of an attempt that is not known yet: what is known was set back, as by a restored backup. Attempts only grow, so the job goes on
 * from this one; it is what is wanted where its version is.
 */
function adopted(status: JobStatus, wish: JobWish | null, run: SeenRun): JobStatus {
  const generation = wish?.version === run.version ? wish.generation : -1
  return { ...status, intent: null, generation }
}

function withRun(before: JobStatus, { attempt, version, startedAt, endedAt, report }: SeenRun): JobStatus {
  const status = begun(before)
  return { ...status, run: { attempt, version, startedAt, endedAt, report: report ?? status.run?.report ?? null } }
}
