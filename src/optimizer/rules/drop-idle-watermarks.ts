/**
 * Removes watermarks that nobody looks at, so that filters and projections reach the reader. A watermark matters where time closes
 * something: windows, frames over time, sorting by time, temporal joins, patterns; and where a statement asks for it.
 */
import { expressionsOf, joinTimeOf, mapPlan, type Plan, type Relation, rootsOf, schemaOf, walkExpression, walkRelations } from '#plan'

export function dropIdleWatermarks(plan: Plan): Plan {
  let watched = false
  walkRelations(rootsOf(plan), (relation) => {
    watched ||= looksAtTime(relation)
  })
  if (watched) return plan
  return mapPlan(plan, (relation) => (relation.kind === 'watermark' ? relation.input : relation))
}

function looksAtTime(relation: Relation): boolean {
  switch (relation.kind) {
    case 'window':
    case 'over':
    case 'match':
    case 'sort':
    case 'top':
      return true
    case 'aggregate':
      return relation.window !== null || asksForWatermark(relation)
    case 'join':
      return (
        relation.asOf !== null ||
        joinTimeOf(relation, schemaOf(relation.left), schemaOf(relation.right)) !== null ||
        asksForWatermark(relation)
      )
    default:
      return asksForWatermark(relation)
  }
}

function asksForWatermark(relation: Relation): boolean {
  let asks = false
  for (const expression of expressionsOf(relation)) {
    walkExpression(expression, (part) => {
      asks ||= part.kind === 'call' && part.function === 'CURRENT_WATERMARK'
    })
  }
  return asks
}
