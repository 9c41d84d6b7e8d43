/**
 * Arithmetic. Both sides of `+ - *` are converted to the type of the result; a decimal keeps its own precision and scale, and a whole
 * number beside it becomes a decimal of scale 0. Both sides of `%` are converted to their common type, while the result of whole numbers
 * is of the right side's type. Intervals have functions of their own (datetime.ts).
 *
 * A call of `+ - *` with more than two operands, all of one type that is no decimal, computes from left to right: `a - b - c`.
 */
import {
  commonType,
  type DataType,
  type DecimalType,
  decimalDifferenceType,
  decimalProductType,
  decimalQuotientType,
  decimalRemainderType,
  decimalRoundedType,
  decimalSumType,
  decimalTypeOf,
  doubleType,
  familyOf,
  integerType,
  isNumeric,
  withNullable,
} from '#data'
import {
  double,
  integer,
  interval,
  notNull,
  number,
  type Parameter,
  type ResultRule,
  signature,
  signatureTogether,
  typeOf,
} from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

export const arithmeticSignatures = {
  '+': binary('+', (types) => resultOf(types, decimalSumType)),
  '-': binary('-', (types) => resultOf(types, decimalDifferenceType)),
  '*': binary('*', (types) => resultOf(types, decimalProductType)),
  '/': binary('/', (types) => resultOf(types, decimalQuotientType)),
  '%': signatureTogether('number1 % number2', [2, 2], exactOperands, remainder),
  NEGATE: signature('-number', [(argument) => number(argument) ?? interval(argument)], typeOf(0)),
  ABS: signature('ABS(number)', [number], typeOf(0)),
  SIGN: signature('SIGN(number)', [number], typeOf(0)),
  FLOOR: signature('FLOOR(number)', [number], whole),
  CEIL: signature('CEIL(number)', [number], whole),
  ROUND: signature('ROUND(number [, digits])', [number, integer], rounded, { optional: 1 }),
  TRUNCATE: signature('TRUNCATE(number [, digits])', [number, integer], rounded, { optional: 1 }),
  POWER: real('POWER(base, exponent)', 2),
  SQRT: real('SQRT(number)', 1),
  EXP: real('EXP(number)', 1),
  LN: real('LN(number)', 1),
  LOG: signature('LOG([base,] number)', [double, double], doubleType, { optional: 1 }),
  LOG2: real('LOG2(number)', 1),
  LOG10: real('LOG10(number)', 1),
  SIN: real('SIN(radians)', 1),
  COS: real('COS(radians)', 1),
  TAN: real('TAN(radians)', 1),
  COT: real('COT(radians)', 1),
  SINH: real('SINH(number)', 1),
  COSH: real('COSH(number)', 1),
  TANH: real('TANH(number)', 1),
  ASIN: real('ASIN(number)', 1),
  ACOS: real('ACOS(number)', 1),
  ATAN: real('ATAN(number)', 1),
  ATAN2: real('ATAN2(y, x)', 2),
  DEGREES: real('DEGREES(radians)', 1),
  RADIANS: real('RADIANS(degrees)', 1),
  PI: signature('PI()', [], notNull(doubleType)),
  E: signature('E()', [], notNull(doubleType)),
  RAND: signature('RAND([seed])', [integer], notNull(doubleType), { optional: 1, determinism: 'row' }),
  RAND_INTEGER: signature('RAND_INTEGER([seed,] bound)', [integer, integer], notNull(integerType), { optional: 1, determinism: 'row' }),
} satisfies Record<string, Signature>

function binary(symbol: string, result: ResultRule): Signature {
  return signatureTogether(`number1 ${symbol} number2`, [2, 2], operands, result)
}

function real(usage: string, arguments_: 1 | 2): Signature {
  const parameters: readonly Parameter[] = arguments_ === 1 ? [double] : [double, double]
  return signature(usage, parameters, doubleType)
}

function operands(args: readonly Argument[]): readonly DataType[] | null {
  const types = args.map(({ type }) => (type.kind === 'null' ? integerType : type))
  if (!types.every(isNumeric)) return null
  const approximate = types.filter((type) => familyOf(type) === 'approximate')
  const hasDecimal = types.some((type) => type.kind === 'decimal')
  if (approximate.length === 0 && hasDecimal) return types.map((type) => decimalTypeOf(type) ?? type)
  // A FLOAT beside a decimal is too coarse to hold it.
  const common = approximate.length > 0 && hasDecimal ? doubleType : commonType(types)
  return common === null ? null : types.map((type) => withNullable(common, type.nullable))
}

function exactOperands(args: readonly Argument[]): readonly DataType[] | null {
  return args.some(({ type }) => familyOf(type) === 'approximate') ? null : operands(args)
}

function resultOf([left, right]: readonly DataType[], decimals: (left: DecimalType, right: DecimalType) => DataType): DataType | null {
  if (left === undefined || right === undefined) return null
  return left.kind === 'decimal' && right.kind === 'decimal' ? decimals(left, right) : left
}

function remainder([left, right]: readonly DataType[], args: readonly Argument[]): DataType | null {
  if (left?.kind === 'decimal' && right?.kind === 'decimal') return decimalRemainderType(left, right)
  const type = args[1]?.type ?? null
  return type?.kind === 'null' ? integerType : type
}

function whole([type]: readonly DataType[]): DataType | null {
  if (type === undefined) return null
  return type.kind === 'decimal' ? { ...type, scale: 0 } : type
}

/** Without a literal number of digits a decimal keeps its scale. */
function rounded([type]: readonly DataType[], args: readonly Argument[]): DataType | null {
  if (type?.kind !== 'decimal') return type ?? null
  const digits = args.length === 1 ? 0 : args[1]?.literal
  return typeof digits === 'number' ? decimalRoundedType(type, digits) : type
}
