/**
 * Whose rows may come in any order without another answer: those of relations that nobody above asks for the order in which rows came.
 * Counts, sums and extremes do not; a set does not; a join of whole tables does not. The first or last row of a key does, and so does a
 * LIMIT, a table that keeps one row a key, and in a stream all that goes by event time: which rows are late is decided by what came before
 * them. Intermediate updates may differ, what they come to does not.
 */
import {
  type Aggregate,
  type AggregateName,
  asOfTimeOf,
  inputsOf,
  isRegularJoin,
  type Join,
  type Output,
  type Plan,
  type Relation,
  readersFirst,
  rootsOf,
} from '#plan'

/** `isFreeAt` says whether an output takes rows in any order. */
export function orderFreeRelations(plan: Plan, isBatch: boolean, isFreeAt: (output: Output) => boolean): ReadonlySet<Relation> {
  const bound = new Set<Relation>()
  for (const output of plan.outputs) if (!isFreeAt(output)) bound.add(output.input)
  const relations = readersFirst(rootsOf(plan))
  for (const relation of relations) {
    if (!asksForOrder(relation, isBatch, bound.has(relation))) continue
    for (const input of inputsOf(relation)) bound.add(input)
  }
  return new Set(relations.filter((relation) => !bound.has(relation)))
}

/**
 * Whether a relation asks for the order of its input, given whether somebody asks for that of its own rows. An aggregate sends the changes
 * of each group in their order, whatever the order of its input.
 */
function asksForOrder(relation: Relation, isBatch: boolean, own: boolean): boolean {
  switch (relation.kind) {
    case 'project':
    case 'filter':
    case 'unnest':
    case 'union':
    case 'distinct':
      return own
    case 'watermark':
      return own || !isBatch
    case 'aggregate':
      return (relation.window !== null && !isBatch) || !isCommutative(relation)
    case 'join':
      return own || !(isLookup(relation) || isRegularJoin(relation))
    case 'sort':
      return own || relation.limit !== null || relation.offset > 0
    default:
      return true
  }
}

const commutative: ReadonlySet<AggregateName> = new Set<AggregateName>([
  'COUNT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'VAR_POP',
  'VAR_SAMP',
  'STDDEV_POP',
  'STDDEV_SAMP',
])

function isCommutative({ measures }: Aggregate): boolean {
  return measures.every((measure) => commutative.has(measure.function))
}

function isLookup(join: Join): boolean {
  return asOfTimeOf(join)?.kind === 'processing-time'
}
