import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type { AlterConnection, CreateConnection, Name } from '../tree.ts'
import { parseName, takeComment } from './names.ts'
import { parseOptionKeys, parseOptions } from './options.ts'

/** Takes CREATE CONNECTION from its name on. */
export function parseCreateConnection(cursor: Cursor, first: Token, temporary: boolean): CreateConnection {
  const ifNotExists = cursor.takeWord('IF', 'NOT', 'EXISTS')
  const name = parseName(cursor, 'new-name', 'a connection name')
  const comment = takeComment(cursor)
  if (!cursor.isWord('WITH')) throw cursor.failure('"WITH" and the options', "Write WITH ('connector' = '…', …).")
  cursor.advance()
  const options = parseOptions(cursor)
  const position = cursor.placeFrom(first)
  return { kind: 'create-connection', temporary, ifNotExists, name, ...(comment !== undefined && { comment }), options, position }
}

/** Takes ALTER CONNECTION from its name on. */
export function parseAlterConnection(cursor: Cursor, first: Token): AlterConnection {
  const ifExists = cursor.takeWord('IF', 'EXISTS')
  const name = parseName(cursor, 'connection')
  const change = parseChange(cursor)
  return { kind: 'alter-connection', ifExists, name, ...change, position: cursor.placeFrom(first) }
}

function parseChange(cursor: Cursor): Pick<AlterConnection, 'options' | 'reset' | 'comment' | 'renameTo'> {
  if (cursor.takeWord('RENAME', 'TO')) return { renameTo: parseName(cursor, 'new-name', 'a connection name') }
  if (cursor.takeWord('SET')) return { options: parseOptions(cursor) }
  if (cursor.takeWord('RESET')) return { reset: parseOptionKeys(cursor) }
  const comment = takeComment(cursor)
  if (comment === undefined) throw cursor.failure('SET, RESET, COMMENT or RENAME TO')
  return { comment }
}

/** Takes `USING CONNECTION name` of a table. */
export function takeUsedConnection(cursor: Cursor): Name | undefined {
  return cursor.takeWord('USING', 'CONNECTION') ? parseName(cursor, 'connection') : undefined
}
