/** What the run of a cell answers, as the server tells it: a whole of what is there, then what changes, gathered for each frame. */
import type { Failure } from '#api/contract'
import type { Answer } from '../api/call.ts'
import { FrameBuffer } from '../sql/frame-buffer.ts'
import { LiveTable } from '../sql/live-table.ts'
import type { Result, RunView } from '../sql/statement-run.ts'

export type RunEvent = Answer<'GET /workspaces/:workspace/notebooks/:notebook/runs/events'>
/** What comes of a run that is there. */
export type ToldEvent = Exclude<RunEvent, { kind: 'gone' }>
type WholeEvent = Extract<RunEvent, { kind: 'whole' }>
export type RunCard = WholeEvent['card']

const resultsMax = 20
const messagesMax = 500

const emptyView: RunView = {
  state: 'opening',
  results: [],
  messages: [],
  progress: undefined,
  startedAt: 0,
  endedAt: undefined,
  frame: 0,
}

export class WatchedAnswer {
  view: RunView = { ...emptyView, startedAt: Date.now() }
  card: RunCard | undefined
  failures: readonly Failure[] = []
  private statement = ''
  private readonly coming = new FrameBuffer<ToldEvent>((events) => this.applyAll(events))
  private readonly changed: () => void

  constructor(changed: () => void) {
    this.changed = changed
  }

  take(event: ToldEvent): void {
    this.coming.add([event])
  }

  change(changes: Partial<RunView>): void {
    this.view = { ...this.view, ...changes, frame: this.view.frame + 1 }
    this.changed()
  }

  private applyAll(events: readonly ToldEvent[]): void {
    // What came before a whole is in it.
    const from = Math.max(
      0,
      events.findLastIndex(({ kind }) => kind === 'whole'),
    )
    for (const event of events.slice(from)) this.apply(event)
    if (events.length > 0) this.change({})
  }

  private apply(event: ToldEvent): void {
    const at = Date.now()
    switch (event.kind) {
      case 'whole':
        this.applyWhole(event)
        break
      case 'started':
        this.statement = event.text
        break
      case 'opened':
        this.open({ statement: this.statement, table: new LiveTable(event.columns, event.updating, event.order) })
        break
      case 'changes':
        this.view.results.at(-1)?.table.apply(event.rows, performance.now())
        break
      case 'closed':
        this.view.results.at(-1)?.table.close()
        break
      case 'done':
        this.view = {
          ...this.view,
          messages: [...this.view.messages, { kind: 'done', text: event.message, at } as const].slice(-messagesMax),
        }
        break
      case 'progress':
        this.view = { ...this.view, progress: event.progress }
        break
      case 'state':
        this.applyCard(event.card, event.failures)
    }
  }

  private applyWhole({ card, failures, messages, progress, results }: WholeEvent): void {
    const shown = results.map(({ statement, columns, updating, order, rows, rowCount }): Result => {
      const table = new LiveTable(columns, updating, order)
      table.apply(rows, Number.NEGATIVE_INFINITY)
      table.countDropped(rowCount - rows.length)
      return { statement, table }
    })
    this.view = {
      ...this.view,
      results: shown,
      messages: messages.map((text) => ({ kind: 'done', text, at: card.startedAt })),
      progress: progress ?? undefined,
    }
    this.applyCard(card, failures)
  }

  private applyCard(card: RunCard, failures: readonly Failure[]): void {
    this.card = card
    this.failures = failures
    const state = card.state === 'waiting' ? 'opening' : card.state === 'live' ? 'running' : card.state
    this.view = { ...this.view, state, startedAt: card.againAt ?? card.startedAt, endedAt: card.endedAt ?? undefined }
  }

  private open(result: Result): void {
    this.view = { ...this.view, results: [...this.view.results, result].slice(-resultsMax) }
  }
}
