/**
 * The jobs of a server, for whoever asks for them. What belongs to a workspace is reached through an object that knows no other one. It
 * writes what is wanted; that it comes about is the work of the control loop.
 */
import type { RunMetrics } from '#metrics'
import type { LogEntry, Stored } from '#store'
import type { JobChange } from './job-book.ts'
import { JobDesk, type JobsOptions, type JobView } from './job-desk.ts'
import { type JobEvent, jobEvents } from './job-event.ts'
import { JobSavepoints } from './job-savepoints.ts'
import type { StopHow } from './job-spec.ts'
import { type JobSpec, jobKind } from './job-spec.ts'
import { type ChangeOptions, JobVersions, type SpecCheck } from './job-versions.ts'
import { JobWishes, type RemovalKind, type StartOptions } from './job-wishes.ts'
import { type JobPage, type JobQuery, listJobs } from './list-jobs.ts'
import type { Savepoint } from './savepoint.ts'
import type { Ask } from './wishes.ts'

export interface JobDetails extends JobView {
  readonly spec: JobSpec
}

export class Jobs {
  readonly #options: JobsOptions

  constructor(options: JobsOptions) {
    this.#options = options
  }

  of(workspace: string): JobsOf {
    return new JobsOf(workspace, this.#options)
  }
}

export class JobsOf {
  readonly #desk: JobDesk
  readonly #versions: JobVersions
  readonly #wishes: JobWishes
  readonly #savepoints: JobSavepoints

  constructor(workspace: string, options: JobsOptions) {
    this.#desk = new JobDesk(workspace, options)
    this.#savepoints = new JobSavepoints(this.#desk)
    this.#versions = new JobVersions(this.#desk, this.#savepoints)
    this.#wishes = new JobWishes(this.#desk, this.#savepoints)
  }

  list(query: JobQuery): JobPage<JobView> {
    const page = listJobs(this.#listed(), query)
    return { ...page, items: page.items.map(({ card }) => this.#desk.view(card)) }
  }

  *#listed(): Generator<Pick<JobView, 'card' | 'status'>> {
    for (const card of this.#desk.book.cardsIn(this.#desk.workspace)) yield { card, status: this.#desk.status(card) }
  }

  view(jobId: string): JobView {
    return this.#desk.view(this.#desk.card(jobId))
  }

  /** With its script. */
  async get(jobId: string): Promise<JobDetails> {
    const card = this.#desk.card(jobId)
    return { ...this.#desk.view(card), spec: await this.#desk.spec(card, card.version) }
  }

  /** Newest first. */
  async versions(jobId: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly Stored<JobSpec>[]> {
    return this.#desk.book.store.versions(jobKind, this.#desk.card(jobId), page)
  }

  /** What happened to it, newest first. */
  async events(jobId: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly LogEntry<JobEvent>[]> {
    const { workspace, id: subject } = this.#desk.card(jobId)
    return this.#desk.book.store.entries(jobEvents, { workspace, subject, ...page })
  }

  /** What the operators of its run did so far; null where nobody knows. */
  async measure(jobId: string): Promise<RunMetrics | null> {
    return this.#desk.options.loop.measure(this.#desk.card(jobId).id)
  }

  /** Tells of the jobs of the workspace whose records have changed. */
  watch(listener: (change: JobChange) => void): () => void {
    return this.#desk.book.watch((change) => {
      if (change.workspace === this.#desk.workspace) listener(change)
    })
  }

  create(spec: JobSpec, ask: Ask): Promise<JobView> {
    return this.#versions.create(spec, ask)
  }

  check(spec: JobSpec, jobId: string | null, from?: StartOptions['from']): Promise<SpecCheck> {
    return this.#versions.check(spec, jobId, from)
  }

  change(jobId: string, spec: JobSpec, expectedVersion: number, options: ChangeOptions, ask: Ask): Promise<JobView> {
    return this.#versions.change(jobId, spec, expectedVersion, options, ask)
  }

  rollback(jobId: string, version: number, options: ChangeOptions, ask: Ask): Promise<JobView> {
    return this.#versions.rollback(jobId, version, options, ask)
  }

  start(jobId: string, options: StartOptions, ask: Ask): Promise<JobView> {
    return this.#wishes.start(jobId, options, ask)
  }

  restart(jobId: string, options: StartOptions, ask: Ask): Promise<JobView> {
    return this.#wishes.restart(jobId, options, ask)
  }

  stop(jobId: string, how: StopHow['kind'], ask: Ask): Promise<JobView> {
    return this.#wishes.stop(jobId, how, ask)
  }

  remove(jobId: string, kind: RemovalKind, ask: Ask): Promise<void> {
    return this.#wishes.remove(jobId, kind, ask)
  }

  savepoint(jobId: string, ask: Ask): Promise<Stored<Savepoint>> {
    return this.#savepoints.take(jobId, ask)
  }

  savepoints(jobId: string): readonly Stored<Savepoint>[] {
    return this.#savepoints.of(jobId)
  }

  disposeSavepoint(savepointId: string, ask: Ask): Promise<void> {
    return this.#savepoints.dispose(savepointId, ask)
  }
}
