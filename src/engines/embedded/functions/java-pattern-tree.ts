/** The parts of a regular expression of Java, before it is written as one of JavaScript. */

/** What inline flags such as (?i) switch on. */
export interface PatternFlags {
  readonly ignoreCase: boolean
  readonly unicodeCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly comments: boolean
}

export type PatternNode =
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'alternation'; readonly branches: readonly PatternNode[] }
  /** A code point, and whether its case counts where it stands. */
  | { readonly kind: 'character'; readonly code: number; readonly ignoreCase: boolean }
  /** A class in JavaScript's notation, brackets included. */
  | { readonly kind: 'class'; readonly source: string; readonly ignoreCase: boolean }
  /** An assertion or other fixed piece in JavaScript's notation. */
  | { readonly kind: 'fixed'; readonly source: string }
  | { readonly kind: 'group'; readonly number: number; readonly name: string | null; readonly body: PatternNode }
  | { readonly kind: 'bare'; readonly body: PatternNode }
  | { readonly kind: 'atomic'; readonly body: PatternNode }
  | { readonly kind: 'look'; readonly sign: '=' | '!' | '<=' | '<!'; readonly body: PatternNode }
  | { readonly kind: 'reference'; readonly number: number; readonly ignoreCase: boolean }
  | { readonly kind: 'repeat'; readonly body: PatternNode; readonly range: string; readonly mode: 'greedy' | 'lazy' | 'possessive' }

/** Why a pattern cannot be used: `broken` when Java refuses it as well. */
export class PatternTrouble {
  readonly broken: boolean
  readonly problem: string

  constructor(broken: boolean, problem: string) {
    this.broken = broken
    this.problem = problem
  }
}
