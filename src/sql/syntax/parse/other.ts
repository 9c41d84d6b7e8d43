import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type { OtherStatement } from '../tree.ts'

/**
 * Takes the rest of a statement that is recognised and not run: everything up to the semicolon, or to the END of a
 * statement set.
 */
export function parseOther(cursor: Cursor, first: Token, name: string): OtherStatement {
  while (!cursor.isAtEnd()) cursor.advance()
  const position = cursor.placeFrom(first)
  return { kind: 'other-statement', name, text: cursor.source.slice(position.start, position.end), position }
}
