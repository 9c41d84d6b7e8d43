/** Rewrites a plan so that less work gives the same answer. Each rule is a file, named by its effect. */
import type { Plan } from '#plan'
import type { OptimizerFacts, Rule } from './rule.ts'
import { dropIdleWatermarks } from './rules/drop-idle-watermarks.ts'
import { mergeProjects } from './rules/merge-projects.ts'
import { pruneColumns } from './rules/prune-columns.ts'
import { pushFilters } from './rules/push-filters.ts'
import { splitRows } from './rules/split-rows.ts'
import { useKnownValues } from './rules/use-known-values.ts'

/** In the order in which they run. */
const rules: readonly Rule[] = [dropIdleWatermarks, pushFilters, mergeProjects, useKnownValues, splitRows, pruneColumns]

export function optimize(plan: Plan, facts: OptimizerFacts): Plan {
  return rules.reduce((rewritten, rule) => rule(rewritten, facts), plan)
}
