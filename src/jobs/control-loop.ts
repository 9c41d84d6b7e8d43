/**
 * Keeps every job as it is wanted: looks, decides, stores what was decided, and does it. Only what is new is stored: that nothing has
 * changed, and how long that has been so, is kept in memory.
 */
import { type Clock, timerMs } from '#base'
import type { RunMetrics } from '#metrics'
import type { Pace } from './decide.ts'
import type { JobBook, JobChange } from './job-book.ts'
import { engineName, type JobCard } from './job-card.ts'
import { jobEvents } from './job-event.ts'
import type { JobEngine } from './job-spec.ts'
import type { JobStatus } from './job-status.ts'
import { Lane, type LaneLimits } from './lane.ts'
import { type HostOf, NamedHost } from './named-host.ts'
import { Turns } from './turns.ts'

export interface LoopOptions {
  readonly book: JobBook
  readonly clock: Clock
  readonly hostOf: HostOf
  /** Whether jobs are this server's to care for now; while they are not, nothing is done or written. Left out: always. */
  readonly isInCharge?: () => boolean
  readonly paces?: Readonly<Record<JobEngine['kind'], Pace>>
  readonly limits?: LaneLimits
  /** Until an order counts as not answered. */
  readonly orderMsMax?: number
  /** For how long events of jobs are kept. */
  readonly eventsMsMax?: number
  /** Takes what went wrong with the loop itself, such as a store that does not answer. */
  readonly report: (error: unknown) => void
}

/** Processes of this machine know at once what became of them; a cluster that was started anew needs time to find its jobs again. */
const defaultPaces: Readonly<Record<JobEngine['kind'], Pace>> = {
  embedded: { observeMs: 5000, eagerMs: 500, repeatMs: 10_000, lossMs: 0 },
  flink: { observeMs: 60_000, eagerMs: 2000, repeatMs: 30_000, lossMs: 60_000 },
}
const defaultLimits: LaneLimits = { batchMax: 200, looksMax: 2, turnsMax: 32, lookMsMax: 10_000 }
const defaultOrderMsMax = 60_000
const defaultEventsMsMax = 30 * 86_400_000
const dropEventsEveryMs = 3_600_000

/** A job as it is known now: no older than the last look, of which nothing may have been worth storing. */
export interface JobSight {
  readonly status: JobStatus
  /** How old the newest answer of the host is; null before the first. */
  readonly ageMs: number | null
}

export interface LaneHealth {
  readonly engine: string
  readonly source: string
  readonly jobs: number
  /** By how much the job that waits longest is overdue. */
  readonly lagMs: number
}

export class ControlLoop {
  readonly #options: LoopOptions
  readonly #book: JobBook
  readonly #paces: Readonly<Record<JobEngine['kind'], Pace>>
  readonly #lanes = new Map<string, Lane>()
  /** The lane that each job is in. */
  readonly #laneOf = new Map<string, string>()
  readonly #turns: Turns
  #unwatch: (() => void) | null = null
  #dropTimer: ReturnType<typeof setTimeout> | null = null
  #isClosing = false

  constructor(options: LoopOptions) {
    this.#options = options
    this.#book = options.book
    this.#paces = options.paces ?? defaultPaces
    this.#turns = new Turns({
      book: options.book,
      clock: options.clock,
      orderMsMax: options.orderMsMax ?? defaultOrderMsMax,
      isInCharge: options.isInCharge ?? (() => true),
      isClosing: () => this.#isClosing,
      report: options.report,
    })
  }

  start(): void {
    this.#unwatch = this.#book.watch((change) => this.#heard(change))
    for (const card of this.#book.cards()) this.wake(card.id)
    this.#planDrop()
  }

  /** Begins nothing any more, and waits for what is under way. Jobs run on. */
  async stop(): Promise<void> {
    this.#isClosing = true
    this.#unwatch?.()
    if (this.#dropTimer !== null) clearTimeout(this.#dropTimer)
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()))
  }

  /** Looks at a job as soon as possible. */
  wake(jobId: string): void {
    const wanted = this.#book.wanted(jobId)
    if (wanted === undefined || this.#isClosing) return
    const name = engineName(wanted.engine)
    const before = this.#laneOf.get(jobId)
    if (before !== undefined && before !== name) this.#leave(jobId)
    this.#laneOf.set(jobId, name)
    this.#lane(wanted.engine).wake(jobId)
  }

  /** Null for a job that is not known. */
  look(jobId: string): JobSight | null {
    const card = this.#book.card(jobId)
    if (card === undefined) return null
    const status = this.#turns.status(card)
    const { seenAt } = status.evidence
    return { status, ageMs: seenAt === null ? null : Math.max(0, this.#options.clock.nowMs() - seenAt) }
  }

  status(card: JobCard): JobStatus {
    return this.#turns.status(card)
  }

  /** What the operators of a run did so far; null where nobody knows. */
  async measure(jobId: string): Promise<RunMetrics | null> {
    const lane = this.#laneHolding(jobId)
    const limitMs = (this.#options.limits ?? defaultLimits).lookMsMax
    return lane === undefined ? null : lane.calls.make(`${jobId} measure`, () => lane.host.measure(jobId), limitMs)
  }

  health(): readonly LaneHealth[] {
    return [...this.#lanes].map(([engine, lane]) => ({ engine, source: lane.host.source, jobs: lane.jobs, lagMs: lane.lagMs() }))
  }

  #heard({ jobId, kind }: JobChange): void {
    if (kind === 'status') return
    if (this.#book.card(jobId) === undefined) this.#gone(jobId)
    else this.wake(jobId)
  }

  #gone(jobId: string): void {
    this.#leave(jobId)
    this.#turns.drop(jobId)
  }

  #leave(jobId: string): void {
    this.#laneHolding(jobId)?.drop(jobId)
    this.#laneOf.delete(jobId)
  }

  #laneHolding(jobId: string): Lane | undefined {
    return this.#lanes.get(this.#laneOf.get(jobId) ?? '')
  }

  #lane(engine: JobEngine): Lane {
    const name = engineName(engine)
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    const { hostOf } = this.#options
    const lane: Lane = new Lane({
      host: new NamedHost(engine, hostOf),
      pace: this.#paces[engine.kind],
      limits: this.#options.limits ?? defaultLimits,
      clock: this.#options.clock,
      turn: (jobId, seen) => this.#turns.take(lane, jobId, seen, hostOf(engine) !== null),
    })
    this.#lanes.set(name, lane)
    return lane
  }

  #planDrop(): void {
    this.#dropTimer = setTimeout(() => void this.#dropEvents(), timerMs(dropEventsEveryMs))
  }

  async #dropEvents(): Promise<void> {
    try {
      await this.#book.store.dropEntries(jobEvents, this.#options.clock.nowMs() - (this.#options.eventsMsMax ?? defaultEventsMsMax))
    } catch (error) {
      this.#options.report(error)
    }
    if (!this.#isClosing) this.#planDrop()
  }
}
