/**
 * One run of a cell, which the server follows for whoever watches: it takes in what the cell answers, keeps it within bounds, and tells it
 * on with numbers, so that a page whose connection broke goes on where it was, or is given the whole anew.
 *
 *     waiting ──► running ── its last statement goes on ──► live
 *        │           │                                       │
 *        └───────────┴───────────────┬───────────────────────┘
 *                                    ▼
 *                      finished · failed · cancelled
 *
 * 1. The numbers of events belong to an incarnation: after a start of the server the same run counts anew.
 * 2. Who watches holds nothing back: what is sent is cut from the ring, and who is too slow for it is given the whole.
 */
import { assert, type Clock, errorOf, type Failure, failureOf, failuresOf, findInScript } from '#base'
import { filledLengthMax, fillPlaces } from '#jobs'
import type { CellOutput } from '#notebook'
import type { SessionStatement, TextEvent } from '#processes'
import type { RecordKey } from '#store'
import { isBlankText } from './blank-text.ts'
import { liveErrors } from './errors.ts'
import { EventRing } from './event-ring.ts'
import { KeptAnswer, type Progress } from './kept-answer.ts'
import { KeptTable } from './kept-table.ts'
import type { CellScript } from './live-wish.ts'
import type { RunPace } from './run-pace.ts'

type RunState = 'waiting' | 'running' | 'live' | 'finished' | 'failed' | 'cancelled'

/** What a page is told of a run beside its rows. */
export interface RunCard {
  readonly run: string
  readonly cell: string
  readonly by: string
  readonly state: RunState
  readonly text: string
  readonly variables: Readonly<Record<string, string>>
  /** The session it runs in; null before there is one. */
  readonly session: string | null
  readonly startedAt: number
  /** When it was started again, with its server; null where it was not. */
  readonly againAt: number | null
  readonly endedAt: number | null
}

export interface RunShape {
  readonly notebook: RecordKey
  readonly run: string
  readonly cell: string
  readonly user: string
  readonly script: CellScript
  readonly startedAt: number
  readonly againAt: number | null
}

export interface RunLinks {
  readonly clock: Clock
  readonly pace: RunPace
  readonly incarnation: string
  /** There is something to tell. */
  changed(): void
  /** Its last statement goes on; resolves when that is written down. */
  live(): Promise<void>
}

/** Runs a text in the session of the run. */
export type ExecuteText = (text: string) => Promise<SessionStatement>

/** Where a watcher is. */
export interface WatchPlace {
  readonly incarnation: string
  readonly number: number
}

/** A statement that goes on so long is live, and holds nothing up. */
const liveAfterMs = 1000
const eventsAtOnce = 32
const shownMax = 1000
/** Done again, these change nothing that outlives a session. */
const asking = new Set(['SELECT', 'EXPLAIN', 'DESCRIBE', 'SHOW', 'SET', 'RESET', 'USE'])
const temporary = /^CREATE\s+(?:OR\s+REPLACE\s+)?TEMPORARY\s/i

export class CellRun {
  readonly shape: RunShape
  session: string | null = null
  isRepeatable = true
  /** Nobody has watched since; null while somebody does. In milliseconds of the clock that only goes forward. */
  unwatchedMs: number | null = null
  /** Whether its output was kept since it began. */
  isKept = false
  readonly #links: RunLinks
  readonly #answer = new KeptAnswer()
  readonly #ring = new EventRing()
  #whole: { readonly number: number; readonly json: string } | null = null
  #state: RunState = 'waiting'
  #endedAt: number | null = null
  #statement: SessionStatement | null = null
  #statementText = ''
  /** Since when its output was not kept. */
  #keptMs: number
  #stopReason: readonly Failure[] | null = null
  #liveTimer: NodeJS.Timeout | undefined
  #isLast = false
  #isDropped = false

  constructor(shape: RunShape, links: RunLinks) {
    this.shape = shape
    this.#links = links
    this.#keptMs = links.clock.monotonicMs()
  }

  get state(): RunState {
    return this.#state
  }

  get isOver(): boolean {
    return this.#endedAt !== null
  }

  get endedAt(): number | null {
    return this.#endedAt
  }

  /** How long its output was not kept. */
  get unkeptMs(): number {
    return this.#links.clock.monotonicMs() - this.#keptMs
  }

  noteKept(): void {
    this.isKept = true
    this.#keptMs = this.#links.clock.monotonicMs()
  }

  card(): RunCard {
    const { run, cell, user: by, script, startedAt, againAt } = this.shape
    const { text, variables } = script
    return { run, cell, by, state: this.#state, text, variables, session: this.session, startedAt, againAt, endedAt: this.#endedAt }
  }

  /** Runs to its end; never fails. */
  async run(before: readonly CellScript[], execute: ExecuteText): Promise<void> {
    try {
      if (this.isOver) return
      this.#move('running')
      const { text, places } = fillPlaces(this.shape.script.text, this.shape.script.variables)
      if (!(await this.#prepare(before, execute))) return
      this.#statement = await execute(text)
      if (this.#stopReason !== null) this.#statement.cancel()
      for await (const event of this.#statement) {
        if (this.#isDropped) return
        if (event.kind === 'executed') {
          const failures = event.failures.map((failure) => findInScript(failure, places, this.shape.script.text))
          return this.#end(event.outcome, failures)
        }
        await this.#take(event, text)
      }
    } catch (error) {
      this.#end('failed', failuresOf(error))
    }
  }

  /** Stops it; `reason` is shown where nobody asked for it. */
  stop(reason: Failure | null): void {
    if (this.isOver || this.#stopReason !== null) return
    this.#stopReason = reason === null ? [] : [reason]
    if (this.#statement === null && this.#state === 'waiting') this.#end('cancelled', [])
    else this.#statement?.cancel()
  }

  /** Ends it before it has begun, with what stands against it. */
  refuse(outcome: 'failed' | 'cancelled', failure: Failure): void {
    this.#end(outcome, [failure])
  }

  /** The server ends: nothing that happens to it from now on is what anybody wanted. */
  drop(): void {
    this.#isDropped = true
    clearTimeout(this.#liveTimer)
  }

  /** What is kept of it beside the notebook. */
  output(): CellOutput {
    const { text, variables } = this.shape.script
    const { startedAt, againAt } = this.shape
    const state = this.#state
    const outcome = state === 'waiting' || state === 'live' ? 'running' : state
    const endedAt = this.#endedAt ?? this.#links.clock.nowMs()
    return { text, variables, outcome, startedAt: againAt ?? startedAt, endedAt, ...this.#answer.output() }
  }

  /** What a watcher at a place is to be told next, and where he is then; nothing where he has all of it. */
  tell(place: WatchPlace | null): { readonly told: readonly string[]; readonly place: WatchPlace } {
    const { incarnation } = this.#links
    const events = place?.incarnation === incarnation ? this.#ring.after(place.number, eventsAtOnce) : null
    if (events === null) return { told: [this.#wholeJson()], place: { incarnation, number: this.#ring.last } }
    return { told: events.map(({ json }) => json), place: { incarnation, number: events.at(-1)?.number ?? place?.number ?? 0 } }
  }

  /** The same for all who ask at the same place. */
  #wholeJson(): string {
    const number = this.#ring.last
    if (this.#whole?.number !== number) {
      const { messages, failures, progress } = this.#answer
      const head = JSON.stringify({
        kind: 'whole',
        run: this.shape.run,
        number,
        incarnation: this.#links.incarnation,
        card: this.card(),
        messages,
        failures,
        progress: progress === null ? null : progressOf(progress),
      })
      this.#whole = { number, json: `${head.slice(0, -1)},"results":${this.#answer.resultsJson()}}` }
    }
    return this.#whole.json
  }

  /** What stands before its own text; whether that went well. */
  async #prepare(before: readonly CellScript[], execute: ExecuteText): Promise<boolean> {
    if (before.length > 0) {
      this.#statement = await execute(joined(before))
      if (this.#stopReason !== null) this.#statement.cancel()
      for await (const event of this.#statement) {
        if (event.kind !== 'executed' || event.outcome === 'finished') continue
        // Its places are those of a text that nobody sees.
        this.#end(
          event.outcome,
          event.failures.map((failure) => ({ ...failure, position: null })),
        )
      }
      this.#statement = null
    }
    if (this.#stopReason !== null) this.#end('cancelled', [])
    return !this.isOver
  }

  async #take(event: Exclude<TextEvent, { kind: 'executed' }>, text: string): Promise<void> {
    switch (event.kind) {
      case 'started': {
        this.isRepeatable &&= asking.has(event.statement) || temporary.test(text.slice(event.start))
        this.#isLast = isBlankText(text.slice(event.end))
        clearTimeout(this.#liveTimer)
        this.#statementText = text.slice(event.start, Math.min(event.end, event.start + shownMax)) || event.statement
        return this.#event('started', { text: this.#statementText })
      }
      case 'submitted':
        if (this.#isLast) this.#liveTimer = setTimeout(() => void this.#goLive(), liveAfterMs)
        return
      case 'opened': {
        const { columns, updating, order } = event
        this.#answer.open(new KeptTable({ statement: this.#statementText, columns, updating, order }))
        return this.#event('opened', { columns, updating, order })
      }
      case 'changes':
        this.#answer.changes(event.json, event.rows)
        this.#event('changes', {}, `"rows":${event.json}`)
        return this.#links.pace.take(event.rows)
      case 'table':
        return this.#takeTable(event)
      case 'closed':
        this.#answer.close()
        return this.#event('closed', {})
      case 'done':
        this.#answer.say(event.message)
        return this.#event('done', { message: event.message })
      case 'progress':
      case 'ran':
        this.#answer.progress = event.report
        return this.#event('progress', { progress: progressOf(event.report) })
    }
  }

  /** An answer that comes at once is one of rows that are only added. */
  #takeTable({ columns, json, rows }: Extract<TextEvent, { kind: 'table' }>): void {
    const all = (JSON.parse(json) as readonly unknown[]).map((values) => ({ op: '+I', values }))
    const changes = JSON.stringify(all)
    this.#answer.open(new KeptTable({ statement: this.#statementText, columns, updating: false, order: [] }))
    this.#event('opened', { columns, updating: false, order: [] })
    this.#answer.changes(changes, rows)
    this.#event('changes', {}, `"rows":${changes}`)
  }

  async #goLive(): Promise<void> {
    try {
      await this.#links.live()
      if (!this.isOver && !this.#isDropped) this.#move('live')
    } catch {
      // What could not be written down goes on all the same, and is not started again; whoever writes says why.
    }
  }

  #end(outcome: 'finished' | 'failed' | 'cancelled', failures: readonly Failure[]): void {
    if (this.isOver || this.#isDropped) return
    clearTimeout(this.#liveTimer)
    this.#statement = null
    const stopped = this.#stopReason
    this.#answer.failures = stopped ?? failures
    this.#endedAt = this.#links.clock.nowMs()
    this.#move(stopped === null ? outcome : 'cancelled')
  }

  #move(state: RunState): void {
    assert(!this.#isDropped, 'a run that was dropped moves no more')
    this.#state = state
    this.#event('state', { card: this.card(), failures: this.#answer.failures })
  }

  #event(kind: string, parts: object, last = ''): void {
    const { run } = this.shape
    this.#ring.add((number) => {
      const head = JSON.stringify({ kind, run, number, ...parts })
      return last === '' ? head : `${head.slice(0, -1)},${last}}`
    })
    this.#whole = null
    this.#links.changed()
  }
}

/** Texts that run one after another. Places of what is wrong are those of a text that nobody sees. */
function joined(scripts: readonly CellScript[]): string {
  try {
    let length = 0
    const texts = scripts.map(({ text, variables }) => {
      const filled = fillPlaces(text, variables).text
      length += filled.length
      if (length > filledLengthMax) throw liveErrors.LIVE_SET_UP_LENGTH({ limit: filledLengthMax })
      return filled
    })
    return texts.join('\n;\n')
  } catch (error) {
    throw errorOf({ ...failureOf(error), position: null })
  }
}

function progressOf({ rowsIn, rowsOut, durationMs, watermarkMs }: Progress) {
  return { rowsIn, rowsOut, durationMs, watermark: watermarkMs }
}
