/** Slows down who guesses: after a few wrong attempts for a name, or from an address, each next one has to wait twice as long. */
import { type Clock, putNewest } from '#base'
import { accessErrors } from './errors.ts'

interface Tries {
  count: number
  /** Epoch milliseconds before which no attempt is looked at. */
  nextAt: number
}

const freeTries = 5
const firstWaitMs = 1000
const waitMsMax = 300_000
/** Of names and addresses; the oldest is forgotten first. */
const rememberedMax = 10_000

export class SignInGuard {
  readonly #clock: Clock
  readonly #tries = new Map<string, Tries>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Fails where one of the keys, such as a name or an address, has to wait. */
  check(keys: readonly string[]): void {
    const now = this.#clock.nowMs()
    for (const key of keys) {
      const waitMs = (this.#tries.get(key)?.nextAt ?? 0) - now
      if (waitMs > 0) throw accessErrors.ACCESS_SIGN_IN_SLOW({ seconds: Math.ceil(waitMs / 1000) })
    }
  }

  wrong(keys: readonly string[]): void {
    for (const key of keys) {
      const count = (this.#tries.get(key)?.count ?? 0) + 1
      const waitMs = count < freeTries ? 0 : Math.min(waitMsMax, firstWaitMs * 2 ** (count - freeTries))
      putNewest(this.#tries, key, { count, nextAt: this.#clock.nowMs() + waitMs }, rememberedMax)
    }
  }

  right(keys: readonly string[]): void {
    for (const key of keys) this.#tries.delete(key)
  }
}
