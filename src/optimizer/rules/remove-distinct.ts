/**
 * Leaves out a DISTINCT whose rows differ anyway, because a key tells them apart, or whose repetitions make no difference: on the side
 * of a semi or anti join that is only tested, and below another DISTINCT, through unions.
 *
 * Right because a row is then there once, at any time, with and without it; updates that it turned into a row less and a row more reach
 * who could take those as well. Keys are those of what a query computes, never only declared ones.
 */
import {
  contains,
  type Distinct,
  deriveUpsertKeys,
  type Join,
  mapPlan,
  type Plan,
  type Relation,
  rootsOf,
  schemaOf,
  sharedRelations,
  type UpsertKey,
  withInputs,
} from '#plan'
import { conformed } from '../conform.ts'

export function removeDistinct(plan: Plan): Plan {
  const keys = deriveUpsertKeys(rootsOf(plan), () => null)
  const shared = sharedRelations(rootsOf(plan))
  const kept = new Set<Relation>()
  return mapPlan(plan, (relation, original) => {
    const rewritten = withoutDistinct(relation, original, keys, kept)
    if (shared.has(original)) kept.add(rewritten)
    return rewritten
  })
}

function withoutDistinct(
  relation: Relation,
  original: Relation,
  keys: ReadonlyMap<Relation, readonly UpsertKey[]>,
  kept: ReadonlySet<Relation>,
): Relation {
  if (relation.kind === 'join') return withPlainPartner(relation, kept)
  if (relation.kind !== 'distinct' || original.kind !== 'distinct') return relation
  const names = schemaOf(original.input).map(({ name }) => name)
  const differs = (keys.get(original.input) ?? []).some((key) => contains(names, key))
  return (differs ? conformed(relation.input, schemaOf(relation)) : null) ?? withPlainInput(relation, kept)
}

function withPlainPartner(join: Join, kept: ReadonlySet<Relation>): Join {
  return join.type === 'semi' || join.type === 'anti' ? withInputs(join, [join.left, plain(join.right, kept)]) : join
}

function withPlainInput(distinct: Distinct, kept: ReadonlySet<Relation>): Distinct {
  return withInputs(distinct, [plain(distinct.input, kept)])
}

/** The rows of a relation, perhaps more often; a relation that others read too stays. */
function plain(relation: Relation, kept: ReadonlySet<Relation>): Relation {
  if (kept.has(relation)) return relation
  switch (relation.kind) {
    case 'distinct':
      return conformed(plain(relation.input, kept), schemaOf(relation)) ?? relation
    case 'project':
    case 'filter':
      return withInputs(relation, [plain(relation.input, kept)])
    case 'union':
      return withInputs(
        relation,
        relation.inputs.map((input) => plain(input, kept)),
      )
    default:
      return relation
  }
}
