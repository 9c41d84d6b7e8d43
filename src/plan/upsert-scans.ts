/**
 * Tables that give upserts: rows that replace the one with their key, and deletions that may carry nothing but it. Their changes are made
 * full before anyone reads them; where the table has a watermark, above that, which needs to know the splits that rows come from.
 */
import type { Plan, Relation, Scan } from './plan.ts'
import { mapPlan, rootsOf, walkRelations } from './visit.ts'

/** `keyOf` gives the primary key of a table that has to be normalised, and null for all others. */
export function normaliseUpserts(plan: Plan, keyOf: (scan: Scan) => readonly string[] | null): Plan {
  const keys = new Map<Relation, readonly string[]>()
  walkRelations(rootsOf(plan), (relation) => {
    const key = relation.kind === 'scan' ? keyOf(relation) : null
    if (key !== null) keys.set(relation, key)
  })
  if (keys.size === 0) return plan
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind !== 'watermark') return
    const scan = scanUnder(relation.input)
    const key = keys.get(scan)
    if (key === undefined) return
    keys.delete(scan)
    keys.set(relation, key)
  })
  return mapPlan(plan, (relation, original) => {
    const key = keys.get(original)
    return key === undefined ? relation : { kind: 'normalise', input: relation, key }
  })
}

/** The scan below the computed columns of a table. */
function scanUnder(relation: Relation): Relation {
  return relation.kind === 'project' ? scanUnder(relation.input) : relation
}
