/**
 * Failures of outside systems, by what can be done about them. Every connector has one function that says which kind a foreign error is;
 * everything else follows from the kind.
 */
import { type Clock, GivenUp, type Patience, retrying } from '#base'
import type { ConnectorMeter } from './connector-meter.ts'
import { pause } from './pause.ts'

/**
 * - `unreachable`: the other side does not answer, is starting, or lost the connection; it may be back soon.
 * - `busy`: it asks for patience, as with 429, a deadlock or a lock that another holds.
 * - `refused`: wrong name, password, right, address or setting. Trying again does not help.
 * - `data`: it does not take or give this one row or message.
 * - `gone`: what was asked for is no longer there, such as a topic that was deleted or a position that retention has passed.
 * - `fenced`: another run has taken the work over.
 * - `unknown`: everything else.
 */
export type FailureKind = 'unreachable' | 'busy' | 'refused' | 'data' | 'gone' | 'fenced' | 'unknown'

const firstPauseMs: Readonly<Record<FailureKind, number | null>> = {
  unreachable: 200,
  busy: 50,
  refused: null,
  data: null,
  gone: null,
  fenced: null,
  unknown: null,
}

export interface Persistence {
  readonly kindOf: (error: unknown) => FailureKind
  /** What went wrong, in a few words that hold no secret: for the status of the run while it waits. */
  readonly describe: (error: unknown) => string
  /** For how long something is tried, in milliseconds; infinite: until it succeeds or the signal is aborted. */
  readonly retryMsMax: number
  readonly meter: ConnectorMeter
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Does something with an outside system, again while that may help: after pauses that grow, and that chance shortens. The meter says
 * what is waited for. Fails with the error of the last attempt.
 */
export async function persistently<T>(attempt: () => Promise<T>, how: Persistence): Promise<T> {
  const { kindOf, describe, retryMsMax, meter, clock, signal } = how
  const firstPause = (error: unknown): number | null => {
    const pauseMs = signal.aborted ? null : firstPauseMs[kindOf(error)]
    if (pauseMs !== null) {
      meter.retries++
      meter.wait(describe(error))
    }
    return pauseMs
  }
  const patience: Patience = { clock, retryMsMax, sleep: (ms) => sleepFor(ms, clock, signal), random: Math.random }
  try {
    return await retrying(attempt, firstPause, patience)
  } catch (error) {
    throw error instanceof GivenUp ? error.cause : error
  } finally {
    meter.wait(null)
  }
}

async function sleepFor(durationMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const until = clock.monotonicMs() + durationMs
  for (let left = durationMs; left > 0 && !signal.aborted; left = until - clock.monotonicMs()) await pause(left, signal)
}
