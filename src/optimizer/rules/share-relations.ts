/**
 * Lets equal parts of a plan be one: a query that stands twice in a statement, or behind two sinks of a statement set, is computed once
 * and keeps its rows once.
 *
 * Right where a part gives the same rows each time: nothing in it gives another value for each row. Only parts that keep rows are
 * shared, since filters and projections cost less than to hand their rows around. Views and the names of WITH are one relation from
 * the start.
 */
import { determinismOf, type Expression, expressionsOf, inputsOf, mapPlan, type Plan, type Relation, withInputs } from '#plan'

export function shareRelations(plan: Plan): Plan {
  const known = new Map<string, Known>()
  const ids = new Map<Relation, Known>()
  return mapPlan(plan, (relation) => {
    const inputs = inputsOf(relation).flatMap((input) => ids.get(input) ?? [])
    const isRepeatable = inputs.every((input) => input.isRepeatable) && expressionsOf(relation).every(givesTheSame)
    const keepsRows = keepsRowsOf(relation) || inputs.some((input) => input.keepsRows)
    const text = `${inputs.map((input) => input.id).join()} ${textOf(relation)}`
    const first = isRepeatable ? known.get(text) : undefined
    const own = first ?? { id: ids.size, relation, isRepeatable, keepsRows }
    if (first === undefined) known.set(text, own)
    ids.set(relation, own)
    return keepsRows ? own.relation : relation
  })
}

interface Known {
  /** The same for relations that give the same rows. */
  readonly id: number
  readonly relation: Relation
  readonly isRepeatable: boolean
  readonly keepsRows: boolean
}

function givesTheSame(expression: Expression): boolean {
  return determinismOf(expression) !== 'row'
}

function keepsRowsOf(relation: Relation): boolean {
  switch (relation.kind) {
    case 'scan':
    case 'values':
    case 'watermark':
    case 'filter':
    case 'project':
    case 'unnest':
    case 'window':
    case 'union':
      return false
    default:
      return true
  }
}

const nothing: Relation = { kind: 'values', columns: [], rows: [] }

/** What a relation does, without what it reads and where it stands in the statement. */
function textOf(relation: Relation): string {
  const alone = withInputs(
    relation,
    inputsOf(relation).map(() => nothing),
  )
  return JSON.stringify(alone, (key, value: unknown) => {
    if (key === 'origin') return undefined
    if (typeof value === 'bigint') return `${value}n`
    return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `${1 / value} ${value}` : value
  })
}
