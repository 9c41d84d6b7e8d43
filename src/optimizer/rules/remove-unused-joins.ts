/**
 * Leaves out the optional side of an outer join that nobody reads a column of, where each row meets at most one of its rows, or where
 * all that reads the join only asks whether a row is there: DISTINCT, MIN and MAX, semi joins.
 *
 * Right because such a join gives each row of the other side, whatever comes and goes on the optional side. That each row meets at
 * most one is known of what a query computes (groups, DISTINCT, the first row of each key), never only declared: nobody checks the
 * keys of files. Joins bounded by time stay, since they drop rows that come too late.
 */
import { deriveUpsertKeys, type Join, joinTimeOf, mapPlan, type Plan, type Relation, rootsOf, schemaOf, type UpsertKey } from '#plan'
import { conformed } from '../conform.ts'
import { columnNeeds } from '../needs.ts'
import { repeatsIgnored } from '../repeats.ts'

export function removeUnusedJoins(plan: Plan): Plan {
  const needsOf = columnNeeds(plan)
  const keys = deriveUpsertKeys(rootsOf(plan), () => null)
  const mayRepeat = repeatsIgnored(plan)
  return mapPlan(plan, (relation, original) => {
    if (relation.kind !== 'join' || original.kind !== 'join') return relation
    const side = neededSide(original, needsOf(original), (side, compared) => mayRepeat(original) || isSingle(keys.get(side), compared))
    return side === null ? relation : (alone(relation, relation[side]) ?? relation)
  })
}

/** Whether values of some columns are those of one row. */
function isSingle(keys: readonly UpsertKey[] = [], columns: ReadonlySet<string>): boolean {
  return keys.some((key) => key.every((name) => columns.has(name)))
}

/** The side that alone gives what is asked of a join; null where both are needed. */
function neededSide(
  join: Join,
  wanted: ReadonlySet<string>,
  mayMiss: (side: Relation, compared: ReadonlySet<string>) => boolean,
): 'left' | 'right' | null {
  if (join.asOf !== null || joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) !== null) return null
  const optional = join.type === 'left' ? 'right' : join.type === 'right' ? 'left' : null
  if (optional === null || schemaOf(join[optional]).some(({ name }) => wanted.has(name))) return null
  const compared = new Set(join.equal.map((key) => key[optional]))
  if (!mayMiss(join[optional], compared)) return null
  return optional === 'right' ? 'left' : 'right'
}

/** One side with its columns as they come out of the join. */
function alone(join: Join, side: Relation): Relation | null {
  const names = new Set(schemaOf(side).map(({ name }) => name))
  return conformed(
    side,
    schemaOf(join).filter(({ name }) => names.has(name)),
  )
}
