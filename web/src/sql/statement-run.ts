/** One run of statements: what they say as it comes, gathered for each frame of the screen, for as many readers as there are. */
import type { Failure } from '#api/contract'
import { type Answer, call } from '../api/call.ts'
import { CallFailure, failureOf } from '../api/call-failure.ts'
import { follow } from '../api/follow.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { type Column, LiveTable } from './live-table.ts'
import type { Runnable } from './runnable.ts'

type StatementEvent = Answer<'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement'>

/** Rows that an answer shows, live or at once. */
export interface Result {
  readonly statement: string
  readonly table: LiveTable
}

export type Message =
  | { readonly kind: 'started' | 'done' | 'closed'; readonly text: string; readonly at: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly at: number }

export type RunState = 'opening' | 'running' | 'finished' | 'failed' | 'cancelled'

interface Progress {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly watermark: number | null
}

export interface RunView {
  readonly state: RunState
  readonly results: readonly Result[]
  readonly messages: readonly Message[]
  readonly progress: Progress | undefined
  readonly startedAt: number
  readonly endedAt: number | undefined
  /** Grows with each frame in which something changed. */
  readonly frame: number
}

const resultsMax = 20
const messagesMax = 500
/** How much of a statement is shown beside what it says. */
const shownMax = 1000

export class StatementRun {
  readonly source: Runnable
  private readonly place: (failure: Failure) => Failure
  private view: RunView
  private readonly listeners = new Set<() => void>()
  private readonly coming = new FrameBuffer<StatementEvent>((events) => this.applyAll(events))
  private readonly stopping = new AbortController()
  private cancelling: (() => Promise<unknown>) | undefined
  private current = ''

  /** `place` finds places of failures, which are told within what was sent, in the text that its reader has. */
  constructor(source: Runnable, place: (failure: Failure) => Failure = (failure) => movedBy(failure, source.offset)) {
    this.source = source
    this.place = place
    this.view = { state: 'opening', results: [], messages: [], progress: undefined, startedAt: Date.now(), endedAt: undefined, frame: 0 }
  }

  readonly read = (): RunView => this.view

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Runs to its end. `openSession` is asked once more, anew, when the session it gave has ended meanwhile. */
  async run(workspace: string, openSession: (isAnew: boolean) => Promise<string>): Promise<void> {
    try {
      const { session, statement } = await this.begin(workspace, openSession)
      const params = { workspace, session, statement }
      this.cancelling = () => call('DELETE /workspaces/:workspace/sql/sessions/:session/statements/:statement', { params })
      this.change({ state: 'running' })
      if (this.stopping.signal.aborted) await this.cancelling()
      await follow(
        'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement',
        { params },
        {
          signal: this.stopping.signal,
          onEvents: (events) => this.coming.add(events),
          isOver: () => this.coming.has(isLast) || this.isEnded(),
          resumedAs: 'after',
        },
      )
    } catch (error) {
      this.coming.flush()
      this.say({ kind: 'failed', failure: failureOf(error), at: Date.now() })
      this.change({ state: 'failed', endedAt: Date.now() })
    }
  }

  cancel(): void {
    if (this.cancelling === undefined) this.stopping.abort()
    else this.cancelling().catch((error: unknown) => this.say({ kind: 'failed', failure: failureOf(error), at: Date.now() }))
  }

  isEnded(): boolean {
    return this.view.endedAt !== undefined
  }

  private async begin(workspace: string, openSession: (isAnew: boolean) => Promise<string>) {
    const start = async (session: string) => {
      const { statement } = await call(
        'POST /workspaces/:workspace/sql/sessions/:session/statements',
        { params: { workspace, session }, body: { text: this.source.text } },
        this.stopping.signal,
      )
      return { session, statement }
    }
    try {
      return await start(await openSession(false))
    } catch (error) {
      if (!(error instanceof CallFailure) || (error.status !== 404 && error.status !== 410)) throw error
      return start(await openSession(true))
    }
  }

  private applyAll(events: readonly StatementEvent[]): void {
    for (const event of events) this.applyEvent(event)
    if (events.length > 0) this.change({})
  }

  private applyEvent(event: StatementEvent): void {
    const at = Date.now()
    switch (event.kind) {
      case 'started':
        this.current = this.source.text.slice(event.start, Math.min(event.end, event.start + shownMax)) || event.statement
        this.say({ kind: 'started', text: this.current, at })
        break
      case 'opened':
        this.open(new LiveTable(event.columns, event.updating, event.order))
        break
      case 'changes':
        this.view.results.at(-1)?.table.apply(event.rows, performance.now())
        break
      case 'table':
        this.openWhole(event.columns, event.rows)
        break
      case 'done':
        this.say({ kind: 'done', text: event.message, at })
        break
      case 'progress':
        this.view = { ...this.view, progress: event }
        break
      case 'closed':
        this.view.results.at(-1)?.table.close()
        break
      case 'failed':
        for (const failure of event.failures) this.say({ kind: 'failed', failure: this.place(failure), at })
        break
      case 'ended':
        this.view = { ...this.view, state: event.outcome, endedAt: at }
    }
  }

  private openWhole(columns: readonly Column[], rows: readonly (readonly unknown[])[]): void {
    const table = new LiveTable(columns, false)
    table.apply(
      rows.map((values) => ({ op: '+I', values })),
      0,
    )
    this.open(table)
  }

  private open(table: LiveTable): void {
    this.view = { ...this.view, results: [...this.view.results, { statement: this.current, table }].slice(-resultsMax) }
  }

  private say(message: Message): void {
    this.change({ messages: [...this.view.messages, message].slice(-messagesMax) })
  }

  private change(changes: Partial<RunView>): void {
    this.view = { ...this.view, ...changes, frame: this.view.frame + 1 }
    for (const listener of this.listeners) listener()
  }
}

function isLast(event: StatementEvent): boolean {
  return event.kind === 'ended'
}

/** The editor has the whole text, of which a part was sent. */
function movedBy(failure: Failure, offset: number): Failure {
  const { position } = failure
  if (position === null) return failure
  return { ...failure, position: { ...position, start: position.start + offset, end: position.end + offset } }
}
