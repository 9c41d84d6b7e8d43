/**
 * When idle state is dropped: by processing time, so many milliseconds after it was written last, as with Flink's `table.exec.state.ttl`.
 *
 * Keeps the time of the last write of each slot (or row id). An operator asks once a batch which of the slots that it touches are gone,
 * and lets a few others be looked through with each batch and each tick of the clock, so that the memory of what nobody touches comes
 * back as well.
 *
 * 1. State written at t is gone from t + ttl on, and never seen again, whether its memory has come back by then or not.
 * 2. Time never goes back here, whatever the clock does.
 * 3. A slot is held from its first write until it is dropped; only held slots are ever gone.
 */
import type { Clock } from '#base'
import { type SavedColumns, savedNumbersIn } from './saved-columns.ts'

/** How long an operator keeps idle state. */
export interface Retention {
  readonly ttlMs: number
  readonly clock: Clock
  /** Slots looked through for each row that comes, more than enough by default; a test may want all of them, or none. */
  readonly sweptPerRow?: number
}

const notHeld = Number.POSITIVE_INFINITY

/**
 * More than one, else slots could be taken faster than they are looked through. With four, at most a third more slots are held than have
 * not expired.
 */
const sweptPerRowDefault = 4

/** A tick looks through as many slots as a batch of so many rows. */
const rowsPerTick = 1024

export class Expiry {
  readonly #ttlMs: number
  readonly #clock: Clock
  readonly #sweptPerRow: number
  #writtenAt = new Float64Array(0)
  /** Slots below it have been reserved. */
  #slots = 0
  #nowMs = Number.NEGATIVE_INFINITY
  /** What was written then, or earlier, is gone. */
  #goneMs = Number.NEGATIVE_INFINITY
  /** The next slot to look at, and the earliest write seen since slot 0 was looked at, at `#roundMs`. */
  #cursor = 0
  #earliestSeen = notHeld
  #roundMs = Number.NEGATIVE_INFINITY
  /** No held slot was written before it: until it is gone, there is nothing to look for. */
  #earliest = Number.NEGATIVE_INFINITY

  /** When each slot was written last. Slots are loaded once room was made for them. */
  readonly saved: SavedColumns = savedNumbersIn(() => this.#writtenAt)

  constructor({ ttlMs, clock, sweptPerRow }: Retention) {
    this.#ttlMs = ttlMs
    this.#clock = clock
    this.#sweptPerRow = sweptPerRow ?? sweptPerRowDefault
  }

  get stateBytes(): number {
    return this.#writtenAt.byteLength
  }

  /** Starts a batch, which happens at one instant; returns it. */
  begin(nowMs: number = this.#clock.nowMs()): number {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
    this.#goneMs = this.#nowMs - this.#ttlMs
    return this.#nowMs
  }

  /** Makes room for slots below `slots`. */
  reserve(slots: number): void {
    this.#slots = Math.max(this.#slots, slots)
    const known = this.#writtenAt.length
    if (known >= slots) return
    const longer = new Float64Array(Math.max(slots, known * 2, 16)).fill(notHeld, known)
    longer.set(this.#writtenAt)
    this.#writtenAt = longer
  }

  isGone(slot: number): boolean {
    return (this.#writtenAt[slot] as number) <= this.#goneMs
  }

  /** Whether there is state that is not gone. */
  isHeld(slot: number): boolean {
    const writtenAt = this.#writtenAt[slot] as number
    return writtenAt !== notHeld && writtenAt > this.#goneMs
  }

  write(slot: number): void {
    this.#writtenAt[slot] = this.#nowMs
  }

  /** Writes the first `count` slots listed, but for negative ones; what was gone is forgotten before. */
  writeAll(slots: Int32Array, count: number, forget: (slot: number) => void): void {
    const writtenAt = this.#writtenAt
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number
      if (slot < 0) continue
      if ((writtenAt[slot] as number) <= this.#goneMs) forget(slot)
      writtenAt[slot] = this.#nowMs
    }
  }

  /**
   * Keeps a slot for one and a half times as long, unless it is kept for its time anyway: what Flink does where it cleans up by timers,
   * so that a timer lasts for several writes.
   */
  hold(slot: number): void {
    const writtenAt = this.#writtenAt[slot] as number
    if (writtenAt === notHeld || writtenAt < this.#nowMs) this.#writtenAt[slot] = this.#nowMs + Math.floor(this.#ttlMs / 2)
  }

  drop(slot: number): void {
    this.#writtenAt[slot] = notHeld
  }

  /** Begins a batch: of the slots of its rows, those that are gone are handed over, and dropped. */
  dropGone(slots: Int32Array, rows: number, forget: (slot: number) => void): void {
    this.begin()
    for (let row = 0; row < rows; row++) {
      const slot = slots[row] as number
      if (!this.isGone(slot)) continue
      forget(slot)
      this.drop(slot)
    }
  }

  /** Looks through some slots, in proportion to the rows that came; those that are gone are handed over, and dropped. */
  sweep(rows: number, giveUp: (slot: number) => void): void {
    if (this.#goneMs < this.#earliest) {
      this.#beginRound()
      return
    }
    for (let left = Math.min(rows * this.#sweptPerRow, this.#slots); left > 0; left--) {
      const slot = this.#cursor++
      const writtenAt = this.#writtenAt[slot] as number
      if (writtenAt <= this.#goneMs) {
        giveUp(slot)
        this.#writtenAt[slot] = notHeld
      } else if (writtenAt < this.#earliestSeen) this.#earliestSeen = writtenAt
      if (this.#cursor < this.#slots) continue
      // Whatever was written after it was looked at was written since the round began.
      this.#earliest = Math.min(this.#earliestSeen, this.#roundMs)
      this.#beginRound()
    }
  }

  /** The clock shows `nowMs`, and perhaps no rows come. */
  tick(nowMs: number, giveUp: (slot: number) => void): void {
    this.begin(nowMs)
    this.sweep(rowsPerTick, giveUp)
  }

  #beginRound(): void {
    this.#earliestSeen = notHeld
    this.#roundMs = this.#nowMs
    this.#cursor = 0
  }
}
