/** What a plan will keep, operator by operator, as far as it is known before it runs. */
import {
  asOfTimeOf,
  columnOf,
  type Join,
  joinTimeOf,
  type Plan,
  printDuration,
  printRelationLine,
  type Relation,
  rootsOf,
  schemaOf,
  walkRelations,
} from '#plan'
import type { RunShape } from './lower-plan.ts'

const stateBounds: Partial<Record<Relation['kind'], string>> = {
  aggregate: 'one entry per group; groups of windows go when their window closes',
  join: 'the rows of both inputs; a table that ends is read first and the other input is not kept',
  distinct: 'one entry per different row',
  top: 'the best rows of each partition; all rows where rows can be taken back',
  sort: 'all rows, or as many as OFFSET and LIMIT ask for',
  over: 'the rows that the frame reaches back to, and those that wait for the watermark',
}

/** State per operator with its bounds: what there is to keep, and for how long it is kept. */
export function costOf(plan: Plan, { mode, stateTtlMs }: RunShape): string {
  const lines: string[] = []
  walkRelations(rootsOf(plan), (relation) => {
    const bound = (relation.kind === 'join' ? asOfBound(relation) : null) ?? stateBounds[relation.kind]
    if (bound === undefined) return
    const kept = mode === 'batch' ? '' : lifetimeOf(relation, stateTtlMs)
    lines.push(`${printRelationLine(relation)}\n  state: ${bound}${kept}`)
  })
  return lines.length === 0 ? 'no state' : lines.join('\n')
}

/** What a join as of a time keeps; null for other joins. */
function asOfBound(join: Join): string | null {
  switch (asOfTimeOf(join)?.kind) {
    case 'event-time':
      return 'rows that wait for the watermark, and of each key the versions that they can still meet'
    case 'processing-time':
      return 'rows of the table as far as its options say; all of them where it is read as a whole'
    default:
      return null
  }
}

/** For how long a relation keeps idle state, as the end of a sentence; empty where time of rows bounds it, or nothing does. */
function lifetimeOf(relation: Relation, stateTtlMs: number): string {
  switch (relation.kind) {
    case 'aggregate':
      return relation.window === null ? droppedAfter(relation.stateTtlMs ?? stateTtlMs) : ''
    case 'distinct':
      return droppedAfter(relation.stateTtlMs ?? stateTtlMs)
    case 'top':
      return relation.partitionBy.some((name) => columnOf(relation.input, name).role === 'window-end') ? '' : droppedAfter(stateTtlMs)
    case 'sort':
      return relation.limit === null || relation.orderBy.length === 0 ? '' : droppedAfter(stateTtlMs)
    case 'over':
      return relation.frame.unit === 'range' && relation.frame.preceding !== null ? '' : droppedAfter(stateTtlMs)
    case 'join':
      return joinLifetimeOf(relation, stateTtlMs)
    default:
      return ''
  }
}

function joinLifetimeOf(join: Join, stateTtlMs: number): string {
  const asOf = asOfTimeOf(join)
  if (asOf !== null) return asOf.kind === 'event-time' ? droppedAfter(stateTtlMs) : ''
  if (joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) !== null) return ''
  const { left = stateTtlMs, right = stateTtlMs } = join.stateTtlMs ?? {}
  if (left === right) return droppedAfter(left)
  const side = (ms: number): string => (ms === 0 ? 'kept for good' : `dropped ${printDuration(ms)} after they were written last`)
  return `; left rows are ${side(left)}, right rows ${side(right)}`
}

function droppedAfter(ttlMs: number): string {
  return ttlMs === 0 ? '' : `; dropped ${printDuration(ttlMs)} after it was written last`
}
