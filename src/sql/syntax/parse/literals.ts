import type { Cursor } from '../cursor.ts'
import { placeOf } from '../token.ts'
import type {
  DateTimeLiteral,
  Expression,
  IntervalExpression,
  IntervalLiteral,
  IntervalQualifier,
  NumberLiteral,
  StringLiteral,
  TimeUnit,
} from '../tree.ts'
import { isName, parseIdentifier, parsePathRest, parseString, parseWholeNumber } from './names.ts'

export function parseNumberLiteral(cursor: Cursor): NumberLiteral {
  const token = cursor.advance()
  const form = /e/i.test(token.text) ? 'approximate' : token.text.includes('.') ? 'decimal' : 'integer'
  return { kind: 'number-literal', text: token.text, form, position: placeOf(token) }
}

/** Texts on lines of their own after the first belong to it, as the SQL standard has it. */
export function parseStringLiteral(cursor: Cursor): StringLiteral {
  const first = cursor.token
  let value = parseString(cursor, 'a text in quotes').value
  while (cursor.token.kind === 'string' && cursor.source.slice(cursor.previous.end, cursor.token.start).includes('\n')) {
    value += cursor.advance().text
  }
  return { kind: 'string-literal', value, position: cursor.placeFrom(first) }
}

const dateTimeTypes: Readonly<Record<string, DateTimeLiteral['type']>> = {
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  TIMESTAMP_LTZ: 'TIMESTAMP_LTZ',
}

/** Takes `DATE '…'`, `TIMESTAMP WITH LOCAL TIME ZONE '…'` and the like, if one stands here. */
export function takeDateTimeLiteral(cursor: Cursor): DateTimeLiteral | undefined {
  const first = cursor.token
  let type = first.kind === 'word' ? dateTimeTypes[first.text] : undefined
  if (type === undefined) return undefined
  const isLocal = type === 'TIMESTAMP' && cursor.isWord('TIMESTAMP', 'WITH', 'LOCAL', 'TIME', 'ZONE')
  const width = isLocal ? 5 : 1
  if (cursor.peek(width).kind !== 'string') return undefined
  if (isLocal) type = 'TIMESTAMP_LTZ'
  cursor.index += width
  const { value } = parseStringLiteral(cursor)
  return { kind: 'datetime-literal', type, text: value, position: cursor.placeFrom(first) }
}

/** Takes INTERVAL with a text, a number, a name or an expression in parentheses. */
export function parseInterval(cursor: Cursor): IntervalLiteral | IntervalExpression {
  const first = cursor.expectWord('INTERVAL')
  const sign = cursor.token
  const isNegative = cursor.takeSymbol('-')
  if (!isNegative) cursor.takeSymbol('+')
  if (cursor.token.kind === 'string') {
    const { value } = parseStringLiteral(cursor)
    const qualifier = parseIntervalQualifier(cursor, value)
    return { kind: 'interval-literal', negative: isNegative, text: value, qualifier, position: cursor.placeFrom(first) }
  }
  let operand = parseIntervalOperand(cursor)
  if (isNegative) operand = { kind: 'unary', operator: '-', operand, position: cursor.placeFrom(sign) }
  const qualifier = parseIntervalQualifier(cursor)
  return { kind: 'interval-expression', operand, qualifier, position: cursor.placeFrom(first) }
}

function parseIntervalOperand(cursor: Cursor): Expression {
  const { token } = cursor
  if (token.kind === 'number') return parseNumberLiteral(cursor)
  if (cursor.takeSymbol('(')) {
    const operand = cursor.nested(cursor.grammar.parseExpression)
    cursor.expectClosing(token)
    return operand
  }
  if (!isName(token)) throw cursor.failure('the length of the interval in quotes', "An interval is written INTERVAL '10' MINUTE.")
  const parts = parsePathRest(cursor, parseIdentifier(cursor, 'column'), 'column')
  return { kind: 'column-reference', parts, position: cursor.placeFrom(token) }
}

const units: readonly TimeUnit[] = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND']

function takeUnit(cursor: Cursor): TimeUnit | undefined {
  return cursor.takeOneOf(units) ?? units.find((unit) => cursor.takeWord(unit + 'S'))
}

/** `written` is the text of the interval, to tell a unit inside the quotes from a missing one. */
export function parseIntervalQualifier(cursor: Cursor, written = ''): IntervalQualifier {
  const first = cursor.token
  const start = takeUnit(cursor)
  if (start === undefined) throw cursor.failure('a time unit', unitHint(written))
  let precision: number | undefined
  let fraction: number | undefined
  if (cursor.isSymbol('(')) {
    const opening = cursor.expectSymbol('(')
    precision = parseWholeNumber(cursor)
    if (start === 'SECOND' && cursor.takeSymbol(',')) fraction = parseWholeNumber(cursor)
    cursor.expectClosing(opening)
  }
  let end: TimeUnit | undefined
  if (cursor.isWord('TO') && units.some((unit) => unit === cursor.peek(1).text || unit + 'S' === cursor.peek(1).text)) {
    cursor.advance()
    end = takeUnit(cursor)
    if (end === 'SECOND' && cursor.isSymbol('(')) {
      const opening = cursor.expectSymbol('(')
      fraction = parseWholeNumber(cursor)
      cursor.expectClosing(opening)
    }
  } else if (cursor.isWord('TO')) {
    cursor.advance()
    throw cursor.failure('a time unit')
  }
  return {
    kind: 'interval-qualifier',
    start,
    ...(end !== undefined && { end }),
    ...(precision !== undefined && { precision }),
    ...(fraction !== undefined && { fraction }),
    position: cursor.placeFrom(first),
  }
}

function unitHint(written: string): string {
  const parts = /^\s*(\S+)\s+([a-z]+?)s?\s*$/i.exec(written)
  const unit = parts?.[2]?.toUpperCase()
  const known = units.find((name) => name === unit)
  if (known !== undefined) return `The unit stands outside the quotes: INTERVAL '${parts?.[1]}' ${known}.`
  return "An interval is written INTERVAL '10' MINUTE."
}
