/**
 * Result types of decimal arithmetic: Flink's LogicalTypeMerging. When a result would need more than 38 digits, its fraction gives way,
 * but not below 6 digits.
 */
import { type DataType, decimalPrecisionMax } from './type.ts'

export type DecimalType = Extract<DataType, { kind: 'decimal' }>

const scaleKept = 6

/** left + right */
export function decimalSumType(left: DecimalType, right: DecimalType): DecimalType {
  const scale = Math.max(left.scale, right.scale)
  const precision = Math.max(left.precision - left.scale, right.precision - right.scale) + scale + 1
  return fitted(precision, scale, left.nullable || right.nullable)
}

/** left - right */
export function decimalDifferenceType(left: DecimalType, right: DecimalType): DecimalType {
  return decimalSumType(left, right)
}

/** left * right */
export function decimalProductType(left: DecimalType, right: DecimalType): DecimalType {
  return fitted(left.precision + right.precision + 1, left.scale + right.scale, left.nullable || right.nullable)
}

/** left / right */
export function decimalQuotientType(left: DecimalType, right: DecimalType): DecimalType {
  const scale = Math.max(scaleKept, left.scale + right.precision + 1)
  return fitted(left.precision - left.scale + right.scale + scale, scale, left.nullable || right.nullable)
}

/** left % right */
export function decimalRemainderType(left: DecimalType, right: DecimalType): DecimalType {
  const scale = Math.max(left.scale, right.scale)
  const precision = Math.min(left.precision - left.scale, right.precision - right.scale) + scale
  return fitted(precision, scale, left.nullable || right.nullable)
}

/** ROUND(value, digits) and TRUNCATE(value, digits) with a constant count of digits. */
export function decimalRoundedType(type: DecimalType, digits: number): DecimalType {
  if (digits >= type.scale) return type
  const whole = type.precision - type.scale
  if (digits < 0) return { ...type, precision: Math.min(decimalPrecisionMax, 1 + whole), scale: 0 }
  return { ...type, precision: 1 + whole + digits, scale: digits }
}

/** SUM(value) */
export function decimalSumAggregateType(type: DecimalType): DecimalType {
  return { ...type, precision: decimalPrecisionMax }
}

/** AVG(value): the sum divided by a count of DECIMAL(20, 0). */
export function decimalAverageType(type: DecimalType): DecimalType {
  const count: DecimalType = { kind: 'decimal', precision: 20, scale: 0, nullable: type.nullable }
  return decimalQuotientType(decimalSumAggregateType(type), count)
}

/** The type that holds the values of both: used where rows of two relations meet. */
export function decimalUnionType(left: DecimalType, right: DecimalType): DecimalType {
  const whole = Math.min(Math.max(left.precision - left.scale, right.precision - right.scale), decimalPrecisionMax)
  const scale = Math.min(Math.max(left.scale, right.scale), decimalPrecisionMax - whole)
  return { kind: 'decimal', precision: whole + scale, scale, nullable: left.nullable || right.nullable }
}

/** The decimal that holds every value of an integer type; a decimal is its own. Null for other types. */
export function decimalTypeOf(type: DataType): DecimalType | null {
  if (type.kind === 'decimal') return type
  const precision = integerDigits[type.kind]
  return precision === undefined ? null : { kind: 'decimal', precision, scale: 0, nullable: type.nullable }
}

const integerDigits: { readonly [Kind in DataType['kind']]?: number } = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 }

function fitted(precision: number, scale: number, nullable: boolean): DecimalType {
  if (precision <= decimalPrecisionMax) return { kind: 'decimal', precision, scale, nullable }
  const whole = precision - scale
  const kept = Math.max(decimalPrecisionMax - whole, Math.min(scale, scaleKept))
  return { kind: 'decimal', precision: decimalPrecisionMax, scale: kept, nullable }
}
