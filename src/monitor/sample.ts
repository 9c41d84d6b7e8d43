/** One sample of a job, from what its run tells: what each subtask does, and what that makes of the job as a whole. */
import type { OperatorMetrics, OperatorRates, RunMetrics } from '#metrics'
import { jobMetrics, type Layout, type LayoutPart, layoutOf, subtaskMetrics } from './layout.ts'
import { type JobMetric, type MetricName, type SubtaskMetric, wordOf } from './metric-words.ts'

/** Subtasks of a job with more of them than this are kept together, operator by operator. */
const subtasksMax = 400
/** Operators beyond this are left out: no plan that people write has as many. */
const operatorsMax = 400

type Measured = OperatorMetrics & OperatorRates
type JobNumbers = Readonly<Record<JobMetric, number | null>>
type SubtaskNumbers = Readonly<Record<SubtaskMetric, number | null>>

export interface JobSample {
  readonly layout: Layout
  readonly values: Float64Array
  readonly job: JobNumbers
}

interface Part {
  readonly part: LayoutPart
  readonly numbers: SubtaskNumbers
}

export function sampleOf({ takenAt, checkpoints }: RunMetrics, operators: readonly Measured[]): JobSample {
  const parts = folded(operators.map(partOf))
  const job = jobNumbers(operators, takenAt)
  const numbers: JobNumbers = { ...job, ...checkpoints }
  const layout = layoutOf(parts.map(({ part }) => part))
  const values = [
    ...jobMetrics.map((name) => kept(name, numbers[name])),
    ...parts.flatMap((each) => subtaskMetrics.map((name) => kept(name, each.numbers[name]))),
  ]
  return { layout, values: Float64Array.from(values), job: numbers }
}

function kept(name: MetricName, value: number | null): number {
  if (value === null || !Number.isFinite(value)) return Number.NaN
  const factor = 10 ** wordOf(name).decimals
  return Math.round(value * factor) / factor || 0
}

function partOf(measured: Measured): Part {
  const { operatorId, operatorName, kind, subtask, connector } = measured
  return {
    part: { operatorId, operatorName, kind, subtask },
    numbers: {
      ...measured,
      numBytes: connector?.numBytes ?? null,
      numRecordsErrors: connector?.numRecordsErrors ?? null,
      numRetries: connector?.numRetries ?? null,
      pendingRecords: connector?.pendingRecords ?? null,
    },
  }
}

function folded(parts: readonly Part[]): readonly Part[] {
  if (parts.length <= subtasksMax) return parts
  const groups = Map.groupBy(parts, ({ part }) => part.operatorId)
  return [...groups.values()].slice(0, operatorsMax).flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const together = subtaskMetrics.map(
      (name) =>
        [
          name,
          across(
            name,
            group.map(({ numbers }) => numbers[name]),
          ),
        ] as const,
    )
    return [{ part: { ...first.part, subtask: null }, numbers: Object.fromEntries(together) as unknown as SubtaskNumbers }]
  })
}

/** What several have together; those that have nothing are passed over. */
function across(name: MetricName, values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  const how = wordOf(name).across
  return known.reduce((a, b) => (how === 'sum' ? a + b : how === 'max' ? Math.max(a, b) : Math.min(a, b)))
}

/** Watermarks begin at a source of Flink, and at the operator behind it in the embedded engine. */
function bringsTime(each: Measured): each is Measured & { readonly currentOutputWatermark: number } {
  return each.currentInputWatermark === null && each.currentOutputWatermark !== null
}

function jobNumbers(operators: readonly Measured[], takenAt: number): Omit<JobNumbers, keyof RunMetrics['checkpoints']> {
  const sources = operators.filter(({ kind }) => kind === 'source')
  const sinks = operators.filter(({ kind }) => kind === 'sink')
  const sum = (some: readonly Measured[], of: (each: Measured) => number): number => some.reduce((total, each) => total + of(each), 0)
  const most = (of: (each: Measured) => number): number => operators.reduce((greatest, each) => Math.max(greatest, of(each)), 0)
  const pending = sources.flatMap(({ connector }) => connector?.pendingRecords ?? [])
  const watermarks = operators.filter(bringsTime).map(({ currentOutputWatermark }) => currentOutputWatermark)
  return {
    // A source of Flink takes no rows in, it hands them out.
    jobRecordsIn: sum(sources, (each) => Math.max(each.numRecordsIn, each.numRecordsOut)),
    jobRecordsInPerSecond: sum(sources, (each) => Math.max(each.numRecordsInPerSecond, each.numRecordsOutPerSecond)),
    jobRecordsOut: sum(sinks, (each) => each.numRecordsIn),
    jobRecordsOutPerSecond: sum(sinks, (each) => each.numRecordsInPerSecond),
    jobBusyTimeMsPerSecond: most((each) => each.busyTimeMsPerSecond),
    jobBackPressuredTimeMsPerSecond: most((each) => each.backPressuredTimeMsPerSecond),
    jobPendingRecords: pending.length === 0 ? null : pending.reduce((a, b) => a + b),
    jobWatermarkLagMs: watermarks.length === 0 ? null : Math.max(0, takenAt - watermarks.reduce((a, b) => Math.min(a, b))),
    jobLateRecords: sum(operators, (each) => each.numLateRecordsDropped),
    jobDeadRecords: sum(operators, ({ connector }) => connector?.numRecordsErrors ?? 0),
    jobStateBytes: sum(operators, (each) => each.stateBytes),
  }
}
