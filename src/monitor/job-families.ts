/** Jobs and their operators as families of metrics. Of subtasks only what they are together: there may be very many. */
import { shortened } from '#base'
import type { JobState } from '#jobs'
import type { MetricFamily, MetricSample } from './exposition.ts'
import { isMetricName, type JobMetric, type SubtaskMetric, wordOf } from './metric-words.ts'
import type { LatestSample } from './sampler.ts'
import type { WatchedJob } from './watched-job.ts'

type Labels = MetricSample['labels']

export interface ObservedJob {
  readonly job: WatchedJob
  readonly latest: LatestSample | null
}

const states: Readonly<Record<JobState, true>> = {
  stopped: true,
  starting: true,
  running: true,
  stopping: true,
  'backing-off': true,
  finished: true,
  failed: true,
}
export const nameLengthMax = 120
/** Lines about operators; those of further jobs are left out, and a metric says so. */
const operatorSeriesMax = 50_000

interface Exposed {
  readonly name: string
  readonly type: MetricFamily['type']
  /** From the unit that is kept to that of the name. */
  readonly factor?: number
}

const jobExposed: Partial<Readonly<Record<JobMetric, Exposed>>> = {
  jobRecordsIn: { name: 'records_in_total', type: 'counter' },
  jobRecordsOut: { name: 'records_out_total', type: 'counter' },
  jobLateRecords: { name: 'late_records_total', type: 'counter' },
  jobDeadRecords: { name: 'dead_records_total', type: 'counter' },
  jobPendingRecords: { name: 'pending_records', type: 'gauge' },
  jobWatermarkLagMs: { name: 'watermark_lag_seconds', type: 'gauge', factor: 0.001 },
  jobBusyTimeMsPerSecond: { name: 'busy_ratio', type: 'gauge', factor: 0.001 },
  jobBackPressuredTimeMsPerSecond: { name: 'back_pressured_ratio', type: 'gauge', factor: 0.001 },
  jobStateBytes: { name: 'state_bytes', type: 'gauge' },
  numberOfCompletedCheckpoints: { name: 'completed_checkpoints_total', type: 'counter' },
  numberOfFailedCheckpoints: { name: 'failed_checkpoints_total', type: 'counter' },
  lastCheckpointDuration: { name: 'last_checkpoint_duration_seconds', type: 'gauge', factor: 0.001 },
  lastCheckpointSize: { name: 'last_checkpoint_size_bytes', type: 'gauge' },
  lastCheckpointFullSize: { name: 'last_checkpoint_full_size_bytes', type: 'gauge' },
}

const operatorExposed: Partial<Readonly<Record<SubtaskMetric, Exposed>>> = {
  numRecordsIn: { name: 'records_in_total', type: 'counter' },
  numRecordsOut: { name: 'records_out_total', type: 'counter' },
  busyTimeMsPerSecond: { name: 'busy_ratio', type: 'gauge', factor: 0.001 },
  backPressuredTimeMsPerSecond: { name: 'back_pressured_ratio', type: 'gauge', factor: 0.001 },
  idleTimeMsPerSecond: { name: 'idle_ratio', type: 'gauge', factor: 0.001 },
  numLateRecordsDropped: { name: 'late_records_total', type: 'counter' },
  currentOutputWatermark: { name: 'output_watermark_timestamp_seconds', type: 'gauge', factor: 0.001 },
  stateBytes: { name: 'state_bytes', type: 'gauge' },
  pendingRecords: { name: 'pending_records', type: 'gauge' },
}

export function jobFamilies(observed: readonly ObservedJob[], now: number): MetricFamily[] {
  return [stateCounts(observed), ...statusFamilies(observed, now), ...sampleFamilies(observed, now), ...operatorFamilies(observed)]
}

export function labelsOf({ workspace, job, spec }: WatchedJob): Labels {
  return { workspace, job_id: job, job_name: shortened(spec.name, nameLengthMax) }
}

function stateCounts(observed: readonly ObservedJob[]): MetricFamily {
  const workspaces = Map.groupBy(observed, ({ job }) => job.workspace)
  const samples = [...workspaces].flatMap(([workspace, jobs]) =>
    Object.keys(states).map((state) => ({
      labels: { workspace, state },
      value: jobs.filter(({ job }) => job.status.state === state).length,
    })),
  )
  return { name: 'millrace_jobs', type: 'gauge', help: 'Jobs by the state that was seen last.', samples }
}

function statusFamilies(observed: readonly ObservedJob[], now: number): MetricFamily[] {
  const family = (
    name: string,
    help: string,
    value: (job: WatchedJob) => number | null,
    type: MetricFamily['type'] = 'gauge',
  ): MetricFamily => ({
    name: `millrace_job_${name}`,
    type,
    help,
    samples: observed.map(({ job }) => ({ labels: labelsOf(job), value: value(job) })),
  })
  return [
    {
      name: 'millrace_job_state',
      type: 'gauge',
      help: 'Whether the job was in this state when it was seen last.',
      samples: observed.flatMap(({ job }) =>
        Object.keys(states).map((state) => ({ labels: { ...labelsOf(job), state }, value: job.status.state === state ? 1 : 0 })),
      ),
    },
    family('wanted_running', 'Whether somebody wants the job to run.', ({ wanted }) => (wanted === 'running' ? 1 : 0)),
    family('unreachable', 'Whether who runs the job did not answer.', ({ status }) => (status.evidence.kind === 'unreachable' ? 1 : 0)),
    family('seen_age_seconds', 'Seconds since the job was seen last.', ({ status }) =>
      status.evidence.seenAt === null ? null : Math.max(0, now - status.evidence.seenAt) / 1000,
    ),
    family('restarts_total', 'Runs of the job after its first.', ({ status }) => Math.max(0, (status.run?.attempt ?? 1) - 1), 'counter'),
  ]
}

function sampleFamilies(observed: readonly ObservedJob[], now: number): MetricFamily[] {
  const measured = observed.flatMap(({ job, latest }) => (latest === null ? [] : [{ labels: labelsOf(job), latest }]))
  const families = Object.entries(jobExposed).map(([metric, exposed]): MetricFamily => {
    const samples = measured.map(({ labels, latest }) => ({ labels, value: scaled(latest.job[metric as JobMetric], exposed) }))
    return { name: `millrace_job_${exposed.name}`, type: exposed.type, help: helpOf(metric as JobMetric, exposed), samples }
  })
  const ages = measured.map(({ labels, latest }) => ({ labels, value: Math.max(0, now - latest.at) / 1000 }))
  return [...families, { name: 'millrace_job_sample_age_seconds', type: 'gauge', help: 'Seconds since the newest sample.', samples: ages }]
}

function operatorFamilies(observed: readonly ObservedJob[]): MetricFamily[] {
  const samples = new Map<SubtaskMetric, MetricSample[]>()
  let count = 0
  let left = 0
  for (const { job, latest } of observed) {
    if (latest === null) continue
    const operators = operatorsOf(latest)
    count += operators.size * Object.keys(operatorExposed).length
    if (count > operatorSeriesMax) {
      left++
      continue
    }
    for (const [operatorId, { name, numbers }] of operators)
      for (const [metric, value] of numbers) {
        const exposed = operatorExposed[metric]
        if (exposed === undefined) continue
        const labels = { ...labelsOf(job), operator_id: operatorId, operator_name: shortened(name, nameLengthMax) }
        const list = samples.get(metric) ?? []
        samples.set(metric, list)
        list.push({ labels, value: scaled(value, exposed) })
      }
  }
  const families = Object.entries(operatorExposed).map(
    ([metric, exposed]): MetricFamily => ({
      name: `millrace_operator_${exposed.name}`,
      type: exposed.type,
      help: helpOf(metric as SubtaskMetric, exposed),
      samples: samples.get(metric as SubtaskMetric) ?? [],
    }),
  )
  const help = 'Jobs whose operators are not listed here, since there are too many.'
  return [...families, { name: 'millrace_unlisted_jobs', type: 'gauge', help, samples: [{ labels: {}, value: left }] }]
}

interface OperatorNumbers {
  readonly name: string
  readonly numbers: Map<SubtaskMetric, number>
}

/** What the subtasks of each operator are together. */
function operatorsOf({ layout, values }: LatestSample): Map<string, OperatorNumbers> {
  const operators = new Map<string, OperatorNumbers>()
  for (const [i, { part, metric }] of layout.columns.entries()) {
    const value = values[i] ?? Number.NaN
    if (part.kind === 'job' || Number.isNaN(value) || !isMetricName(metric) || !isExposed(metric)) continue
    const operator = operators.get(part.operatorId) ?? { name: part.operatorName, numbers: new Map<SubtaskMetric, number>() }
    operators.set(part.operatorId, operator)
    const before = operator.numbers.get(metric)
    const { across } = wordOf(metric)
    const together =
      before === undefined
        ? value
        : across === 'sum'
          ? before + value
          : across === 'max'
            ? Math.max(before, value)
            : Math.min(before, value)
    operator.numbers.set(metric, together)
  }
  return operators
}

function isExposed(metric: string): metric is SubtaskMetric {
  return Object.hasOwn(operatorExposed, metric)
}

function scaled(value: number | null, { factor = 1 }: Exposed): number | null {
  // Divided, since a thousandth is no exact number.
  return value === null ? null : factor === 1 ? value : value / Math.round(1 / factor)
}

function helpOf(metric: JobMetric | SubtaskMetric, { factor = 1 }: Exposed): string {
  const { help } = wordOf(metric)
  const text = factor === 1 ? help : help.replace('Milliseconds', 'Seconds').replace('epoch milliseconds', 'epoch seconds')
  return `${text}.`
}
