/** Rewrites a plan so that less work gives the same answer. Each rule is a file, named by its effect. */
import type { Plan, Scan } from '#plan'
import { dropIdleWatermarks } from './rules/drop-idle-watermarks.ts'
import { mergeProjects } from './rules/merge-projects.ts'
import { pruneColumns } from './rules/prune-columns.ts'
import { pushFilters } from './rules/push-filters.ts'
import { splitRows } from './rules/split-rows.ts'
import { useKnownValues } from './rules/use-known-values.ts'

/** What the rules have to know of those who read tables. */
export interface OptimizerFacts {
  /** Whether the reader of a scan can read single fields of a ROW column, under keys such as `bid.price`. */
  readsFields(scan: Scan): boolean
}

type Rule = (plan: Plan, facts: OptimizerFacts) => Plan

/** In the order in which they run. */
const rules: readonly Rule[] = [dropIdleWatermarks, pushFilters, mergeProjects, useKnownValues, splitRows, pruneColumns]

export function optimize(plan: Plan, facts: OptimizerFacts): Plan {
  return rules.reduce((rewritten, rule) => rule(rewritten, facts), plan)
}
