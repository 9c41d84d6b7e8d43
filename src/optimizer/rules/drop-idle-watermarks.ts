/**
 * Removes watermarks that nobody looks at, so that filters and projections reach the reader.
 *
 * Right because a watermark changes no row: it matters only to a reader above it where time closes something (windows, frames over
 * time, sorting by time, temporal and interval joins, patterns) or where a statement asks for it. A relation that one such reader reads
 * keeps its watermark for all, and so does a table that is read at the pace of others.
 */
import {
  expressionsOf,
  inputsOf,
  joinTimeOf,
  mapPlan,
  type Plan,
  type Relation,
  readersFirst,
  rootsOf,
  schemaOf,
  walkExpression,
} from '#plan'
import type { OptimizerFacts } from '../rule.ts'

export function dropIdleWatermarks(plan: Plan, facts: OptimizerFacts): Plan {
  const watched = new Set<Relation>()
  for (const relation of readersFirst(rootsOf(plan))) {
    if (relation.kind === 'watermark' && readsAligned(relation, facts)) watched.add(relation)
    const looks = watched.has(relation) || looksAtTime(relation)
    if (looks) for (const input of inputsOf(relation)) watched.add(input)
  }
  return mapPlan(plan, (relation, original) => (relation.kind === 'watermark' && !watched.has(original) ? relation.input : relation))
}

function readsAligned(relation: Relation, facts: OptimizerFacts): boolean {
  if (relation.kind === 'scan') return facts.isAligned?.(relation) === true
  return inputsOf(relation).some((input) => readsAligned(input, facts))
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
