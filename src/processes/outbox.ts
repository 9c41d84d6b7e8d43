/**
 * What the statements of a text tell, in order, as far as the server has room for it. Rows that have to wait are put together to pages.
 * Whoever makes more than what waits is meant for is held back.
 */
import { processErrors } from './errors.ts'
import { pageLengthMax, pageRowsMax, rowLengthMax, type StatementEvent } from './protocol.ts'

/** Characters that may wait before rows are held back, and beyond which the text is given up. */
const waitingLengthHigh = 2 * pageLengthMax
const waitingLengthMax = 67_108_864
/** Statements that answer at once cannot be held back. */
const waitingEventsMax = 10_000
/** About how long any event is. */
const eventLength = 200

/** Rows on their way to be a page. */
interface OpenPage {
  readonly rows: string[]
  length: number
}

export class Outbox {
  readonly #send: (event: StatementEvent) => void
  readonly #waiting: (StatementEvent | OpenPage)[] = []
  #waitingLength = 0
  #room: number
  #isDropped = false
  #drained = Promise.withResolvers<void>()

  constructor(send: (event: StatementEvent) => void, room: number) {
    this.#send = send
    this.#room = room
    this.#drained.resolve()
  }

  add(event: StatementEvent): void {
    const length = eventLength + ('json' in event ? event.json.length : 0)
    if (length > rowLengthMax) throw tooLong()
    this.#push(event, length)
    this.#sendOn()
  }

  /** Adds rows of the query that was opened last; a promise while more of them wait than memory is meant for. */
  addRows(rows: Iterable<string>): void | Promise<void> {
    for (const row of rows) this.#addRow(row)
    this.#sendOn()
    return this.#waitingLength > waitingLengthHigh ? this.#drained.promise : undefined
  }

  #addRow(row: string): void {
    if (row.length > rowLengthMax) throw tooLong()
    const last = this.#waiting.at(-1)
    if (last !== undefined && 'length' in last && last.rows.length < pageRowsMax && last.length + row.length <= pageLengthMax) {
      last.rows.push(row)
      last.length += row.length
      this.#grow(row.length)
    } else this.#push({ rows: [row], length: row.length }, row.length)
  }

  #push(each: StatementEvent | OpenPage, length: number): void {
    if (this.#isDropped) return
    this.#waiting.push(each)
    this.#grow(length)
    if (this.#waiting.length > waitingEventsMax) throw processErrors.PROCESSES_ANSWER_UNREAD()
  }

  #grow(length: number): void {
    if (this.#isDropped) return
    if (this.#waitingLength <= waitingLengthHigh && this.#waitingLength + length > waitingLengthHigh) {
      this.#drained = Promise.withResolvers()
    }
    this.#waitingLength += length
    if (this.#waitingLength > waitingLengthMax) throw processErrors.PROCESSES_ANSWER_UNREAD()
  }

  #sendOn(): void {
    for (; this.#room > 0; this.#room--) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      const isPage = 'length' in next
      this.#send(isPage ? { kind: 'changes', rows: next.rows.length, json: `[${next.rows.join(',')}]` } : next)
      this.#shrink(isPage ? next.length : eventLength + ('json' in next ? next.json.length : 0))
    }
  }

  #shrink(length: number): void {
    this.#waitingLength -= length
    if (this.#waitingLength <= waitingLengthHigh) this.#drained.resolve()
    if (this.#waiting.length === 0) this.#empty?.resolve()
  }

  #empty: PromiseWithResolvers<void> | null = null

  /** The server has taken some. */
  giveRoom(more: number): void {
    this.#room += more
    this.#sendOn()
  }

  /** Nobody wants what is left, nor what comes. */
  drop(): void {
    this.#isDropped = true
    this.#waiting.length = 0
    this.#waitingLength = 0
    this.#drained.resolve()
    this.#empty?.resolve()
  }

  /** Resolves when nothing waits any more. */
  async emptied(): Promise<void> {
    if (this.#waiting.length === 0) return
    this.#empty ??= Promise.withResolvers()
    await this.#empty.promise
  }
}

function tooLong(): Error {
  return processErrors.PROCESSES_ROW_TOO_LONG({ limit: rowLengthMax.toLocaleString('en-US') })
}
