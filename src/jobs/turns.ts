/** One turn of a job: decide, store what was decided, do it, store what came of it. */
import { assert, type Clock, type Failure, failureOf, MillraceError } from '#base'
import { entryOf, type NewEntry, type RecordChange, type Stored } from '#store'
import { type Answer, answered } from './answers.ts'
import { type Action, type Decision, decide } from './decide.ts'
import type { JobBook, JobChange } from './job-book.ts'
import type { JobCard } from './job-card.ts'
import { type JobEvent, jobEvents, statusEvent } from './job-event.ts'
import type { RunEvidence } from './job-host.ts'
import type { JobSpec } from './job-spec.ts'
import { firstStatus, type JobStatus } from './job-status.ts'
import type { Lane } from './lane.ts'
import { mayBeAlive } from './lifecycle.ts'
import { orderOf } from './order.ts'
import { reasonFor } from './reasons.ts'
import { isOpen, type Savepoint } from './savepoint.ts'
import { savepointAfter, visibleOf } from './status-news.ts'

export interface TurnOptions {
  readonly book: JobBook
  readonly clock: Clock
  /** Until an order counts as not answered. */
  readonly orderMsMax: number
  /** Whether jobs are this server's to care for now. */
  readonly isInCharge: () => boolean
  /** Whether nothing is to be begun any more. */
  readonly isClosing: () => boolean
  readonly report: (error: unknown) => void
}

/** Until the next look at a job after the store failed, or while it may be another server's. */
const pauseMs = 2000
const by = 'control loop'

export class Turns {
  readonly #options: TurnOptions
  readonly #book: JobBook
  /** No older than the last look; of what is stored only the visible part is as new. */
  readonly #statuses = new Map<string, JobStatus>()

  constructor(options: TurnOptions) {
    this.#options = options
    this.#book = options.book
  }

  status({ workspace, id, changedAt }: JobCard): JobStatus {
    const status = this.#statuses.get(id) ?? this.#book.statuses.get(workspace, id)?.value
    return status ?? firstStatus(changedAt, reasonFor('never-started'))
  }

  drop(jobId: string): void {
    this.#statuses.delete(jobId)
  }

  /** Gives the time until the next look; null where the job is gone. */
  async take(lane: Lane, jobId: string, seen: RunEvidence, isHostKnown: boolean): Promise<number | null> {
    const card = this.#book.card(jobId)
    if (card === undefined) return null
    if (!this.#options.isInCharge()) return pauseMs
    try {
      return await this.#take(lane, card, seen, isHostKnown)
    } catch (error) {
      return this.#recover(card, error)
    }
  }

  async #take(lane: Lane, card: JobCard, seen: RunEvidence, isHostKnown: boolean): Promise<number | null> {
    const wish = this.#book.wishes.get(card.workspace, card.id)
    const { action, status, lookInMs } = this.#decide(lane, card, seen)
    if (this.#isLeaving(card, status, isHostKnown)) return this.#remove(card)
    const spec = action?.kind === 'start' ? await this.#book.specOf(card, action.version) : null
    await this.#write(card, status)
    // What is asked while the intent is written comes first.
    if (this.#book.wishes.get(card.workspace, card.id) !== wish) return 0
    if (this.#options.isClosing()) return lookInMs
    if (action === null) return (await this.#dispose(lane, card, seen)) ? lane.pace.eagerMs : lookInMs
    const answer = await this.#act(lane, card, action, spec)
    if (action.kind === 'forget') return this.#forgotten(card, status, action, answer)
    await this.#write(card, answered(status, action, answer, this.#now()), this.#savepointChanges(card, action, answer))
    return lookInMs
  }

  #decide(lane: Lane, card: JobCard, seen: RunEvidence): Decision {
    const { workspace, id } = card
    const wanted = this.#book.wanted(id)
    assert(wanted !== undefined, 'a job that is known has a version that is wanted')
    const wish = this.#book.wishes.get(workspace, id)?.value ?? null
    const savepoints = this.#book.savepointsOf(id)
    return decide({
      jobId: id,
      restart: wanted.restart,
      wish,
      status: this.status(card),
      seen,
      savepoints: savepoints
        .filter(({ value }) => isOpen(value))
        .sort((a, b) => a.value.askedAt - b.value.askedAt)
        .map(({ id: savepointId, value: { attempt, stops } }) => ({ id: savepointId, attempt, stops })),
      stopFailure: stopFailureOf(savepoints, wish?.stop.kind === 'savepoint' ? wish.stop.savepointId : null),
      pace: lane.pace,
      now: this.#now(),
    })
  }

  /** Stores a status where that tells something new, with what it tells. */
  async #write(card: JobCard, status: JobStatus, also: Changes = { changes: [], told: [], events: [] }): Promise<void> {
    const { workspace, id } = card
    const stored = this.#book.statuses.get(workspace, id)?.value
    const isNew = stored === undefined || visibleOf(stored) !== visibleOf(status)
    const changes = [...(isNew ? [this.#book.statuses.change(card, status)] : []), ...also.changes]
    if (changes.length > 0) {
      const news = isNew ? statusEvent(stored ?? firstStatus(0, reasonFor('never-started')), status) : null
      const events = [...(news === null ? [] : [news]), ...also.events]
      const told: JobChange[] = [...(isNew ? [{ workspace, jobId: id, kind: 'status' as const }] : []), ...also.told]
      await this.#book.commit(changes, told, by, entriesOf(card, events))
    }
    this.#statuses.set(id, status)
  }

  async #act(lane: Lane, card: JobCard, action: Action, spec: JobSpec | null): Promise<Answer> {
    const { orderMsMax } = this.#options
    const call = <T>(verb: () => Promise<T>): Promise<T> => lane.calls.make(`${card.id} ${action.kind}`, verb, orderMsMax)
    try {
      switch (action.kind) {
        case 'start': {
          assert(spec !== null, 'a version that is wanted is kept')
          const order = orderOf(card, spec, action)
          await call(() => lane.host.start(order))
          break
        }
        case 'stop':
          await call(() => lane.host.stop(card.id, action.attempt, action.how))
          break
        case 'savepoint': {
          const { attempt, savepointId, stops } = action
          return { kind: 'savepoint', sight: await call(() => lane.host.savepoint(card.id, attempt, { savepointId, stops })) }
        }
        case 'forget':
          await this.#forget(lane, card)
          break
      }
      return { kind: 'taken' }
    } catch (error) {
      const isUsers = error instanceof MillraceError && error.blame === 'user'
      return isUsers ? { kind: 'refused', failure: failureOf(error) } : { kind: 'unanswered', reason: failureOf(error).message }
    }
  }

  #savepointChanges(card: JobCard, action: Action, answer: Answer): Changes | undefined {
    if (action.kind !== 'savepoint') return undefined
    const { workspace, id: jobId } = card
    const before = this.#book.savepoints.get(workspace, action.savepointId)?.value
    const after = before === undefined ? undefined : savepointAfter(before, action, answer, this.#now())
    if (after === undefined || after === before) return undefined
    return {
      changes: [this.#book.changeSavepoint({ workspace, id: action.savepointId }, after)],
      told: [{ workspace, jobId, kind: 'savepoint' }],
      events: [{ kind: 'savepoint', savepointId: action.savepointId, state: after.state, reason: after.failure?.message ?? null }],
    }
  }

  /** Removes the bytes of a savepoint that nobody wants any more, then its record. */
  async #dispose(lane: Lane, card: JobCard, seen: RunEvidence): Promise<boolean> {
    const found = this.#book.savepointsOf(card.id).find(({ value }) => value.state === 'disposing')
    if (found === undefined || seen.kind === 'unreachable') return false
    await this.#disposeOf(lane, card, found)
    const { workspace, id } = found
    const event: JobEvent = { kind: 'savepoint', savepointId: id, state: 'removed', reason: null }
    const told: JobChange = { workspace, jobId: card.id, kind: 'savepoint' }
    await this.#book.commit([this.#book.changeSavepoint(found, null)], [told], by, entriesOf(card, [event]))
    return true
  }

  async #disposeOf(lane: Lane, card: JobCard, { id, value: { place } }: Stored<Savepoint>): Promise<void> {
    if (place === null) return
    const { orderMsMax } = this.#options
    await lane.calls.make(`${card.id} removeSavepoint`, () => lane.host.removeSavepoint(card.id, id, place), orderMsMax)
  }

  async #forget(lane: Lane, card: JobCard): Promise<void> {
    for (const savepoint of this.#book.savepointsOf(card.id)) await this.#disposeOf(lane, card, savepoint)
    await lane.calls.make(`${card.id} remove`, () => lane.host.remove(card.id), this.#options.orderMsMax)
  }

  async #forgotten(card: JobCard, status: JobStatus, action: Action, answer: Answer): Promise<number | null> {
    if (answer.kind === 'taken') return this.#remove(card)
    await this.#write(card, answered(status, action, answer, this.#now()))
    return pauseMs
  }

  /** Whether a job goes without its host being told: as somebody chose, or since there is none and nothing of it runs. */
  #isLeaving({ workspace, id }: JobCard, status: JobStatus, isHostKnown: boolean): boolean {
    const removal = this.#book.wishes.get(workspace, id)?.value.removal
    return removal === 'at-once' || (removal === 'when-stopped' && !isHostKnown && !mayBeAlive(status.state))
  }

  async #remove(card: JobCard): Promise<null> {
    const { workspace, id } = card
    const changes = [
      this.#book.changeSpec(card, null, by),
      this.#book.changeWish(card, null, null),
      this.#book.names.change({ workspace, id: card.name }, null),
      ...(this.#book.statuses.get(workspace, id) === undefined ? [] : [this.#book.statuses.change(card, null)]),
      ...this.#book.savepointsOf(id).map((savepoint) => this.#book.changeSavepoint(savepoint, null)),
    ]
    await this.#book.commit(changes, [{ workspace, jobId: id, kind: 'job' }], by)
    this.drop(id)
    return null
  }

  /** What is stored may be what was to be, or what another one wrote: it is read anew, and the job looked at anew. */
  async #recover(card: JobCard, error: unknown): Promise<number> {
    this.drop(card.id)
    try {
      await this.#book.refresh(card)
      if (error instanceof MillraceError && error.code === 'STORE_RECORD_CHANGED') return 0
      this.#options.report(error)
    } catch (another) {
      this.#options.report(error)
      this.#options.report(another)
    }
    return pauseMs
  }

  #now(): number {
    return this.#options.clock.nowMs()
  }
}

interface Changes {
  readonly changes: readonly RecordChange[]
  readonly told: readonly JobChange[]
  readonly events: readonly JobEvent[]
}

function entriesOf({ workspace, id }: JobCard, events: readonly JobEvent[]): NewEntry[] {
  return events.map((event) => entryOf(jobEvents, workspace, id, event))
}

function stopFailureOf(savepoints: readonly { readonly id: string; readonly value: Savepoint }[], wished: string | null): Failure | null {
  return savepoints.find(({ id }) => id === wished)?.value.failure ?? null
}
