/**
 * What is looked up of runs one by one, beside the overview of all: their counts, and where their newest checkpoint is. It is asked for now
 * and then, so that thousands of runs cost little; what is asked for goes on in the background, and what cannot be had is asked for later.
 */
import type { Clock } from '#base'
import type { RunReport } from '#engines'
import type { ClusterLink } from './cluster-link.ts'
import type { RunBook } from './run-book.ts'
import { type FlinkRun, withFacts } from './run-record.ts'
import { reportOf } from './run-sight.ts'

interface Details {
  readonly attempt: number
  readonly readMs: number
  readonly report: RunReport | null
}

/** How old details of a run may become where there are few runs. */
const detailsMsMax = 30_000
/** Between two runs. */
const pauseMs = 200
const openMax = 4

export class RunDetails {
  readonly #link: ClusterLink
  readonly #book: RunBook
  readonly #clock: Clock
  readonly #known = new Map<string, Details>()
  #lastMs = Number.NEGATIVE_INFINITY
  #open = 0

  constructor(link: ClusterLink, book: RunBook, clock: Clock) {
    this.#link = link
    this.#book = book
    this.#clock = clock
  }

  /** What its tasks had counted when they were asked last; null before. */
  report(jobId: string, { attempt }: FlinkRun): RunReport | null {
    const known = this.#known.get(jobId)
    return known?.attempt === attempt ? known.report : null
  }

  drop(jobId: string): void {
    this.#known.delete(jobId)
  }

  /** Looks up the run among these that was looked up longest ago, if it is time. */
  note(running: readonly { readonly jobId: string; readonly run: FlinkRun }[]): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#open >= openMax || nowMs - this.#lastMs < pauseMs) return
    let oldest: (typeof running)[number] | null = null
    let oldestMs = nowMs - detailsMsMax
    for (const each of running) {
      const known = this.#known.get(each.jobId)
      const readMs = known?.attempt === each.run.attempt ? known.readMs : Number.NEGATIVE_INFINITY
      if (readMs >= oldestMs) continue
      oldest = each
      oldestMs = readMs
    }
    if (oldest === null) return
    this.#lastMs = nowMs
    const { jobId, run } = oldest
    this.#known.set(jobId, { attempt: run.attempt, readMs: nowMs, report: this.report(jobId, run) })
    this.#open += 1
    void this.#read(jobId, run)
      .catch(() => undefined)
      .finally(() => (this.#open -= 1))
  }

  async #read(jobId: string, run: FlinkRun): Promise<void> {
    const [jobs, orders] = await Promise.all([this.#link.jobs(), this.#link.orders()])
    const [details, state] = await Promise.all([jobs.details(run.id), orders.newestState(run.id)])
    const known = this.#known.get(jobId)
    if (known?.attempt === run.attempt) this.#known.set(jobId, { ...known, report: reportOf(details) })
    if (state === undefined || state === null || state.isOfStop || state.place === run.state?.place) return
    const facts = { state: { place: state.place, isOwn: true } }
    await this.#book.change(this.#link.name, jobId, (runs) =>
      runs.runs.some(({ attempt, end }) => attempt === run.attempt && end === null) ? withFacts(runs, run.attempt, facts) : runs,
    )
  }
}
