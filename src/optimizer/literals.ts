/** The constants that rules write into plans, and how they are recognised. */
import { MillraceError } from '#base'
import { booleanType, castFunction, type DataType, withNullable } from '#data'
import type { Expression, Literal, LiteralValue } from '#plan'

const neverNull = withNullable(booleanType, false)

export const trueLiteral: Literal = { kind: 'literal', value: true, type: neverNull }
export const falseLiteral: Literal = { kind: 'literal', value: false, type: neverNull }

export function nullOf(type: DataType): Literal {
  return { kind: 'literal', value: null, type: withNullable(type, true) }
}

/** A truth value of a type that may be wider than it needs; null stands for unknown. */
export function truth(value: boolean | null): Literal {
  return value === null ? nullOf(booleanType) : value ? trueLiteral : falseLiteral
}

/** The value of a constant; undefined for what is none. */
export function constantOf(expression: Expression | undefined): LiteralValue | undefined {
  return expression?.kind === 'literal' ? expression.value : undefined
}

/** Whether a condition lets no row through: FALSE, or unknown for all rows. */
export function holdsNever(condition: Expression): boolean {
  const value = constantOf(condition)
  return value === false || value === null
}

export function holdsAlways(condition: Expression): boolean {
  return constantOf(condition) === true
}

/**
 * A constant in another type; undefined where the conversion fails, which is told when it runs. For types that no time zone makes a
 * difference to.
 */
export function convertedLiteral(literal: Literal, type: DataType): LiteralValue | undefined {
  try {
    return castFunction(literal.type, type, { timeZone: 'UTC' })(literal.value) as LiteralValue
  } catch (error) {
    if (error instanceof MillraceError) return undefined
    throw error
  }
}
