/** Conversions that a statement does not write but means: to the types that a function takes, or that a column holds. */
import { type DataType, isExactInteger, sameType, withNullable } from '#data'
import type { Expression, Literal, LiteralValue, Origin } from '#plan'

/** The expression as a value of the type; constants are converted at once where that loses nothing. */
export function castTo(expression: Expression, type: DataType, origin?: Origin): Expression {
  if (sameType(expression.type, type, true)) return expression
  if (expression.kind === 'literal') {
    const value = expression.value === null ? null : convertedLiteral(expression, type)
    if (value !== undefined) return { kind: 'literal', value, type: withNullable(type, value === null) }
  }
  const target = withNullable(type, expression.type.nullable)
  return { kind: 'cast', value: expression, type: target, failing: 'error', ...(origin === undefined ? {} : { origin }) }
}

const integerRanges: Partial<Record<DataType['kind'], bigint>> = {
  tinyint: 1n << 7n,
  smallint: 1n << 15n,
  integer: 1n << 31n,
  bigint: 1n << 63n,
}

/** The boxed value as one of another type, or undefined when only the engine should decide. */
function convertedLiteral({ value, type: from }: Literal, to: DataType): LiteralValue | undefined {
  if (from.kind === 'char' || from.kind === 'varchar') {
    return to.kind === 'varchar' && typeof value === 'string' && value.length <= to.length ? value : undefined
  }
  const scale = from.kind === 'decimal' ? from.scale : integerRanges[from.kind] === undefined ? null : 0
  if (scale === null || (typeof value !== 'number' && typeof value !== 'bigint')) return undefined
  if (to.kind === 'double') return Number(scaledText(BigInt(value), scale))
  if (to.kind === 'decimal') {
    if (to.scale < scale) return undefined
    const unscaled = BigInt(value) * 10n ** BigInt(to.scale - scale)
    return absolute(unscaled) < 10n ** BigInt(to.precision) ? boxed(unscaled) : undefined
  }
  const range = integerRanges[to.kind]
  if (range === undefined || scale !== 0 || BigInt(value) < -range || BigInt(value) >= range) return undefined
  return isExactInteger(to) ? boxed(BigInt(value)) : Number(value)
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** An exact integer as the boxed values of data/type.ts are: a number while it is safe. */
export function boxed(value: bigint): number | bigint {
  return absolute(value) <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

function scaledText(unscaled: bigint, scale: number): string {
  return `${unscaled}e-${scale}`
}

/** A constant NULL of a type. */
export function nullOf(type: DataType): Literal {
  return { kind: 'literal', value: null, type: withNullable(type, true) }
}
