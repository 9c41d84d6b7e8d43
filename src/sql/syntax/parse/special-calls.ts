import type { Cursor } from '../cursor.ts'
import { placeOf, type Token } from '../token.ts'
import type { Argument, Call, SymbolArgument } from '../tree.ts'
import { jsonCalls } from './json-calls.ts'
import { isName, wordIdentifier } from './names.ts'

type CallParser = (cursor: Cursor) => Call

const ownCalls = new Map<string, CallParser>([
  ['CEIL', parseRounding],
  ['CEILING', parseRounding],
  ['EXTRACT', parseExtract],
  ['FLOOR', parseRounding],
  ['OVERLAY', parseOverlay],
  ['POSITION', parsePosition],
  ['SUBSTRING', parseSubstring],
  ['TIMESTAMPADD', parseUnitFirst],
  ['TIMESTAMPDIFF', parseUnitFirst],
  ['TRIM', parseTrim],
])

/** The parser of a function whose parentheses hold more than arguments and commas; it comes out as an ordinary call. */
export function findSpecialCall(name: string): CallParser | undefined {
  return ownCalls.get(name) ?? jsonCalls.get(name)
}

/** Takes the name, the parentheses, and inside them what `parse` takes. */
function parseSpecial(cursor: Cursor, parse: (first: Token) => Argument[]): Call {
  const first = cursor.advance()
  const name = { kind: 'name', parts: [wordIdentifier(cursor, first)], position: placeOf(first) } as const
  const opening = cursor.expectSymbol('(')
  const args = cursor.nested(() => parse(first))
  cursor.expectClosing(opening)
  return { kind: 'call', name, arguments: args, bare: false, position: cursor.placeFrom(first) }
}

export const timeUnits = `
YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND NANOSECOND
CENTURY DECADE DOW DOY EPOCH ISODOW ISOYEAR MILLENNIUM FRAC_SECOND
`
  .trim()
  .split(/\s+/)

function parseTimeUnit(cursor: Cursor): SymbolArgument {
  const { token } = cursor
  const word = cursor.takeOneOf(timeUnits)
  if (word !== undefined) return { kind: 'symbol', word, position: placeOf(token) }
  if (token.kind === 'word' && token.text.startsWith('SQL_TSI_')) {
    cursor.advance()
    return { kind: 'symbol', word: token.text, position: placeOf(token) }
  }
  const isQuoted = token.kind === 'string' && timeUnits.includes(token.text.toUpperCase())
  throw cursor.failure(
    'a time unit',
    isQuoted ? `Write it without quotes: ${token.text.toUpperCase()}.` : 'Time units are YEAR, MONTH, DAY, HOUR and so on.',
  )
}

function parseRounding(cursor: Cursor): Call {
  return parseSpecial(cursor, () => {
    const args: Argument[] = [cursor.parseExpression()]
    if (cursor.takeWord('TO')) args.push(parseTimeUnit(cursor))
    while (cursor.takeSymbol(',')) args.push(cursor.parseExpression())
    return args
  })
}

function parseExtract(cursor: Cursor): Call {
  return parseSpecial(cursor, () => {
    const unit = parseTimeUnit(cursor)
    if (!cursor.isWord('FROM')) throw cursor.failure('"FROM"', `Write EXTRACT(${unit.word} FROM value).`)
    cursor.advance()
    return [unit, cursor.parseExpression()]
  })
}

function parseUnitFirst(cursor: Cursor): Call {
  return parseSpecial(cursor, (first) => {
    const hint = first.text === 'TIMESTAMPADD' ? 'Write TIMESTAMPADD(DAY, count, time).' : 'Write TIMESTAMPDIFF(DAY, from, to).'
    if (isName(cursor.token) && cursor.peek(1).text === '.') throw cursor.failure('a time unit', hint)
    const args: Argument[] = [parseTimeUnit(cursor)]
    while (cursor.takeSymbol(',')) args.push(cursor.parseExpression())
    return args
  })
}

function parseSubstring(cursor: Cursor): Call {
  return parseSpecial(cursor, () => {
    const args: Argument[] = [cursor.parseExpression()]
    if (!cursor.takeWord('FROM')) cursor.expectSymbol(',')
    args.push(cursor.parseExpression())
    if (cursor.takeWord('FOR') || cursor.takeSymbol(',')) args.push(cursor.parseExpression())
    return args
  })
}

function parsePosition(cursor: Cursor): Call {
  return parseSpecial(cursor, () => {
    const args: Argument[] = [cursor.parseOperand()]
    if (!cursor.isWord('IN')) throw cursor.failure('"IN"', 'Write POSITION(part IN text).')
    cursor.advance()
    args.push(cursor.parseExpression())
    if (cursor.takeWord('FROM')) args.push(cursor.parseExpression())
    return args
  })
}

function parseOverlay(cursor: Cursor): Call {
  return parseSpecial(cursor, () => {
    const args: Argument[] = [cursor.parseExpression()]
    if (!cursor.isWord('PLACING')) throw cursor.failure('"PLACING"', 'Write OVERLAY(text PLACING part FROM start FOR length).')
    cursor.advance()
    args.push(cursor.parseExpression())
    cursor.expectWord('FROM')
    args.push(cursor.parseExpression())
    if (cursor.takeWord('FOR')) args.push(cursor.parseExpression())
    return args
  })
}

/** `TRIM(x)` stays as it is; any form with FROM, or with a side, says side, characters and text. */
function parseTrim(cursor: Cursor): Call {
  return parseSpecial(cursor, () => {
    const first = cursor.token
    const side = cursor.takeOneOf(['BOTH', 'LEADING', 'TRAILING'])
    const symbol: SymbolArgument = { kind: 'symbol', word: side ?? 'BOTH', position: placeOf(first) }
    const blank: Argument = { kind: 'string-literal', value: ' ', position: placeOf(first) }
    if (side !== undefined && cursor.takeWord('FROM')) return [symbol, blank, cursor.parseExpression()]
    const value = cursor.parseExpression()
    if (cursor.takeWord('FROM')) return [symbol, value, cursor.parseExpression()]
    if (side !== undefined) return [symbol, blank, value]
    const args: Argument[] = [value]
    while (cursor.takeSymbol(',')) args.push(cursor.parseExpression())
    return args
  })
}
