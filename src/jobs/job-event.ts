/** What happened to a job, for people: who asked for what, and what was seen. */
import type { LogKind } from '#store'
import type { JobWish } from './job-spec.ts'
import type { JobEvidence, JobState, JobStatus } from './job-status.ts'
import type { JobReason } from './reasons.ts'

export type JobEvent =
  /** It went to another state, or something came into its way, or went out of it. */
  | {
      readonly kind: 'status'
      readonly from: JobState
      readonly to: JobState
      readonly reason: JobReason
      readonly trouble: JobReason | null
      readonly evidence: Pick<JobEvidence, 'kind' | 'source' | 'at'>
      readonly attempt: number | null
      readonly version: number | null
      /** What made the run fail, if that is new. */
      readonly failure: string | null
    }
  | { readonly kind: 'version'; readonly version: number; readonly basedOn: number | null }
  | {
      readonly kind: 'wish'
      readonly wish: Pick<JobWish, 'state' | 'version' | 'generation' | 'removal'>
      readonly from: JobWish['from']['kind']
      readonly stop: JobWish['stop']['kind']
    }
  | { readonly kind: 'savepoint'; readonly savepointId: string; readonly state: string; readonly reason: string | null }

export const jobEvents: LogKind<JobEvent> = { name: 'job-event' }

/** What a new status tells beyond the one before; null where that is nothing. */
export function statusEvent(before: JobStatus, after: JobStatus): JobEvent | null {
  const isNews = before.state !== after.state || before.reason.code !== after.reason.code || before.trouble?.code !== after.trouble?.code
  if (!isNews) return null
  const { kind, source, at } = after.evidence
  const failure = after.failure === null || after.failure === before.failure ? null : `${after.failure.code}: ${after.failure.message}`
  return {
    kind: 'status',
    from: before.state,
    to: after.state,
    reason: after.reason,
    trouble: after.trouble,
    evidence: { kind, source, at },
    attempt: after.run?.attempt ?? null,
    version: after.run?.version ?? null,
    failure,
  }
}

/** One line for people. */
export function eventText(event: JobEvent): string {
  switch (event.kind) {
    case 'status': {
      const head = event.from === event.to ? event.to : `${event.from} → ${event.to}`
      const trouble = event.trouble === null ? '' : `; ${event.trouble.message}`
      const failure = event.failure === null ? '' : `; ${event.failure}`
      return `${head}: ${event.reason.message}${trouble}${failure}`
    }
    case 'version':
      return event.basedOn === null ? `version ${event.version}` : `version ${event.version}, as version ${event.basedOn} was`
    case 'wish':
      return wishText(event)
    case 'savepoint':
      return `savepoint ${event.savepointId}: ${event.state}${event.reason === null ? '' : `, ${event.reason}`}`
  }
}

function wishText({ wish, from, stop }: JobEvent & { readonly kind: 'wish' }): string {
  if (wish.removal !== undefined) return wish.removal === 'at-once' ? 'to be removed at once' : 'to be stopped and removed'
  const beginning = { newest: 'its newest state', savepoint: 'a savepoint', empty: 'nothing' }[from]
  const ending = { checkpoint: 'after a checkpoint', savepoint: 'with a savepoint', now: 'at once' }[stop]
  return wish.state === 'running' ? `to run version ${wish.version} from ${beginning}` : `to stop ${ending}`
}
