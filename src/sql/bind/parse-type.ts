/** Types from a text of their own, as functions declare them. */
import type { DataType } from '#data'
import { openCursor } from '../syntax/grammar.ts'
import { readTokens } from '../syntax/lexer.ts'
import { parseDataType } from '../syntax/parse/data-types.ts'
import { bindType } from './bind-type.ts'

/** The type that a text such as `DECIMAL(10, 2) NOT NULL` names. Throws a MillraceError when it names none. */
export function parseType(text: string): DataType {
  const cursor = openCursor(text, readTokens(text).tokens)
  const type = parseDataType(cursor)
  if (!cursor.isAtEnd()) throw cursor.failure('the end of the type')
  const [failure] = cursor.errors
  if (failure !== undefined) throw failure
  return bindType(type)
}
