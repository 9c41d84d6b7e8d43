/** The past of a job's metrics, as the server keeps it, and its present, in one form. */
import type { Answer } from '../api/call.ts'

type OperatorsAnswer = Answer<'GET /workspaces/:workspace/jobs/:job/operators'>
type SeriesAnswer = Answer<'GET /workspaces/:workspace/jobs/:job/series'>
export type OperatorRow = OperatorsAnswer['operators'][number]

/** What is drawn of one operator: the sum or the worst of its subtasks. */
export interface OperatorPoint {
  readonly recordsInPerSecond: number
  readonly recordsOutPerSecond: number
  /** Shares of the busiest subtask, from 0 to 1. */
  readonly busy: number
  readonly backPressured: number
  readonly idle: number
  readonly stateBytes: number
  readonly lag: number | null
  /** The earliest of its subtasks. */
  readonly watermark: number | null
  readonly lateRecords: number
}

/** What is drawn of the job as a whole. */
export interface JobPoint {
  readonly checkpointMs: number | null
  readonly checkpointBytes: number | null
  readonly failedCheckpoints: number | null
}

export interface Sample {
  readonly at: number
  /** Operators of which something was measured then. */
  readonly operators: ReadonlyMap<string, OperatorPoint>
  readonly job: JobPoint
}

/** One point for each operator, from the rows of its subtasks. */
export function pointsOf(rows: readonly OperatorRow[]): Map<string, OperatorPoint> {
  const grouped = Map.groupBy(rows, ({ operatorId }) => operatorId)
  return new Map([...grouped].map(([id, subtasks]) => [id, pointOf(subtasks)]))
}

function pointOf(subtasks: readonly OperatorRow[]): OperatorPoint {
  const sum = (read: (row: OperatorRow) => number): number => subtasks.reduce((total, row) => total + read(row), 0)
  const most = (read: (row: OperatorRow) => number): number => subtasks.reduce((top, row) => Math.max(top, read(row)), 0)
  const lags = subtasks.flatMap(({ lag }) => (lag === null ? [] : [lag]))
  const watermarks = subtasks.map(({ watermark }) => watermark)
  const known = watermarks.filter((watermark) => watermark !== null)
  return {
    recordsInPerSecond: sum((row) => row.recordsInPerSecond),
    recordsOutPerSecond: sum((row) => row.recordsOutPerSecond),
    busy: Math.min(1, most((row) => row.busyMsPerSecond) / 1000),
    backPressured: Math.min(1, most((row) => row.backPressuredMsPerSecond) / 1000),
    idle: Math.min(1, Math.min(...subtasks.map((row) => row.idleMsPerSecond)) / 1000),
    stateBytes: sum((row) => row.stateBytes),
    lag: lags.length === 0 ? null : lags.reduce((total, lag) => total + lag, 0),
    // One subtask without a watermark holds back all that follows.
    watermark: known.length === watermarks.length ? Math.min(...known) : null,
    lateRecords: sum((row) => row.lateRecords),
  }
}

/** The metrics that samples are made of. */
export const sampledMetrics = [
  'numRecordsInPerSecond',
  'numRecordsOutPerSecond',
  'busyTimeMsPerSecond',
  'backPressuredTimeMsPerSecond',
  'idleTimeMsPerSecond',
  'stateBytes',
  'pendingRecords',
  'currentInputWatermark',
  'currentOutputWatermark',
  'numLateRecordsDropped',
  'lastCheckpointDuration',
  'lastCheckpointFullSize',
  'numberOfFailedCheckpoints',
] as const

type Metric = (typeof sampledMetrics)[number]

/** One sample for each step of an answer; a step in which nothing was measured of an operator has no point of it, and is a gap. */
export function samplesOf({ times, series }: SeriesAnswer): Sample[] {
  const operators = Map.groupBy(series, ({ operatorId }) => operatorId)
  const readers = new Map(
    [...operators].map(([id, found]) => {
      const values = new Map(found.map((each) => [each.metric, each.values]))
      return [id, (metric: Metric, step: number): number | null => values.get(metric)?.[step] ?? null] as const
    }),
  )
  const ofJob = readers.get('')
  readers.delete('')
  return times.map((at, step) => {
    const points = [...readers].flatMap(([id, read]) => {
      const point = pointAt((metric) => read(metric, step))
      return point === undefined ? [] : [[id, point] as const]
    })
    const job: JobPoint = {
      checkpointMs: ofJob?.('lastCheckpointDuration', step) ?? null,
      checkpointBytes: ofJob?.('lastCheckpointFullSize', step) ?? null,
      failedCheckpoints: ofJob?.('numberOfFailedCheckpoints', step) ?? null,
    }
    return { at, operators: new Map(points), job }
  })
}

function pointAt(read: (metric: Metric) => number | null): OperatorPoint | undefined {
  const share = (metric: Metric): number => Math.min(1, (read(metric) ?? 0) / 1000)
  if (sampledMetrics.every((metric) => read(metric) === null)) return undefined
  return {
    recordsInPerSecond: read('numRecordsInPerSecond') ?? 0,
    recordsOutPerSecond: read('numRecordsOutPerSecond') ?? 0,
    busy: share('busyTimeMsPerSecond'),
    backPressured: share('backPressuredTimeMsPerSecond'),
    idle: share('idleTimeMsPerSecond'),
    stateBytes: read('stateBytes') ?? 0,
    lag: read('pendingRecords'),
    watermark: read('currentOutputWatermark') ?? read('currentInputWatermark'),
    lateRecords: read('numLateRecordsDropped') ?? 0,
  }
}

/** The names of the operators that were measured, in the order in which they are told. */
export function operatorNames({ series }: SeriesAnswer): ReadonlyMap<string, string> {
  return new Map(series.flatMap(({ operatorId, operatorName }) => (operatorId === '' ? [] : [[operatorId, operatorName] as const])))
}

/** The sample nearest to a moment in which something was measured; nothing where there is none. */
export function sampleNear(samples: readonly Sample[], at: number): Sample | undefined {
  const measured = samples.filter(({ operators }) => operators.size > 0)
  return measured.reduce<Sample | undefined>(
    (best, sample) => (best === undefined || Math.abs(sample.at - at) < Math.abs(best.at - at) ? sample : best),
    undefined,
  )
}
