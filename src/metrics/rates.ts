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
  // Where times are taken one after the other, one of them may seem to have gone back.
  const difference = (of: (metrics: OperatorMetrics) => number): number => Math.max(0, of(after) - (before === undefined ? 0 : of(before)))
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

/**
 * The rates of subtasks from one snapshot to the next, of a run that tells of itself late: a subtask that has measured nothing new keeps
 * the rates that it had, and one that was started anew counts from its new beginning.
 */
export class SubtaskRates {
  #known: ReadonlyMap<string, Span> = new Map()

  next(operators: readonly OperatorMetrics[]): (OperatorMetrics & OperatorRates)[] {
    const spans = operators.map((each) => nextSpan(this.#known.get(subtaskKey(each)), each))
    this.#known = new Map(spans.map((span) => [subtaskKey(span.after), span]))
    return spans.map(({ before, after }) => ({ ...after, ...ratesBetween(before, after) }))
  }
}

interface Span {
  readonly before: OperatorMetrics | undefined
  readonly after: OperatorMetrics
}

function nextSpan(known: Span | undefined, now: OperatorMetrics): Span {
  if (known === undefined) return { before: undefined, after: now }
  const grownMs = lifeMsOf(now) - lifeMsOf(known.after)
  if (grownMs === 0) return { before: known.before, after: now }
  const isAnew = grownMs < 0 || now.numRecordsIn < known.after.numRecordsIn || now.numRecordsOut < known.after.numRecordsOut
  return { before: isAnew ? undefined : known.after, after: now }
}

function lifeMsOf({ accumulatedBusyTimeMs, accumulatedBackPressuredTimeMs, accumulatedIdleTimeMs }: OperatorMetrics): number {
  return accumulatedBusyTimeMs + accumulatedBackPressuredTimeMs + accumulatedIdleTimeMs
}
