import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'

/** Whether a query starts at the token, apart from one in parentheses. */
export function startsQuery(token: Token): boolean {
  return token.kind === 'word' && (token.text === 'SELECT' || token.text === 'WITH' || token.text === 'VALUES')
}

/** Whether something follows that belongs to a query rather than to an expression. */
export function continuesQuery(cursor: Cursor): boolean {
  const words = ['UNION', 'EXCEPT', 'INTERSECT', 'MINUS', 'LIMIT', 'OFFSET', 'FETCH']
  return cursor.isWord('ORDER', 'BY') || words.some((word) => cursor.isWord(word))
}
