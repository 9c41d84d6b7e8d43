/**
 * Which runs may compute for long without a pause, and could be stopped by nobody meanwhile but for a thread of their own. Rows that all
 * meet one another, lists with many elements, patterns, and what is sorted at the end make many rows at one go. Rows that meet those of
 * their key, as those of most joins, do so where nearly all have the same key. All else comes batch by batch.
 */
import { asOfTimeOf, type Plan, type Relation, rootsOf, walkRelations } from '#plan'

/** So many rows at one go take no time that anybody notices. */
const rowsAtOnceMax = 100_000
/** A pattern may look at each row many times. */
const matchedRowsMax = 20

export type Stretches = 'short' | 'long where keys are alike' | 'long'

export function stretchesOf(plan: Plan, isBatch: boolean): Stretches {
  const sizes = new Map<Relation, number>()
  const sizeOf = (relation: Relation): number => sizes.get(relation) ?? Number.POSITIVE_INFINITY
  let stretches: Stretches = 'short'
  walkRelations(rootsOf(plan), (relation) => {
    sizes.set(relation, rowsAtMost(relation, sizeOf))
    if (stretches === 'long' || atOnce(relation, sizeOf, isBatch) <= rowsAtOnceMax) return
    stretches = goesByKeys(relation) ? 'long where keys are alike' : 'long'
  })
  return stretches
}

function goesByKeys(relation: Relation): boolean {
  return relation.kind === 'join' && relation.equal.length > 0
}

/** How many rows a relation has at most, as far as the plan alone tells. */
function rowsAtMost(relation: Relation, sizeOf: (relation: Relation) => number): number {
  switch (relation.kind) {
    case 'values':
      return relation.rows.length
    case 'scan':
    case 'unnest':
      return Number.POSITIVE_INFINITY
    case 'join':
      return (sizeOf(relation.left) + 1) * (sizeOf(relation.right) + 1)
    case 'union':
      return relation.inputs.reduce((rows, input) => rows + sizeOf(input), 0)
    case 'sort':
      return Math.min(sizeOf(relation.input), relation.limit ?? Number.POSITIVE_INFINITY)
    default:
      return 'input' in relation ? sizeOf(relation.input) : Number.POSITIVE_INFINITY
  }
}

/** How many rows a relation may deal with between two pauses. */
function atOnce(relation: Relation, sizeOf: (relation: Relation) => number, isBatch: boolean): number {
  const rows = rowsAtMost(relation, sizeOf)
  switch (relation.kind) {
    case 'join':
      return asOfTimeOf(relation)?.kind === 'processing-time' ? 0 : rows
    case 'unnest':
    case 'values':
      return rows
    case 'sort':
      return sizeOf(relation.input)
    case 'match':
      return sizeOf(relation.input) > matchedRowsMax ? Number.POSITIVE_INFINITY : 0
    case 'over':
    case 'top':
      return isBatch ? sizeOf(relation.input) : 0
    case 'aggregate':
    case 'distinct':
      return isBatch ? rows : 0
    default:
      return 0
  }
}
