import type { Cursor } from '../cursor.ts'
import { placeOf } from '../token.ts'
import type { Option, StringLiteral } from '../tree.ts'
import { isName } from './names.ts'

/** Takes `('key' = 'value', …)`. */
export function parseOptions(cursor: Cursor): Option[] {
  const opening = cursor.expectSymbol('(')
  const options: Option[] = []
  if (cursor.takeSymbol(')')) return options
  do {
    if (cursor.isSymbol(')')) {
      cursor.report(cursor.failure('an option after ","', 'Remove the comma before the parenthesis.'))
      break
    }
    const option = cursor.element(parseOption)
    if (option !== undefined) options.push(option)
  } while (cursor.takeSymbol(','))
  cursor.expectClosing(opening, ')', '"," or ')
  return options
}

function parseOption(cursor: Cursor): Option {
  const first = cursor.token
  const key = parseOptionKey(cursor)
  if (!cursor.takeSymbol('=')) throw cursor.failure('"="', "An option is written 'key' = 'value'.")
  cursor.expectName('option-value', [{ kind: 'identifier', text: key.value, quoted: true, position: key.position }])
  const value = parseOptionText(cursor, 'the value in quotes')
  const { token } = cursor
  if (token.kind === 'string') throw cursor.failure('"," or ")"', 'A comma is missing between the options.')
  return { kind: 'option', key, value, position: cursor.placeFrom(first) }
}

/** Takes the key of an option. */
function parseOptionKey(cursor: Cursor): StringLiteral {
  cursor.expectName('connector-option')
  return parseOptionText(cursor, 'an option in quotes')
}

function parseOptionText(cursor: Cursor, expected: string): StringLiteral {
  const { token } = cursor
  if (token.kind === 'string' || token.kind === 'double-quoted') {
    cursor.advance()
    return { kind: 'string-literal', value: token.text, position: placeOf(token) }
  }
  const isBare = isName(token) || token.kind === 'number' || (token.kind === 'word' && token.text !== 'AS')
  throw cursor.failure(expected, isBare ? `Keys and values of options stand in single quotes: '${bareText(cursor)}'.` : undefined)
}

/** The words of an unquoted key or value, as far as it reaches without a blank. */
function bareText(cursor: Cursor): string {
  let end = cursor.token.end
  for (let ahead = 1; cursor.peek(ahead).start === end && !'=,();'.includes(cursor.peek(ahead).text || ';'); ahead++)
    end = cursor.peek(ahead).end
  return cursor.source.slice(cursor.token.start, end)
}

/** Takes `('key', …)`, as RESET has it. */
export function parseOptionKeys(cursor: Cursor): StringLiteral[] {
  const opening = cursor.expectSymbol('(')
  const keys = cursor.list(parseOptionKey)
  cursor.expectClosing(opening, ')', '"," or ')
  return keys
}
