/** Looks at a job again and again. A job manager that does not answer is asked less and less often, and nothing is said of the job meanwhile. */
import type { Clock } from '#base'
import { type OperatorMetrics, type OperatorRates, SubtaskRates } from '#metrics'
import type { JobObservation } from './job-metrics.ts'

export interface JobSighting {
  readonly newest: JobObservation
  /** The newest that found the job; null before the first. */
  readonly last: Extract<JobObservation, { readonly kind: 'present' }> | null
  /** Milliseconds since then. */
  readonly lastAgeMs: number | null
  /** Since when nobody answers, in epoch milliseconds; null: somebody did just now. */
  readonly unreachableSince: number | null
  /** Of the last one, with its rates since the one before it. */
  readonly subtasks: readonly SubtaskSighting[]
}

export type SubtaskSighting = OperatorMetrics & OperatorRates

export interface PollerShape {
  readonly observe: () => Promise<JobObservation>
  readonly clock: Clock
  readonly intervalMs: number
  /** From 0 to 1. */
  readonly random: () => number
}

const pauseMsMax = 60_000

export class JobPoller {
  readonly #shape: PollerShape
  readonly #rates = new SubtaskRates()
  #last: { readonly observation: NonNullable<JobSighting['last']>; readonly seenMs: number } | null = null
  #subtasks: readonly SubtaskSighting[] = []
  #unreachableSince: number | null = null
  #failures = 0

  constructor(shape: PollerShape) {
    this.#shape = shape
  }

  async poll(): Promise<JobSighting> {
    const { observe, clock } = this.#shape
    const newest = await observe()
    const nowMs = clock.monotonicMs()
    if (newest.kind === 'unreachable') {
      this.#failures++
      this.#unreachableSince ??= newest.at
    } else {
      this.#failures = 0
      this.#unreachableSince = null
    }
    if (newest.kind === 'present') {
      this.#last = { observation: newest, seenMs: nowMs }
      this.#subtasks = this.#rates.next(newest.metrics.operators)
    }
    return {
      newest,
      last: this.#last?.observation ?? null,
      lastAgeMs: this.#last === null ? null : nowMs - this.#last.seenMs,
      unreachableSince: this.#unreachableSince,
      subtasks: this.#subtasks,
    }
  }

  /** How long to wait before the next one: twice as long after each that nothing came of, shortened by chance so that many do not come at once. */
  get pauseMs(): number {
    const { intervalMs, random } = this.#shape
    if (this.#failures === 0) return intervalMs
    const longestMs = Math.min(Math.max(pauseMsMax, intervalMs), intervalMs * 2 ** this.#failures)
    return longestMs * (0.5 + random() / 2)
  }
}
