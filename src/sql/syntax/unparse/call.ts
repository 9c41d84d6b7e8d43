import { unreachable } from '#base'
import type {
  Argument,
  Call,
  Expression,
  FrameBound,
  JsonBehavior,
  JsonClauses,
  OrderItem,
  TableArgument,
  WindowReference,
  WindowSpecification,
} from '../tree.ts'
import { unparseIdentifier, unparseName, unparseNames, words } from './name.ts'
import { unparseType } from './type.ts'
import type { Writer } from './writer.ts'

/** Writes a call, in the special spelling of its function where it has one. */
export function unparseCall(call: Call): string {
  const name = callName(call)
  if (call.bare) return name
  const quantifier = call.quantifier === undefined ? '' : call.quantifier.toUpperCase() + ' '
  const json = call.json === undefined ? '' : unparseJson(call.json)
  const inside = words(quantifier.trimEnd(), writeInside(name.toUpperCase(), call.arguments), json)
  return words(
    call.semantics?.toUpperCase(),
    `${name}(${inside})`,
    call.nulls && `${call.nulls.toUpperCase()} NULLS`,
    call.withinGroup && `WITHIN GROUP (ORDER BY ${unparseOrder(call.withinGroup)})`,
    call.filter && `FILTER (WHERE ${unparseExpression(call.filter)})`,
    call.over && `OVER ${unparseOver(call.over)}`,
  )
}

/** The name of a function may be a reserved word; it stays as written. */
function callName({ name }: Call): string {
  const [only, ...others] = name.parts
  return only !== undefined && others.length === 0 && !only.quoted ? only.text : unparseName(name)
}

function writeInside(name: string, args: readonly Argument[]): string {
  const texts = args.map(unparseArgument)
  const [a, b, c, d] = texts
  switch (name) {
    case 'EXTRACT':
      return args[0]?.kind === 'symbol' ? `${a} FROM ${b}` : texts.join(', ')
    case 'TRIM':
      return args[0]?.kind === 'symbol' ? `${a} ${b} FROM ${c}` : texts.join(', ')
    case 'CEIL':
    case 'CEILING':
    case 'FLOOR':
      return args[1]?.kind === 'symbol' ? `${a} TO ${b}` : texts.join(', ')
    case 'POSITION':
      return words(`${part(args[0])} IN ${b}`, c && `FROM ${c}`)
    case 'OVERLAY':
      return words(`${a} PLACING ${b} FROM ${c}`, d && `FOR ${d}`)
    case 'JSON_OBJECT':
    case 'JSON_OBJECTAGG':
      return entries(args)
    default:
      return texts.join(', ')
  }
}

/** The first argument of POSITION ends before IN. */
function part(argument: Argument | undefined): string {
  return argument === undefined ? '' : isExpression(argument) ? unparseOperand(argument) : unparseArgument(argument)
}

/** After KEY a sign would be read as an operator. */
function entries(args: readonly Argument[]): string {
  const pairs: string[] = []
  for (let i = 0; i + 1 < args.length; i += 2) {
    const [key, value] = [args[i], args[i + 1]] as [Argument, Argument]
    const keyText = unparseArgument(key)
    pairs.push(`KEY ${/^\w|^['`]/.test(keyText) ? keyText : `(${keyText})`} VALUE ${unparseArgument(value)}`)
  }
  return pairs.join(', ')
}

export function unparseArguments(args: readonly Argument[]): string {
  return args.map(unparseArgument).join(', ')
}

function isExpression(argument: Argument): argument is Expression {
  const others = ['star', 'symbol', 'named-argument', 'table-argument', 'model-argument', 'descriptor', 'default-argument']
  return !others.includes(argument.kind)
}

function unparseArgument(argument: Argument): string {
  switch (argument.kind) {
    case 'star':
      return argument.qualifier === undefined ? '*' : `${unparseName(argument.qualifier)}.*`
    case 'symbol':
      return argument.word
    case 'named-argument':
      return `${unparseIdentifier(argument.name)} => ${unparseArgument(argument.value)}`
    case 'table-argument':
      return unparseTableArgument(argument)
    case 'model-argument':
      return `MODEL ${unparseName(argument.name)}`
    case 'descriptor':
      return `DESCRIPTOR${unparseNames(argument.columns)}`
    case 'default-argument':
      return 'DEFAULT'
    default:
      return unparseExpression(argument)
  }
}

function unparseTableArgument({ table, partitionBy, orderBy }: TableArgument): string {
  const source = table.kind === 'name' ? unparseName(table) : `(${unparseQuery(table)})`
  const partition = partitionBy.map(unparseExpression).join(', ')
  return words(
    `TABLE ${source}`,
    partitionBy.length > 0 && `PARTITION BY ${isLoneColumn(partitionBy) ? partition : `(${partition})`}`,
    orderBy.length > 0 &&
      `ORDER BY ${isLoneColumn(orderBy.map((item) => item.expression)) ? unparseOrder(orderBy) : `(${unparseOrder(orderBy)})`}`,
  )
}

/** One column needs no parentheses; anything else might be read on into the next argument. */
function isLoneColumn(expressions: readonly Expression[]): boolean {
  return expressions.length === 1 && expressions[0]?.kind === 'column-reference'
}

function unparseJson({ returning, wrapper, quotes, onEmpty, onError, onNull }: JsonClauses): string {
  return words(
    returning && `RETURNING ${unparseType(returning)}`,
    wrapper && (wrapper === 'without' ? 'WITHOUT ARRAY WRAPPER' : `WITH ${wrapper.toUpperCase()} ARRAY WRAPPER`),
    quotes && `${quotes.toUpperCase()} QUOTES`,
    onEmpty && `${behavior(onEmpty)} ON EMPTY`,
    onError && `${behavior(onError)} ON ERROR`,
    onNull && `${onNull.toUpperCase()} ON NULL`,
  )
}

function behavior(clause: JsonBehavior): string {
  if (clause.value !== undefined) return `DEFAULT ${unparseExpression(clause.value)}`
  return clause.behavior.toUpperCase().replace('-', ' ')
}

export function unparseOrder(items: readonly OrderItem[]): string {
  return items
    .map(({ expression, direction, nulls }) => {
      return words(unparseExpression(expression), direction === 'desc' && 'DESC', nulls && `NULLS ${nulls.toUpperCase()}`)
    })
    .join(', ')
}

function unparseOver(over: WindowSpecification | WindowReference): string {
  return over.kind === 'window-reference' ? unparseIdentifier(over.name) : unparseWindow(over)
}

/** Writes a window in its parentheses. */
export function unparseWindow({ base, partitionBy, orderBy, frame }: WindowSpecification): string {
  const inside = words(
    base && unparseIdentifier(base),
    partitionBy.length > 0 && `PARTITION BY ${partitionBy.map(unparseExpression).join(', ')}`,
    orderBy.length > 0 && `ORDER BY ${unparseOrder(orderBy)}`,
    frame && `${frame.unit.toUpperCase()} BETWEEN ${bound(frame.start)} AND ${bound(frame.end)}`,
  )
  return `(${inside})`
}

function bound({ bound: kind, offset }: FrameBound): string {
  switch (kind) {
    case 'unbounded-preceding':
      return 'UNBOUNDED PRECEDING'
    case 'unbounded-following':
      return 'UNBOUNDED FOLLOWING'
    case 'current-row':
      return 'CURRENT ROW'
    case 'preceding':
    case 'following':
      return words(offset && unparseOperand(offset), kind.toUpperCase())
    default:
      return unreachable(kind)
  }
}
