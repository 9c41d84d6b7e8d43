/** Of which relations it makes no difference how often a row is there, since all that reads them only asks whether it is. */
import {
  type Aggregate,
  determinismOf,
  expressionsOf,
  inputsOf,
  type Join,
  joinTimeOf,
  type Plan,
  type Relation,
  rootsOf,
  schemaOf,
  walkRelations,
} from '#plan'

export function repeatsIgnored(plan: Plan): (relation: Relation) => boolean {
  const ignored = new Map<Relation, boolean>()
  for (const root of rootsOf(plan)) ignored.set(root, false)
  const order: Relation[] = []
  walkRelations(rootsOf(plan), (relation) => order.push(relation))
  for (const relation of order.reverse()) {
    const own = ignored.get(relation) ?? false
    for (const [index, input] of inputsOf(relation).entries()) {
      ignored.set(input, (ignored.get(input) ?? true) && ignoresRepeats(relation, index, own))
    }
  }
  return (relation) => ignored.get(relation) ?? false
}

/** Whether a relation does the same with a row of an input that comes twice; `own` tells whether who reads it does. */
function ignoresRepeats(relation: Relation, input: number, own: boolean): boolean {
  switch (relation.kind) {
    case 'distinct':
      return true
    case 'aggregate':
      return relation.window === null && measuresOnce(relation)
    case 'join':
      return isRegular(relation) && (own || (input === 1 && (relation.type === 'semi' || relation.type === 'anti')))
    case 'project':
    case 'filter':
    case 'unnest':
      return own && expressionsOf(relation).every((expression) => determinismOf(expression) !== 'row')
    case 'union':
      return own
    default:
      return false
  }
}

function measuresOnce({ measures }: Aggregate): boolean {
  return measures.every(
    ({ function: name, distinct }) => name === 'MIN' || name === 'MAX' || (distinct && (name === 'COUNT' || name === 'SUM')),
  )
}

function isRegular(join: Join): boolean {
  return join.asOf === null && joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) === null
}
