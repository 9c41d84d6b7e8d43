import type { Cursor } from '../cursor.ts'
import { placeOf, type Token } from '../token.ts'
import type { Argument, ArgumentValue, Call, Expression, Identifier, TableArgument } from '../tree.ts'
import { isName, parseIdentifier, parseIdentifierList, parseName } from './names.ts'
import { parseOrderItem, parseOrderItems, parseOver } from './windows.ts'

/** Takes a call from its opening parenthesis on; the name was taken before. */
export function parseCall(cursor: Cursor, first: Token, parts: readonly Identifier[]): Call {
  const name = { kind: 'name', parts, position: cursor.placeFrom(first) } as const
  const opening = cursor.expectSymbol('(')
  const quantifier = cursor.takeWord('DISTINCT') ? 'distinct' : cursor.takeWord('ALL') ? 'all' : undefined
  const args = cursor.isSymbol(')') ? [] : cursor.nested(parseArguments)
  const isArrayAgg = parts.length === 1 && parts[0]?.text.toUpperCase() === 'ARRAY_AGG'
  const nulls = isArrayAgg ? parseNullTreatment(cursor) : undefined
  cursor.expectClosing(opening, ')', '"," or ')
  const call: Call = {
    kind: 'call',
    name,
    arguments: args,
    bare: false,
    ...(quantifier && { quantifier }),
    ...(nulls && { nulls }),
    position: cursor.placeFrom(first),
  }
  return parseCallModifiers(cursor, first, call)
}

function parseArguments(cursor: Cursor): Argument[] {
  const args: Argument[] = []
  do {
    const { token } = cursor
    if (args.length === 0 && cursor.takeSymbol('*')) args.push({ kind: 'star', position: placeOf(token) })
    else args.push(parseArgument(cursor))
  } while (cursor.takeSymbol(','))
  return args
}

function parseArgument(cursor: Cursor): Argument {
  const first = cursor.token
  const next = cursor.peek(1)
  if (isName(first) && next.kind === 'symbol' && next.text === '=>') {
    const name = parseIdentifier(cursor, 'new-name')
    cursor.expectSymbol('=>')
    const value = parseArgumentValue(cursor)
    return { kind: 'named-argument', name, value, position: cursor.placeFrom(first) }
  }
  return parseArgumentValue(cursor)
}

function parseArgumentValue(cursor: Cursor): ArgumentValue {
  const first = cursor.token
  const next = cursor.peek(1)
  if (cursor.takeWord('DEFAULT')) return { kind: 'default-argument', position: placeOf(first) }
  if (cursor.isWord('TABLE')) return parseTableArgument(cursor)
  if (cursor.isWord('DESCRIPTOR') && next.kind === 'symbol' && next.text === '(') {
    cursor.advance()
    return { kind: 'descriptor', columns: parseIdentifierList(cursor, 'column'), position: cursor.placeFrom(first) }
  }
  if (cursor.isWord('MODEL') && isName(next)) {
    cursor.advance()
    return { kind: 'model-argument', name: parseName(cursor, 'table', 'a model name'), position: cursor.placeFrom(first) }
  }
  const value = cursor.parseExpression()
  const isTable = value.kind === 'subquery' && (cursor.isWord('PARTITION', 'BY') || cursor.isWord('ORDER', 'BY'))
  return isTable ? parseTableOrder(cursor, first, value.query) : value
}

/** `TABLE t`, `TABLE (SELECT …)`, with PARTITION BY and ORDER BY. */
function parseTableArgument(cursor: Cursor): TableArgument {
  const first = cursor.expectWord('TABLE')
  const opening = cursor.token
  if (!cursor.takeSymbol('(')) return parseTableOrder(cursor, first, parseName(cursor, 'table'))
  const query = cursor.parseQuery()
  cursor.expectClosing(opening)
  return parseTableOrder(cursor, first, query)
}

function parseTableOrder(cursor: Cursor, first: Token, table: TableArgument['table']): TableArgument {
  const partitionBy: Expression[] = []
  if (cursor.takeWord('PARTITION', 'BY')) {
    const opening = cursor.token
    const isList = cursor.takeSymbol('(')
    do partitionBy.push(cursor.parseExpression())
    while (isList && cursor.takeSymbol(','))
    if (isList) cursor.expectClosing(opening)
  }
  let orderBy: TableArgument['orderBy'] = []
  if (cursor.takeWord('ORDER', 'BY')) {
    const opening = cursor.token
    const isList = cursor.takeSymbol('(')
    orderBy = isList ? parseOrderItems(cursor) : [parseOrderItem(cursor)]
    if (isList) cursor.expectClosing(opening)
  }
  return { kind: 'table-argument', table, partitionBy, orderBy, position: cursor.placeFrom(first) }
}

function parseNullTreatment(cursor: Cursor): Call['nulls'] {
  const treatment = cursor.takeOneOf(['RESPECT NULLS', 'IGNORE NULLS'])
  return treatment && (treatment === 'RESPECT NULLS' ? 'respect' : 'ignore')
}

/** Takes what may follow the parentheses of a call: null treatment, WITHIN GROUP, FILTER, OVER. */
export function parseCallModifiers(cursor: Cursor, first: Token, call: Call): Call {
  const nulls = parseNullTreatment(cursor)
  const withinGroup = parseWithinGroup(cursor)
  const filter = parseFilter(cursor)
  const over = cursor.takeWord('OVER') ? parseOver(cursor) : undefined
  if (nulls === undefined && withinGroup === undefined && filter === undefined && over === undefined) return call
  return {
    ...call,
    ...(nulls && { nulls }),
    ...(withinGroup && { withinGroup }),
    ...(filter && { filter }),
    ...(over && { over }),
    position: cursor.placeFrom(first),
  }
}

function parseWithinGroup(cursor: Cursor): Call['withinGroup'] {
  if (!cursor.takeWord('WITHIN', 'GROUP')) return undefined
  const opening = cursor.expectSymbol('(')
  cursor.expectWord('ORDER', 'BY')
  const items = parseOrderItems(cursor)
  cursor.expectClosing(opening)
  return items
}

function parseFilter(cursor: Cursor): Expression | undefined {
  const { token } = cursor
  const next = cursor.peek(1)
  if (token.kind !== 'probe' && !(next.kind === 'symbol' && next.text === '(')) return undefined
  if (!cursor.takeWord('FILTER')) return undefined
  const opening = cursor.expectSymbol('(')
  cursor.expectWord('WHERE')
  const condition = cursor.parseExpression()
  cursor.expectClosing(opening)
  return condition
}
