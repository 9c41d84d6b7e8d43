/** The only file that reads the system's clock, so that everything else can be run in simulated time. */

export interface Clock {
  /** Milliseconds since 1970-01-01 00:00:00 UTC. */
  nowMs(): number
  /** Milliseconds from an arbitrary start; never goes backwards. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
