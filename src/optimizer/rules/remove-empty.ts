/**
 * Leaves out what never has a row: the input of a condition that is never true, LIMIT 0, and what joins, groups or orders such rows. An
 * outer join whose optional side is empty becomes a projection with NULLs, a condition that is always true goes.
 *
 * Right because nothing comes out of nothing: no row, no change, no match. A group without keys stays, since it has a row even then.
 * A source that is not read any more holds no watermark back, and a query over empty relations alone ends at once, as in Flink.
 */
import type { Column } from '#data'
import { type Aggregate, type Join, mapPlan, type NamedExpression, type Plan, type Relation, referTo, schemaOf, type Union } from '#plan'
import { conformed } from '../conform.ts'
import { holdsAlways, holdsNever, nullOf } from '../literals.ts'

export function removeEmpty(plan: Plan): Plan {
  return mapPlan(plan, withoutEmpty)
}

function isEmpty(relation: Relation): boolean {
  return relation.kind === 'values' && relation.rows.length === 0
}

function emptyLike(relation: Relation): Relation {
  return { kind: 'values', columns: schemaOf(relation), rows: [] }
}

function withoutEmpty(relation: Relation): Relation {
  switch (relation.kind) {
    case 'scan':
    case 'values':
      return relation
    case 'filter':
      if (holdsAlways(relation.condition)) return relation.input
      return isEmpty(relation.input) || holdsNever(relation.condition) ? emptyLike(relation) : relation
    case 'join':
      return joinWithoutEmpty(relation)
    case 'union':
      return unionWithoutEmpty(relation)
    case 'aggregate':
      return isEmpty(relation.input) && isGrouped(relation) ? emptyLike(relation) : relation
    case 'sort':
      return isEmpty(relation.input) || relation.limit === 0 ? emptyLike(relation) : relation
    default:
      return isEmpty(relation.input) ? emptyLike(relation) : relation
  }
}

/** Whether there is a group only where there are rows. */
function isGrouped({ keys, groupingSets }: Aggregate): boolean {
  return groupingSets === null ? keys.length > 0 : groupingSets.sets.every((set) => set.length > 0)
}

function joinWithoutEmpty(join: Join): Relation {
  const { left, right, type } = join
  const noLeft = isEmpty(left)
  const noRight = isEmpty(right)
  if (!noLeft && !noRight) return join
  switch (type) {
    case 'inner':
      return emptyLike(join)
    case 'semi':
      return emptyLike(join)
    case 'left':
      return noLeft ? emptyLike(join) : padded(join, left)
    case 'anti':
      return noLeft ? emptyLike(join) : (conformed(left, schemaOf(join)) ?? join)
    case 'right':
      return noRight ? emptyLike(join) : padded(join, right)
    case 'full':
      if (noLeft && noRight) return emptyLike(join)
      return padded(join, noRight ? left : right)
  }
}

/** The rows of the side that is there, with NULL for all columns of the other; the join itself where that would lose a time column. */
function padded(join: Join, side: Relation): Relation {
  const own = new Map(schemaOf(side).map((column) => [column.name, column]))
  const value = (column: Column): NamedExpression => {
    const known = own.get(column.name)
    return { name: column.name, value: known === undefined ? nullOf(column.type) : referTo(known) }
  }
  const schema = schemaOf(join)
  if (schema.some(({ name, role }) => role !== undefined && !own.has(name))) return join
  return conformed({ kind: 'project', input: side, columns: schema.map(value) }, schema) ?? join
}

function unionWithoutEmpty(union: Union): Relation {
  const inputs = union.inputs.filter((input) => !isEmpty(input))
  const [only] = inputs
  if (inputs.length === union.inputs.length && inputs.length > 1) return union
  if (only === undefined) return emptyLike(union)
  const schema = schemaOf(union)
  const first = conformed(only, schema)
  if (first === null) return union
  return inputs.length === 1 ? first : { ...union, inputs: [first, ...inputs.slice(1)] }
}
