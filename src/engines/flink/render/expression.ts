/** Expressions of a plan as Flink SQL. */
import { type DataType, sameType } from '#data'
import { type Argument, type Call, type Case, type Cast, type Expression, type Literal, matchExpression, scalarSignatures } from '#plan'
import { renderCall } from './call.ts'
import { plainLiteral, renderLiteral, renderType } from './literal.ts'
import { level, type Written, wrapped } from './written.ts'

/** How the columns are called where an expression stands. */
export interface Names {
  /** The name of a column of the plan. */
  readonly column: (name: string) => string
  /** The name of it that a field of it can be added to. */
  readonly dotted: (name: string) => string
}

/** Writes parts of an expression; handed down, so that the files need not import one another. */
export interface ExpressionWriter {
  /** One that stands by itself, as in a list. */
  readonly text: (expression: Expression) => string
  /** One that stands where it has to bind at least so tightly. */
  readonly operand: (expression: Expression, levelMin: number) => string
  /** What a field stands behind. */
  readonly dotted: (expression: Expression) => string
}

export function expressionWriter(names: Names): ExpressionWriter {
  const operand = (expression: Expression, levelMin: number): string => wrapped(write(expression), levelMin)
  const writer: ExpressionWriter = {
    text: (expression) => write(expression).text,
    operand,
    dotted: (expression) => (expression.kind === 'column' ? names.dotted(expression.name) : `(${write(expression).text})`),
  }
  const write = (expression: Expression): Written =>
    matchExpression<Written>(expression, {
      column: ({ name }) => ({ text: names.column(name), level: level.primary }),
      literal: renderLiteral,
      call: (call) => renderCall(writer, naturalCall(call)),
      case: (written) => ({ text: renderCase(writer, written), level: level.primary }),
      cast: (written) => ({ text: renderCast(writer, written), level: level.primary }),
    })
  return writer
}

function renderCase(write: ExpressionWriter, { branches, otherwise, type }: Case): string {
  const results = [...branches.map(({ then }) => then), otherwise]
  const natural = results.map((result) => (isTypedNull(result) ? untypedNull : result))
  const known = natural.some((result) => sameType(result.type, type, true)) ? natural : results
  const parts = branches.map(({ when }, index) => `WHEN ${write.text(when)} THEN ${write.text(known[index] ?? otherwise)}`)
  return `CASE ${parts.join(' ')} ELSE ${write.text(known.at(-1) ?? otherwise)} END`
}

const untypedNull: Literal = { kind: 'literal', value: null, type: { kind: 'null', nullable: true } }

function isTypedNull(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === null
}

function renderCast(write: ExpressionWriter, { value, type, failing }: Cast): string {
  return `${failing === 'null' ? 'TRY_CAST' : 'CAST'}(${write.text(value)} AS ${renderType(type)})`
}

/** How many arguments are looked at one by one. */
const alonesMax = 8

/** The call with its arguments as people write them, where the function converts those to what they were. */
function naturalCall(call: Call): Call {
  if (call.function === 'USER_FUNCTION' || call.arguments.length === 0) return call
  const all = call.arguments.map(naturalOf)
  if (all.every((each, index) => each === call.arguments[index])) return call
  if (isSame(call, all)) return { ...call, arguments: all }
  if (all.length > alonesMax) return call
  const kept = [...call.arguments]
  for (const [index, each] of all.entries()) {
    const trial = kept.with(index, each)
    if (isSame(call, trial)) kept[index] = each
  }
  return { ...call, arguments: kept }
}

/** Whether the function takes these arguments for those of the call. */
function isSame(call: Call, args: readonly Expression[]): boolean {
  const many =
    call.arguments.length > 2 && (call.function === '+' || call.function === '-' || call.function === '*' || call.function === '||')
  if (many) return false
  const resolution = scalarSignatures[call.function].resolve(args.map(argumentOf))
  if (resolution === null || !sameType(resolution.result, call.type, true)) return false
  return resolution.arguments.every((type, index) => sameType(type, typeAt(call.arguments, index), true))
}

function typeAt(args: readonly Expression[], index: number): DataType {
  return args[index]?.type ?? { kind: 'null', nullable: true }
}

function argumentOf(expression: Expression): Argument {
  return { type: expression.type, literal: expression.kind === 'literal' ? expression.value : undefined }
}

const numbers: readonly DataType['kind'][] = ['tinyint', 'smallint', 'integer', 'bigint', 'decimal', 'float', 'double']

/** Without what a function adds by itself: the type of a constant, or a conversion to a number or a text of another length. */
function naturalOf(expression: Expression): Expression {
  if (expression.kind === 'literal') return plainLiteral(expression)?.literal ?? expression
  if (expression.kind !== 'cast' || expression.failing === 'null') return expression
  const { value, type } = expression
  const isNumber = numbers.includes(type.kind) && numbers.includes(value.type.kind)
  const isText = type.kind === 'varchar' && value.type.kind === 'char'
  return isNumber || isText ? value : expression
}
