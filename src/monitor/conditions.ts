/** What is seen of a condition, from evidence alone: whether it holds, the value, who says so, and when that was true. */
import type { JobState, JobStatus } from '#jobs'
import type { AlertCondition } from './alert-rule.ts'
import type { Sight } from './judge.ts'
import { type JobMetric, wordOf } from './metric-words.ts'
import { printDuration, printNumber } from './print-number.ts'
import type { WatchedJob } from './watched-job.ts'

/** All that a condition is judged by. */
export interface AlertEvidence {
  readonly job: WatchedJob
  /** The newest sample of its run; null where there is none. */
  readonly sample: { readonly at: number; readonly numbers: Readonly<Record<JobMetric, number | null>> } | null
  /** How much was added to the count that the condition asks for; null where that is not known. */
  readonly increase: number | null
  /** When the run was last seen to complete a checkpoint, or to begin; null where that is not known. */
  readonly checkpointAt: number | null
}

export interface Sighting {
  readonly sight: Sight
  /** What was measured; null where it is no number. */
  readonly value: number | null
  readonly threshold: number | null
  /** A sentence without its period, such as `pendingRecords is 1,200, above 1,000`. */
  readonly text: string
  /** Who says so, and when it was so; null where nobody said anything. */
  readonly source: string
  readonly seenAt: number | null
}

export type JobCondition = Exclude<AlertCondition, { readonly kind: 'sql' }>

/** Samples are taken each five seconds; after so many that are missing, the last one says nothing of now. */
const sampleAgeMsMax = 30_000
/** The control loop looks at each job once a minute at least. */
const evidenceAgeMsMax = 180_000
const sampleSource = 'samples of its run'

export function sightOf(condition: JobCondition, evidence: AlertEvidence, now: number): Sighting {
  const { status, wanted } = evidence.job
  switch (condition.kind) {
    case 'state':
      return ofState(status, now, ({ state }) => condition.states.includes(state) !== condition.isNot)
    case 'not-as-wanted':
      return ofState(status, now, ({ state }) => wanted === 'running' && state !== 'running' && state !== 'finished')
    case 'unreachable':
      return ofReach(status, now)
    case 'metric':
      return ofSample(evidence, now, ({ numbers }) => {
        const value = numbers[condition.metric]
        if (value !== null) return { ...compared(condition, value), value, threshold: condition.threshold }
        // A job without event time never has one, and no engine could tell it.
        const isTimeless = condition.metric === 'jobWatermarkLagMs'
        return isTimeless ? { sight: 'unknown', value, threshold: condition.threshold, text: 'it has no watermark' } : null
      })
    case 'no-rows':
      return ofSample(evidence, now, ({ numbers }) => {
        const rate = numbers[condition.of === 'in' ? 'jobRecordsInPerSecond' : 'jobRecordsOutPerSecond']
        const verb = condition.of === 'in' ? 'reads' : 'writes'
        if (rate === null) return null
        return { sight: rate === 0 ? 'met' : 'clear', value: rate, threshold: 0, text: `it ${verb} ${printNumber(rate)} rows a second` }
      })
    case 'increase':
      return ofSample(evidence, now, () => {
        const { increase } = evidence
        const { metric, above, withinMs } = condition
        if (increase === null) return null
        const text = `${metric} grew by ${printNumber(increase)} in ${printDuration(withinMs)}, where ${printNumber(above)} are let pass`
        return { sight: increase > above ? 'met' : 'clear', value: increase, threshold: above, text }
      })
    case 'no-checkpoint':
      return ofSample(evidence, now, () => {
        if (evidence.checkpointAt === null) return null
        const ageMs = Math.max(0, now - evidence.checkpointAt)
        const text = `no checkpoint was completed for ${printDuration(ageMs)}`
        return { sight: ageMs >= condition.withinMs ? 'met' : 'clear', value: ageMs, threshold: condition.withinMs, text }
      })
    case 'failures':
      return ofFailures(status, condition, now)
  }
}

/** A host that cannot be reached, or was not asked of late, says nothing of the state: it stays what it was, and as old as it was. */
function ofState(status: JobStatus, now: number, isMet: (status: { readonly state: JobState }) => boolean): Sighting {
  const { evidence, state, failure, reason } = status
  const isKnown = (evidence.kind === 'present' || evidence.kind === 'absent') && now - evidence.at <= evidenceAgeMsMax
  const cause = state === 'failed' && failure !== null ? ` (${failure.code}: ${failure.message})` : ''
  return {
    sight: !isKnown ? 'unknown' : isMet(status) ? 'met' : 'clear',
    value: null,
    threshold: null,
    text: isKnown ? `it is ${state}: ${reason.message}${cause}` : `it was ${state} when it was seen last`,
    source: evidence.source,
    seenAt: evidence.seenAt,
  }
}

function ofReach({ evidence }: JobStatus, now: number): Sighting {
  const isUnreachable = evidence.kind === 'unreachable'
  const age = evidence.seenAt === null ? 'it was never seen' : `it was not seen for ${printDuration(Math.max(0, now - evidence.seenAt))}`
  return {
    sight: isUnreachable ? 'met' : evidence.kind === 'none' ? 'unknown' : 'clear',
    value: evidence.seenAt === null ? null : now - evidence.seenAt,
    threshold: null,
    text: isUnreachable ? `${age}${evidence.reason === null ? '' : `: ${evidence.reason}`}` : 'it can be reached',
    source: evidence.source,
    seenAt: evidence.seenAt,
  }
}

type Seen = Pick<Sighting, 'sight' | 'value' | 'threshold' | 'text'>

/** What does not run reads no rows and has no lag; what shall run and is not measured is not known. */
function ofSample(
  { job: { status, wanted }, sample }: AlertEvidence,
  now: number,
  see: (sample: NonNullable<AlertEvidence['sample']>) => Seen | null,
): Sighting {
  const nothing = { value: null, threshold: null, source: sampleSource, seenAt: sample?.at ?? null }
  const isOver = status.state === 'stopped' || status.state === 'finished'
  if (isOver && status.evidence.kind !== 'unreachable') return { ...nothing, sight: 'clear', text: `it is ${status.state}` }
  const isFresh = sample !== null && now - sample.at <= sampleAgeMsMax
  if (!isFresh || status.state !== 'running')
    return { ...nothing, sight: wanted === 'stopped' && !isFresh ? 'clear' : 'unknown', text: 'nobody knows what it does now' }
  const seen = see(sample)
  if (seen === null) return { ...nothing, sight: 'unknown', text: 'its engine does not tell' }
  return { ...seen, source: sampleSource, seenAt: sample.at }
}

function compared(
  { metric, is, threshold, clearsAt }: AlertCondition & { readonly kind: 'metric' },
  value: number,
): Pick<Sighting, 'sight' | 'text'> {
  const isBeyond = (bound: number): boolean => (is === 'above' ? value > bound : value < bound)
  const sight: Sight = isBeyond(threshold) ? 'met' : clearsAt !== null && isBeyond(clearsAt) ? 'between' : 'clear'
  const relation = sight === 'met' ? `${is} ${printNumber(threshold)}` : `where ${is} ${printNumber(threshold)} is looked for`
  return { sight, text: `${metric} is ${printNumber(value)}, ${relation} (${wordOf(metric).help.toLowerCase()})` }
}

/** The control loop forgets failures that are older than the window of the job's own policy. */
function ofFailures({ restart, evidence }: JobStatus, { above, withinMs }: { above: number; withinMs: number }, now: number): Sighting {
  const count = restart.failures.filter((at) => at > now - withinMs).length
  return {
    sight: count > above ? 'met' : 'clear',
    value: count,
    threshold: above,
    text: `it broke ${printNumber(count)} times in ${printDuration(withinMs)}, where ${printNumber(above)} are let pass`,
    source: evidence.source,
    seenAt: evidence.seenAt,
  }
}
