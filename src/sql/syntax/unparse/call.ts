import { isExpression } from '../tree/call.ts'
import type { Argument, Call, Expression, JsonBehavior, JsonClauses, TableArgument, WindowReference, WindowSpecification } from '../tree.ts'
import { unparseIdentifier, unparseName, unparseNames, words } from './name.ts'
import { unparseType } from './type.ts'
import { unparseOrder, unparseWindow } from './window.ts'
import type { Writer } from './writer.ts'

/** Writes a call, in the special spelling of its function where it has one. */
export function unparseCall(write: Writer, call: Call): string {
  const name = callName(call)
  if (call.bare) return name
  const quantifier = call.quantifier === undefined ? '' : call.quantifier.toUpperCase() + ' '
  const json = call.json === undefined ? '' : unparseJson(write, call.json)
  const inside = words(quantifier.trimEnd(), writeInside(write, name.toUpperCase(), call.arguments), json)
  return words(
    call.semantics?.toUpperCase(),
    `${name}(${inside})`,
    call.nulls && `${call.nulls.toUpperCase()} NULLS`,
    call.withinGroup && `WITHIN GROUP (ORDER BY ${unparseOrder(write, call.withinGroup)})`,
    call.filter && `FILTER (WHERE ${write.expression(call.filter)})`,
    call.over && `OVER ${unparseOver(write, call.over)}`,
  )
}

/** The name of a function may be a reserved word; it stays as written. */
function callName({ name }: Call): string {
  const [only, ...others] = name.parts
  return only !== undefined && others.length === 0 && !only.quoted ? only.text : unparseName(name)
}

function writeInside(write: Writer, name: string, args: readonly Argument[]): string {
  const texts = args.map((each) => unparseArgument(write, each))
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
      return words(`${part(write, args[0])} IN ${b}`, c && `FROM ${c}`)
    case 'OVERLAY':
      return words(`${a} PLACING ${b} FROM ${c}`, d && `FOR ${d}`)
    case 'JSON_OBJECT':
    case 'JSON_OBJECTAGG':
      return entries(write, args)
    default:
      return texts.join(', ')
  }
}

/** The first argument of POSITION ends before IN. */
function part(write: Writer, argument: Argument | undefined): string {
  return argument === undefined ? '' : isExpression(argument) ? write.operand(argument) : unparseArgument(write, argument)
}

/** After KEY a sign would be read as an operator. */
function entries(write: Writer, args: readonly Argument[]): string {
  const pairs: string[] = []
  for (let i = 0; i + 1 < args.length; i += 2) {
    const [key, value] = [args[i], args[i + 1]] as [Argument, Argument]
    const keyText = unparseArgument(write, key)
    pairs.push(`KEY ${/^\w|^['`]/.test(keyText) ? keyText : `(${keyText})`} VALUE ${unparseArgument(write, value)}`)
  }
  return pairs.join(', ')
}

export function unparseArguments(write: Writer, args: readonly Argument[]): string {
  return args.map((each) => unparseArgument(write, each)).join(', ')
}

function unparseArgument(write: Writer, argument: Argument): string {
  switch (argument.kind) {
    case 'star':
      return argument.qualifier === undefined ? '*' : `${unparseName(argument.qualifier)}.*`
    case 'symbol':
      return argument.word
    case 'named-argument':
      return `${unparseIdentifier(argument.name)} => ${unparseArgument(write, argument.value)}`
    case 'table-argument':
      return unparseTableArgument(write, argument)
    case 'model-argument':
      return `MODEL ${unparseName(argument.name)}`
    case 'descriptor':
      return `DESCRIPTOR${unparseNames(argument.columns)}`
    case 'default-argument':
      return 'DEFAULT'
    default:
      return write.expression(argument)
  }
}

function unparseTableArgument(write: Writer, { table, partitionBy, orderBy }: TableArgument): string {
  const source = table.kind === 'name' ? unparseName(table) : `(${write.query(table)})`
  const partition = partitionBy.map(write.expression).join(', ')
  return words(
    `TABLE ${source}`,
    partitionBy.length > 0 && `PARTITION BY ${isLoneColumn(partitionBy) ? partition : `(${partition})`}`,
    orderBy.length > 0 &&
      `ORDER BY ${isLoneColumn(orderBy.map((item) => item.expression)) ? unparseOrder(write, orderBy) : `(${unparseOrder(write, orderBy)})`}`,
  )
}

/** One column needs no parentheses; anything else might be read on into the next argument. */
function isLoneColumn(expressions: readonly Expression[]): boolean {
  return expressions.length === 1 && expressions[0]?.kind === 'column-reference'
}

function unparseJson(write: Writer, { returning, wrapper, quotes, onEmpty, onError, onNull }: JsonClauses): string {
  return words(
    returning && `RETURNING ${unparseType(returning)}`,
    wrapper && (wrapper === 'without' ? 'WITHOUT ARRAY WRAPPER' : `WITH ${wrapper.toUpperCase()} ARRAY WRAPPER`),
    quotes && `${quotes.toUpperCase()} QUOTES`,
    onEmpty && `${behavior(write, onEmpty)} ON EMPTY`,
    onError && `${behavior(write, onError)} ON ERROR`,
    onNull && `${onNull.toUpperCase()} ON NULL`,
  )
}

function behavior(write: Writer, clause: JsonBehavior): string {
  if (clause.value !== undefined) return `DEFAULT ${write.expression(clause.value)}`
  return clause.behavior.toUpperCase().replace('-', ' ')
}

function unparseOver(write: Writer, over: WindowSpecification | WindowReference): string {
  return over.kind === 'window-reference' ? unparseIdentifier(over.name) : unparseWindow(write, over)
}
