/** What a plan will keep, operator by operator, as far as it is known before it runs. */
import { type Plan, printRelationLine, type Relation, rootsOf, walkRelations } from '#plan'

const stateBounds: Partial<Record<Relation['kind'], string>> = {
  aggregate: 'one entry per group; groups of windows go when their window closes',
  join: 'the rows of both inputs; a table that ends is read first and the other input is not kept',
  distinct: 'one entry per different row',
  top: 'the best rows of each partition; all rows where rows can be taken back',
  sort: 'all rows, or as many as OFFSET and LIMIT ask for',
  over: 'the rows that the frame reaches back to, and those that wait for the watermark',
}

/** State per operator with its bound. */
export function costOf(plan: Plan): string {
  const lines: string[] = []
  walkRelations(rootsOf(plan), (relation) => {
    const bound = stateBounds[relation.kind]
    if (bound !== undefined) lines.push(`${printRelationLine(relation)}\n  state: ${bound}`)
  })
  return lines.length === 0 ? 'no state' : lines.join('\n')
}
