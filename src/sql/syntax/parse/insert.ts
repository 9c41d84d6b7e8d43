import type { Cursor } from '../cursor.ts'
import { parseHints } from './hints.ts'
import { parseIdentifierList, parseName } from './names.ts'
import { parsePartition } from './partitions.ts'
import { parseQuery, startsQuery } from './queries.ts'
import type { Token } from '../token.ts'
import type { Insert, StatementSet } from '../tree.ts'

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
  if (!startsQuery(cursor.token) && !cursor.isSymbol('(') && !cursor.isWord('TABLE')) {
    for (const word of ['SELECT', 'WITH', 'VALUES']) cursor.isWord(word)
    throw cursor.failure('a query or VALUES')
  }
  const query = parseQuery(cursor)
  return { kind: 'insert', overwrite, target, hints, partition, columns, query, position: cursor.placeFrom(first) }
}

/** A parenthesis after the target holds columns, unless a query starts in it. */
function takeColumns(cursor: Cursor): Insert['columns'] {
  const next = cursor.peek(1)
  const isQuery = startsQuery(next) || (next.kind === 'symbol' && next.text === '(')
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
