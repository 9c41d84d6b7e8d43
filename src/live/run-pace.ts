/**
 * How fast results are taken in: so many rows in a second, by all runs of a server together. A source that makes more is held back, so that
 * what nobody looks at leaves the server its time for those who ask something.
 */
import { type Clock, News } from '#base'

const rowsPerSecond = 100_000
/** Shorter pauses are made together. */
const pauseMsMin = 5

export class RunPace {
  readonly #clock: Clock
  /** When the rows that were taken so far are worked off. */
  #freeMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when the next rows may be taken. */
  async take(rows: number): Promise<void> {
    const nowMs = this.#clock.monotonicMs()
    this.#freeMs = Math.max(this.#freeMs, nowMs) + (rows * 1000) / rowsPerSecond
    const pauseMs = this.#freeMs - nowMs
    if (pauseMs >= pauseMsMin) await new News().within(pauseMs)
  }
}
