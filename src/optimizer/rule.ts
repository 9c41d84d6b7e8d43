/** What a rule is: a function from plan to plan that changes the work and never the answer. */
import type { Plan, Scan, TableSize } from '#plan'

/** What the rules have to know of those who read tables. */
export interface OptimizerFacts {
  /** Whether the reader of a scan can read single fields of a ROW column, under keys such as `bid.price`. */
  readsFields(scan: Scan): boolean
  /** Whether a scan keeps pace with others by its watermark; left out: none does. */
  isAligned?(scan: Scan): boolean
  /** How much the table of a scan holds, as far as somebody has said so. */
  sizeOf?(scan: Scan): TableSize | null
  /** Up to how many tables joins may stand on both sides of a join. */
  readonly bushyJoinsMax?: number
  /** Into how many buckets the distinct values of a group are divided; left out: they are not. */
  readonly distinctBuckets?: number
}

export type Rule = (plan: Plan, facts: OptimizerFacts) => Plan
