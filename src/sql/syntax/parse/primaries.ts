import { isReserved } from '#plan'
import type { Cursor } from '../cursor.ts'
import { isBareFunction, isFunctionWord } from '../keywords.ts'
import { placeOf, type Token } from '../token.ts'
import type { CaseBranch, Expression, Query } from '../tree.ts'
import { parseCall, parseCallModifiers } from './calls.ts'
import { parseDataType } from './data-types.ts'
import { parseInterval, parseNumberLiteral, parseStringLiteral, takeDateTimeLiteral } from './literals.ts'
import { followsName, isName, parseIdentifier, parsePathRest, reservedWord, wordIdentifier } from './names.ts'
import { continuesQuery, startsQuery } from './query-starts.ts'
import { findSpecialCall } from './special-calls.ts'

/** Words that start a value, told to completion. */
const valueWords = ['CASE', 'CAST', 'TRY_CAST', 'EXISTS', 'INTERVAL', 'NOT', 'NULL', 'ROW', 'TRUE', 'FALSE']

/** Takes a value without operators: a literal, a name, a call, or something in parentheses. */
export function parsePrimary(cursor: Cursor): Expression {
  const { token } = cursor
  switch (token.kind) {
    case 'number':
      return parseNumberLiteral(cursor)
    case 'string':
      return parseStringLiteral(cursor)
    case 'binary':
      cursor.advance()
      return { kind: 'binary-literal', hex: token.text, position: placeOf(token) }
    case 'quoted':
    case 'double-quoted':
      return parsePath(cursor)
    case 'word':
      return parseWord(cursor, token)
    case 'symbol':
      if (token.text === '(') return parseParentheses(cursor)
      throw cursor.failure('an expression', symbolHint(token.text))
    default:
      expectValue(cursor)
      throw cursor.failure('an expression')
  }
}

function expectValue(cursor: Cursor): void {
  cursor.expectName('column')
  cursor.expectName('function')
  for (const word of valueWords) cursor.isWord(word)
}

function symbolHint(symbol: string): string | undefined {
  if (symbol === '?' || symbol === ':') return 'Parameters cannot stand in a statement; write the value.'
  if (symbol === '$') return 'Variables are not replaced in a statement; write the value.'
  if (symbol === '*') return 'A star stands alone in SELECT *, in t.* or in COUNT(*).'
  return undefined
}

function parseWord(cursor: Cursor, token: Token): Expression {
  const next = cursor.peek(1)
  const isCall = next.kind === 'symbol' && next.text === '('
  switch (token.text) {
    case 'NULL':
      cursor.advance()
      return { kind: 'null-literal', position: placeOf(token) }
    case 'TRUE':
    case 'FALSE':
    case 'UNKNOWN':
      cursor.advance()
      return { kind: 'boolean-literal', value: token.text === 'UNKNOWN' ? null : token.text === 'TRUE', position: placeOf(token) }
    case 'CASE':
      return parseCase(cursor)
    case 'CAST':
    case 'TRY_CAST':
      if (!followsName(next)) return parseCast(cursor)
      break
    case 'EXISTS':
      if (!followsName(next)) return parseExists(cursor)
      break
    case 'INTERVAL':
      if (startsInterval(next)) return parseInterval(cursor)
      break
    case 'ROW':
      if (isCall) return parseRow(cursor)
      break
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
      if (next.kind === 'symbol' && next.text === '[') return parseCollection(cursor)
      if (isCall && startsQuery(cursor.peek(2))) return parseCollection(cursor)
      break
    case 'FINAL':
    case 'RUNNING':
      if (next.kind === 'word' && cursor.peek(2).text === '(') return parseScopedCall(cursor)
  }
  const dateTime = takeDateTimeLiteral(cursor)
  if (dateTime !== undefined) return dateTime
  return parseNamed(cursor, token, isCall)
}

/** Takes a column or a call: reserved words are functions or nothing. */
function parseNamed(cursor: Cursor, token: Token, isCall: boolean): Expression {
  const special = isCall ? findSpecialCall(token.text) : undefined
  if (special !== undefined) return parseCallModifiers(cursor, token, special(cursor))
  if (!isReserved(token.text)) return parsePath(cursor)
  if (isCall && isFunctionWord(token.text)) {
    cursor.advance()
    return parseCall(cursor, token, [wordIdentifier(cursor, token)])
  }
  if (isBareFunction(token.text)) {
    cursor.advance()
    const name = { kind: 'name', parts: [wordIdentifier(cursor, token)], position: placeOf(token) } as const
    return { kind: 'call', name, arguments: [], bare: true, position: placeOf(token) }
  }
  throw reservedWord(cursor, 'a column name') ?? cursor.failure('an expression')
}

function parsePath(cursor: Cursor): Expression {
  const first = cursor.token
  const parts = parsePathRest(cursor, parseIdentifier(cursor, 'column'), 'column')
  if (cursor.isSymbol('(')) return parseCall(cursor, first, parts)
  return { kind: 'column-reference', parts, position: cursor.placeFrom(first) }
}

/** `FINAL LAST(A.price)` in MATCH_RECOGNIZE. */
function parseScopedCall(cursor: Cursor): Expression {
  const scope = cursor.advance()
  const inner = parsePrimary(cursor)
  if (inner.kind !== 'call') throw cursor.failure(`a function after ${scope.text}`)
  return { ...inner, semantics: scope.text === 'FINAL' ? 'final' : 'running', position: cursor.placeFrom(scope) }
}

function parseCase(cursor: Cursor): Expression {
  const first = cursor.advance()
  return cursor.nested(() => {
    const operand = cursor.isWord('WHEN') ? undefined : cursor.parseExpression()
    const branches: CaseBranch[] = []
    while (cursor.isWord('WHEN')) {
      const when = cursor.advance()
      const conditions = [cursor.parseExpression()]
      while (operand !== undefined && cursor.takeSymbol(',')) conditions.push(cursor.parseExpression())
      cursor.expectWord('THEN')
      const result = cursor.parseExpression()
      branches.push({ kind: 'case-branch', conditions, result, position: cursor.placeFrom(when) })
    }
    if (branches.length === 0) throw cursor.failure('"WHEN"')
    const otherwise = cursor.takeWord('ELSE') ? cursor.parseExpression() : undefined
    if (!cursor.takeWord('END')) {
      const hint = `The CASE of line ${first.line}, column ${first.column} ends with END.`
      throw cursor.failure(otherwise === undefined ? 'WHEN, ELSE or END' : '"END"', hint)
    }
    return {
      kind: 'case',
      ...(operand && { operand }),
      branches,
      ...(otherwise && { otherwise }),
      position: cursor.placeFrom(first),
    }
  })
}

function parseCast(cursor: Cursor): Expression {
  const first = cursor.advance()
  const opening = cursor.expectSymbol('(')
  const operand = cursor.parseExpression()
  if (!cursor.isWord('AS')) throw cursor.failure('"AS"', `Write ${first.text}(value AS type).`)
  cursor.advance()
  const type = parseDataType(cursor)
  cursor.expectClosing(opening)
  return { kind: 'cast', operand, type, safe: first.text === 'TRY_CAST', position: cursor.placeFrom(first) }
}

function parseExists(cursor: Cursor): Expression {
  const first = cursor.advance()
  const opening = cursor.expectSymbol('(')
  const query = cursor.parseQuery()
  cursor.expectClosing(opening)
  return { kind: 'exists', query, position: cursor.placeFrom(first) }
}

function startsInterval(next: Token): boolean {
  return next.kind === 'string' || next.kind === 'number' || isName(next) || (next.kind === 'symbol' && '(+-'.includes(next.text))
}

function parseRow(cursor: Cursor): Expression {
  const first = cursor.advance()
  const opening = cursor.expectSymbol('(')
  const items = cursor.isSymbol(')') ? [] : cursor.list(cursor.grammar.parseExpression)
  cursor.expectClosing(opening, ')', '"," or ')
  return { kind: 'row', items, position: cursor.placeFrom(first) }
}

function parseCollection(cursor: Cursor): Expression {
  const first = cursor.advance()
  const collection = first.text === 'ARRAY' ? 'array' : first.text === 'MAP' ? 'map' : 'multiset'
  const opening = cursor.advance()
  if (opening.text === '(') {
    const query = cursor.parseQuery()
    cursor.expectClosing(opening)
    return { kind: 'collection-query', collection, query, position: cursor.placeFrom(first) }
  }
  const items = cursor.isSymbol(']') ? [] : cursor.list(cursor.grammar.parseExpression)
  cursor.expectClosing(opening, ']', '"," or ')
  return { kind: 'collection', collection, items, position: cursor.placeFrom(first) }
}

/** What a pair of parentheses holds: a query, or one or more expressions. */
export type Parenthesized = { readonly query: Query; readonly items?: never } | { readonly query?: never; readonly items: Expression[] }

/**
 * Takes parentheses and what they hold. `((SELECT 1) UNION (SELECT 2))` looks like an expression until UNION; the
 * query that was read as one is then continued, so that nothing is read twice.
 */
export function parseParenthesized(cursor: Cursor): Parenthesized {
  const opening = cursor.expectSymbol('(')
  if (startsQuery(cursor.token)) {
    const query = cursor.parseQuery()
    cursor.expectClosing(opening)
    return { query }
  }
  if (cursor.probe !== undefined) for (const word of ['SELECT', 'WITH', 'VALUES']) cursor.isWord(word)
  const firstItem = cursor.token
  const items = [cursor.parseExpression()]
  const [only] = items
  if (only?.kind === 'subquery' && continuesQuery(cursor)) {
    const query = cursor.grammar.continueQuery(cursor, firstItem, only.query)
    cursor.expectClosing(opening)
    return { query }
  }
  while (cursor.takeSymbol(',')) items.push(cursor.parseExpression())
  cursor.expectClosing(opening, ')', '"," or ')
  if (items.length === 1 && only?.kind === 'subquery') return { query: only.query }
  return { items }
}

function parseParentheses(cursor: Cursor): Expression {
  const first = cursor.token
  const inside = parseParenthesized(cursor)
  if (inside.query !== undefined) return { kind: 'subquery', query: inside.query, position: cursor.placeFrom(first) }
  const [only, ...others] = inside.items
  if (only !== undefined && others.length === 0) return only
  return { kind: 'row', items: inside.items, position: cursor.placeFrom(first) }
}
