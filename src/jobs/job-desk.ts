/** The records of the jobs of one workspace, for those who write what is wanted. No id of another workspace leads anywhere. */
import { type Clock, MillraceError } from '#base'
import { entryOf, type RecordChange, type RecordKey } from '#store'
import type { ControlLoop } from './control-loop.ts'
import { jobErrors } from './errors.ts'
import type { JobBook, JobChange } from './job-book.ts'
import type { JobCard } from './job-card.ts'
import { type JobEvent, jobEvents } from './job-event.ts'
import type { JobSpec, JobWish } from './job-spec.ts'
import type { JobStatus } from './job-status.ts'
import type { Planner } from './planner.ts'
import { type Ask, firstWish } from './wishes.ts'

export interface JobsOptions {
  readonly book: JobBook
  readonly loop: Pick<ControlLoop, 'look' | 'status' | 'measure'>
  /** Null: scripts are not read before they run, and nothing is known of what new versions do to state. */
  readonly planner: Planner | null
  readonly clock: Clock
  /** Gives ids that nobody guesses and nobody has had. */
  readonly createId: () => string
  /** Jobs of a workspace. */
  readonly jobsMax?: number
}

/** A job as lists show it. */
export interface JobView {
  readonly card: JobCard
  readonly wish: JobWish
  readonly status: JobStatus
  /** How old the newest answer of the host is; null before the first. */
  readonly ageMs: number | null
}

const jobsMaxDefault = 10_000

export class JobDesk {
  readonly workspace: string
  readonly options: JobsOptions
  readonly book: JobBook

  constructor(workspace: string, options: JobsOptions) {
    this.workspace = workspace
    this.options = options
    this.book = options.book
  }

  get jobsMax(): number {
    return this.options.jobsMax ?? jobsMaxDefault
  }

  now(): number {
    return this.options.clock.nowMs()
  }

  key(id: string): RecordKey {
    return { workspace: this.workspace, id }
  }

  card(jobId: string): JobCard {
    const card = this.book.card(jobId)
    if (card?.workspace !== this.workspace) throw jobErrors.JOBS_JOB_NOT_FOUND({ job: jobId })
    return card
  }

  wish(card: JobCard): JobWish {
    return this.book.wishes.get(card.workspace, card.id)?.value ?? firstWish({ by: card.changedBy }, card.changedAt)
  }

  /** One that can be asked for something. */
  staying(jobId: string): { readonly card: JobCard; readonly wish: JobWish } {
    const card = this.card(jobId)
    const wish = this.wish(card)
    if (wish.removal !== undefined) throw jobErrors.JOBS_LEAVING({ name: card.name })
    return { card, wish }
  }

  view(card: JobCard): JobView {
    return { card, wish: this.wish(card), status: this.status(card), ageMs: this.options.loop.look(card.id)?.ageMs ?? null }
  }

  status(card: JobCard): JobStatus {
    return this.options.loop.status(card)
  }

  async spec(card: JobCard, version: number): Promise<JobSpec> {
    const spec = await this.book.specOf(card, version)
    if (spec === null) throw jobErrors.JOBS_VERSION_NOT_FOUND({ name: card.name, version })
    return spec
  }

  /** Writes all or nothing. Whoever came in between is seen afterwards, and the caller hears of it. */
  async commit(
    jobId: string,
    changes: readonly RecordChange[],
    kinds: readonly JobChange['kind'][],
    events: readonly JobEvent[],
    ask: Ask,
  ): Promise<void> {
    const { workspace } = this
    const told = kinds.map((kind) => ({ workspace, jobId, kind }))
    const entries = events.map((event) => entryOf(jobEvents, workspace, jobId, event))
    try {
      await this.book.commit(changes, told, ask.by, entries)
    } catch (error) {
      // It may have been written all the same. What cannot be read anew now is read by whoever finds that it has changed.
      await this.book.refresh(this.key(jobId)).catch(() => undefined)
      for (const change of told) this.book.tell(change)
      throw error
    }
  }

  wishEvent({ state, version, generation, removal, from, stop }: JobWish): JobEvent {
    const wish = { state, version, generation, ...(removal === undefined ? {} : { removal }) }
    return { kind: 'wish', wish, from: from.kind, stop: stop.kind }
  }
}

export function isRecordChanged(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'STORE_RECORD_CHANGED'
}
