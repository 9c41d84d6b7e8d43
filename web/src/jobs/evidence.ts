/** How sure the state of a job is: when it was last seen, by whom, and whether it is only the last that was known. */
import type { JobStatus } from './job-line.ts'

export interface Evidence {
  /** Which sentence says it; the keys of `evidence` in the texts. */
  readonly phrase: 'seen' | 'seenNow' | 'absent' | 'unreachable' | 'never' | 'settled'
  readonly ageMs: number | null
  readonly source: string
  readonly reason: string | null
  /** The state is what was last known, not what is known now. */
  readonly isStale: boolean
}

/** Younger answers are of now. */
const nowMs = 2500

/** `sinceAnswerMs` is how long ago the server said so; ages grow on until it says something newer. */
export function evidenceOf({ evidence, state }: Pick<JobStatus, 'evidence' | 'state'>, sinceAnswerMs: number): Evidence {
  const { kind, source, reason } = evidence
  const ageMs = evidence.ageMs === null ? null : evidence.ageMs + Math.max(0, sinceAnswerMs)
  const common = { ageMs, source, reason }
  if (kind === 'unreachable') return { ...common, phrase: 'unreachable', isStale: true }
  if (kind === 'none' || ageMs === null) return { ...common, phrase: 'never', isStale: false }
  if (state === 'stopped' || state === 'finished') return { ...common, phrase: 'settled', isStale: false }
  if (kind === 'absent') return { ...common, phrase: 'absent', isStale: false }
  return { ...common, phrase: ageMs < nowMs ? 'seenNow' : 'seen', isStale: false }
}
