import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type { Insert, StatementSet } from '../tree.ts'
import { parseHints } from './hints.ts'
import { isName, parseIdentifierList, parseName } from './names.ts'
import { parsePartition } from './partitions.ts'
import { startsQuery } from './query-starts.ts'

/** Takes INSERT INTO or INSERT OVERWRITE. */
export function parseInsert(cursor: Cursor, first: Token = cursor.token): Insert {
  cursor.expectWord('INSERT')
  const overwrite = cursor.takeWord('OVERWRITE')
  if (!overwrite && !cursor.takeWord('INTO')) throw cursor.failure('INTO or OVERWRITE after INSERT')
  cursor.takeWord('TABLE')
  const target = parseName(cursor, 'table')
  cursor.probe?.addName(target)
  const hints = parseHints(cursor)
  let columns = takeColumns(cursor)
  const partition = cursor.takeWord('PARTITION') ? parsePartition(cursor) : []
  if (columns.length === 0) columns = takeColumns(cursor)
  refuseNoQuery(cursor)
  const query = cursor.parseQuery()
  const onConflict = parseOnConflict(cursor)
  const position = cursor.placeFrom(first)
  return { kind: 'insert', overwrite, target, hints, partition, columns, query, ...(onConflict && { onConflict }), position }
}

const conflictActions = ['DEDUPLICATE', 'NOTHING', 'ERROR'] as const

function parseOnConflict(cursor: Cursor): Insert['onConflict'] {
  const first = cursor.token
  if (!cursor.takeWord('ON', 'CONFLICT')) return undefined
  cursor.expectWord('DO')
  const action = cursor.expectOneOf(conflictActions)
  return { kind: 'on-conflict', action, position: cursor.placeFrom(first) }
}

/** Says what a source of rows is, where none starts. */
function refuseNoQuery(cursor: Cursor): void {
  const { token } = cursor
  const next = cursor.peek(1)
  for (const word of ['SELECT', 'WITH', 'VALUES']) if (cursor.isWord(word)) return
  if (cursor.isWord('TABLE') || (cursor.isSymbol('(') && (startsQuery(next) || isSymbol(next, '(') || isTableWord(next)))) return
  if (cursor.isSymbol('(')) throw cursor.failure('a query or VALUES', 'Rows are written VALUES (…), (…).')
  throw cursor.failure(
    'a query or VALUES',
    isName(token) && isSymbol(next, ',') ? 'Columns stand in parentheses after the table.' : undefined,
  )
}

function isTableWord(token: Token): boolean {
  return token.kind === 'word' && token.text === 'TABLE'
}

function isSymbol(token: Token, symbol: string): boolean {
  return token.kind === 'symbol' && token.text === symbol
}

/** A parenthesis after the target holds columns, unless a query starts in it. */
function takeColumns(cursor: Cursor): Insert['columns'] {
  const next = cursor.peek(1)
  const isQuery = startsQuery(next) || isSymbol(next, '(')
  return cursor.isSymbol('(') && !isQuery ? parseIdentifierList(cursor, 'column') : []
}

/**
 * Takes the statements of a set up to its END. Each ends with a semicolon; a wrong one is reported and the next are
 * still read.
 */
export function parseStatementSet(cursor: Cursor, first: Token): StatementSet {
  const statements: Insert[] = []
  while (cursor.takeSymbol(';'));
  if (cursor.isWord('END')) throw cursor.failure('INSERT', 'A statement set holds at least one INSERT.')
  while (!cursor.takeWord('END')) {
    if (cursor.token.kind === 'end') {
      throw cursor.failure('INSERT or END', `The statement set of line ${first.line} ends with END.`)
    }
    const insert = parseSetMember(cursor)
    if (insert !== undefined) statements.push(insert)
    while (cursor.takeSymbol(';'));
  }
  return { kind: 'statement-set', statements, position: cursor.placeFrom(first) }
}

function parseSetMember(cursor: Cursor): Insert | undefined {
  return cursor.statement(() => {
    if (!cursor.isWord('INSERT')) throw cursor.failure('INSERT or END', 'A statement set holds INSERT statements only.')
    const insert = parseInsert(cursor)
    if (!cursor.isSymbol(';') && !cursor.isWord('END')) throw cursor.failure('";" after INSERT')
    return insert
  })
}
