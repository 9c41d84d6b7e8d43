/**
 * The cells of notebooks that run on a server. They go on when nobody looks, for a while; whoever opens the notebook sees what they show,
 * and when the server is started again, those that were live are started again.
 *
 * Bound: so many that run, of each person and in all; of each about 2 MB, and of what it takes to run it again `wishLengthMax`.
 */
import { type Clock, type Failure, failureOf } from '#base'
import type { Notebooks } from '#notebook'
import type { EngineSession, WorkspaceSessions } from '#processes'
import { type RecordKey, type Store, type Stored, writeOf } from '#store'
import { CellRun, type ExecuteText, type RunCard } from './cell-run.ts'
import { liveErrors } from './errors.ts'
import { type CellScript, type LiveWish, wishKind } from './live-wish.ts'
import { RunPace } from './run-pace.ts'
import { readPlaces, WatchList } from './watch-list.ts'

export interface LiveLimits {
  /** How long a cell goes on that nobody watches. */
  readonly graceMs: number
  /** Cells that run, of one person. */
  readonly ofPersonMax: number
  /** Cells that run, in all. */
  readonly cellsMax: number
  /** Pages that watch notebooks. */
  readonly watchersMax: number
}

export interface LiveCellsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly createId: () => string
  readonly notebooks: Notebooks
  readonly sessions: WorkspaceSessions
  /** Whether somebody may run statements in a workspace, now. */
  readonly mayRun: (user: string, workspace: string) => boolean
  readonly limits?: Partial<LiveLimits>
  readonly failed: (error: unknown) => void
}

/** What a page asks to run. */
export interface RunOrder {
  readonly run: string
  readonly cell: string
  readonly session: string
  readonly script: CellScript
  /** What has to run in the session before it. */
  readonly setUp: readonly CellScript[]
  /** What would have to run before it in a session that knows nothing. */
  readonly remake: readonly CellScript[]
}

const usualLimits: LiveLimits = { graceMs: 1_800_000, ofPersonMax: 8, cellsMax: 32, watchersMax: 500 }
const wishLengthMax = 2_000_000
const wishesMax = 1000
const sweepMsMax = 5000
/** A page keeps a cell in the notebook a while after it has begun to run it. */
const unsavedMsMax = 120_000
const firstKeepMs = 5000
const laterKeepMs = 30_000
const provenMs = 60_000
const attemptsMax = 5
const endedKept = 16
const endedMsMax = 60_000
const runId = /^[A-Za-z0-9]{8,40}$/

export class LiveCells {
  readonly #options: LiveCellsOptions
  readonly #limits: LiveLimits
  readonly #pace: RunPace
  readonly #runs = new Map<string, CellRun>()
  readonly #wishes = new Map<string, LiveWish>()
  /** Those of before, which wait for their start. */
  #waiting: (readonly [CellRun, LiveWish])[] = []
  readonly #watchers = new WatchList()
  #sweeping: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(options: LiveCellsOptions) {
    this.#options = options
    this.#limits = { ...usualLimits, ...options.limits }
    this.#pace = new RunPace(options.clock)
  }

  /** Knows those of before; they start with `start`. */
  static async load(options: LiveCellsOptions): Promise<LiveCells> {
    const cells = new LiveCells(options)
    const wishes = await options.store.list(wishKind, { workspace: null, limit: wishesMax })
    for (const wish of wishes.toSorted((a, b) => a.value.startedAt - b.value.startedAt)) cells.#remember(wish)
    return cells
  }

  /** Starts those of before again, one after another. */
  start(): void {
    const { graceMs } = this.#limits
    this.#sweeping = setInterval(() => void this.#sweep(), Math.min(sweepMsMax, graceMs / 4)).unref()
    void this.#startAgain()
  }

  /** Runs a cell; the same order given again is the same run. Ends the run of the same cell that its person has begun before. */
  begin(notebook: RecordKey, user: string, order: RunOrder): RunCard {
    const { run: id, cell, script, setUp, remake } = order
    this.#options.notebooks.card(notebook)
    if (!runId.test(id)) throw liveErrors.LIVE_RUN_ID({ run: id.slice(0, 60) })
    const known = this.#runs.get(id)
    if (known !== undefined) {
      if (known.shape.user !== user || !isOf(known, notebook)) throw liveErrors.LIVE_RUN_EXISTS({ run: id })
      return known.card()
    }
    const of = this.#options.sessions.of(notebook.workspace)
    const settings = of.settings(order.session, user)
    const length = JSON.stringify([script, setUp, remake, settings]).length
    if (length > wishLengthMax) throw liveErrors.LIVE_RUN_TOO_LARGE({ length, limit: wishLengthMax })
    const before = this.#running(notebook).filter(({ shape }) => shape.cell === cell && shape.user === user)
    this.#checkRoom(user, before.length)
    for (const each of before) void this.#stop(each, null).catch(() => undefined)
    const startedAt = this.#options.clock.nowMs()
    const run = this.#add({ notebook, run: id, cell, user, script, startedAt, againAt: null }, { remake, settings, attempts: 0 })
    run.session = order.session
    this.#follow(run, setUp, (text) => of.execute(order.session, user, text))
    return run.card()
  }

  /** Those of a notebook that run. */
  list(notebook: RecordKey): readonly RunCard[] {
    this.#options.notebooks.card(notebook)
    return this.#running(notebook).map((run) => run.card())
  }

  /** Stops a run, whoever began it; it is not started again. */
  async stop(notebook: RecordKey, id: string): Promise<void> {
    const run = this.#runs.get(id)
    if (run === undefined || !isOf(run, notebook)) throw liveErrors.LIVE_RUN_NOT_FOUND({ run: id.slice(0, 60) })
    await this.#stop(run, null)
  }

  /** What the runs of a notebook tell, as texts of JSON; `after` is where their reader is in those that he knows. */
  watch(notebook: RecordKey, after: string, signal: AbortSignal): AsyncGenerator<string, void, void> {
    this.#options.notebooks.card(notebook)
    const places = readPlaces(after)
    const { watchersMax } = this.#limits
    if (this.#watchers.size >= watchersMax) throw liveErrors.LIVE_WATCHERS_FULL()
    return this.#watchers.watch(notebook, { places, signal, runs: () => [...this.#runs.values()].filter((run) => isOf(run, notebook)) })
  }

  /** Ends following; what is live stays wanted. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#sweeping)
    for (const run of this.#runs.values()) {
      if (run.isOver) continue
      run.drop()
      if (run.state === 'live') await this.#keepOutput(run)
    }
    this.#watchers.close()
  }

  #running(notebook: RecordKey): CellRun[] {
    return [...this.#runs.values()].filter((run) => !run.isOver && isOf(run, notebook))
  }

  #checkRoom(user: string, leaving: number): void {
    const running = [...this.#runs.values()].filter((run) => !run.isOver)
    const { ofPersonMax, cellsMax } = this.#limits
    const own = running.filter(({ shape }) => shape.user === user).length - leaving
    if (own >= ofPersonMax) throw liveErrors.LIVE_CELLS_OF_PERSON({ limit: ofPersonMax })
    if (running.length - leaving >= cellsMax) throw liveErrors.LIVE_CELLS_FULL({ limit: cellsMax })
  }

  #add(shape: CellRun['shape'], kept: Pick<LiveWish, 'remake' | 'settings' | 'attempts'>): CellRun {
    const { clock, createId } = this.#options
    const run: CellRun = new CellRun(shape, {
      clock,
      pace: this.#pace,
      incarnation: createId(),
      changed: () => this.#watchers.tell(shape.notebook),
      live: async () => {
        const { cell, user, script, startedAt } = shape
        await this.#wish(run, { ...kept, cell, user, script, startedAt, isRepeatable: run.isRepeatable })
      },
    })
    this.#runs.set(shape.run, run)
    return run
  }

  #follow(run: CellRun, before: readonly CellScript[], execute: ExecuteText): void {
    const followed = run.run(before, execute).then(async () => {
      if (!this.#isClosed) await this.#settle(run)
    })
    // Whoever writes has said what could not be written.
    followed.catch(() => undefined)
  }

  /** What has ended is not wanted any more, and what it showed is kept. */
  async #settle(run: CellRun): Promise<void> {
    await this.#unwish(run)
    await this.#keepOutput(run)
    this.#forgetEnded()
  }

  async #stop(run: CellRun, reason: Failure | null): Promise<void> {
    // First of all: whatever happens from here on, it is not started again.
    await this.#unwish(run)
    run.stop(reason)
    if (run.state === 'cancelled') await this.#settle(run)
  }

  async #wish(run: CellRun, wish: LiveWish): Promise<void> {
    if (this.#isClosed) return
    await this.#write(run, wish)
    // It may have ended while that was written down.
    if (run.isOver) await this.#unwish(run)
  }

  async #unwish(run: CellRun): Promise<void> {
    if (this.#wishes.has(run.shape.run)) await this.#write(run, null)
  }

  async #write({ shape }: CellRun, wish: LiveWish | null): Promise<void> {
    const { notebook, run, user } = shape
    if (wish === null) this.#wishes.delete(run)
    else this.#wishes.set(run, wish)
    const key = { workspace: notebook.workspace, id: `${notebook.id}/${run}` }
    try {
      await this.#options.store.commit({ writes: [writeOf(wishKind, key, wish, null)], by: user })
    } catch (error) {
      this.#options.failed(error)
      throw error
    }
  }

  async #keepOutput(run: CellRun): Promise<void> {
    const { notebook, cell, user } = run.shape
    run.noteKept()
    try {
      await this.#options.notebooks.keepOutput(notebook, cell, run.output(), user)
    } catch (error) {
      // A cell or a notebook that was removed keeps nothing.
      if (failureOf(error).blame !== 'user') this.#options.failed(error)
    }
  }

  #remember({ workspace, id, value }: Stored<LiveWish>): void {
    const [notebookId = '', run = ''] = id.split('/')
    const { cell, user, script, startedAt } = value
    const notebook = { workspace, id: notebookId }
    const shape = { notebook, run, cell, user, script, startedAt, againAt: this.#options.clock.nowMs() }
    const { remake, settings, attempts } = value
    const again = this.#add(shape, { remake, settings, attempts: attempts + 1 })
    this.#wishes.set(run, value)
    this.#waiting.push([again, value])
  }

  /** Cells of one person in one notebook share a session, as they did. */
  async #startAgain(): Promise<void> {
    const opened = new Map<string, Promise<EngineSession>>()
    for (const [run, wish] of this.#waiting.splice(0)) {
      if (this.#isClosed) return
      if (run.isOver) continue
      try {
        await this.#startOneAgain(run, wish, opened)
      } catch (error) {
        if (this.#isClosed) return
        run.refuse('failed', failureOf(error))
        await this.#settle(run).catch((each: unknown) => this.#options.failed(each))
      }
    }
  }

  async #startOneAgain(run: CellRun, wish: LiveWish, opened: Map<string, Promise<EngineSession>>): Promise<void> {
    const { user, notebook } = run.shape
    const trouble = this.#againstStart(run, wish)
    if (trouble !== null) {
      run.refuse(trouble.code === 'LIVE_RIGHT_GONE' || trouble.code === 'LIVE_CELL_GONE' ? 'cancelled' : 'failed', trouble)
      return this.#settle(run)
    }
    await this.#write(run, { ...wish, attempts: wish.attempts + 1 })
    const of = this.#options.sessions.of(notebook.workspace)
    const key = JSON.stringify([notebook.workspace, notebook.id, user, wish.settings])
    const opening = opened.get(key) ?? of.open(user, wish.settings)
    opened.set(key, opening)
    const session = await opening
    run.session = session.id
    this.#follow(run, wish.remake, (text) => of.execute(session.id, user, text))
  }

  /** Why a run of before may not start again; null where it may. */
  #againstStart({ shape: { notebook, cell, user } }: CellRun, { attempts, isRepeatable }: LiveWish): Failure | null {
    if (!this.#options.mayRun(user, notebook.workspace)) return failureOf(liveErrors.LIVE_RIGHT_GONE({ user }))
    if (!this.#options.notebooks.has(notebook, cell)) return failureOf(liveErrors.LIVE_CELL_GONE())
    if (!isRepeatable) return failureOf(liveErrors.LIVE_NOT_REPEATED())
    if (attempts >= attemptsMax) return failureOf(liveErrors.LIVE_STARTED_TOO_OFTEN({ times: attemptsMax }))
    return null
  }

  async #sweep(): Promise<void> {
    try {
      for (const run of this.#runs.values()) {
        if (this.#isClosed) return
        if (!run.isOver) await this.#look(run)
      }
      this.#forgetEnded()
    } catch (error) {
      this.#options.failed(error)
    }
  }

  /** Stops what nobody watches, or may no longer be; keeps what it shows. */
  async #look(run: CellRun): Promise<void> {
    const { notebook, cell, user, startedAt } = run.shape
    const { clock, mayRun } = this.#options
    const nowMs = clock.monotonicMs()
    run.unwatchedMs = this.#watchers.isWatched(notebook) ? null : (run.unwatchedMs ?? nowMs)
    const { graceMs } = this.#limits
    if (run.unwatchedMs !== null && nowMs - run.unwatchedMs >= graceMs)
      return this.#stop(run, failureOf(liveErrors.LIVE_UNWATCHED({ time: timeText(graceMs) })))
    if (!mayRun(user, notebook.workspace)) return this.#stop(run, failureOf(liveErrors.LIVE_RIGHT_GONE({ user })))
    const isSaved = clock.nowMs() - startedAt > unsavedMsMax
    if (!this.#options.notebooks.has(notebook, isSaved ? cell : null)) return this.#stop(run, failureOf(liveErrors.LIVE_CELL_GONE()))
    if (run.state !== 'live') return
    const wish = this.#wishes.get(run.shape.run)
    if (wish !== undefined && wish.attempts > 0 && clock.nowMs() - (run.shape.againAt ?? 0) > provenMs)
      await this.#write(run, { ...wish, attempts: 0 })
    if (run.unkeptMs >= (run.isKept ? laterKeepMs : firstKeepMs)) await this.#keepOutput(run)
  }

  /** Whoever watched is told of the end by then. */
  #forgetEnded(): void {
    const ended = [...this.#runs.values()].filter((run) => run.isOver)
    const spare = ended.length - endedKept
    const nowMs = this.#options.clock.nowMs()
    for (const [at, run] of ended.entries()) if (at < spare || nowMs - (run.endedAt ?? 0) > endedMsMax) this.#runs.delete(run.shape.run)
  }
}

function isOf({ shape }: CellRun, { workspace, id }: RecordKey): boolean {
  return shape.notebook.id === id && shape.notebook.workspace === workspace
}

function timeText(ms: number): string {
  return ms >= 60_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`
}
