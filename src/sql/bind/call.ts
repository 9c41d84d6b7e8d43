/** Builds calls: finds the types by the function's signature, and converts the arguments to them. */
import { listed, type TextPosition } from '#base'
import { booleanType, type DataType, printType, withNullable } from '#data'
import {
  type Argument,
  argumentsMax,
  type Call,
  type Expression,
  type FunctionName,
  type Literal,
  type Origin,
  type Signature,
  scalarSignatures,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import { timeUnits } from '../syntax/parse/special-calls.ts'
import { castTo } from './coerce.ts'

/** How a call is spoken of in errors. */
export interface Spoken {
  readonly name: string
  readonly isOperator?: boolean
}

/** A call of a scalar function or operator over bound arguments. */
export function callOf(name: FunctionName, args: readonly Expression[], position: TextPosition, spoken: Spoken = { name }): Call {
  const { types, result } = resolve(scalarSignatures[name], args, position, spoken)
  const origin = originOf(position)
  const converted = args.map((arg, index) => castTo(arg, types[index] ?? arg.type, origin))
  return { kind: 'call', function: name, arguments: converted, type: result, origin }
}

export function originOf({ line, column, within }: TextPosition): Origin {
  return within === undefined ? { line, column } : { line, column, within }
}

/** The types that a signature decides on; an error that shows the usage when the arguments do not suit. */
export function resolve(
  signature: Signature,
  args: readonly Expression[],
  position: TextPosition,
  spoken: Spoken,
): { readonly types: readonly DataType[]; readonly result: DataType } {
  const [min, max] = signature.arity
  if (args.length < min || args.length > max) {
    const parameters = {
      function: spoken.name,
      expected: args.length > max && max === argumentsMax ? `at most ${max} arguments` : countText(min, max),
      got: args.length,
    }
    throw sqlErrors.SQL_ARGUMENT_COUNT(parameters, { position, hint: `Write ${signature.usage}.` })
  }
  const resolution = signature.resolve(args.map(argumentOf))
  if (resolution === null) throw mismatch(signature, args, position, spoken)
  return { types: resolution.arguments, result: resolution.result }
}

function argumentOf(expression: Expression): Argument {
  return { type: expression.type, literal: expression.kind === 'literal' ? expression.value : undefined }
}

function countText(min: number, max: number): string {
  const noun = (count: number) => (count === 1 ? '1 argument' : `${count} arguments`)
  if (min === max) return min === 0 ? 'no arguments' : noun(min)
  if (max === argumentsMax) return `at least ${noun(min)}`
  return max === min + 1 ? `${min} or ${noun(max)}` : `${min} to ${noun(max)}`
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'IN'])

function mismatch(signature: Signature, args: readonly Expression[], position: TextPosition, spoken: Spoken): Error {
  const types = args.map((arg) => (isTimeUnit(arg) ? String(arg.value) : typeText(arg)))
  const [left, right] = types
  if (spoken.isOperator === true && left !== undefined && right !== undefined) {
    if (comparisons.has(spoken.name)) {
      const [first, ...others] = args
      const odd = others.findIndex((arg) => first !== undefined && scalarSignatures['='].resolve([first, arg].map(argumentOf)) === null)
      const other = types[odd + 1] ?? right
      const hasVariant = args.some((arg) => arg.type.kind === 'variant')
      const hint = hasVariant ? 'A VARIANT equals another or not. JSON_STRING(…) gives its text.' : 'Convert one side with CAST(… AS …).'
      return sqlErrors.SQL_TYPES_NOT_COMPARABLE({ left, right: other }, { position, hint })
    }
    const hint = operatorHint(spoken.name, args)
    return sqlErrors.SQL_OPERATOR_TYPES(
      { operator: spoken.name, types: `${left} and ${right}` },
      { position, ...(hint === undefined ? {} : { hint }) },
    )
  }
  if (spoken.isOperator === true) return sqlErrors.SQL_OPERATOR_TYPES({ operator: spoken.name, types: left ?? 'nothing' }, { position })
  const kinds = new Set(args.map((arg) => arg.type.kind))
  const hint =
    kinds.has('timestamp') && kinds.has('timestamp-ltz')
      ? 'Convert one of them with CAST(… AS TIMESTAMP(3)) or CAST(… AS TIMESTAMP_LTZ(3)).'
      : `Write ${signature.usage}.`
  return sqlErrors.SQL_ARGUMENT_TYPES({ function: spoken.name, types: listed(types) }, { position, hint })
}

/** FLOOR(… TO MONTH) and the like: the unit is a text in the plan. */
function isTimeUnit(expression: Expression): expression is Literal {
  return expression.kind === 'literal' && timeUnits.some((unit) => unit === expression.value)
}

/** A type as errors show it: without NOT NULL, and a text literal as what it is. */
export function typeText(expression: Expression): string {
  const { type } = expression
  if (expression.kind === 'literal' && type.kind === 'char') return 'a text'
  return printType(withNullable(type, true))
}

const texts: readonly DataType['kind'][] = ['char', 'varchar']

function operatorHint(operator: string, args: readonly Expression[]): string | undefined {
  const kinds = args.map((arg) => arg.type.kind)
  if (operator === '+' && kinds.some((kind) => texts.includes(kind)))
    return 'Texts are joined with ||, and numbers are read from texts with CAST(… AS …).'
  if (operator === '||') return 'Convert the other side with CAST(… AS STRING).'
  if (kinds.every((kind) => kind === 'timestamp' || kind === 'timestamp-ltz' || kind === 'date') && operator === '-') {
    return 'The time between two points is TIMESTAMPDIFF(SECOND, start, end).'
  }
  if (kinds.some((kind) => kind === 'timestamp' || kind === 'timestamp-ltz' || kind === 'date' || kind === 'time')) {
    return "Move a point in time by an interval, such as INTERVAL '1' DAY."
  }
  return /^[-+*/%]$/.test(operator) && kinds.some((kind) => texts.includes(kind))
    ? 'Read the number from the text with CAST(… AS …).'
    : undefined
}

/** All of the conditions hold. */
export function allOf(conditions: readonly Expression[]): Expression {
  return connect('AND', conditions)
}

export function anyOf(conditions: readonly Expression[]): Expression {
  return connect('OR', conditions)
}

function connect(word: 'AND' | 'OR', conditions: readonly Expression[]): Expression {
  const [only] = conditions
  if (only !== undefined && conditions.length === 1) return only
  const type = withNullable(
    booleanType,
    conditions.some((condition) => condition.type.nullable),
  )
  return { kind: 'call', function: word, arguments: conditions, type }
}

export function not(condition: Expression): Expression {
  return { kind: 'call', function: 'NOT', arguments: [condition], type: condition.type }
}

/** Makes sure that a bound expression is a condition; NULL alone counts as one. */
export function asCondition(expression: Expression, clause: string, position: TextPosition): Expression {
  if (expression.type.kind === 'boolean' || expression.type.kind === 'null') return castTo(expression, booleanType)
  throw sqlErrors.SQL_CONDITION_NOT_BOOLEAN({ clause, got: typeText(expression) }, { position })
}
