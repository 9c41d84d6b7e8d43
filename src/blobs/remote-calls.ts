/** How requests to a store elsewhere are tried: a wrong address is given up soon, a store that has answered once is waited for. */
import { type FirstPauseMs, type Patience, retrying } from '#base'

/** A store that never answered is given up sooner: its address is likelier to be wrong. */
const firstAnswerMsMax = 10_000
/** For how long something is still tried once its work is to end. */
const afterEndMsMax = 5000

/** Who waits for a store elsewhere. */
export interface RemoteWatch {
  /** Aborted when the work is to end. What is under way is still done, if that is soon. */
  readonly signal: AbortSignal
  /** Told what is waited for, in words without secrets, each time that something has to be tried again; null once it was done. */
  waits(reason: string | null): void
}

export class RemoteCalls {
  readonly #patience: Patience
  readonly #watch: RemoteWatch | null
  #hasAnswered = false

  constructor(patience: Patience, watch: RemoteWatch | null) {
    this.#patience = patience
    this.#watch = watch
  }

  /** Fails with the error of the last try, in a GivenUp where it was tried again. */
  async try<T>(attempt: () => Promise<T>, pauseAfter: FirstPauseMs, describe: (error: unknown) => string): Promise<T> {
    const { clock, retryMsMax, sleep, random } = this.#patience
    const bound = this.#hasAnswered ? retryMsMax : Math.min(firstAnswerMsMax, retryMsMax)
    const signal = this.#watch?.signal
    let endedAt: number | null = null
    let hasWaited = false
    const firstPauseMs = (error: unknown): number | null => {
      // The name of a host that never answered is likely to be wrong.
      if (!this.#hasAnswered && (error as { code?: unknown }).code === 'ENOTFOUND') return null
      const pauseMs = pauseAfter(error)
      if (signal?.aborted === true) endedAt ??= clock.monotonicMs()
      if (pauseMs === null || (endedAt !== null && clock.monotonicMs() - endedAt >= afterEndMsMax)) return null
      this.#watch?.waits(describe(error))
      hasWaited = true
      return pauseMs
    }
    try {
      const answer = await retrying(attempt, firstPauseMs, { clock, retryMsMax: bound, sleep: (ms) => wake(sleep(ms), signal), random })
      this.#hasAnswered = true
      return answer
    } finally {
      if (hasWaited) this.#watch?.waits(null)
    }
  }
}

/** A pause ends when the work is to end, but one that begins later is kept: it stands between tries that are still made. */
function wake(pause: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined || signal.aborted) return pause
  return new Promise((resolve, reject) => {
    const end = (): void => {
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end)
    pause.then(end, reject)
  })
}
