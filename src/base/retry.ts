/** Tries again what may succeed later: a bounded time long, after pauses that grow and that chance shortens, so that many do not come at once. */
import type { Clock } from './clock.ts'

export interface Patience {
  readonly clock: Clock
  /** For how long something is tried, counted from its first try. */
  readonly retryMsMax: number
  readonly sleep: (ms: number) => Promise<void>
  /** From 0 to 1. */
  readonly random: () => number
}

/** How long to pause at first after a failure; null when trying again is of no use. */
export type FirstPauseMs = (error: unknown) => number | null

const pauseMsMax = 10_000

/** What was given up, and how much was tried. */
export class GivenUp extends Error {
  readonly tries: number
  readonly tookMs: number

  constructor(cause: unknown, tries: number, tookMs: number) {
    super('given up', { cause })
    this.tries = tries
    this.tookMs = tookMs
  }
}

/** Fails with the error itself when trying again is of no use, else with GivenUp. */
export async function retrying<T>(attempt: () => Promise<T>, firstPauseMs: FirstPauseMs, patience: Patience): Promise<T> {
  const { clock, retryMsMax, sleep, random } = patience
  const startMs = clock.monotonicMs()
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const firstMs = firstPauseMs(error)
      if (firstMs === null) throw error
      const pauseMs = random() * Math.min(pauseMsMax, firstMs * 2 ** (tries - 1))
      const tookMs = clock.monotonicMs() - startMs
      if (tookMs + pauseMs >= retryMsMax) throw new GivenUp(error, tries, tookMs)
      await sleep(pauseMs)
    }
  }
}
