/**
 * Rewrites a plan so that less work gives the same answer. Each rule is a file, named by its effect, that says why it is right.
 *
 * The order: what needs no rows is computed first, since that shows which conditions never hold; conditions go down before joins are
 * looked at, since they may be the keys of joins; columns are pruned when all that reads them is known; equal parts are found last,
 * when nothing moves any more.
 */
import type { Plan } from '#plan'
import type { OptimizerFacts, Rule } from './rule.ts'
import { dropIdleWatermarks } from './rules/drop-idle-watermarks.ts'
import { foldConstants } from './rules/fold-constants.ts'
import { mergeProjects } from './rules/merge-projects.ts'
import { narrowInputs } from './rules/narrow-inputs.ts'
import { pruneColumns } from './rules/prune-columns.ts'
import { pushFilters } from './rules/push-filters.ts'
import { pushLimits } from './rules/push-limits.ts'
import { recogniseTop } from './rules/recognise-top.ts'
import { reduceGroupKeys } from './rules/reduce-group-keys.ts'
import { removeAggregates } from './rules/remove-aggregates.ts'
import { removeDistinct } from './rules/remove-distinct.ts'
import { removeEmpty } from './rules/remove-empty.ts'
import { removeUnusedJoins } from './rules/remove-unused-joins.ts'
import { reorderJoins } from './rules/reorder-joins.ts'
import { shareRelations } from './rules/share-relations.ts'
import { simplifyConditions } from './rules/simplify-conditions.ts'
import { splitDistinct } from './rules/split-distinct.ts'
import { splitRows } from './rules/split-rows.ts'
import { strengthenJoins } from './rules/strengthen-joins.ts'
import { unwrapCasts } from './rules/unwrap-casts.ts'
import { useKnownValues } from './rules/use-known-values.ts'
import { retyped } from './substitute.ts'

const conditions: readonly Rule[] = [foldConstants, unwrapCasts, simplifyConditions, pushFilters]

/** In the order in which they run. */
const rules: readonly Rule[] = [
  dropIdleWatermarks,
  ...conditions,
  recogniseTop,
  strengthenJoins,
  retyped,
  ...conditions,
  removeEmpty,
  reorderJoins,
  removeDistinct,
  removeAggregates,
  removeUnusedJoins,
  mergeProjects,
  useKnownValues,
  reduceGroupKeys,
  pushLimits,
  mergeProjects,
  splitRows,
  pruneColumns,
  narrowInputs,
  splitDistinct,
  mergeProjects,
  retyped,
  shareRelations,
]

/** `without` names rules that do not run, such as `pushFilters`. */
export function optimize(plan: Plan, facts: OptimizerFacts, without: readonly string[] = []): Plan {
  return rules.filter(({ name }) => !without.includes(name)).reduce((rewritten, rule) => rule(rewritten, facts), plan)
}
