/** Puts expressions in the place of columns, and columns back into order with what they have become below. */
import { sameType } from '#data'
import {
  columnsByName,
  type Expression,
  expressionsOf,
  inputsOf,
  mapExpression,
  mapExpressions,
  mapPlan,
  type NamedExpression,
  type Plan,
  type Relation,
  schemaOf,
} from '#plan'

/** The expression with what columns stand for in their place; columns that are not named stay. */
export function substituted(expression: Expression, values: ReadonlyMap<string, Expression>): Expression {
  return mapExpression(expression, (part) => (part.kind === 'column' ? (values.get(part.name) ?? part) : part))
}

export function valuesOf(columns: readonly NamedExpression[]): ReadonlyMap<string, Expression> {
  return new Map(columns.map((column) => [column.name, column.value]))
}

/** The plan with each reference to a column of the type that the column has now: a rule below may have found out that it is never NULL. */
export function retyped(plan: Plan): Plan {
  return mapPlan(plan, (relation) => {
    const change = (expression: Expression): Expression => mapExpression(expression, (part) => referenceIn(relation, part))
    return expressionsOf(relation).some((expression) => change(expression) !== expression) ? mapExpressions(relation, change) : relation
  })
}

function referenceIn(relation: Relation, part: Expression): Expression {
  if (part.kind !== 'column') return part
  for (const input of inputsOf(relation)) {
    const column = columnsByName(schemaOf(input)).get(part.name)
    if (column !== undefined) return sameType(column.type, part.type) ? part : { ...part, type: column.type }
  }
  return part
}
