/** What people want to be told of: which jobs, what must hold, for how long, and who is told. */
import type { JobState, LatencyTier } from '#jobs'
import type { RecordKind } from '#store'
import type { JobMetric, MetricName } from './metric-words.ts'
import type { WatchedJob } from './watched-job.ts'

export interface AlertRule {
  readonly name: string
  readonly description: string
  readonly isActive: boolean
  readonly severity: Severity
  readonly scope: RuleScope
  readonly condition: AlertCondition
  /** How long it has to hold before it fires. */
  readonly forMs: number
  /** How long it has to be over before it is resolved. */
  readonly clearAfterMs: number
  /** How often it is told again while it goes on; null: it is told once. */
  readonly repeatMs: number | null
  /** Ids of channels. */
  readonly channels: readonly string[]
}

export type Severity = 'critical' | 'warning' | 'info'

export type RuleScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'jobs'; readonly jobs: readonly string[] }
  /** All that is said has to fit; a folder holds those below it. */
  | {
      readonly kind: 'matching'
      readonly folder: string | null
      readonly tags: readonly string[]
      readonly latencyTier: LatencyTier | null
    }

export type AlertCondition =
  /** The job is in one of these states, or in none of them. */
  | { readonly kind: 'state'; readonly states: readonly JobState[]; readonly isNot: boolean }
  /** It shall run and does not. */
  | { readonly kind: 'not-as-wanted' }
  /** Who runs it does not answer: nothing is known of it since. */
  | { readonly kind: 'unreachable' }
  /** A number of a job that runs; once it fires, it is over when the number comes back to `clearsAt`. */
  | {
      readonly kind: 'metric'
      readonly metric: JobMetric
      readonly is: 'above' | 'below'
      readonly threshold: number
      readonly clearsAt: number | null
    }
  /** A job that runs reads nothing, or writes nothing. */
  | { readonly kind: 'no-rows'; readonly of: 'in' | 'out' }
  /** More than so many were added to a count in the last while: late rows, dead rows, failed checkpoints. */
  | { readonly kind: 'increase'; readonly metric: CountedMetric; readonly above: number; readonly withinMs: number }
  | { readonly kind: 'no-checkpoint'; readonly withinMs: number }
  /** It broke more often than this in the last while. */
  | { readonly kind: 'failures'; readonly above: number; readonly withinMs: number }
  /** A SELECT over `metrics` and `jobs` that gives rows. A column `job` says which job a row is of. */
  | { readonly kind: 'sql'; readonly text: string; readonly metrics: readonly MetricName[]; readonly pastMs: number }

export type CountedMetric = 'jobLateRecords' | 'jobDeadRecords' | 'numberOfFailedCheckpoints'

export const ruleKind: RecordKind<AlertRule> = { name: 'alert-rule', keepsVersions: true }

/** For a time nobody is told, though it is watched and shown. */
export interface AlertSilence {
  /** Null: all rules. */
  readonly rule: string | null
  /** Null: all jobs. */
  readonly job: string | null
  readonly from: number
  readonly until: number
  readonly comment: string
}

export const silenceKind: RecordKind<AlertSilence> = { name: 'alert-silence', keepsVersions: false }

export function isInScope(scope: RuleScope, { job, spec }: Pick<WatchedJob, 'job' | 'spec'>): boolean {
  if (scope.kind === 'all') return true
  if (scope.kind === 'jobs') return scope.jobs.includes(job)
  const { folder, tags, latencyTier } = scope
  return (
    (folder === null || folder === '' || spec.folder === folder || spec.folder.startsWith(`${folder}/`)) &&
    tags.every((tag) => spec.tags.includes(tag)) &&
    (latencyTier === null || latencyTier === spec.latencyTier)
  )
}

export function isSilenced(silences: Iterable<AlertSilence>, { rule, job }: { rule: string; job: string }, now: number): boolean {
  for (const silence of silences) {
    const isNow = silence.from <= now && now < silence.until
    if (isNow && (silence.rule === null || silence.rule === rule) && (silence.job === null || silence.job === job)) return true
  }
  return false
}
