import type { Cursor } from '../cursor.ts'
import type { Hint, HintArgument } from '../tree.ts'
import { isName, parseIdentifier } from './names.ts'

/** Takes a hint block with its hints, if there is one. */
export function parseHints(cursor: Cursor): Hint[] {
  const opening = cursor.token
  if (!cursor.takeSymbol('/*+')) return []
  const hints: Hint[] = []
  do {
    if (hints.length > 0) cursor.takeSymbol(',')
    hints.push(parseHint(cursor))
  } while (!cursor.isSymbol('*/') && cursor.token.kind !== 'end')
  cursor.expectClosing(opening, '*/')
  return hints
}

function parseHint(cursor: Cursor): Hint {
  const first = cursor.token
  const name = parseIdentifier(cursor, 'hint', 'the name of a hint')
  const args: HintArgument[] = []
  const opening = cursor.token
  if (cursor.takeSymbol('(')) {
    if (!cursor.isSymbol(')')) {
      do args.push(parseHintArgument(cursor))
      while (cursor.takeSymbol(','))
    }
    cursor.expectClosing(opening, ')', '"," or ')
  }
  return { kind: 'hint', name, arguments: args, position: cursor.placeFrom(first) }
}

function parseHintArgument(cursor: Cursor): HintArgument {
  const first = cursor.token
  const written = takeHintValue(cursor)
  if (!cursor.takeSymbol('=')) return { kind: 'hint-argument', ...written, position: cursor.placeFrom(first) }
  return { kind: 'hint-argument', key: written.value, ...takeHintValue(cursor), position: cursor.placeFrom(first) }
}

function takeHintValue(cursor: Cursor): { value: string; quoted: boolean } {
  const { token } = cursor
  cursor.expectName('connector-option')
  if (isName(token)) {
    let value = parseIdentifier(cursor, 'table').text
    while (cursor.takeSymbol('.')) value += '.' + parseIdentifier(cursor, 'table').text
    return { value, quoted: false }
  }
  if (token.kind !== 'string' && token.kind !== 'number') throw cursor.failure('a text, a number or a name')
  cursor.advance()
  return { value: token.text, quoted: token.kind === 'string' }
}
