import type { Expression, Query } from '../tree.ts'

/** What calls, tables and queries write inside themselves; handed down, so that their files need not import one another. */
export interface Writer {
  readonly expression: (expression: Expression) => string
  /** An operand that ends before comparisons and IN. */
  readonly operand: (expression: Expression) => string
  readonly query: (query: Query) => string
}
