/** What a rule is: a function from plan to plan that changes the work and never the answer. */
import type { Plan, Scan } from '#plan'

/** What the rules have to know of those who read tables. */
export interface OptimizerFacts {
  /** Whether the reader of a scan can read single fields of a ROW column, under keys such as `bid.price`. */
  readsFields(scan: Scan): boolean
}

export type Rule = (plan: Plan, facts: OptimizerFacts) => Plan
