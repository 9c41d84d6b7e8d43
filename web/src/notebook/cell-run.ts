/** One run of a cell: what it needs of the cells above runs first, then its own text, with values in the place of variables. */
import type { Failure } from '#api/contract'
import { call } from '../api/call.ts'
import { CallFailure, failureOf } from '../api/call-failure.ts'
import { statementsOf } from '../sql/runnable.ts'
import { type RunView, StatementRun } from '../sql/statement-run.ts'
import type { RanCell } from './freshness.ts'
import type { NotebookSession } from './notebook-session.ts'
import { hasVariables } from './notebook-spec.ts'
import { findInScript } from './script-place.ts'
import { joined } from './set-up.ts'

export interface CellWork {
  readonly workspace: string
  readonly cell: string
  readonly text: string
  /** Those that its text uses, and those of the notebook. */
  readonly variables: Readonly<Record<string, string>>
  readonly used: Readonly<Record<string, string>>
  readonly session: NotebookSession
  /** Statements that run before it; told once the session is known, for a new one needs more. */
  readonly setUp: () => readonly string[]
}

/** A query that goes on so long after its first rows is live, and holds nothing up. */
const liveAfterMs = 1200
const drawnWithinMs = 2000

const nothing: RunView = {
  state: 'opening',
  results: [],
  messages: [],
  progress: undefined,
  startedAt: 0,
  endedAt: undefined,
  frame: 0,
}

export class CellRun {
  readonly work: CellWork
  order: number | null = null
  /** What is wrong before its own text began: a value that is missing, or the set-up of the cells above. */
  failures: readonly Failure[] = []
  private phase: RanCell['phase'] = 'waiting'
  private statement: StatementRun | undefined
  private setUpRun: StatementRun | undefined
  private view: RunView = nothing
  private isCancelled = false
  private readonly listeners = new Set<() => void>()

  constructor(work: CellWork) {
    this.work = work
    this.view = { ...nothing, startedAt: Date.now() }
  }

  readonly read = (): RunView => this.view

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  get ran(): RanCell {
    return { phase: this.phase, text: this.work.text, variables: this.work.used, order: this.order }
  }

  get isOver(): boolean {
    return this.phase !== 'waiting' && this.phase !== 'running' && this.phase !== 'live'
  }

  get isLive(): boolean {
    return this.phase === 'live'
  }

  cancel(): void {
    this.isCancelled = true
    this.setUpRun?.cancel()
    this.statement?.cancel()
    if (this.phase === 'waiting') this.finish('cancelled')
  }

  /** Runs; resolves when the next cell may begin: it has ended, or goes on as a live table. */
  async run(): Promise<void> {
    if (this.isCancelled) return
    this.phase = 'running'
    this.view = { ...this.view, startedAt: Date.now() }
    this.changed()
    try {
      const { text, places } = await this.fill(this.work.text)
      if (this.isOver) return
      const place = (failure: Failure): Failure => findInScript(failure, places, this.work.text)
      const statement = new StatementRun({ text, offset: 0 }, place)
      await this.runWith(statement)
    } catch (error) {
      this.fail([failureOf(error)])
    }
  }

  private async runWith(statement: StatementRun): Promise<void> {
    const { work } = this
    this.statement = statement
    const running = statement.run(work.workspace, async (isAnew) => {
      if (isAnew) work.session.lost()
      const session = await this.prepared(await work.session.get(isAnew), isAnew)
      this.order = work.session.note(work.cell)
      return session
    })
    const take = (): void => {
      this.view = statement.read()
      this.changed()
    }
    const stop = statement.listen(take)
    const ended = running.then(async () => {
      await drawnEnd(statement)
      stop()
      this.view = statement.read()
      const { state, messages } = this.view
      this.failures = messages.flatMap((message) => (message.kind === 'failed' ? [message.failure] : []))
      // Whoever stops it before it has begun sees that, and not the call that was given up.
      this.finish(this.isCancelled && state === 'failed' ? 'cancelled' : state === 'opening' || state === 'running' ? 'cancelled' : state)
    })
    await Promise.race([ended, this.whenLive(statement)])
  }

  /** Runs what stands before it; fails where that does. */
  private async prepared(session: string, isAnew: boolean): Promise<string> {
    const statements = this.work.setUp()
    if (statements.length === 0) return session
    const { text } = await this.fill(joined(statements))
    const setUp = new StatementRun({ text, offset: 0 })
    this.setUpRun = setUp
    await setUp.run(this.work.workspace, async () => session)
    const failed = setUp.read().messages.find((message) => message.kind === 'failed')
    if (failed !== undefined) {
      const { code } = failed.failure
      // A session that has gone shows at the first thing that is asked of it.
      if (!isAnew && (code.startsWith('PROCESSES_SESSION') || code === 'PROCESSES_STATEMENT_NOT_FOUND'))
        throw new CallFailure(404, failed.failure)
      throw new CallFailure(400, { ...failed.failure, position: null })
    }
    if (this.isCancelled) throw new CallFailure(400, { ...emptyFailure })
    return session
  }

  private async fill(text: string) {
    if (!hasVariables(text)) return { text, places: [] }
    const { workspace, variables } = this.work
    return call('POST /workspaces/:workspace/notebooks/fill', { params: { workspace }, body: { text, variables } })
  }

  /** Resolves a while after the last statement of the text has begun to give rows or to move some; never, where it ends before. */
  private whenLive(statement: StatementRun): Promise<void> {
    const count = statementsOf(statement.source.text).length
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const look = (): void => {
        const { messages, results, progress, endedAt } = statement.read()
        const isLast = messages.filter(({ kind }) => kind === 'started').length >= count
        if (endedAt !== undefined || timer !== undefined || !isLast || (results.length === 0 && progress === undefined)) return
        timer = setTimeout(() => {
          if (statement.read().endedAt === undefined && !this.isOver) {
            this.phase = 'live'
            this.changed()
            resolve()
          }
        }, liveAfterMs)
      }
      statement.listen(look)
      look()
    })
  }

  private fail(failures: readonly Failure[]): void {
    this.failures = failures
    this.view = { ...this.view, state: 'failed', endedAt: Date.now() }
    this.finish('failed')
  }

  private finish(phase: 'finished' | 'failed' | 'cancelled'): void {
    this.phase = phase
    if (phase === 'cancelled') this.failures = []
    this.view = { ...this.view, state: phase, endedAt: this.view.endedAt ?? Date.now() }
    this.changed()
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}

/** The last events of a run are applied with the next frame; of one that was given up as it began there are none. */
function drawnEnd(statement: StatementRun): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(done, drawnWithinMs)
    const stop = statement.listen(() => statement.isEnded() && done())
    if (statement.isEnded()) done()
  })
}

const emptyFailure: Failure = { code: '', blame: 'user', message: '', detail: null, hint: null, position: null, causes: [] }
