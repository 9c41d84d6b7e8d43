/** Whether and when a run that failed is followed by another one. Chance comes from the job and the attempt, so that a story can be told again. */
import { type Failure, murmur2 } from '#base'
import type { RestartPolicy } from './job-spec.ts'
import type { ReasonCode } from './reasons.ts'

export type Judgement =
  | { readonly kind: 'again'; readonly failures: readonly number[]; readonly nextAt: number }
  | { readonly kind: 'final'; readonly failures: readonly number[]; readonly reason: ReasonCode }

export interface Break {
  readonly jobId: string
  readonly attempt: number
  readonly failure: Failure
  /** Failures before this one. */
  readonly failures: readonly number[]
  /** Epoch milliseconds. */
  readonly now: number
}

export function judge(policy: RestartPolicy, { jobId, attempt, failure, failures, now }: Break): Judgement {
  if (policy.kind === 'never') return { kind: 'final', failures: [now], reason: finalReason(failure) }
  const recent = [...failuresOf(failures, now, policy.windowMs), now]
  if (failure.blame === 'user') return { kind: 'final', failures: recent, reason: 'failure-of-user' }
  if (recent.length >= policy.failuresMax) return { kind: 'final', failures: recent, reason: 'failure-storm' }
  const delayMs = Math.min(policy.delayMsMax, policy.delayMs * 2 ** Math.min(recent.length - 1, 30))
  return { kind: 'again', failures: recent, nextAt: now + Math.round(delayMs * (0.5 + chance(`${jobId}/${attempt}`) / 2)) }
}

function finalReason({ blame }: Failure): ReasonCode {
  return blame === 'user' ? 'failure-of-user' : 'failure-is-final'
}

/** Those within the window. One that lies ahead, since the clock was set back, counts as one of now. */
function failuresOf(failures: readonly number[], now: number, windowMs: number): number[] {
  return failures.map((at) => Math.min(at, now)).filter((at) => at > now - windowMs)
}

/** When a run that was stopped by somebody else is followed by another one: at once, but for one that had hardly begun. */
export function interruptedUntil(policy: RestartPolicy, startedAt: number | null, now: number): number {
  const pauseMs = policy.kind === 'never' ? shortestRunMs : Math.max(policy.delayMs, shortestRunMs)
  return startedAt === null || startedAt > now ? now + pauseMs : Math.max(now, startedAt + pauseMs)
}

const shortestRunMs = 1000

/** Whether a pause is over; one that is longer than the policy ever makes it was measured by a clock that has been set back. */
export function isDue(policy: RestartPolicy, nextAt: number | null, now: number): boolean {
  if (nextAt === null || nextAt <= now) return true
  const longestMs = policy.kind === 'never' ? shortestRunMs : Math.max(policy.delayMsMax, policy.delayMs, shortestRunMs)
  return nextAt - now > longestMs
}

/** From 0 to 1, the same for the same text. */
function chance(text: string): number {
  const bytes = new TextEncoder().encode(text)
  return (murmur2(bytes, 0, bytes.length) >>> 0) / 2 ** 32
}
