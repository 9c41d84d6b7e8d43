/**
 * The operators + − × ÷ %, with Java's rules: whole numbers wrap around in their type and divide towards zero, doubles follow IEEE 754,
 * and a decimal that does not fit its type is NULL.
 */
import { assert } from '#base'
import { addDecimal, boxExact, type DataType, divideDecimal, multiplyDecimal, remainderDecimal, subtractDecimal, wrapInteger } from '#data'
import { embeddedErrors } from '../errors.ts'
import type { CallShape, Evaluation } from './evaluation.ts'

type Exact = number | bigint
type Binary = (a: never, b: never) => unknown
type DecimalOperation = typeof addDecimal

export const arithmeticEvaluations = {
  '+': (shape) => binary(shape, { whole: (a, b) => a + b, wide: (a, b) => a + b, real: (a, b) => a + b, decimal: addDecimal }),
  '-': (shape) => binary(shape, { whole: (a, b) => a - b, wide: (a, b) => a - b, real: (a, b) => a - b, decimal: subtractDecimal }),
  '*': (shape) => binary(shape, { whole: (a, b) => a * b, wide: (a, b) => a * b, real: (a, b) => a * b, decimal: multiplyDecimal }),
  '/': (shape) => binary(shape, { whole: quotient, wide: wideQuotient, real: (a, b) => a / b, decimal: nonZero(divideDecimal) }),
  '%': (shape) => binary(shape, { whole: rest, wide: wideRest, real: (a, b) => a % b, decimal: nonZero(remainderDecimal) }),
  NEGATE: (shape) => {
    const wrap = wrapTo(shape.result)
    return (value: Exact) => wrap(typeof value === 'bigint' ? -value : 0 - value)
  },
  ABS: (shape) => {
    const wrap = wrapTo(shape.result)
    return (value: Exact) => (value < 0 ? wrap(-value) : typeof value === 'number' ? value + 0 : value)
  },
  SIGN: ({ result }) => {
    if (result.kind !== 'decimal') return (value: Exact) => (value > 0 ? 1 : value < 0 ? -1 : typeof value === 'number' ? value : 0)
    const one = boxExact(10n ** BigInt(result.scale))
    return (value: Exact) => (value > 0 ? one : value < 0 ? -one : 0)
  },
} satisfies Record<string, Evaluation>

interface Operation {
  /** On whole numbers that fit a double; a result that does not is computed again by `wide`. */
  readonly whole: (a: number, b: number) => number
  readonly wide: (a: bigint, b: bigint) => bigint
  /** On doubles, where division by zero is no error. */
  readonly real: (a: number, b: number) => number
  readonly decimal: DecimalOperation
}

function binary(shape: CallShape, operation: Operation): Binary {
  const { result } = shape
  const [left, right] = shape.arguments
  assert(left !== undefined && right !== undefined, 'an operator has two sides')
  const { real } = operation
  if (result.kind === 'decimal' && left.kind === 'decimal' && right.kind === 'decimal') {
    const { precision, scale } = result
    return (a: Exact, b: Exact) => operation.decimal(a, left.scale, b, right.scale, precision, scale)
  }
  if (result.kind === 'double') return real
  if (result.kind === 'float') return (a: number, b: number) => Math.fround(real(a, b))
  const wrap = wrapTo(result)
  return (a: Exact, b: Exact) => {
    if (typeof a === 'number' && typeof b === 'number') {
      const value = operation.whole(a, b) + 0
      if (Number.isSafeInteger(value)) return wrap(value)
    }
    return wrap(operation.wide(BigInt(a), BigInt(b)))
  }
}

function quotient(a: number, b: number): number {
  if (b === 0) throw embeddedErrors.ENGINE_DIVISION_BY_ZERO()
  return Math.trunc(a / b)
}

function wideQuotient(a: bigint, b: bigint): bigint {
  if (b === 0n) throw embeddedErrors.ENGINE_DIVISION_BY_ZERO()
  return a / b
}

function rest(a: number, b: number): number {
  if (b === 0) throw embeddedErrors.ENGINE_DIVISION_BY_ZERO()
  return a % b
}

function wideRest(a: bigint, b: bigint): bigint {
  if (b === 0n) throw embeddedErrors.ENGINE_DIVISION_BY_ZERO()
  return a % b
}

function nonZero(operation: DecimalOperation): DecimalOperation {
  return (a, aScale, b, bScale, precision, scale) => {
    if (b === 0) throw embeddedErrors.ENGINE_DIVISION_BY_ZERO()
    return operation(a, aScale, b, bScale, precision, scale)
  }
}

/** Brings a whole number into the range of its type as Java's casts do; other types are left as they are. */
export function wrapTo(type: DataType): (value: Exact) => Exact {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer': {
      const { kind } = type
      return (value) => wrapInteger(value, kind)
    }
    case 'interval-year-month':
      return (value) => wrapInteger(value, 'integer')
    case 'bigint':
      return (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : wrapInteger(BigInt(value), 'bigint'))
    case 'float':
      return (value) => Math.fround(Number(value))
    default:
      return (value) => value
  }
}
