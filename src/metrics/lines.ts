/** Snapshots of a run as flat objects, one for each subtask of each operator: what files of metrics hold. */
import { type OperatorRates, ratesBetween, subtaskKey } from './rates.ts'
import type { CheckpointMetrics, OperatorMetrics, RunMetrics } from './run-metrics.ts'

/** What one subtask did: the times of a second are those since the line before it. */
export interface MetricsLine extends OperatorMetrics, OperatorRates, CheckpointMetrics {
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly jobId: string
  /** Whether the run has ended: then the times of a second are those since its beginning. */
  readonly isLast: boolean
}

/** The lines of one run, snapshot after snapshot. */
export class MetricsLines {
  readonly #jobId: string
  #before: ReadonlyMap<string, OperatorMetrics> = new Map()

  constructor(jobId: string) {
    this.#jobId = jobId
  }

  next({ takenAt, checkpoints, operators }: RunMetrics, isLast: boolean): MetricsLine[] {
    const before = isLast ? new Map<string, OperatorMetrics>() : this.#before
    this.#before = new Map(operators.map((each) => [subtaskKey(each), each]))
    return operators.map((each) => {
      const rates = ratesBetween(before.get(subtaskKey(each)), each)
      return { timestamp: takenAt, jobId: this.#jobId, isLast, ...each, ...rates, ...checkpoints }
    })
  }
}
