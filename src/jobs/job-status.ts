/** What is known of a job, and how. */
import type { RunReport } from '#engines'
import type { RecordKind } from '#store'
import type { RunFailure } from './job-host.ts'

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
  /** The newest run; null before the first. */
  readonly run: JobRun | null
  /** What was decided and may have been begun; written before it is. */
  readonly intent: JobIntent | null
  /** What was seen last, and when; `unreachable` beside a state says that this state is as old as `seenAt`. */
  readonly evidence: JobEvidence
  readonly restart: JobRestart
  /** What made the newest run fail; kept while the next one starts. */
  readonly failure: RunFailure | null
  /** The generation of the wish that the newest run belongs to. */
  readonly generation: number
}

export interface JobRun {
  readonly attempt: number
  readonly version: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly report: RunReport | null
}

export interface JobIntent {
  readonly kind: 'start' | 'stop'
  readonly attempt: number
  readonly since: number
}

export interface JobEvidence {
  readonly kind: 'present' | 'absent' | 'unreachable' | 'none'
  /** Who says so; empty before the first look. */
  readonly source: string
  /** When that was asked, in epoch milliseconds. */
  readonly at: number
  /** When the host last answered. */
  readonly seenAt: number | null
  /** Why it cannot be reached; null where it can. */
  readonly reason: string | null
}

export interface JobRestart {
  /** Failures of late, in epoch milliseconds, oldest first; those older than the window of the policy are dropped. */
  readonly failures: readonly number[]
  readonly nextAt: number | null
}

export const statusKind: RecordKind<JobStatus> = { name: 'job-status', keepsVersions: false }
