/**
 * What follows from what was seen, for one rule and one job. The table is total:
 *
 *                 met                      between         clear                            unknown
 *     ok          pending, or firing       ok              ok                               unknown
 *     unknown     pending, or firing       ok              ok                               unknown
 *     pending     firing after `forMs`     ok              ok                               unknown
 *     firing      firing                   firing          ok after `clearAfterMs`          firing
 *
 * 1. What nobody knows never fires, and never resolves what fires.
 * 2. A time in which nothing was known does not begin the wait anew: it was not seen to be interrupted.
 * 3. Between a threshold and the value at which it clears, what fires goes on firing, and nothing else begins to.
 */

export type Sight = 'met' | 'between' | 'clear' | 'unknown'
export type AlertPhase = 'ok' | 'pending' | 'firing' | 'unknown'

export interface Judgement {
  readonly phase: AlertPhase
  /** Since when it is in this phase. */
  readonly since: number
  /** Since when the condition holds, as far as it was seen; null while it does not. */
  readonly metSince: number | null
  /** Since when it is over, while it fires still. */
  readonly clearSince: number | null
}

export interface RuleTiming {
  readonly forMs: number
  readonly clearAfterMs: number
}

export function judge({ forMs, clearAfterMs }: RuleTiming, sight: Sight, now: number, previous: Judgement | null): Judgement {
  const before: Judgement = previous ?? { phase: 'ok', since: now, metSince: null, clearSince: null }
  const become = (phase: AlertPhase, others: Partial<Judgement> = {}): Judgement => ({
    phase,
    since: phase === before.phase ? before.since : now,
    metSince: before.metSince,
    clearSince: null,
    ...others,
  })
  if (before.phase === 'firing') {
    if (sight !== 'clear') return become('firing')
    const clearSince = before.clearSince ?? now
    return now - clearSince >= clearAfterMs ? become('ok', { metSince: null }) : become('firing', { clearSince })
  }
  if (sight === 'unknown') return become('unknown')
  if (sight !== 'met') return become('ok', { metSince: null })
  // A clock that was set back must not keep it waiting for ever.
  const metSince = Math.min(before.metSince ?? now, now)
  return become(now - metSince >= forMs ? 'firing' : 'pending', { metSince })
}
