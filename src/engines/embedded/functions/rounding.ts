/** FLOOR, CEIL, ROUND and TRUNCATE of numbers. Doubles are rounded by their shortest decimal text, as Java's BigDecimal.valueOf does. */
import { boxExact, type DataType, fitDecimal, printDouble, printFloat, rescaleDecimal, truncateDecimal } from '#data'
import { wrapTo } from './arithmetic.ts'
import { functionErrors } from './errors.ts'
import type { CallShape, Evaluation } from './evaluation.ts'

type Exact = number | bigint
/** Divides towards one side: down, up, or to the nearest. */
type Division = (value: bigint, unit: bigint) => bigint

export const roundingEvaluations = {
  FLOOR: (shape) => toWhole(shape, Math.floor, floorDivided),
  CEIL: (shape) => toWhole(shape, Math.ceil, (value, unit) => -floorDivided(-value, unit)),
  ROUND: (shape) => toDigits(shape, 'ROUND', halfUpDivided),
  TRUNCATE: (shape) => toDigits(shape, 'TRUNCATE', (value, unit) => value / unit),
} satisfies Record<string, Evaluation>

function floorDivided(value: bigint, unit: bigint): bigint {
  const quotient = value / unit
  return value < 0n && quotient * unit !== value ? quotient - 1n : quotient
}

function halfUpDivided(value: bigint, unit: bigint): bigint {
  return value < 0n ? -((-2n * value + unit) / (2n * unit)) : (2n * value + unit) / (2n * unit)
}

function toWhole({ arguments: [type] }: CallShape, machine: (value: number) => number, divide: Division): (value: Exact) => Exact | null {
  if (type?.kind === 'decimal') {
    const unit = 10n ** BigInt(type.scale)
    // A result has one digit more than its type at most, and Flink lets that pass.
    return (value) => (Number.isInteger(value) && type.scale === 0 ? value : boxExact(divide(BigInt(value), unit)))
  }
  if (type?.kind === 'float' || type?.kind === 'double') return (value) => machine(value as number)
  return (value) => value
}

function toDigits(shape: CallShape, name: string, divide: Division): (value: Exact, digits?: number) => Exact | null {
  const [type] = shape.arguments
  switch (type?.kind) {
    case 'decimal':
      return decimalDigits(type.scale, shape.result, divide)
    case 'float':
      return (value, digits = 0) => Math.fround(roundNumber(printFloat(value as number), digits, name, divide))
    case 'double':
      return (value, digits = 0) => roundNumber(printDouble(value as number), digits, name, divide)
    default:
      return wholeDigits(shape.result, divide)
  }
}

function wholeDigits(type: DataType, divide: Division): (value: Exact, digits?: number) => Exact {
  const wrap = wrapTo(type)
  return (value, digits = 0) => {
    if (digits >= 0) return value
    if (digits < -20) return 0
    const unit = 10n ** BigInt(-digits)
    return wrap(boxExact(divide(BigInt(value), unit) * unit))
  }
}

/** The result's scale differs from the argument's where the number of digits is a literal. */
function decimalDigits(scale: number, result: DataType, divide: Division): (value: Exact, digits?: number) => Exact | null {
  if (result.kind !== 'decimal') return (value) => truncateDecimal(value, scale)
  return (value, digits = 0) => {
    if (digits >= scale) return fitDecimal(rescaleDecimal(value, scale, result.scale), result.precision)
    const dropped = Math.min(scale - digits, 80)
    const kept = boxExact(divide(BigInt(value), 10n ** BigInt(dropped)))
    return fitDecimal(boxExact(BigInt(kept) * 10n ** BigInt(Math.max(0, result.scale - scale + dropped))), result.precision)
  }
}

/** Rounds a number given as text to digits after the point, or before it when negative. */
function roundNumber(text: string, digits: number, name: string, divide: Division): number {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:E(-?\d+))?$/.exec(text)
  if (parts === null) throw functionErrors.ENGINE_ARGUMENT_REFUSED({ function: name, argument: text })
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = parts
  const scale = fraction.length - Number(exponent)
  // Adding zero makes a negative zero plain, as Java's BigDecimal has none.
  if (digits >= scale) return Number(text) + 0
  const unscaled = BigInt(`${sign}${integer}${fraction}`)
  if (scale - digits > 400) return 0
  const rounded = divide(unscaled, 10n ** BigInt(scale - digits))
  return Number(`${rounded}e${-digits}`)
}
