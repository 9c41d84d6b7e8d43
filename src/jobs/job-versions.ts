/** Jobs and their versions: made, changed and set back. */
import { counted, type Failure, printBytes, shortened } from '#base'
import type { RecordChange } from '#store'
import { checkEngine } from './check-engine.ts'
import { checkSpec } from './check-spec.ts'
import { jobErrors } from './errors.ts'
import { engineName, type JobCard } from './job-card.ts'
import { isRecordChanged, type JobDesk, type JobView } from './job-desk.ts'
import type { JobEvent } from './job-event.ts'
import type { JobSavepoints } from './job-savepoints.ts'
import type { JobSpec, JobWish, RestorePoint, StopHow } from './job-spec.ts'
import type { StartOptions } from './job-wishes.ts'
import { keptState } from './kept-state.ts'
import { droppedIn, type PlanCheck, type StatePart, type StateVerdict } from './planner.ts'
import { type Ask, firstWish, openChoice, runWish } from './wishes.ts'

export interface ChangeOptions {
  readonly acceptsDroppedState?: boolean | undefined
  /** Whether a job that shall run goes on in the new version. */
  readonly restarts?: boolean | undefined
}

export interface SpecCheck {
  readonly check: PlanCheck | null
  /** Null where nothing is replaced, or nobody knows. */
  readonly verdict: StateVerdict | null
}

export class JobVersions {
  readonly #desk: JobDesk
  readonly #savepoints: JobSavepoints

  constructor(desk: JobDesk, savepoints: JobSavepoints) {
    this.#desk = desk
    this.#savepoints = savepoints
  }

  /** A job that does not run yet. The same request, sent again, gives the same job. */
  async create(given: JobSpec, ask: Ask): Promise<JobView> {
    const spec = specOf(given)
    checkSpec(spec)
    const known = await this.#made(spec.name, ask)
    if (known !== null) return known
    const desk = this.#desk
    if (desk.book.count(desk.workspace) >= desk.jobsMax) throw jobErrors.JOBS_COUNT_MAX({ most: desk.jobsMax })
    await this.#checkScript(spec, null)
    // Somebody may have been faster.
    const made = await this.#made(spec.name, ask)
    if (made !== null) return made
    if (desk.book.count(desk.workspace) >= desk.jobsMax) throw jobErrors.JOBS_COUNT_MAX({ most: desk.jobsMax })
    const id = desk.options.createId()
    const key = desk.key(id)
    const wish = firstWish(ask, desk.now())
    const changes = [
      desk.book.changeSpec(key, spec, ask.by),
      desk.book.names.change(desk.key(spec.name), { jobId: id, requestId: ask.requestId ?? null }),
      desk.book.changeWish(key, wish, spec),
    ]
    try {
      await desk.commit(id, changes, ['job'], [{ kind: 'version', version: 1, basedOn: null }], ask)
    } catch (error) {
      if (!isRecordChanged(error)) throw error
      await desk.book.names.refresh(desk.key(spec.name))
      const same = await this.#made(spec.name, ask)
      if (same === null) throw error
      return same
    }
    return desk.view(desk.card(id))
  }

  /** The job of a name that this request has made; fails where another one has. */
  async #made(name: string, { requestId }: Ask): Promise<JobView | null> {
    const desk = this.#desk
    const found = desk.book.names.get(desk.workspace, name)?.value
    if (found === undefined) return null
    if (found.requestId === null || found.requestId !== requestId) throw jobErrors.JOBS_NAME_TAKEN({ name })
    if (desk.book.card(found.jobId) === undefined) await desk.book.refresh(desk.key(found.jobId))
    return desk.view(desk.card(found.jobId))
  }

  /** A new version, made from the one that is expected to be the newest. */
  async change(jobId: string, given: JobSpec, expectedVersion: number, options: ChangeOptions, ask: Ask): Promise<JobView> {
    const spec = specOf(given)
    const { card } = this.#desk.staying(jobId)
    const newest = await this.#desk.spec(card, card.version)
    // It is the same already; or the same request has come before.
    if (isSame(newest, spec) && (card.version === expectedVersion || card.version === expectedVersion + 1)) {
      return this.#goOn(card, newest, options, ask)
    }
    if (card.version !== expectedVersion) {
      throw jobErrors.JOBS_VERSION_CHANGED({ name: card.name, expected: expectedVersion, version: card.version })
    }
    return this.#write(card, newest, spec, null, options, ask)
  }

  /** A new version that is as an earlier one was. */
  async rollback(jobId: string, version: number, options: ChangeOptions, ask: Ask): Promise<JobView> {
    const { card } = this.#desk.staying(jobId)
    const newest = await this.#desk.spec(card, card.version)
    const spec = specOf(await this.#desk.spec(card, version))
    if (isSame(newest, spec)) return this.#goOn(card, newest, options, ask)
    return this.#write(card, newest, spec, version, options, ask)
  }

  /** The version that is asked for is the newest already: a job that runs in another one goes on in it, where that is asked for. */
  async #goOn(card: JobCard, newest: JobSpec, options: ChangeOptions, ask: Ask): Promise<JobView> {
    const desk = this.#desk
    if (options.restarts !== true || desk.wish(card).version === card.version) return desk.view(card)
    await this.#checkState(card, newest, options)
    const { card: now, wish } = desk.staying(card.id)
    if (now.version !== card.version) throw jobErrors.JOBS_VERSION_CHANGED({ name: now.name, expected: card.version, version: now.version })
    const next = wish.version === card.version ? null : this.#nextWish(card, wish, newest, card.version, options, ask)
    if (next === null || next.generation === wish.generation) return desk.view(now)
    await desk.commit(card.id, [desk.book.changeWish(card, next, newest)], ['wish'], [desk.wishEvent(next)], ask)
    return desk.view(desk.card(card.id))
  }

  /**
   * What would be said of a spec, without keeping it.
   *
   * @param from where its first run shall begin; left out: where the next run of the job does
   */
  async check(given: JobSpec, jobId: string | null, from?: StartOptions['from']): Promise<SpecCheck> {
    const spec = specOf(given)
    checkSpec(spec)
    const { planner } = this.#desk.options
    if (planner === null) return { check: null, verdict: null }
    const check = await planner.check({ workspace: this.#desk.workspace, jobId }, spec)
    if (jobId === null || check.diagnostics.length > 0) return { check, verdict: null }
    const asked = from?.kind === 'savepoint' ? ({ kind: from.kind, ...this.#savepoints.completed(from.id) } as const) : (from ?? null)
    return { check, verdict: await this.#verdict(this.#desk.card(jobId), spec, asked) }
  }

  async #write(card: JobCard, newest: JobSpec, spec: JobSpec, basedOn: number | null, options: ChangeOptions, ask: Ask): Promise<JobView> {
    const desk = this.#desk
    checkSpec(spec)
    await this.#checkScript(spec, card.id)
    await this.#checkState(card, spec, options)
    const version = card.version + 1
    const { card: now, wish } = desk.staying(card.id)
    // Somebody was faster.
    if (now.version !== card.version) throw jobErrors.JOBS_VERSION_CHANGED({ name: now.name, expected: card.version, version: now.version })
    const next = this.#nextWish(card, wish, spec, version, options, ask)
    const changes: RecordChange[] = [desk.book.changeSpec(card, spec, ask.by), ...this.#rename(card, newest, spec)]
    const events: JobEvent[] = [{ kind: 'version', version, basedOn }]
    if (next !== null) {
      changes.push(desk.book.changeWish(card, next, next.version === version ? spec : null))
      if (next.generation !== wish.generation) events.push(desk.wishEvent(next))
    }
    await desk.commit(card.id, changes, ['job', 'wish'], events, ask)
    return desk.view(desk.card(card.id))
  }

  #rename(card: JobCard, before: JobSpec, after: JobSpec): RecordChange[] {
    if (before.name === after.name) return []
    const { book, workspace } = this.#desk
    if (book.names.get(workspace, after.name) !== undefined) throw jobErrors.JOBS_NAME_TAKEN({ name: after.name })
    const named = book.names.change(this.#desk.key(after.name), { jobId: card.id, requestId: null })
    return [book.names.change(this.#desk.key(before.name), null), named]
  }

  /** A new run in the new version, where one is wanted; else what a later start needs to know; null where that is nothing new. */
  #nextWish(card: JobCard, wish: JobWish, spec: JobSpec, version: number, options: ChangeOptions, ask: Ask): JobWish | null {
    const accepts = options.acceptsDroppedState === true
    if (options.restarts !== true || wish.state !== 'running') return accepts ? { ...wish, droppableVersion: version } : null
    const from = openChoice(wish, this.#desk.view(card).status) ?? ({ kind: spec.upgrade === 'drop-state' ? 'empty' : 'newest' } as const)
    checkEngine(this.#desk, card, spec.engine, from)
    const stop: StopHow = { kind: 'checkpoint' }
    return runWish(wish, { version, from, allowsDroppedState: accepts, stop }, ask, this.#desk.now())
  }

  async #checkScript(spec: JobSpec, jobId: string | null): Promise<void> {
    const check = await this.#desk.options.planner?.check({ workspace: this.#desk.workspace, jobId }, spec)
    const [first] = check?.diagnostics ?? []
    if (first !== undefined) throw scriptError(first)
  }

  /** State is lost only where somebody has said so. */
  async #checkState(card: JobCard, spec: JobSpec, { acceptsDroppedState }: ChangeOptions): Promise<void> {
    if (acceptsDroppedState === true || spec.upgrade === 'drop-state') return
    const verdict = await this.#verdict(card, spec, null)
    const dropped = verdict === null ? [] : droppedIn(verdict)
    if (dropped.length === 0) return
    throw jobErrors.JOBS_STATE_DROPPED({ operators: counted(dropped.length, 'operator') }, { detail: droppedText(dropped) })
  }

  /** What a version does to the state that its first run begins with; null where there is none, or nobody knows. */
  async #verdict(card: JobCard, spec: JobSpec, asked: RestorePoint | null): Promise<StateVerdict | null> {
    const { planner } = this.#desk.options
    const kept = await keptState(this.#desk, card, asked)
    if (planner === null || kept === null || engineName(kept.spec.engine) !== engineName(spec.engine)) return null
    return planner.compare({ workspace: card.workspace, jobId: card.id }, kept, spec)
  }
}

function scriptError({ message, detail, hint, position }: Failure): Error {
  const place = position === null ? undefined : position
  return jobErrors.JOBS_SCRIPT({ reason: message }, { detail: detail ?? undefined, hint: hint ?? undefined, position: place })
}

/** So much of a statement is told of what it keeps state for. */
const toldMax = 120

function droppedText(dropped: readonly StatePart[]): string {
  const named = dropped.slice(0, 5).map(({ operator, why, fragment, bytes }) => {
    const written = fragment === null ? '' : `, for ${shortened(fragment.text.replace(/\s+/g, ' '), toldMax)}`
    return `${operator}${written} (${why}${bytes === null ? '' : `, ${printBytes(bytes)}`})`
  })
  const more = dropped.length > named.length ? ` And ${dropped.length - named.length} more.` : ''
  return `These would begin anew: ${named.join('; ')}.${more}`
}

function isSame(before: JobSpec, after: JobSpec): boolean {
  return JSON.stringify(specOf(before)) === JSON.stringify(after)
}

/** What is known of a spec, in one order; what else came with it is not kept. */
function specOf(given: JobSpec): JobSpec {
  const { name, description, folder, tags, owner, program, engine, settings, variables, parallelism, checkpointIntervalMs } = given
  const { restart, upgrade, latencyTier } = given
  const { kind, text } = program
  const sorted = (texts: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    name,
    description,
    folder,
    tags: [...tags],
    owner,
    program: { kind, text },
    engine: engine.kind === 'embedded' ? { kind: engine.kind } : { kind: engine.kind, cluster: engine.cluster },
    settings: sorted(settings),
    variables: sorted(variables),
    parallelism,
    checkpointIntervalMs,
    restart: restart.kind === 'never' ? { kind: restart.kind } : backOffOf(restart),
    upgrade,
    latencyTier,
  }
}

function backOffOf({
  kind,
  delayMs,
  delayMsMax,
  failuresMax,
  windowMs,
}: JobSpec['restart'] & { readonly kind: 'back-off' }): JobSpec['restart'] {
  return { kind, delayMs, delayMsMax, failuresMax, windowMs }
}
