import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type { Call, DerivedTable, Join, JoinKind, NamedTable, TableAlias, TableReference, TableSample } from '../tree.ts'
import { parseCall } from './calls.ts'
import { parseHints } from './hints.ts'
import { parseNumberLiteral } from './literals.ts'
import { parseMatchRecognize } from './match-recognize.ts'
import { isName, parseIdentifier, parseIdentifierList, parseName, takeIdentifier } from './names.ts'
import { continuesQuery, startsQuery } from './query-starts.ts'

/** Takes what stands after FROM: tables, joined by words or by commas, which bind looser. */
export function parseFrom(cursor: Cursor): TableReference {
  const first = cursor.token
  let left = parseJoins(cursor)
  let chained = 0
  while (cursor.takeSymbol(',')) {
    if (++chained > 30) cursor.hasLongChain = true
    const right = parseJoins(cursor)
    left = { kind: 'join', join: 'cross', natural: false, comma: true, left, right, position: cursor.placeFrom(first) }
  }
  return left
}

const joinWords: readonly (readonly [JoinKind, readonly string[]])[] = [
  ['inner', ['JOIN']],
  ['inner', ['INNER', 'JOIN']],
  ['left', ['LEFT', 'JOIN']],
  ['left', ['LEFT', 'OUTER', 'JOIN']],
  ['left-semi', ['LEFT', 'SEMI', 'JOIN']],
  ['left-anti', ['LEFT', 'ANTI', 'JOIN']],
  ['right', ['RIGHT', 'JOIN']],
  ['right', ['RIGHT', 'OUTER', 'JOIN']],
  ['full', ['FULL', 'JOIN']],
  ['full', ['FULL', 'OUTER', 'JOIN']],
  ['cross', ['CROSS', 'JOIN']],
]

function parseJoins(cursor: Cursor): TableReference {
  const first = cursor.token
  let left = parseTable(cursor)
  let chained = 0
  for (;;) {
    const next = parseJoin(cursor, first, left)
    if (next === undefined) return left
    if (++chained > 30) cursor.hasLongChain = true
    left = next
  }
}

function parseJoin(cursor: Cursor, first: Token, left: TableReference): Join | undefined {
  const natural = cursor.isWord('NATURAL')
  if (natural) cursor.advance()
  const found = joinWords.find(([, words]) => cursor.takeWord(...words))
  if (found === undefined) {
    const isJoin = natural || ['INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS'].includes(cursor.token.kind === 'word' ? cursor.token.text : '')
    if (!isJoin) return undefined
    if (!natural) cursor.advance()
    throw cursor.failure('"JOIN"')
  }
  const [join] = found
  const right = parseTable(cursor)
  const condition = natural || join === 'cross' ? undefined : parseJoinCondition(cursor)
  return { kind: 'join', join, natural, comma: false, left, right, ...(condition && { condition }), position: cursor.placeFrom(first) }
}

function parseJoinCondition(cursor: Cursor): NonNullable<Join['condition']> {
  const first = cursor.token
  if (cursor.takeWord('ON')) return { kind: 'on', expression: cursor.parseExpression(), position: cursor.placeFrom(first) }
  if (cursor.takeWord('USING')) return { kind: 'using', columns: parseIdentifierList(cursor, 'column'), position: cursor.placeFrom(first) }
  const isLateTimeTravel = cursor.token.kind === 'word' && cursor.token.text === 'FOR'
  const hint = isLateTimeTravel
    ? 'FOR SYSTEM_TIME AS OF stands between the table and its alias.'
    : 'Write ON and the condition that joins the tables.'
  throw cursor.failure('ON or USING after the joined table', hint)
}

/** Takes one table with its alias. */
function parseTable(cursor: Cursor): TableReference {
  const { token } = cursor
  if (token.kind === 'word') {
    const next = cursor.peek(1)
    const isOpen = next.kind === 'symbol' && next.text === '('
    if (token.text === 'LATERAL') return parseLateral(cursor)
    if (token.text === 'UNNEST' && isOpen) return parseUnnest(cursor)
    if (token.text === 'TABLE' && isOpen) return parseTableFunction(cursor, token, false)
    if (token.text === 'TABLE')
      throw cursor.failure('a table name', 'A function is called TABLE(function(arguments)); a table has just its name.')
  }
  if (cursor.isSymbol('(')) return parseParenthesizedTable(cursor)
  if (token.kind === 'probe') for (const word of ['LATERAL TABLE', 'TABLE', 'UNNEST']) cursor.isWord(word)
  return parseNamedTable(cursor)
}

function parseLateral(cursor: Cursor): TableReference {
  const first = cursor.advance()
  if (cursor.isWord('TABLE')) return parseTableFunction(cursor, first, true)
  if (cursor.isWord('UNNEST')) return parseUnnest(cursor)
  if (cursor.isSymbol('(')) {
    const table = parseParenthesizedTable(cursor)
    if (table.kind === 'derived-table') return { ...table, lateral: true, position: cursor.placeFrom(first) }
  }
  throw cursor.failure('TABLE(…), UNNEST(…) or a query after LATERAL', 'Write LATERAL TABLE(function(arguments)).')
}

/** `TABLE(f(x))`. */
function parseTableFunction(cursor: Cursor, first: Token, lateral: boolean): TableReference {
  cursor.expectWord('TABLE')
  const opening = cursor.expectSymbol('(')
  cursor.expectName('function')
  const start = cursor.token
  const name = parseName(cursor, 'function')
  const call = parseCall(cursor, start, name.parts)
  cursor.expectClosing(opening)
  return withAlias(cursor, (alias) => ({
    kind: 'table-function',
    call,
    lateral,
    ...(alias && { alias }),
    position: cursor.placeFrom(first),
  }))
}

function parseUnnest(cursor: Cursor): TableReference {
  const first = cursor.advance()
  const opening = cursor.expectSymbol('(')
  const expressions = cursor.list(cursor.grammar.parseExpression)
  cursor.expectClosing(opening, ')', '"," or ')
  const ordinality = cursor.takeWord('WITH', 'ORDINALITY')
  return withAlias(cursor, (alias) => ({
    kind: 'unnest',
    expressions,
    ordinality,
    ...(alias && { alias }),
    position: cursor.placeFrom(first),
  }))
}

/**
 * Takes a query or joined tables in parentheses. As with expressions, `((SELECT 1) UNION …)` shows only after its
 * first part that it is a query.
 */
function parseParenthesizedTable(cursor: Cursor): TableReference {
  const first = cursor.expectSymbol('(')
  const content = cursor.token
  const isTable = content.kind === 'word' && content.text === 'TABLE' && isName(cursor.peek(1))
  if (startsQuery(content) || isTable) {
    const query = cursor.parseQuery()
    cursor.expectClosing(first)
    return parseDerivedTable(cursor, first, query)
  }
  for (const word of ['SELECT', 'WITH', 'VALUES']) cursor.isWord(word)
  const inside = cursor.nested(parseFrom)
  if (inside.kind === 'derived-table' && inside.alias === undefined && continuesQuery(cursor)) {
    const query = cursor.grammar.continueQuery(cursor, content, inside.query)
    cursor.expectClosing(first)
    return parseDerivedTable(cursor, first, query)
  }
  cursor.expectClosing(first)
  const isBareQuery = inside.kind === 'derived-table' && inside.alias === undefined
  return isBareQuery ? parseDerivedTable(cursor, first, inside.query) : inside
}

function parseDerivedTable(cursor: Cursor, first: Token, query: DerivedTable['query']): TableReference {
  const table = withAlias(cursor, (alias): TableReference => {
    const position = cursor.placeFrom(first)
    return { kind: 'derived-table', query, lateral: false, ...(alias && { alias }), position }
  })
  return takeMatch(cursor, first, table)
}

function parseNamedTable(cursor: Cursor): TableReference {
  const first = cursor.token
  const name = parseName(cursor, 'table')
  if (cursor.isSymbol('(')) {
    const call: Call = parseCall(cursor, first, name.parts)
    return withAlias(cursor, (alias) => ({
      kind: 'table-function',
      call,
      lateral: false,
      ...(alias && { alias }),
      position: cursor.placeFrom(first),
    }))
  }
  const hints = parseHints(cursor)
  const asOf = cursor.takeWord('FOR', 'SYSTEM_TIME', 'AS', 'OF') ? cursor.parseOperand() : undefined
  const table = withAlias(cursor, (alias): NamedTable => {
    const sample = parseSample(cursor)
    return {
      kind: 'named-table',
      name,
      hints,
      ...(asOf && { asOf }),
      ...(alias && { alias }),
      ...(sample && { sample }),
      position: cursor.placeFrom(first),
    }
  })
  return takeMatch(cursor, first, table)
}

function takeMatch(cursor: Cursor, first: Token, table: TableReference): TableReference {
  if (!cursor.isWord('MATCH_RECOGNIZE')) return table
  const match = parseMatchRecognize(cursor, first, table)
  return withAlias(cursor, (alias) => ({ ...match, ...(alias && { alias }), position: cursor.placeFrom(first) }))
}

/** Takes an alias, if there is one, and makes the table with it. */
function withAlias<Table extends TableReference>(cursor: Cursor, make: (alias: TableAlias | undefined) => Table): Table {
  const table = make(parseTableAlias(cursor))
  cursor.probe?.addTable(table)
  return table
}

function parseTableAlias(cursor: Cursor): TableAlias | undefined {
  const first = cursor.token
  const name = cursor.takeWord('AS') ? parseIdentifier(cursor, 'new-name', 'an alias') : takeIdentifier(cursor, 'new-name')
  if (name === undefined) return undefined
  const columns = cursor.isSymbol('(') ? parseIdentifierList(cursor, 'new-name') : []
  return { kind: 'table-alias', name, columns, position: cursor.placeFrom(first) }
}

function parseSample(cursor: Cursor): TableSample | undefined {
  const first = cursor.token
  if (!cursor.takeWord('TABLESAMPLE')) return undefined
  const method = cursor.expectOneOf(['BERNOULLI', 'SYSTEM']) === 'SYSTEM' ? 'system' : 'bernoulli'
  const opening = cursor.expectSymbol('(')
  if (cursor.token.kind !== 'number') throw cursor.failure('a number of percent')
  const percent = parseNumberLiteral(cursor)
  cursor.expectClosing(opening)
  if (!cursor.takeWord('REPEATABLE')) return { kind: 'table-sample', method, percent, position: cursor.placeFrom(first) }
  const second = cursor.expectSymbol('(')
  if (cursor.token.kind !== 'number') throw cursor.failure('a number')
  const seed = parseNumberLiteral(cursor)
  cursor.expectClosing(second)
  return { kind: 'table-sample', method, percent, seed, position: cursor.placeFrom(first) }
}
