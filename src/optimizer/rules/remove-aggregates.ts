/**
 * Makes a projection of groups that have one row each, because a key of the rows is among the keys of the groups: the sum of a value is
 * the value, and there is one of it.
 *
 * Right because a group then comes, changes and goes with its row, at any time. Keys are those of what a query computes, never only
 * declared ones. Groups without keys stay, since they have a row even where there is none, and so do those of windows, which are given
 * out when the window ends. A value that its wider type has no room for is NULL, as a sum is that outgrows its type.
 */
import { bigintType, type DataType, sameType, withNullable } from '#data'
import {
  type Aggregate,
  columnOf,
  contains,
  deriveUpsertKeys,
  type Expression,
  type Measure,
  mapPlan,
  type NamedExpression,
  type Plan,
  type Relation,
  referTo,
  rootsOf,
  schemaOf,
} from '#plan'
import { conformed } from '../conform.ts'
import { nullOf } from '../literals.ts'

export function removeAggregates(plan: Plan): Plan {
  const keys = deriveUpsertKeys(rootsOf(plan), () => null)
  return mapPlan(plan, (relation, original) => {
    if (relation.kind !== 'aggregate' || original.kind !== 'aggregate' || !isOfGroups(relation)) return relation
    const isOfOne = (keys.get(original.input) ?? []).some((key) => contains(relation.keys, key))
    return isOfOne ? (projected(relation) ?? relation) : relation
  })
}

function isOfGroups({ keys, window, groupingSets }: Aggregate): boolean {
  return keys.length > 0 && window === null && groupingSets === null
}

function projected(aggregate: Aggregate): Relation | null {
  const { input, keys, measures } = aggregate
  const columns: NamedExpression[] = keys.map((key) => ({ name: key, value: referTo(columnOf(input, key)) }))
  for (const measure of measures) {
    const value = valueOfOne(measure)
    if (value === null) return null
    columns.push({ name: measure.name, value })
  }
  return conformed({ kind: 'project', input, columns }, schemaOf(aggregate))
}

/** What a measure is of a single row; null where that is not as easily said. */
function valueOfOne(measure: Measure): Expression | null {
  const { filter, type } = measure
  const value = measure.function === 'COUNT' ? numberOfOne(measure) : unchanged(measure)
  if (value === null || filter === null) return value
  const otherwise = measure.function === 'COUNT' ? number(0) : nullOf(type)
  return { kind: 'case', branches: [{ when: filter, then: value }], otherwise, type }
}

/** A row counts where all that is counted of it is there. */
function numberOfOne({ arguments: values }: Measure): Expression {
  const missing = values.filter(({ type }) => type.nullable).map(isNull)
  if (missing.length === 0) return number(1)
  return {
    kind: 'case',
    branches: missing.map((when) => ({ when, then: number(0) })),
    otherwise: number(1),
    type: withNullable(bigintType, false),
  }
}

function isNull(value: Expression): Expression {
  return { kind: 'call', function: 'IS NULL', arguments: [value], type: { kind: 'boolean', nullable: false } }
}

function number(value: number): Expression {
  return { kind: 'literal', value, type: withNullable(bigintType, false) }
}

function unchanged({ function: name, arguments: values, type }: Measure): Expression | null {
  const [value] = values
  if (value === undefined) return null
  switch (name) {
    case 'SUM':
    case 'AVG':
      return isExact(value.type) ? inType(value, type) : null
    case 'MIN':
    case 'MAX':
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
    case 'SINGLE_VALUE':
      return values.length === 1 ? inType(value, type) : null
    default:
      return null
  }
}

/** Sums of numbers with a point know no negative zero. */
function isExact({ kind }: DataType): boolean {
  return kind !== 'float' && kind !== 'double'
}

function inType(value: Expression, type: DataType): Expression {
  return sameType(value.type, type) ? value : { kind: 'cast', value, type, failing: 'null' }
}
