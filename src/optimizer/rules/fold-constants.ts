/**
 * Computes what needs no row: comparisons, logic, casts and whole-number arithmetic of constants, and CASE branches that are never or
 * always taken.
 *
 * Right because only functions are folded that give the same value each time, with NULL as three-valued logic has it. What would fail is
 * left to fail where it runs, and what depends on the session's time zone or on how numbers with a point print is left alone.
 */
import { compareValues, type DataType, sameType } from '#data'
import { type Call, type Case, type Cast, type Expression, type Literal, mapExpression, mapExpressions, mapPlan, type Plan } from '#plan'
import { constantOf, convertedLiteral, holdsNever, truth } from '../literals.ts'

export function foldConstants(plan: Plan): Plan {
  return mapPlan(plan, (relation) => mapExpressions(relation, folded))
}

export function folded(expression: Expression): Expression {
  return mapExpression(expression, foldedPart)
}

function foldedPart(part: Expression): Expression {
  switch (part.kind) {
    case 'call':
      return foldedCall(part)
    case 'case':
      return foldedCase(part)
    case 'cast':
      return foldedCast(part)
    default:
      return part
  }
}

function foldedCall(call: Call): Expression {
  const [first, second] = call.arguments
  const value = constantOf(first)
  switch (call.function) {
    case 'AND':
      return connected(call, false)
    case 'OR':
      return connected(call, true)
    case 'NOT':
      return typeof value === 'boolean' ? truth(!value) : (negated(first) ?? call)
    case 'IS NULL':
      return value === undefined ? call : truth(value === null)
    case 'IS NOT NULL':
      return value === undefined ? call : truth(value !== null)
    case 'IS TRUE':
      return value === undefined ? call : truth(value === true)
    case 'IS NOT TRUE':
      return value === undefined ? call : truth(value !== true)
    case 'IS FALSE':
      return value === undefined ? call : truth(value === false)
    case 'IS NOT FALSE':
      return value === undefined ? call : truth(value !== false)
    case 'COALESCE':
      return value !== undefined && value !== null && first !== undefined ? typed(call, first) : call
    default:
      return compared(call, first, second) ?? computed(call, first, second) ?? call
  }
}

/** AND, whose `decisive` part is false, and OR, whose decisive part is true. Nested ones of the same name become one. */
function connected(call: Call, decisive: boolean): Expression {
  const flat = call.arguments.flatMap((part) => (part.kind === 'call' && part.function === call.function ? part.arguments : [part]))
  if (flat.some((part) => constantOf(part) === decisive)) return truth(decisive)
  const parts = flat.filter((part) => constantOf(part) !== !decisive)
  const [only] = parts
  if (only === undefined) return truth(!decisive)
  if (parts.length === 1) return only
  return parts.length === call.arguments.length ? call : { ...call, arguments: parts }
}

const opposite: Partial<Record<string, Call['function']>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  'IS NULL': 'IS NOT NULL',
  'IS NOT NULL': 'IS NULL',
  'IS DISTINCT FROM': 'IS NOT DISTINCT FROM',
  'IS NOT DISTINCT FROM': 'IS DISTINCT FROM',
}

/** NOT of a comparison is the opposite comparison; numbers with a point are left alone, NaN is neither less nor more. */
function negated(part: Expression | undefined): Expression | null {
  if (part?.kind !== 'call') return null
  if (part.function === 'NOT') return part.arguments[0] ?? null
  const other = opposite[part.function]
  return other === undefined || part.arguments.some(({ type }) => isApproximate(type)) ? null : { ...part, function: other }
}

function isApproximate({ kind }: DataType): boolean {
  return kind === 'float' || kind === 'double'
}

const comparisons: Partial<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** A comparison with NULL, and one of two constants of one plain type, decided. */
function compared(call: Call, left: Expression | undefined, right: Expression | undefined): Literal | null {
  const decide = comparisons[call.function]
  if (decide === undefined) return null
  if (constantOf(left) === null || constantOf(right) === null) return truth(null)
  if (left?.kind !== 'literal' || right?.kind !== 'literal') return null
  if (!sameType(left.type, right.type, true) || !isPlain(left.type)) return null
  return truth(decide(compareValues(left.value, right.value, left.type)))
}

/** Types whose constants are boxed as themselves, and are the same wherever they are computed. */
function isPlain({ kind }: DataType): boolean {
  switch (kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'char':
    case 'varchar':
    case 'date':
    case 'time':
    case 'timestamp':
      return true
    default:
      return false
  }
}

const greatest: Partial<Record<DataType['kind'], number>> = { integer: 2 ** 31 - 1, bigint: Number.MAX_SAFE_INTEGER }

/** Whole-number arithmetic whose result fits by far: what overflows is left to the engine. */
function computed(call: Call, left: Expression | undefined, right: Expression | undefined): Literal | null {
  const [a, b] = [constantOf(left), constantOf(right)]
  const limit = greatest[call.type.kind]
  if (limit === undefined || typeof a !== 'number' || typeof b !== 'number') return null
  if (left === undefined || right === undefined || !isWhole(left.type) || !isWhole(right.type)) return null
  const result = call.function === '+' ? a + b : call.function === '-' ? a - b : call.function === '*' ? a * b : Number.NaN
  if (!Number.isSafeInteger(result) || Math.abs(result) > limit) return null
  return { kind: 'literal', value: result + 0, type: call.type }
}

function isWhole({ kind }: DataType): boolean {
  return kind === 'tinyint' || kind === 'smallint' || kind === 'integer' || kind === 'bigint'
}

/** The value in the type of the whole that it stands for, if that is only a matter of NULL. */
function typed(whole: Expression, value: Expression): Expression {
  return sameType(whole.type, value.type, true) ? value : whole
}

/** A branch that is never taken goes; one that is always taken ends the CASE. */
function foldedCase(expression: Case): Expression {
  const branches: Case['branches'][number][] = []
  let { otherwise } = expression
  for (const branch of expression.branches) {
    if (holdsNever(branch.when)) continue
    if (constantOf(branch.when) === true) {
      otherwise = branch.then
      break
    }
    branches.push(branch)
  }
  if (branches.length === 0) return typed(expression, otherwise)
  return branches.length === expression.branches.length && otherwise === expression.otherwise
    ? expression
    : { ...expression, branches, otherwise }
}

function foldedCast(cast: Cast): Expression {
  const { value, type } = cast
  if (value.kind !== 'literal' || !isPlain(value.type) || !isPlain(type) || value.value === null) return cast
  const result = convertedLiteral(value, type)
  return result === undefined || result === null ? cast : { kind: 'literal', value: result, type }
}
