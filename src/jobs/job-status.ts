/** What is known of a job, and how. */
import type { Failure } from '#base'
import type { RunReport } from '#engines'
import type { RecordKind } from '#store'
import type { RunOrder, StateOrigin } from './job-host.ts'
import type { JobReason } from './reasons.ts'

export type JobState =
  | 'stopped'
  | 'starting'
  | 'running'
  | 'stopping'
  /** It broke, and is started again at `restart.nextAt`. */
  | 'backing-off'
  | 'finished'
  | 'failed'

export interface JobStatus {
  readonly state: JobState
  /** Since when, in epoch milliseconds. */
  readonly since: number
  /** Why it is in this state. */
  readonly reason: JobReason
  /** What is in the way now of knowing more, or of doing what is wanted; null where nothing is. */
  readonly trouble: JobReason | null
  /** The newest run; null before the first. */
  readonly run: JobRun | null
  /** What was decided and may have been begun; written before it is. */
  readonly intent: JobIntent | null
  /** What was seen last, and when; `unreachable` beside a state says that this state is as old as `seenAt`. */
  readonly evidence: JobEvidence
  readonly restart: JobRestart
  /** What made the newest run fail; kept until the next one was seen running. */
  readonly failure: Failure | null
  /** The generation of the wish that the newest run belongs to. */
  readonly generation: number
  /** Where the state of the job began last; null: with its first run. */
  readonly origin: StateOrigin | null
}

interface JobRun {
  readonly attempt: number
  readonly version: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly report: RunReport | null
}

type JobIntent = StartIntent | StopIntent

interface Ordered {
  readonly attempt: number
  readonly since: number
  /** When the order went out last; null before. It is not stored for its own sake: who finds none sends the order again. */
  readonly sentAt: number | null
  /** Whether the host said that it took the order. Not stored for its own sake either. */
  readonly isTaken: boolean
}

export interface StartIntent extends Ordered {
  readonly kind: 'start'
  readonly version: number
  readonly from: StartPoint
  readonly allowsDroppedState: boolean
}

export interface StopIntent extends Ordered {
  readonly kind: 'stop'
  readonly how: { readonly kind: 'checkpoint' } | { readonly kind: 'now' } | { readonly kind: 'savepoint'; readonly savepointId: string }
}

/** Where a run begins. */
export type StartPoint = RunOrder['from']

export interface JobEvidence {
  readonly kind: 'present' | 'absent' | 'unreachable' | 'none'
  /** Who says so; empty before the first look. */
  readonly source: string
  /** When that was asked, in epoch milliseconds. */
  readonly at: number
  /** Since when looks have given this kind, without a break. */
  readonly since: number
  /** When the host last answered. */
  readonly seenAt: number | null
  /** Why it cannot be reached; null where it can. */
  readonly reason: string | null
}

interface JobRestart {
  /** Failures of late, in epoch milliseconds, oldest first; those older than the window of the policy are dropped. */
  readonly failures: readonly number[]
  readonly nextAt: number | null
}

export const statusKind: RecordKind<JobStatus> = { name: 'job-status', keepsVersions: false }

/** Of a job that nobody has looked at. */
export function firstStatus(now: number, reason: JobReason): JobStatus {
  return {
    state: 'stopped',
    since: now,
    reason,
    trouble: null,
    run: null,
    intent: null,
    evidence: { kind: 'none', source: '', at: now, since: now, seenAt: null, reason: null },
    restart: { failures: [], nextAt: null },
    failure: null,
    generation: 0,
    origin: null,
  }
}
