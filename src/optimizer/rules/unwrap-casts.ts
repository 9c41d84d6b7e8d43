/**
 * Compares a column in its own type where a conversion to a wider one stood around it: `CAST(i AS BIGINT) > 5` becomes `i > 5`, which
 * readers and other rules understand.
 *
 * Right where the conversion keeps every value and the constant has the same value in the column's type: whole numbers, decimals and
 * text that only get wider. NULL stays NULL. A constant that the narrow type cannot hold is left as it is.
 */
import { compareValues, type DataType } from '#data'
import { type Call, type Expression, type Literal, mapExpression, mapExpressions, mapPlan, type Plan } from '#plan'
import { convertedLiteral } from '../literals.ts'

export function unwrapCasts(plan: Plan): Plan {
  return mapPlan(plan, (relation) => mapExpressions(relation, (expression) => mapExpression(expression, unwrapped)))
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'IN'])

function unwrapped(part: Expression): Expression {
  if (part.kind !== 'call' || !comparisons.has(part.function)) return part
  const casts = part.arguments.filter((argument) => argument.kind === 'cast')
  const [cast] = casts
  if (cast === undefined || casts.length > 1 || cast.value.kind !== 'column' || !widens(cast.value.type, cast.type)) return part
  const { value } = cast
  const parts = part.arguments.map((argument) =>
    argument === cast ? value : argument.kind === 'literal' ? narrowed(argument, value.type) : null,
  )
  return parts.includes(null) ? part : ({ ...part, arguments: parts.flatMap((each) => each ?? []) } satisfies Call)
}

const wholeNumbers: readonly DataType['kind'][] = ['tinyint', 'smallint', 'integer', 'bigint']

/** Whether a conversion keeps all values apart and in their order. */
function widens(from: DataType, to: DataType): boolean {
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale
  }
  if (from.kind === 'varchar' && to.kind === 'varchar') return from.length <= to.length
  const width = wholeNumbers.indexOf(from.kind)
  return width >= 0 && wholeNumbers.indexOf(to.kind) > width
}

/** The constant in the narrow type; null where it would not be the same. */
function narrowed(literal: Literal, type: DataType): Literal | null {
  if (literal.value === null) return { ...literal, type: { ...type, nullable: true } }
  const value = convertedLiteral(literal, type)
  if (value === undefined || value === null) return null
  const back = convertedLiteral({ ...literal, value, type }, literal.type)
  return back !== undefined && back !== null && compareValues(back, literal.value, literal.type) === 0
    ? { kind: 'literal', value, type: { ...type, nullable: false } }
    : null
}
