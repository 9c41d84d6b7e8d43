/** Does something again and again, never twice at once, until it is stopped. */
import { setTimeout as pause } from 'node:timers/promises'

export interface Repeating {
  /** Resolves when what is being done is done. */
  stop(): Promise<void>
}

const earlyMsMax = 5

/** At even times of the clock, such as each full five seconds; a time that is missed is left out. */
export function repeat(everyMs: number, run: () => Promise<void>, failed: (error: unknown) => void, nowMs: () => number): Repeating {
  const stopping = new AbortController()
  const { signal } = stopping
  const ended = (async () => {
    while (!signal.aborted) {
      // Timers may be early by a moment, which would be the end of the time before.
      await pause(everyMs - (nowMs() % everyMs) + earlyMsMax, undefined, { signal, ref: false }).catch(() => undefined)
      if (!signal.aborted) await run().catch(failed)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}
