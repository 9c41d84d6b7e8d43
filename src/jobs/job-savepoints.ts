/** Savepoints of the jobs of a workspace: asked for, found, and removed. */
import type { RecordChange, Stored } from '#store'
import { jobErrors } from './errors.ts'
import type { JobCard } from './job-card.ts'
import type { JobDesk } from './job-desk.ts'
import type { JobEvent } from './job-event.ts'
import { isOpen, type Savepoint } from './savepoint.ts'
import type { Ask } from './wishes.ts'

export class JobSavepoints {
  readonly #desk: JobDesk

  constructor(desk: JobDesk) {
    this.#desk = desk
  }

  /** Asks for one of a run that goes on. The same request, sent again, gives the same one. */
  async take(jobId: string, ask: Ask): Promise<Stored<Savepoint>> {
    const { card } = this.#desk.staying(jobId)
    const known = ask.requestId === undefined ? undefined : this.of(jobId).find(({ value }) => value.requestId === ask.requestId)
    if (known !== undefined) return known
    const { id, change, event } = this.asked(card, false, ask)
    await this.#desk.commit(jobId, [change], ['savepoint'], [event], ask)
    return this.#found(id)
  }

  /** Newest first. */
  of(jobId: string): readonly Stored<Savepoint>[] {
    const { id } = this.#desk.card(jobId)
    return this.#desk.book.savepointsOf(id).sort((a, b) => b.value.askedAt - a.value.askedAt || (a.id < b.id ? 1 : -1))
  }

  /** What is to be written for a new one. */
  asked(card: JobCard, stops: boolean, ask: Ask): { readonly id: string; readonly change: RecordChange; readonly event: JobEvent } {
    const desk = this.#desk
    const { state, run } = desk.view(card).status
    if (state !== 'running' || run === null) throw jobErrors.JOBS_NOT_RUNNING({ name: card.name, state })
    const id = desk.options.createId()
    const savepoint: Savepoint = {
      jobId: card.id,
      version: run.version,
      attempt: run.attempt,
      state: 'asked',
      place: null,
      bytes: null,
      stops,
      owner: ask.by,
      requestId: ask.requestId ?? null,
      askedAt: desk.now(),
      endedAt: null,
      failure: null,
    }
    const event: JobEvent = { kind: 'savepoint', savepointId: id, state: 'asked', reason: null }
    return { id, change: desk.book.changeSavepoint(desk.key(id), savepoint), event }
  }

  /** One that a job can start from. */
  completed(id: string): { readonly id: string; readonly place: string } {
    const { state, place } = this.#found(id).value
    if (state !== 'completed' || place === null) throw jobErrors.JOBS_SAVEPOINT_OPEN({ savepoint: id, state })
    return { id, place }
  }

  /** Its bytes go, then its record. */
  async dispose(id: string, ask: Ask): Promise<void> {
    const desk = this.#desk
    const { value } = this.#found(id)
    const card = desk.card(value.jobId)
    if (isOpen(value)) throw jobErrors.JOBS_SAVEPOINT_OPEN({ savepoint: id, state: value.state })
    if (value.state === 'disposing') return
    for (const other of desk.book.cardsIn(desk.workspace))
      if (this.#begins(other, value)) throw jobErrors.JOBS_SAVEPOINT_NEEDED({ savepoint: id, name: other.name })
    const after: Savepoint | null = value.place === null ? null : { ...value, state: 'disposing' }
    const event: JobEvent = { kind: 'savepoint', savepointId: id, state: after === null ? 'removed' : after.state, reason: null }
    await desk.commit(card.id, [desk.book.changeSavepoint(desk.key(id), after)], ['savepoint'], [event], ask)
  }

  /** Whether a job begins there: its state did, or shall. */
  #begins(card: JobCard, { place }: Savepoint): boolean {
    const origin = this.#desk.view(card).status.origin?.from
    const { from } = this.#desk.wish(card)
    return (
      place !== null && ((origin?.kind === 'savepoint' && origin.place === place) || (from.kind === 'savepoint' && from.place === place))
    )
  }

  #found(id: string): Stored<Savepoint> {
    const found = this.#desk.book.savepoints.get(this.#desk.workspace, id)
    if (found === undefined) throw jobErrors.JOBS_SAVEPOINT_NOT_FOUND({ savepoint: id })
    return found
  }
}
