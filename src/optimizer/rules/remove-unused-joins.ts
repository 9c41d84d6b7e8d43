/**
 * Leaves out the optional side of an outer join that nobody reads a column of, where each row meets at most one of its rows.
 *
 * Right because such a join gives each row of the other side once, whatever comes and goes on the optional side. That each row meets at
 * most one is known of what a query computes (groups, DISTINCT, the first row of each key), never only declared: nobody checks the
 * keys of files. Joins bounded by time stay, since they drop rows that come too late.
 */
import { deriveUpsertKeys, type Join, joinTimeOf, mapPlan, type Plan, type Relation, rootsOf, schemaOf, type UpsertKey } from '#plan'
import { conformed } from '../conform.ts'
import { columnNeeds } from '../needs.ts'

export function removeUnusedJoins(plan: Plan): Plan {
  const needsOf = columnNeeds(plan)
  const keys = deriveUpsertKeys(rootsOf(plan), () => null)
  return mapPlan(plan, (relation, original) => {
    if (relation.kind !== 'join' || original.kind !== 'join') return relation
    const side = neededSide(original, needsOf(original), keys)
    return side === null ? relation : (alone(relation, relation[side]) ?? relation)
  })
}

type Keys = ReadonlyMap<Relation, readonly UpsertKey[]>

/** The side that alone gives what is asked of a join; null where both are needed. */
function neededSide(join: Join, wanted: ReadonlySet<string>, keys: Keys): 'left' | 'right' | null {
  if (join.asOf !== null || joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) !== null) return null
  const optional = join.type === 'left' ? 'right' : join.type === 'right' ? 'left' : null
  if (optional === null || schemaOf(join[optional]).some(({ name }) => wanted.has(name))) return null
  const compared = new Set(join.equal.map((key) => key[optional]))
  const isSingle = (keys.get(join[optional]) ?? []).some((key) => key.every((name) => compared.has(name)))
  return isSingle ? (optional === 'right' ? 'left' : 'right') : null
}

/** One side with its columns as they come out of the join. */
function alone(join: Join, side: Relation): Relation | null {
  const names = new Set(schemaOf(side).map(({ name }) => name))
  return conformed(
    side,
    schemaOf(join).filter(({ name }) => names.has(name)),
  )
}
