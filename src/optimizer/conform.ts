/** Lets one relation stand in the place of another: with its names, its time columns and types that hold no more. */
import { type Column, type Schema, sameType } from '#data'
import { type Expression, type NamedExpression, type Relation, referTo, schemaOf } from '#plan'

/**
 * The relation with the columns of a schema, place by place. A time column that is none there loses its role, so that nothing above
 * begins to wait for time. Null when the schema has a time column that the relation has not.
 */
export function conformed(relation: Relation, schema: Schema): Relation | null {
  const own = schemaOf(relation)
  if (own.length !== schema.length || own.some((column, index) => !suits(column, schema[index]))) return null
  if (own.every((column, index) => column.name === schema[index]?.name && column.role === schema[index]?.role)) return relation
  const columns = own.map((column, index): NamedExpression => {
    const target = schema[index] ?? column
    const value = referTo(column)
    return { name: target.name, value: column.role === target.role ? value : withoutRole(value) }
  })
  return { kind: 'project', input: relation, columns }
}

function suits({ type, role }: Column, target: Column | undefined): boolean {
  return target !== undefined && sameType(type, target.type, true) && (target.role === undefined || target.role === role)
}

/** What is computed is no time column any more. */
function withoutRole(value: Expression): Expression {
  return { kind: 'cast', value, type: value.type, failing: 'error' }
}
