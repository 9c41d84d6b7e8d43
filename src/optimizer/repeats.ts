/** Of which relations it makes no difference how often a row is there, since all that reads them only asks whether it is. */
import {
  type Aggregate,
  determinismOf,
  expressionsOf,
  inputsOf,
  isRegularJoin,
  type Plan,
  type Relation,
  readersFirst,
  rootsOf,
} from '#plan'

export function repeatsIgnored(plan: Plan): (relation: Relation) => boolean {
  const ignored = new Map<Relation, boolean>()
  for (const root of rootsOf(plan)) ignored.set(root, false)
  for (const relation of readersFirst(rootsOf(plan))) {
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
      return isRegularJoin(relation) && (own || (input === 1 && (relation.type === 'semi' || relation.type === 'anti')))
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
