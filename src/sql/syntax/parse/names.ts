import { isReserved } from '#plan'
import { sqlErrors } from '../../errors.ts'
import type { Cursor } from '../cursor.ts'
import { isClauseWord } from '../keywords.ts'
import type { NameKind } from '../probe.ts'
import { placeOf, type Token } from '../token.ts'
import type { Identifier, Name, StringLiteral } from '../tree.ts'

/** What names are of, for "expected a table name" and "cannot be a table name". */
const roles: Readonly<Record<NameKind, string>> = {
  catalog: 'a catalog name',
  column: 'a column name',
  connection: 'a connection name',
  'connector-option': 'an option in quotes',
  database: 'a database name',
  function: 'a function name',
  hint: 'a hint',
  module: 'a module name',
  'new-name': 'a name',
  'option-value': 'a value in quotes',
  setting: 'a setting',
  table: 'a table name',
  type: 'a data type',
  view: 'a view name',
  window: 'a window name',
}

/** Whether the token can be a name as it is: a word that is not reserved, or anything in backticks. */
export function isName(token: Token): boolean {
  return (token.kind === 'word' && !isReserved(token.text)) || token.kind === 'quoted' || token.kind === 'double-quoted'
}

/** Takes one name; `role` replaces what the kind is usually called. */
export function parseIdentifier(cursor: Cursor, kind: NameKind, role: string = roles[kind]): Identifier {
  cursor.expectName(kind)
  const { token } = cursor
  if (!isName(token)) throw reservedWord(cursor, role) ?? cursor.failure(role)
  cursor.advance()
  return toIdentifier(cursor, token)
}

/** Takes a name if there is one, as an alias without AS is. */
export function takeIdentifier(cursor: Cursor, kind: NameKind): Identifier | undefined {
  cursor.expectName(kind)
  return isName(cursor.token) ? parseIdentifier(cursor, kind) : undefined
}

/** Words arrive in upper case; the name itself is as written. */
function toIdentifier(cursor: Cursor, token: Token): Identifier {
  const isWord = token.kind === 'word'
  const text = isWord ? cursor.source.slice(token.start, token.end) : token.text
  return { kind: 'identifier', text, quoted: !isWord, position: placeOf(token) }
}

/** The name of a function whose word is reserved. */
export function wordIdentifier(cursor: Cursor, token: Token): Identifier {
  return { kind: 'identifier', text: cursor.source.slice(token.start, token.end), quoted: false, position: placeOf(token) }
}

/** Takes the names of a path after the first: `.b.c`. */
export function parsePathRest(cursor: Cursor, first: Identifier, kind: NameKind): Identifier[] {
  const parts = [first]
  while (cursor.isSymbol('.') && !isStar(cursor.peek(1))) {
    cursor.advance()
    cursor.expectName(kind, parts)
    const { token } = cursor
    if (!isName(token)) throw reservedWord(cursor, 'part of a name') ?? cursor.failure(roles[kind])
    cursor.advance()
    parts.push(toIdentifier(cursor, token))
  }
  return parts
}

/** Takes `a.b.c`. */
export function parseName(cursor: Cursor, kind: NameKind, role?: string): Name {
  const first = cursor.token
  const parts = parsePathRest(cursor, parseIdentifier(cursor, kind, role), kind)
  return { kind: 'name', parts, position: cursor.placeFrom(first) }
}

function isStar(token: Token): boolean {
  return token.kind === 'symbol' && token.text === '*'
}

/** Takes `(a, b, c)`. */
export function parseIdentifierList(cursor: Cursor, kind: NameKind): Identifier[] {
  const opening = cursor.expectSymbol('(')
  const names = cursor.list(() => parseIdentifier(cursor, kind))
  cursor.expectClosing(opening, ')', '"," or ')
  return names
}

export function parseString(cursor: Cursor, expected: string): StringLiteral {
  const { token } = cursor
  if (token.kind !== 'string' && token.kind !== 'double-quoted') throw cursor.failure(expected)
  cursor.advance()
  return { kind: 'string-literal', value: token.text, position: placeOf(token) }
}

/** `COMMENT 'text'`, if it is there. */
export function takeComment(cursor: Cursor): string | undefined {
  return cursor.takeWord('COMMENT') ? parseString(cursor, 'the comment in quotes').value : undefined
}

const wholeNumberMax = 2_147_483_647

/** Takes a whole number, as in VARCHAR(10). */
export function parseWholeNumber(cursor: Cursor): number {
  const { token } = cursor
  const value = token.kind === 'number' && /^\d+$/.test(token.text) ? Number(token.text) : undefined
  if (value === undefined) throw cursor.failure('a whole number')
  if (value > wholeNumberMax) throw cursor.failure(`a whole number up to ${wholeNumberMax}`)
  cursor.advance()
  return value
}

/**
 * The error of a reserved word where a name belongs. A clause word counts as the name that someone meant only if what
 * follows would follow a name; otherwise the name was forgotten, and that is another error.
 */
export function reservedWord(cursor: Cursor, role: string): Error | undefined {
  const { token } = cursor
  if (token.kind !== 'word' || !isReserved(token.text)) return undefined
  if (isClauseWord(token.text) && !isMeantAsName(token, cursor.peek(1))) return undefined
  return reservedError(token, cursor, role)
}

export function reservedError(token: Token, cursor: Cursor, role: string): Error {
  const word = cursor.source.slice(token.start, token.end)
  return sqlErrors.SQL_RESERVED_WORD({ word, role }, { position: placeOf(token) })
}

const symbolsAfterName = new Set([',', ')', '=', '=>', '<>', '!=', '<', '>', '<=', '>=', '.', ';', '+', '*', '/', '||'])

function isMeantAsName(word: Token, next: Token): boolean {
  if (word.text === 'ORDER' || word.text === 'GROUP') return next.text !== 'BY'
  if (word.text === 'SELECT' && next.text === '*') return false
  return followsName(next)
}

/** Whether the token may stand after a name, and hardly after a keyword. */
export function followsName(token: Token): boolean {
  if (token.kind === 'end') return true
  if (token.kind === 'symbol') return symbolsAfterName.has(token.text)
  return token.kind === 'word' && (token.text === 'FROM' || token.text === 'AS' || token.text === 'IS')
}
