/** Relations that more than one relation or output reads. What is pushed into them for one reader would be missing for the others. */
import { inputsOf, type Plan, type Relation, rootsOf, walkRelations } from '#plan'

export function sharedRelations(plan: Plan): ReadonlySet<Relation> {
  const seen = new Set<Relation>()
  const shared = new Set<Relation>()
  const count = (relation: Relation): void => {
    if (seen.has(relation)) shared.add(relation)
    seen.add(relation)
  }
  for (const root of rootsOf(plan)) count(root)
  walkRelations(rootsOf(plan), (relation) => {
    for (const input of inputsOf(relation)) count(input)
  })
  return shared
}
