/** Functions that choose among their arguments. CASE is an expression of its own (plan.ts). */
import { booleanType, type DataType, familyOf, withNullable } from '#data'
import {
  argumentsMax,
  boolean,
  notNull,
  nullable,
  number,
  type Parameter,
  signature,
  signatureTogether,
  text,
  together,
} from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

const textOrNumber: Parameter = (argument) => text(argument) ?? number(argument)

export const conditionalSignatures = {
  COALESCE: signatureTogether('COALESCE(value1 [, value2, …])', [1, argumentsMax], together, firstOf, { nulls: 'custom' }),
  IFNULL: signatureTogether('IFNULL(value, replacement)', [2, 2], together, firstOf, { nulls: 'custom' }),
  IF: signatureTogether('IF(condition, value1, value2)', [3, 3], condition, ([first, ...rest]) => chosen(rest, first), { nulls: 'custom' }),
  NULLIF: signatureTogether('NULLIF(value1, value2)', [2, 2], together, ofFirst, { nulls: 'custom' }),
  GREATEST: signatureTogether('GREATEST(value1 [, value2, …])', [1, argumentsMax], ordered, (types) => types[0] ?? null),
  LEAST: signatureTogether('LEAST(value1 [, value2, …])', [1, argumentsMax], ordered, (types) => types[0] ?? null),
  IS_ALPHA: signature('IS_ALPHA(value)', [textOrNumber], notNull(booleanType), { nulls: 'custom' }),
  IS_DIGIT: signature('IS_DIGIT(value)', [textOrNumber], notNull(booleanType), { nulls: 'custom' }),
  IS_DECIMAL: signature('IS_DECIMAL(value)', [textOrNumber], notNull(booleanType), { nulls: 'custom' }),
} satisfies Record<string, Signature>

/** NULL is possible only when every argument can be NULL. */
function firstOf(types: readonly DataType[]): DataType | null {
  const [type] = types
  return type === undefined
    ? null
    : withNullable(
        type,
        types.every((each) => each.nullable),
      )
}

/** NULL counts as possible when any argument can be NULL, the condition included. */
function chosen(types: readonly DataType[], condition: DataType | undefined): DataType | null {
  const [type] = types
  return type === undefined ? null : withNullable(type, condition?.nullable === true || types.some((each) => each.nullable))
}

function condition(args: readonly Argument[]): readonly DataType[] | null {
  const [first, ...rest] = args
  const type = first === undefined ? null : boolean(first)
  const values = together(rest)
  return type === null || values === null ? null : [type, ...values]
}

/** Both are compared in their common type, but the result keeps the type of the first. */
function ofFirst(types: readonly DataType[], args: readonly Argument[]): DataType | null {
  const type = args[0]?.type.kind === 'null' ? types[0] : args[0]?.type
  return type === undefined ? null : nullable(type)
}

function ordered(args: readonly Argument[]): readonly DataType[] | null {
  const types = together(args)
  return types?.every((type) => !['collection', 'row', 'bitmap', 'variant'].includes(familyOf(type))) ? types : null
}
