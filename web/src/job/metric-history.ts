/** The past of a job's metrics. Samples are kept while the page is open; whoever keeps them longer puts another history in its place. */
import type { Answer } from '../api/call.ts'

type OperatorsAnswer = Answer<'GET /workspaces/:workspace/jobs/:job/operators'>
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

export interface Sample {
  readonly at: number
  readonly operators: ReadonlyMap<string, OperatorPoint>
}

/** Where charts read from. */
export interface MetricHistory {
  /** Samples in the order of their times. */
  readonly read: () => readonly Sample[]
  readonly listen: (listener: () => void) => () => void
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

/** Keeps the newest samples of one job. */
export class PageHistory implements MetricHistory {
  private samples: readonly Sample[] = []
  private readonly listeners = new Set<() => void>()
  private readonly samplesMax: number

  constructor(samplesMax = 900) {
    this.samplesMax = samplesMax
  }

  readonly read = (): readonly Sample[] => this.samples

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  add(at: number, rows: readonly OperatorRow[]): void {
    if (at <= (this.samples.at(-1)?.at ?? 0)) return
    this.samples = [...this.samples.slice(1 - this.samplesMax), { at, operators: pointsOf(rows) }]
    for (const listener of this.listeners) listener()
  }
}

const histories = new Map<string, PageHistory>()
const historiesMax = 20

/** The history of a job, kept while the console is open; those of the jobs looked at last. */
export function historyOf(workspace: string, job: string): PageHistory {
  const key = JSON.stringify([workspace, job])
  const history = histories.get(key) ?? new PageHistory()
  histories.delete(key)
  histories.set(key, history)
  for (const oldest of histories.keys()) if (histories.size > historiesMax) histories.delete(oldest)
  return history
}
