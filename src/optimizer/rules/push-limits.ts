/**
 * Moves LIMIT without an order towards the sources: below projections, to each input of a UNION ALL and to the side of an outer join
 * that keeps its rows. Two limits become one.
 *
 * Right because any rows will do, and each row that is needed comes from the first rows of its input: a projection and an outer join
 * give at least one row for each. Above it stays, since more may come together. With an order nothing moves: the rows that are kept
 * would be kept twice. Joins bounded by time stay as they are, since they drop rows that come too late.
 */
import { type Join, joinTimeOf, mapPlan, type Plan, type Relation, type Sort, schemaOf, withInputs } from '#plan'

export function pushLimits(plan: Plan): Plan {
  return mapPlan(plan, (relation) => {
    const count = countOf(relation)
    return count === null || relation.kind !== 'sort' ? relation : pushed(relation, relation.input, count)
  })
}

/** How many rows a LIMIT without an order needs at most; null for anything else. */
function countOf(relation: Relation): number | null {
  return relation.kind === 'sort' && relation.orderBy.length === 0 && relation.limit !== null ? relation.offset + relation.limit : null
}

function pushed(sort: Sort, input: Relation, count: number): Relation {
  switch (input.kind) {
    case 'project':
      return withInputs(input, [pushed(sort, input.input, count)])
    case 'union':
      return withInputs(sort, [
        withInputs(
          input,
          input.inputs.map((each) => limited(each, count)),
        ),
      ])
    case 'join':
      return withInputs(sort, [joinOfFirst(input, count)])
    case 'sort':
      return merged(sort, input) ?? withInputs(sort, [input])
    default:
      return withInputs(sort, [input])
  }
}

function limited(input: Relation, count: number): Relation {
  const known = input.kind === 'sort' ? input.limit : null
  if (known !== null && known <= count) return input
  const limit: Sort = { kind: 'sort', input, orderBy: [], offset: 0, limit: count }
  return pushed(limit, input, count)
}

function joinOfFirst(join: Join, count: number): Join {
  if (join.asOf !== null || joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) !== null) return join
  if (join.type === 'left') return withInputs(join, [limited(join.left, count), join.right])
  return join.type === 'right' ? withInputs(join, [join.left, limited(join.right, count)]) : join
}

/** The first rows of rows that were cut before. */
function merged(sort: Sort, below: Sort): Sort | null {
  if (below.limit === null || sort.limit === null) return null
  const limit = Math.max(0, Math.min(sort.limit, below.limit - sort.offset))
  return { ...below, offset: below.offset + sort.offset, limit }
}
