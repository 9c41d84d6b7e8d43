/** What happened in a second, from two snapshots of a run. */
import type { OperatorMetrics } from './run-metrics.ts'

/** Rows and milliseconds of each second; the milliseconds are 1000 together. */
export interface OperatorRates {
  readonly busyTimeMsPerSecond: number
  readonly backPressuredTimeMsPerSecond: number
  readonly idleTimeMsPerSecond: number
  readonly numRecordsInPerSecond: number
  readonly numRecordsOutPerSecond: number
}

/** Finds the same subtask in an earlier snapshot. */
export function subtaskKey({ operatorId, subtask }: Pick<OperatorMetrics, 'operatorId' | 'subtask'>): string {
  return `${operatorId}/${subtask}`
}

/** The rates between two snapshots of a subtask; without an earlier one, since its beginning. Where no time has passed, it was idle. */
export function ratesBetween(before: OperatorMetrics | undefined, after: OperatorMetrics): OperatorRates {
  const difference = (of: (metrics: OperatorMetrics) => number): number => of(after) - (before === undefined ? 0 : of(before))
  const busyMs = difference((each) => each.accumulatedBusyTimeMs)
  const backPressuredMs = difference((each) => each.accumulatedBackPressuredTimeMs)
  const idleMs = difference((each) => each.accumulatedIdleTimeMs)
  const spanMs = busyMs + backPressuredMs + idleMs
  const perSecond = (amount: number): number => (spanMs <= 0 ? 0 : (amount / spanMs) * 1000)
  return {
    busyTimeMsPerSecond: perSecond(busyMs),
    backPressuredTimeMsPerSecond: perSecond(backPressuredMs),
    idleTimeMsPerSecond: spanMs <= 0 ? 1000 : perSecond(idleMs),
    numRecordsInPerSecond: perSecond(difference((each) => each.numRecordsIn)),
    numRecordsOutPerSecond: perSecond(difference((each) => each.numRecordsOut)),
  }
}
