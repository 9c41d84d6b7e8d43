/**
 * One run of a cell, which goes on on the server whether this page is there or not: begun here, or found there. What it needs of the cells
 * above runs first, then its own text.
 */
import type { Failure } from '#api/contract'
import { call } from '../api/call.ts'
import { CallFailure, failureOf } from '../api/call-failure.ts'
import type { RunView } from '../sql/statement-run.ts'
import type { RanCell } from './freshness.ts'
import type { NotebookSession } from './notebook-session.ts'
import type { Script } from './set-up.ts'
import { type RunCard, type ToldEvent, WatchedAnswer } from './watched-answer.ts'

interface RunOf extends Script {
  readonly workspace: string
  readonly notebook: string
  readonly cell: string
}

export interface CellWork {
  readonly session: NotebookSession
  /** What runs before it; asked once the session is known, for a new one needs more. */
  readonly setUp: () => readonly Script[]
  /** What a session that knows nothing would have to run before it. */
  readonly remake: () => readonly Script[]
  /** The server has it: from here on it is told how it goes. */
  readonly begun: () => void
}

export class CellRun {
  readonly id: string
  readonly of: RunOf
  /** Who else has begun it; null: whoever looks at it. */
  readonly by: string | null
  order: number | null = null
  private phase: RanCell['phase'] = 'waiting'
  private readonly answer = new WatchedAnswer(() => this.took())
  private ownFailures: readonly Failure[] = []
  private isBegun: boolean
  private isCancelled = false
  private readonly settled = Promise.withResolvers<void>()
  private readonly listeners = new Set<() => void>()

  private constructor(id: string, of: RunOf, by: string | null, isBegun: boolean) {
    this.id = id
    this.of = of
    this.by = by
    this.isBegun = isBegun
  }

  /** One that is to begin. */
  static create(of: RunOf): CellRun {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, '0')).join('')
    return new CellRun(id, of, null, false)
  }

  /** One that runs on the server. */
  static found(card: RunCard, place: Pick<RunOf, 'workspace' | 'notebook'>, user: string): CellRun {
    const { run, cell, text, variables, by } = card
    const found = new CellRun(run, { ...place, cell, text, variables }, by === user ? null : by, true)
    found.phase = 'live'
    return found
  }

  readonly read = (): RunView => this.answer.view

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  get ran(): RanCell {
    return { phase: this.phase, text: this.of.text, variables: this.of.variables, order: this.order }
  }

  get failures(): readonly Failure[] {
    return this.ownFailures.length > 0 ? this.ownFailures : this.answer.failures
  }

  /** When the server started it again; null where it did not. */
  get againAt(): number | null {
    return this.answer.card?.againAt ?? null
  }

  get session(): string | null {
    return this.answer.card?.session ?? null
  }

  get isOver(): boolean {
    return this.phase !== 'waiting' && this.phase !== 'running' && this.phase !== 'live'
  }

  get isLive(): boolean {
    return this.phase === 'live'
  }

  cancel(): void {
    if (this.isOver) return
    this.isCancelled = true
    if (this.isBegun) this.stop()
    else if (this.phase === 'waiting') this.finish('cancelled')
  }

  /** Runs; resolves when the next cell may begin: it has ended, or goes on as a live table. */
  async run(work: CellWork): Promise<void> {
    if (this.isCancelled) return
    this.phase = 'running'
    this.answer.change({ startedAt: Date.now() })
    try {
      await this.begin(work)
    } catch (error) {
      this.ownFailures = [failureOf(error)]
      this.finish('failed')
    }
    await this.settled.promise
  }

  take(event: ToldEvent): void {
    this.answer.take(event)
  }

  /** The server knows nothing of it any more. */
  gone(): void {
    if (!this.isOver) this.finish('cancelled')
  }

  private async begin(work: CellWork): Promise<void> {
    const start = async (session: string): Promise<void> => {
      const { workspace, notebook, cell, text, variables } = this.of
      this.order = work.session.note(cell)
      await call('PUT /workspaces/:workspace/notebooks/:notebook/runs/:run', {
        params: { workspace, notebook, run: this.id },
        body: { cell, session, script: { text, variables }, setUp: copies(work.setUp()), remake: copies(work.remake()) },
      })
    }
    try {
      await start(await work.session.get(false))
    } catch (error) {
      if (!isSessionGone(error)) throw error
      work.session.lost()
      await start(await work.session.get(true))
    }
    this.isBegun = true
    work.begun()
    if (this.isCancelled) this.stop()
  }

  private stop(): void {
    const { workspace, notebook } = this.of
    call('DELETE /workspaces/:workspace/notebooks/:notebook/runs/:run', { params: { workspace, notebook, run: this.id } }).catch(
      (error: unknown) => {
        // It has ended by itself meanwhile, which is told as always.
        if (error instanceof CallFailure && error.status === 404) return
        this.ownFailures = [failureOf(error)]
        this.tell()
      },
    )
  }

  /** A frame of what the server told was taken in. */
  private took(): void {
    const state = this.answer.card?.state
    if (state !== undefined && !this.isOver) {
      // What is found running goes on, however far it has come.
      this.phase = state === 'running' && this.phase === 'live' ? 'live' : state
      if (this.phase === 'live' || this.isOver) this.settled.resolve()
    }
    this.tell()
  }

  private finish(phase: 'failed' | 'cancelled'): void {
    this.phase = phase
    this.answer.change({ state: phase, endedAt: Date.now() })
    this.settled.resolve()
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

function copies(scripts: readonly Script[]) {
  return scripts.map(({ text, variables }) => ({ text, variables: { ...variables } }))
}

/** A session that is over says why: each way that a process can end is one. */
function isSessionGone(error: unknown): boolean {
  if (!(error instanceof CallFailure)) return false
  const { code } = error.failure
  return code.startsWith('PROCESSES_') && code !== 'PROCESSES_SESSIONS_FULL' && code !== 'PROCESSES_STATEMENTS_FULL'
}
