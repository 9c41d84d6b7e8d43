/** Holds a reader to a number of rows per second. A reader that falls behind catches up on one second at most. */
import type { Clock } from '#base'

export class Pace {
  readonly #clock: Clock
  /** 0 for no limit. */
  readonly #rowsPerSecond: number
  /** Rows that may be made now; the first row need not wait. */
  #allowed = 1
  #countedMs: number

  constructor(clock: Clock, rowsPerSecond: number) {
    this.#clock = clock
    this.#rowsPerSecond = rowsPerSecond
    this.#countedMs = clock.monotonicMs()
  }

  /** How many of `wanted` rows may be made now. */
  take(wanted: number): number {
    if (this.#rowsPerSecond === 0) return wanted
    const nowMs = this.#clock.monotonicMs()
    const earned = ((nowMs - this.#countedMs) * this.#rowsPerSecond) / 1000
    this.#countedMs = nowMs
    this.#allowed = Math.min(this.#allowed + earned, Math.max(1, this.#rowsPerSecond))
    const taken = Math.min(wanted, Math.floor(this.#allowed))
    this.#allowed -= taken
    return taken
  }

  /** Milliseconds until the next row. */
  get waitMs(): number {
    return this.#rowsPerSecond === 0 ? 0 : ((1 - this.#allowed) * 1000) / this.#rowsPerSecond
  }
}
