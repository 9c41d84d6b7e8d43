import type { TextPosition } from '#base'
import type { Identifier } from './name.ts'

/** The regular expression over rows after PATTERN in MATCH_RECOGNIZE. */
export type Pattern = PatternVariable | PatternSequence | PatternAlternation | PatternQuantified | PatternPermute | PatternExclusion

interface PatternVariable {
  readonly kind: 'pattern-variable'
  readonly name: Identifier
  readonly position: TextPosition
}

/** `A B C`. */
interface PatternSequence {
  readonly kind: 'pattern-sequence'
  readonly parts: readonly Pattern[]
  readonly position: TextPosition
}

/** `A | B | C`. */
interface PatternAlternation {
  readonly kind: 'pattern-alternation'
  readonly parts: readonly Pattern[]
  readonly position: TextPosition
}

/** `A*`, `A+?`, `A{2,5}`; no `max` when there is no upper bound. */
interface PatternQuantified {
  readonly kind: 'pattern-quantified'
  readonly pattern: Pattern
  readonly min: number
  readonly max?: number
  readonly greedy: boolean
  readonly position: TextPosition
}

/** `PERMUTE(A, B, C)`. */
interface PatternPermute {
  readonly kind: 'pattern-permute'
  readonly parts: readonly Pattern[]
  readonly position: TextPosition
}

/** `{- A -}`: matched, and left out of the result. */
interface PatternExclusion {
  readonly kind: 'pattern-exclusion'
  readonly pattern: Pattern
  readonly position: TextPosition
}
