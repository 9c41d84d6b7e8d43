/**
 * A text that a session executes, as whoever reads its answer sees it. Events have numbers from 1 on. Who reads acknowledges what came
 * before, which makes room for more; nobody who reads holds the statements back.
 *
 *     waiting ── its turn has come ──► running ── executed ──► ended
 *        └──────────── cancelled, or the session is gone ──────►┘
 */
import { type Failure, News } from '#base'
import type { RunReport } from '#engines'
import { processErrors } from './errors.ts'
import type { Outcome, StatementEvent } from './protocol.ts'

/** What is told of a text: what its statements tell, how far they have come, and at last how they ended. */
export type TextEvent =
  | StatementEvent
  | { readonly kind: 'progress'; readonly report: RunReport }
  | { readonly kind: 'executed'; readonly outcome: Outcome; readonly failures: readonly Failure[] }

export interface NumberedEvent {
  /** From 1 on. */
  readonly number: number
  readonly event: TextEvent
}

/** What a statement asks of its session. */
export interface StatementLink {
  /** So many more events may come. */
  giveRoom(more: number): void
  cancel(): void
  /** Somebody reads, or has stopped to. */
  noteReader(change: 1 | -1): void
}

export class SessionStatement {
  readonly id: string
  readonly text: string
  readonly #link: StatementLink
  readonly #news = new News()
  #events: NumberedEvent[] = []
  #last = 0
  #acknowledged = 0
  /** What was acknowledged of late: the connection of who read it may have broken before it arrived. */
  #told: NumberedEvent[] = []
  #toldCharacters = 0
  /** The newest event that nobody can read any more. */
  #forgotten = 0
  #isRunning = false
  #hasEnded = false

  constructor(id: string, text: string, link: StatementLink) {
    this.id = id
    this.text = text
    this.#link = link
  }

  get state(): 'waiting' | 'running' | 'ended' {
    return this.#hasEnded ? 'ended' : this.#isRunning ? 'running' : 'waiting'
  }

  /** Events that nobody has acknowledged. */
  get unread(): number {
    return this.#events.length
  }

  /** Its turn has come. */
  begin(): void {
    this.#isRunning = true
  }

  add(event: StatementEvent): void {
    if (!this.#hasEnded) this.#push(event)
  }

  /** Only the newest progress is kept. */
  progress(report: RunReport): void {
    if (this.#hasEnded) return
    this.#events = this.#events.filter(({ event }) => event.kind !== 'progress')
    this.#push({ kind: 'progress', report })
  }

  /** Nothing comes after it. */
  end(outcome: Outcome, failures: readonly Failure[]): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#push({ kind: 'executed', outcome, failures })
  }

  #push(event: TextEvent): void {
    this.#events.push({ number: ++this.#last, event })
    this.#news.tell()
  }

  /** Ends what runs of it; the end is told as an event. */
  cancel(): void {
    if (!this.#hasEnded) this.#link.cancel()
  }

  /**
   * The events after the one of that number, which acknowledges it and all before; none where none came within `waitMs`. Fails where events
   * after it were acknowledged so long ago that they are gone.
   */
  async read(after: number, waitMs: number): Promise<readonly NumberedEvent[]> {
    this.check(after)
    if (after < this.#acknowledged) return [...this.#told, ...this.#events].filter(({ number }) => number > after)
    this.#acknowledge(after)
    this.#link.noteReader(1)
    try {
      if (this.#events.length === 0 && !this.#hasEnded) await this.#news.within(waitMs)
    } finally {
      this.#link.noteReader(-1)
    }
    return this.#events.filter(({ number }) => number > after)
  }

  /** Fails where what follows an event cannot be read. */
  check(after: number): void {
    if (!Number.isSafeInteger(after) || after < this.#forgotten || after > this.#last) throw processErrors.PROCESSES_EVENT_GONE({ after })
  }

  /** Forgets what was acknowledged. */
  forgetTold(): void {
    this.#forgotten = this.#acknowledged
    this.#told = []
    this.#toldCharacters = 0
  }

  #remember(taken: readonly NumberedEvent[]): void {
    for (const each of taken) {
      this.#told.push(each)
      this.#toldCharacters += charactersOf(each.event)
    }
    while (this.#toldCharacters > toldCharactersMax) {
      const [oldest] = this.#told.splice(0, 1)
      if (oldest === undefined) return
      this.#toldCharacters -= charactersOf(oldest.event)
      this.#forgotten = oldest.number
    }
  }

  #acknowledge(after: number): void {
    const taken = this.#events.filter(({ number }) => number <= after)
    this.#events = this.#events.slice(taken.length)
    this.#remember(taken)
    this.#acknowledged = after
    const more = taken.filter(({ event }) => event.kind !== 'progress').length
    if (more > 0 && !this.#hasEnded) this.#link.giveRoom(more)
  }

  /** All events to the end, each acknowledged when the next one is asked for. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TextEvent, void, void> {
    for (let after = this.#acknowledged; ; ) {
      for (const { number, event } of await this.read(after, readMs)) {
        yield event
        after = number
        if (event.kind === 'executed') return
        this.#acknowledge(after)
      }
    }
  }
}

function charactersOf(event: TextEvent): number {
  return bareEvent + (event.kind === 'changes' || event.kind === 'table' ? event.json.length : 0)
}

/** What an event takes without its rows, about. */
const bareEvent = 200
const toldCharactersMax = 1_000_000

/** Who waits is told; this only bounds a timer. */
const readMs = 60_000
