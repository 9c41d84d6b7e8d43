/** What is known of a rule and a job while the rule waits or fires, and what is kept of it afterwards. */
import type { LogKind, RecordKind } from '#store'
import type { Severity } from './alert-rule.ts'
import type { Sighting } from './conditions.ts'
import type { Judgement } from './judge.ts'

/** Kept while it is pending or fires, so that a server that starts again neither forgets it nor tells it twice. */
export interface Alert {
  readonly rule: string
  /** As they were when it was written: a rule may be gone by the end. */
  readonly ruleName: string
  readonly severity: Severity
  /** Empty where it is about no job. */
  readonly job: string
  readonly jobName: string
  /** What tells it from others of the rule and the job; empty where nothing does. */
  readonly instance: string
  /** Another one each time that the condition begins to hold. */
  readonly episode: string
  readonly judgement: Judgement
  /** What was seen when the judgement was written. */
  readonly sighting: Sighting
  /** When somebody was told last; null: nobody yet. */
  readonly notifiedAt: number | null
}

export const alertKind: RecordKind<Alert> = { name: 'alert', keepsVersions: false }

/** What became of alerts. By the id of the job; empty where it is about none. */
export interface AlertEvent {
  readonly kind: 'fired' | 'resolved' | 'watcher-silent'
  readonly rule: string
  readonly ruleName: string
  readonly severity: Severity
  readonly episode: string
  readonly job: string
  readonly jobName: string
  readonly at: number
  /** Since when it held; for a silence, when it began. */
  readonly since: number
  readonly text: string
  readonly value: number | null
}

export const alertLog: LogKind<AlertEvent> = { name: 'alert' }

/** The id of the record of a rule, a job, and what a rule in SQL tells apart. */
export function alertIdOf(rule: string, { job, instance }: Pick<Alert, 'job' | 'instance'>): string {
  return instance === '' ? `${rule}/${job}` : `${rule}/${job}/${instance}`
}
