/**
 * Aggregation of session windows of event time: rows of a key whose distances stay below the gap belong together.
 *
 * Algebra: each row opens the window [t, t + gap); windows of a key that meet are merged, and their sums too.
 * State: the open sessions of each key, with one accumulator slot each; a session is dropped when the watermark passes its end.
 * Emits inserts only, in order of session ends, then of session starts in arrival: keys, window_start, window_end, window_time,
 * results. A row whose merged session is already closed by the watermark before it is late: counted and dropped.
 */
import { type Batch, batchRows, type DataType, numbersIn, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { LateRows } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import { KeyTable } from '../state/key-table.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { type MeasureShape, Measures } from './measures.ts'
import { SessionQueue } from './session-queue.ts'
import { SessionsPart } from './sessions-part.ts'
import { closesAtMs, type WindowClock, windowTimeMs } from './slices.ts'

export interface SessionAggregateShape {
  /** Types of the key columns, which are the first columns of the input. */
  readonly keys: readonly DataType[]
  /** Place of the time column: a timestamp in milliseconds. */
  readonly time: number
  readonly gapMs: number
  readonly measures: readonly MeasureShape[]
  /** The clock on which distances are measured, as in Flink; null when it is the time column's own. */
  readonly clock: WindowClock | null
  /** Who takes late rows; left out: nobody. */
  readonly late?: LateRows
}

interface Session {
  readonly key: number
  readonly slot: number
  readonly number: number
  start: number
  end: number
  /** Merged into another one: what was added to its slot counts there. */
  mergedInto: Session | null
}

/** What a session takes about, besides its measures. */
const sessionBytes = 200

export class SessionAggregate implements Operator {
  readonly #shape: SessionAggregateShape
  readonly #output: Output
  readonly #table: KeyTable
  readonly #measures: Measures
  /** Open sessions by key slot, ascending in time. */
  readonly #sessions: (Session[] | undefined)[] = []
  readonly #queue = new SessionQueue<Session>()
  /** By slot. */
  readonly #bySlot: (Session | undefined)[] = []
  readonly #freeSlots: number[] = []
  #sessionNumber = 0
  /** Sessions not yet emitted, by key slot. */
  readonly #openCounts: number[] = []
  #keySlots = new Int32Array(batchRows)
  #slots = new Int32Array(batchRows)
  readonly #progress = { watermark: watermarkNone, lateRows: 0 }
  readonly #part: SessionsPart
  readonly state: readonly StatePart[]

  constructor(shape: SessionAggregateShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable(shape.keys)
    this.#measures = new Measures(shape.measures)
    this.#part = new SessionsPart({
      table: this.#table,
      keyTypes: shape.keys,
      saved: this.#measures.saved,
      capacity: () => this.#bySlot.length,
      sessionOf: (slot) => this.#bySlot[slot],
      open: ({ key, number, start, end }) => this.#load(key, number, start, end),
    })
    this.state = [new ScalarsPart('progress', this.#progress), this.#part]
  }

  /** Rows dropped since their session was closed before they came. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    return this.#table.stateBytes + this.#measures.stateBytes + this.#bySlot.length * sessionBytes
  }

  push(_input: number, batch: Batch): void {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#keySlots = new Int32Array(batch.length)
    }
    this.#table.resolve(batch.columns.slice(0, this.#shape.keys.length), batch.length, this.#keySlots)
    const time = batch.columns[this.#shape.time] as Vector
    const times = numbersIn(time)
    const assigned: (Session | null)[] = []
    for (let i = 0; i < batch.length; i++) {
      const watermark = batch.watermarks === null ? this.#progress.watermark : (batch.watermarks[i] as number)
      const isNull = time.nulls !== null && time.nulls[i] === 1
      const session = isNull ? null : this.#assign(this.#keySlots[i] as number, this.#localMs(times[i] as number), watermark)
      if (session === null && !isNull) this.#shape.late?.take(batch, i, watermark)
      assigned.push(session)
    }
    let skips = false
    this.#measures.reserve(this.#bySlot.length)
    assigned.forEach((session, i) => {
      const target = session === null ? null : finalSession(session)
      this.#slots[i] = target === null ? -1 : target.slot
      skips ||= target === null
    })
    this.#measures.add(batch, this.#slots, skips)
    this.#dropIdleKeys(batch.length)
  }

  /** The session that a row belongs to; null when the row is late. */
  #assign(key: number, at: number, watermark: number): Session | null {
    const only = this.#onlySession(key)
    if (only !== undefined && this.#closesAt(only.end) > watermark && only.start <= at + this.#shape.gapMs && only.end >= at) {
      this.#part.pages.mark(only.slot)
      only.start = Math.min(only.start, at)
      only.end = Math.max(only.end, at + this.#shape.gapMs)
      return only
    }
    const sessions = this.#openSessions(key, watermark)
    let start = at
    let end = at + this.#shape.gapMs
    const met: Session[] = []
    for (const session of sessions) {
      // Windows that only touch are one session, as in Flink.
      if (session.start > end || session.end < start) continue
      met.push(session)
      start = Math.min(start, session.start)
      end = Math.max(end, session.end)
    }
    if (this.#closesAt(end) <= watermark) {
      this.#progress.lateRows++
      return null
    }
    const [first, ...others] = met
    const target = first ?? this.#create(key, this.#sessionNumber++, start, end)
    this.#part.pages.mark(target.slot)
    for (const other of others) this.#merge(other, target)
    target.start = start
    target.end = end
    this.#sessions[key] = [...sessions.filter((session) => !met.includes(session)), target].sort((a, b) => a.start - b.start)
    return target
  }

  /** The session of a key that has one, as nearly all have that have any. */
  #onlySession(key: number): Session | undefined {
    const sessions = this.#sessions[key]
    return sessions?.length === 1 ? sessions[0] : undefined
  }

  /** The sessions of a key that the watermark has not closed. Closed ones stay queued until they are emitted. */
  #openSessions(key: number, watermark: number): Session[] {
    const sessions = this.#sessions[key]
    if (sessions === undefined) return []
    const isOpen = (session: Session): boolean => this.#closesAt(session.end) > watermark
    return sessions.every(isOpen) ? sessions : sessions.filter(isOpen)
  }

  #create(key: number, number: number, start: number, end: number): Session {
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length
    const session: Session = { key, slot, number, start, end, mergedInto: null }
    this.#part.pages.mark(slot)
    this.#bySlot[slot] = session
    this.#openCounts[key] = (this.#openCounts[key] ?? 0) + 1
    this.#queue.add(session)
    return session
  }

  /** Opens a loaded session, and returns its slot. */
  #load(key: number, number: number, start: number, end: number): number {
    const session = this.#create(key, number, start, end)
    this.#sessionNumber = Math.max(this.#sessionNumber, number + 1)
    this.#measures.reserve(this.#bySlot.length)
    const sessions = this.#sessions[key] ?? []
    const later = sessions.findIndex((other) => other.start > start)
    sessions.splice(later === -1 ? sessions.length : later, 0, session)
    this.#sessions[key] = sessions
    return session.slot
  }

  #merge(session: Session, target: Session): void {
    this.#measures.reserve(this.#bySlot.length)
    this.#measures.merge(target.slot, this.#measures, session.slot)
    session.mergedInto = target
    this.#release(session)
  }

  /** Gives up the sums of a session. */
  #release({ key, slot }: Session): void {
    this.#part.pages.mark(slot)
    this.#measures.clear(slot)
    this.#bySlot[slot] = undefined
    this.#freeSlots.push(slot)
    this.#openCounts[key] = (this.#openCounts[key] ?? 0) - 1
  }

  #dropIdleKeys(rows: number): void {
    for (let i = 0; i < rows; i++) this.#dropKeyIfIdle(this.#keySlots[i] as number)
  }

  #dropKeyIfIdle(key: number): void {
    if ((this.#openCounts[key] ?? 0) > 0 || !this.#table.isLive(key)) return
    this.#table.remove(key)
    this.#sessions[key] = undefined
  }

  advance(_input: number, watermarkMs: number): void {
    if (watermarkMs > this.#progress.watermark) this.#fireUpTo(watermarkMs)
    this.#progress.watermark = Math.max(this.#progress.watermark, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#fireUpTo(watermarkEnd)
    this.#output.finish()
  }

  #fireUpTo(watermarkMs: number): void {
    let due: Session[] = []
    const isReached = (end: number): boolean => this.#closesAt(end) <= watermarkMs
    for (let session = this.#queue.takeReached(isReached); session !== undefined; session = this.#queue.takeReached(isReached)) {
      due.push(session)
      if (due.length === batchRows) {
        this.#emit(due)
        due = []
      }
    }
    if (due.length > 0) this.#emit(due)
  }

  #emit(due: readonly Session[]): void {
    const count = due.length
    const keys = this.#table.keyVectors(
      Int32Array.from(due, (session) => session.key),
      count,
    )
    const slots = Int32Array.from(due, (session) => session.slot)
    const instants = (of: (session: Session) => number): Vector => ({ form: 'numbers', data: Float64Array.from(due, of), nulls: null })
    const columns = [
      ...keys,
      instants((session) => session.start),
      instants((session) => session.end),
      instants((session) => windowTimeMs(this.#shape.clock, session.end)),
      ...this.#measures.results(slots, count),
    ]
    this.#output.push({ length: count, columns, kinds: null, watermarks: null })
    for (const session of due) this.#drop(session)
  }

  #localMs(epochMs: number): number {
    const { clock } = this.#shape
    return clock === null ? epochMs : clock.toLocalMs(epochMs)
  }

  /** The watermark that closes a session with this end. */
  #closesAt(end: number): number {
    return closesAtMs(this.#shape.clock, end)
  }

  #drop(session: Session): void {
    this.#release(session)
    this.#sessions[session.key] = this.#sessions[session.key]?.filter((other) => other !== session)
    this.#dropKeyIfIdle(session.key)
  }
}

function finalSession(session: Session): Session {
  let final = session
  while (final.mergedInto !== null) final = final.mergedInto
  return final
}
