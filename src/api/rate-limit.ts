/** How often somebody may ask: a bucket for each, which fills evenly and holds what is good for a second. */
import { type Clock, putNewest } from '#base'
import { apiErrors } from './errors.ts'

interface Bucket {
  left: number
  filledAt: number
}

/** Buckets that are remembered; the one that was used longest ago is forgotten first, and is full by then. */
const bucketsMax = 10_000

export class RateLimit {
  readonly #perSecond: number
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Fails where too much was asked of late. */
  take(key: string): void {
    const now = this.#clock.monotonicMs()
    const { left, filledAt } = this.#buckets.get(key) ?? { left: this.#perSecond, filledAt: now }
    const full = Math.min(this.#perSecond, left + ((now - filledAt) / 1000) * this.#perSecond)
    putNewest(this.#buckets, key, { left: Math.max(0, full - 1), filledAt: now }, bucketsMax)
    if (full < 1) throw apiErrors.API_TOO_MANY()
  }
}
