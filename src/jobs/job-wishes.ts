/** What is asked of jobs that are there: to run, to stop, to go. */
import { checkEngine } from './check-engine.ts'
import { jobErrors } from './errors.ts'
import type { JobCard } from './job-card.ts'
import type { JobDesk, JobView } from './job-desk.ts'
import type { JobSavepoints } from './job-savepoints.ts'
import type { JobSpec, JobWish, RestorePoint, StopHow } from './job-spec.ts'
import type { JobState } from './job-status.ts'
import { mayBeAlive } from './lifecycle.ts'
import { type Ask, isGranted, openChoice, runWish, stopWish } from './wishes.ts'

export interface StartOptions {
  /** By default the newest. */
  readonly version?: number | undefined
  /**
   * By default what was chosen last and never came to be, else its newest state; nothing, where its upgrades drop state and the version is
   * another one.
   */
  readonly from?: { readonly kind: 'newest' } | { readonly kind: 'empty' } | { readonly kind: 'savepoint'; readonly id: string } | undefined
  readonly allowsDroppedState?: boolean | undefined
}

/** Only one that has stopped; or stop it first; or at once, though something of it may be left running. */
export type RemovalKind = 'stopped' | 'stop-first' | 'abandon'

export class JobWishes {
  readonly #desk: JobDesk
  readonly #savepoints: JobSavepoints

  constructor(desk: JobDesk, savepoints: JobSavepoints) {
    this.#desk = desk
    this.#savepoints = savepoints
  }

  /** Where it shall run as asked already, nothing is done, unless it has given up or ended. */
  async start(jobId: string, options: StartOptions, ask: Ask): Promise<JobView> {
    const { card, wish } = this.#desk.staying(jobId)
    const version = options.version ?? card.version
    const { status } = this.#desk.view(card)
    const isUp = wish.state === 'running' && wish.version === version && options.from === undefined && isGoing(status.state)
    return isUp ? this.#desk.view(card) : this.#run(card, version, options, ask)
  }

  /** A new run in any case. */
  async restart(jobId: string, options: StartOptions, ask: Ask): Promise<JobView> {
    const { card } = this.#desk.staying(jobId)
    return this.#run(card, options.version ?? card.version, options, ask)
  }

  async #run(card: JobCard, version: number, options: StartOptions, ask: Ask): Promise<JobView> {
    const desk = this.#desk
    const spec = await desk.spec(card, version)
    // What somebody asked meanwhile, such as that it goes, still holds.
    const { wish } = desk.staying(card.id)
    if (isGranted(wish, ask)) return desk.view(card)
    const from = this.#from(card, spec, version, options)
    checkEngine(desk, card, spec.engine, from)
    const allowsDroppedState = options.allowsDroppedState === true || wish.droppableVersion === version
    const next = runWish(wish, { version, from, allowsDroppedState, stop: { kind: 'checkpoint' } }, ask, desk.now())
    await desk.commit(card.id, [desk.book.changeWish(card, next, spec)], ['wish'], [desk.wishEvent(next)], ask)
    return desk.view(desk.card(card.id))
  }

  #from(card: JobCard, spec: JobSpec, version: number, { from }: StartOptions): RestorePoint {
    if (from?.kind === 'savepoint') {
      const { id, place } = this.#savepoints.completed(from.id)
      return { kind: 'savepoint', id, place }
    }
    if (from !== undefined) return from
    const { status, wish } = this.#desk.view(card)
    const isOther = status.run !== null && status.run.version !== version
    return openChoice(wish, status) ?? { kind: isOther && spec.upgrade === 'drop-state' ? 'empty' : 'newest' }
  }

  async stop(jobId: string, how: StopHow['kind'], ask: Ask): Promise<JobView> {
    const desk = this.#desk
    const { card, wish } = desk.staying(jobId)
    if (isGranted(wish, ask) || (wish.state === 'stopped' && wish.stop.kind === how && !this.#hasFailed(wish))) return desk.view(card)
    if (how !== 'savepoint') {
      const next = stopWish(wish, { kind: how }, ask, desk.now())
      await desk.commit(card.id, [desk.book.changeWish(card, next, null)], ['wish'], [desk.wishEvent(next)], ask)
      return desk.view(desk.card(card.id))
    }
    const { id, change, event } = this.#savepoints.asked(card, true, ask)
    // What the run began with is no choice for the next one, which begins with this savepoint.
    const from = openChoice(wish, desk.view(card).status) ?? ({ kind: 'newest' } as const)
    const next = { ...stopWish(wish, { kind: 'savepoint', savepointId: id }, ask, desk.now()), from }
    await desk.commit(card.id, [change, desk.book.changeWish(card, next, null)], ['savepoint', 'wish'], [event, desk.wishEvent(next)], ask)
    return desk.view(desk.card(card.id))
  }

  /** A savepoint that failed to end a run can be asked for again. */
  #hasFailed({ stop }: JobWish): boolean {
    return stop.kind === 'savepoint' && this.#desk.book.savepoints.get(this.#desk.workspace, stop.savepointId)?.value.state === 'failed'
  }

  /** It goes with its state, once its host has let go of it. */
  async remove(jobId: string, kind: RemovalKind, ask: Ask): Promise<void> {
    const desk = this.#desk
    const card = desk.card(jobId)
    const wish = desk.wish(card)
    const { status } = desk.view(card)
    const isStopped = wish.state === 'stopped' && !mayBeAlive(status.state) && status.intent === null
    if (kind === 'stopped' && !isStopped) throw jobErrors.JOBS_NOT_STOPPED({ name: card.name, state: status.state })
    const removal = kind === 'abandon' ? 'at-once' : 'when-stopped'
    if (wish.removal === removal || wish.removal === 'at-once') return
    const stop = wish.state === 'stopped' ? wish.stop : ({ kind: 'now' } as const)
    const next: JobWish = { ...stopWish(wish, stop, ask, desk.now()), removal }
    await desk.commit(jobId, [desk.book.changeWish(card, next, null)], ['wish'], [desk.wishEvent(next)], ask)
  }
}

/** Whether a job that shall run is about to, or does. */
function isGoing(state: JobState): boolean {
  return mayBeAlive(state) || state === 'stopped'
}
