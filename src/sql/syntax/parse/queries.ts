import type { Cursor } from '../cursor.ts'
import { placeOf, type Token } from '../token.ts'
import type { CommonTable, Expression, NumberLiteral, OrderItem, Query, QueryBody, SetOperation, Values } from '../tree.ts'
import { parseNumberLiteral } from './literals.ts'
import { parseIdentifier, parseIdentifierList, parseName } from './names.ts'
import { parseSelect } from './select.ts'
import { parseOrderItems } from './windows.ts'

/** Takes a whole query: WITH, the body, ORDER BY, LIMIT and OFFSET. */
export function parseQuery(cursor: Cursor): Query {
  return cursor.nested(() => {
    const first = cursor.token
    const commonTables = cursor.takeWord('WITH') ? parseCommonTables(cursor) : []
    return parseQueryEnd(cursor, first, commonTables, parseSetOperations(cursor, parseBodyTerm(cursor), first, 'union'))
  })
}

function parseCommonTables(cursor: Cursor): CommonTable[] {
  if (cursor.isWord('RECURSIVE')) throw cursor.failure('a name', 'Recursive queries are not part of Flink SQL.')
  const tables: CommonTable[] = []
  do {
    const first = cursor.token
    const name = parseIdentifier(cursor, 'new-name')
    const columns = cursor.isSymbol('(') ? parseIdentifierList(cursor, 'new-name') : []
    cursor.expectWord('AS')
    const opening = cursor.expectSymbol('(')
    const query = parseQuery(cursor)
    cursor.expectClosing(opening)
    cursor.probe?.addCommonTable(name.text, columns, query)
    tables.push({ kind: 'common-table', name, columns, query, position: cursor.placeFrom(first) })
  } while (cursor.takeSymbol(','))
  return tables
}

type SetLevel = 'union' | 'intersect'

const setOperators: Readonly<Record<string, readonly [SetOperation['operator'], SetLevel]>> = {
  UNION: ['union', 'union'],
  EXCEPT: ['except', 'union'],
  INTERSECT: ['intersect', 'intersect'],
}

/**
 * Takes set operators after a body, those of the level or tighter, and their right sides. The inputs of one operator
 * are gathered in one node; a body that came in parentheses is never added to.
 */
function parseSetOperations(cursor: Cursor, left: QueryBody, first: Token, level: SetLevel): QueryBody {
  let chained = 0
  for (;;) {
    const operator = takeSetOperator(cursor, level)
    if (operator === undefined) return left
    const inputs = [left]
    do {
      const rightFirst = cursor.token
      const right = parseBodyTerm(cursor)
      inputs.push(operator.level === 'union' ? parseSetOperations(cursor, right, rightFirst, 'intersect') : right)
    } while (isSetOperator(cursor, operator) && takeSetOperator(cursor, level) !== undefined)
    if (++chained > 30) cursor.hasLongChain = true
    left = { kind: 'set-operation', operator: operator.name, all: operator.all, inputs, position: cursor.placeFrom(first) }
  }
}

interface SetOperator {
  readonly name: SetOperation['operator']
  readonly level: SetLevel
  readonly all: boolean
}

/** Whether the same operator comes again, with the same ALL. */
function isSetOperator(cursor: Cursor, operator: SetOperator): boolean {
  const isAll = cursor.peek(1).kind === 'word' && cursor.peek(1).text === 'ALL'
  return cursor.token.kind === 'word' && setOperators[cursor.token.text]?.[0] === operator.name && isAll === operator.all
}

function takeSetOperator(cursor: Cursor, level: SetLevel): SetOperator | undefined {
  if (cursor.token.kind === 'word' && cursor.token.text === 'MINUS') throw cursor.failure('"EXCEPT"', 'Flink SQL spells MINUS as EXCEPT.')
  const word = ['UNION', 'EXCEPT', 'INTERSECT'].find((each) => cursor.isWord(each)) ?? ''
  const found = setOperators[word]
  if (found === undefined || (level === 'intersect' && found[1] === 'union')) return undefined
  cursor.advance()
  const all = cursor.takeWord('ALL')
  if (!all) cursor.takeWord('DISTINCT')
  return { name: found[0], level: found[1], all }
}

function parseBodyTerm(cursor: Cursor): QueryBody {
  const first = cursor.token
  if (cursor.isWord('SELECT')) return parseSelect(cursor)
  if (cursor.isWord('VALUES')) return parseValues(cursor)
  if (cursor.isWord('TABLE')) {
    cursor.advance()
    return { kind: 'explicit-table', name: parseName(cursor, 'table'), position: cursor.placeFrom(first) }
  }
  if (!cursor.takeSymbol('(')) throw cursor.failure('a query', cursor.isWord('WITH') ? 'WITH stands at the start of a query.' : undefined)
  const query = parseQuery(cursor)
  cursor.expectClosing(first)
  return bodyOf(query)
}

/** A query in parentheses that has nothing but a body is its body. */
function bodyOf(query: Query): QueryBody {
  const isPlain = query.with.length === 0 && query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined
  return isPlain ? query.body : query
}

function parseValues(cursor: Cursor): Values {
  const first = cursor.expectWord('VALUES')
  const rows: (readonly Expression[])[] = []
  do {
    const row = cursor.element(parseRow)
    if (row !== undefined) rows.push(row)
  } while (cursor.takeSymbol(','))
  return { kind: 'values', rows, position: cursor.placeFrom(first) }
}

/** `(1, 'a')` and `ROW(1, 'a')` are rows, anything else a row of one. */
function parseRow(cursor: Cursor): readonly Expression[] {
  const expression = cursor.parseExpression()
  return expression.kind === 'row' ? expression.items : [expression]
}

/** Goes on with a query whose first part, in parentheses, was already read. */
export function continueQuery(cursor: Cursor, first: Token, start: Query): Query {
  return parseQueryEnd(cursor, first, [], parseSetOperations(cursor, bodyOf(start), first, 'union'))
}

function parseQueryEnd(cursor: Cursor, first: Token, commonTables: readonly CommonTable[], body: QueryBody): Query {
  const orderBy: OrderItem[] = cursor.takePhrase('ORDER', 'BY') ? parseOrderItems(cursor) : []
  const { limit, offset } = parseLimit(cursor)
  return {
    kind: 'query',
    with: commonTables,
    body,
    orderBy,
    ...(offset && { offset }),
    ...(limit && { limit }),
    position: cursor.placeFrom(first),
  }
}

interface Limits {
  limit?: NumberLiteral
  offset?: NumberLiteral
}

/** LIMIT and OFFSET in either order, or FETCH. */
function parseLimit(cursor: Cursor): Limits {
  const limits: Limits = {}
  for (;;) {
    if (limits.limit === undefined && cursor.takeWord('LIMIT')) {
      if (cursor.takeWord('ALL')) continue
      limits.limit = parseCount(cursor, 'a number of rows after LIMIT')
      refuseLimitPair(cursor, limits.limit)
    } else if (limits.offset === undefined && cursor.takeWord('OFFSET')) {
      limits.offset = parseCount(cursor, 'a number of rows after OFFSET')
      cursor.takeOneOf(['ROWS', 'ROW'])
    } else if (limits.limit === undefined && cursor.takeWord('FETCH')) {
      cursor.expectOneOf(['FIRST', 'NEXT'])
      const { token } = cursor
      const one: NumberLiteral = { kind: 'number-literal', text: '1', form: 'integer', position: placeOf(token) }
      limits.limit = token.kind === 'number' ? parseCount(cursor, 'a number of rows') : one
      cursor.expectOneOf(['ROWS', 'ROW'])
      cursor.expectWord('ONLY')
    } else return limits
  }
}

function parseCount(cursor: Cursor, expected: string): NumberLiteral {
  const { token } = cursor
  if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw cursor.failure(expected)
  return parseNumberLiteral(cursor)
}

/** `LIMIT 5, 10` of other systems: skip five, return ten. */
function refuseLimitPair(cursor: Cursor, skipped: NumberLiteral): void {
  const next = cursor.peek(1)
  if (!cursor.isSymbol(',') || next.kind !== 'number') return
  throw cursor.failure('one number after LIMIT', `Write LIMIT ${next.text} OFFSET ${skipped.text}.`)
}
