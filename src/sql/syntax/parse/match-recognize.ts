import type { Cursor } from '../cursor.ts'
import { placeOf, type Token } from '../token.ts'
import type { AfterMatch, Expression, MatchRecognize, Measure, Pattern, PatternDefinition, PatternSubset, TableReference } from '../tree.ts'
import { parseInterval } from './literals.ts'
import { isName, parseIdentifier, parseIdentifierList, parseWholeNumber } from './names.ts'
import { parseOrderItems } from './windows.ts'

/** Takes MATCH_RECOGNIZE (…) after the table it reads; the alias is taken by the caller. */
export function parseMatchRecognize(cursor: Cursor, first: Token, input: TableReference): MatchRecognize {
  cursor.expectWord('MATCH_RECOGNIZE')
  const opening = cursor.expectSymbol('(')
  const partitionBy = cursor.takeWord('PARTITION', 'BY') ? cursor.list(cursor.grammar.parseExpression) : []
  const orderBy = cursor.takeWord('ORDER', 'BY') ? parseOrderItems(cursor) : []
  const measures = cursor.takeWord('MEASURES') ? cursor.list(parseMeasure) : []
  const rowsPerMatch = takeRowsPerMatch(cursor)
  const afterMatch = cursor.takeWord('AFTER', 'MATCH', 'SKIP') ? parseAfterMatch(cursor) : undefined
  cursor.expectWord('PATTERN')
  const bracket = cursor.expectSymbol('(')
  const anchoredStart = cursor.takeSymbol('^')
  const pattern = parsePattern(cursor)
  const anchoredEnd = cursor.takeSymbol('$')
  cursor.expectClosing(bracket)
  const within = cursor.takeWord('WITHIN') ? parseInterval(cursor) : undefined
  const subsets = cursor.takeWord('SUBSET') ? cursor.list(parseSubset) : []
  cursor.expectWord('DEFINE')
  const definitions = cursor.list(parseDefinition)
  cursor.expectClosing(opening, ')', '"," or ')
  return {
    kind: 'match-recognize',
    input,
    partitionBy,
    orderBy,
    measures,
    ...(rowsPerMatch && { rowsPerMatch }),
    ...(afterMatch && { afterMatch }),
    pattern,
    anchoredStart,
    anchoredEnd,
    ...(within && { within }),
    subsets,
    definitions,
    position: cursor.placeFrom(first),
  }
}

function parseMeasure(cursor: Cursor): Measure {
  const first = cursor.token
  const expression: Expression = cursor.parseExpression()
  cursor.expectWord('AS')
  const alias = parseIdentifier(cursor, 'new-name', 'an alias')
  return { kind: 'measure', expression, alias, position: cursor.placeFrom(first) }
}

const rowsPerMatchOf = {
  'ONE ROW PER MATCH': 'one',
  'ALL ROWS PER MATCH SHOW EMPTY MATCHES': 'all-show-empty',
  'ALL ROWS PER MATCH OMIT EMPTY MATCHES': 'all-omit-empty',
  'ALL ROWS PER MATCH WITH UNMATCHED ROWS': 'all-with-unmatched',
  'ALL ROWS PER MATCH': 'all',
} as const

function takeRowsPerMatch(cursor: Cursor): MatchRecognize['rowsPerMatch'] {
  const found = cursor.takeOneOf(Object.keys(rowsPerMatchOf) as (keyof typeof rowsPerMatchOf)[])
  return found && rowsPerMatchOf[found]
}

/** Takes what stands after AFTER MATCH SKIP; a variable without FIRST or LAST means its last row. */
function parseAfterMatch(cursor: Cursor): AfterMatch {
  const first = cursor.token
  if (cursor.takeWord('PAST', 'LAST', 'ROW')) return { kind: 'after-match', skip: 'past-last-row', position: cursor.placeFrom(first) }
  if (cursor.takeWord('TO', 'NEXT', 'ROW')) return { kind: 'after-match', skip: 'to-next-row', position: cursor.placeFrom(first) }
  if (!cursor.takeWord('TO')) throw cursor.failure('PAST LAST ROW, TO NEXT ROW, TO FIRST or TO LAST')
  const skip = cursor.takeWord('FIRST') ? 'to-first' : 'to-last'
  if (skip === 'to-last') cursor.takeWord('LAST')
  const variable = parseIdentifier(cursor, 'new-name', 'a pattern variable')
  return { kind: 'after-match', skip, variable, position: cursor.placeFrom(first) }
}

function parsePattern(cursor: Cursor): Pattern {
  return cursor.nested(() => {
    const first = cursor.token
    const parts = [parsePatternSequence(cursor)]
    while (cursor.takeSymbol('|')) parts.push(parsePatternSequence(cursor))
    const [only] = parts
    if (only !== undefined && parts.length === 1) return only
    return { kind: 'pattern-alternation', parts, position: cursor.placeFrom(first) }
  })
}

function parsePatternSequence(cursor: Cursor): Pattern {
  const first = cursor.token
  const parts = [parseQuantified(cursor)]
  while (startsPattern(cursor.token)) parts.push(parseQuantified(cursor))
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  return { kind: 'pattern-sequence', parts, position: cursor.placeFrom(first) }
}

function startsPattern(token: Token): boolean {
  if (token.kind === 'symbol') return token.text === '(' || token.text === '{-'
  return isName(token) || (token.kind === 'word' && token.text === 'PERMUTE')
}

function parseQuantified(cursor: Cursor): Pattern {
  const first = cursor.token
  const pattern = parsePatternTerm(cursor)
  const range = takeQuantifier(cursor)
  if (range === undefined) return pattern
  const greedy = !cursor.takeSymbol('?')
  const { min, max } = range
  return { kind: 'pattern-quantified', pattern, min, ...(max !== undefined && { max }), greedy, position: cursor.placeFrom(first) }
}

function takeQuantifier(cursor: Cursor): { min: number; max?: number } | undefined {
  if (cursor.takeSymbol('*')) return { min: 0 }
  if (cursor.takeSymbol('+')) return { min: 1 }
  if (cursor.takeSymbol('?')) return { min: 0, max: 1 }
  const opening = cursor.token
  if (!cursor.takeSymbol('{')) return undefined
  const min = cursor.isSymbol(',') ? 0 : parseWholeNumber(cursor)
  const isRange = cursor.takeSymbol(',')
  const max = !isRange ? min : cursor.isSymbol('}') ? undefined : parseWholeNumber(cursor)
  cursor.expectClosing(opening, '}')
  return max === undefined ? { min } : { min, max }
}

function parsePatternTerm(cursor: Cursor): Pattern {
  const first = cursor.token
  if (cursor.takeSymbol('(')) {
    const pattern = parsePattern(cursor)
    cursor.expectClosing(first)
    return pattern
  }
  if (cursor.takeSymbol('{-')) {
    const pattern = parsePattern(cursor)
    cursor.expectClosing(first, '-}')
    return { kind: 'pattern-exclusion', pattern, position: cursor.placeFrom(first) }
  }
  if (cursor.takeWord('PERMUTE')) {
    const opening = cursor.expectSymbol('(')
    const parts = cursor.list(parsePattern)
    cursor.expectClosing(opening, ')', '"," or ')
    return { kind: 'pattern-permute', parts, position: cursor.placeFrom(first) }
  }
  const name = parseIdentifier(cursor, 'new-name', 'a pattern variable')
  return { kind: 'pattern-variable', name, position: placeOf(first) }
}

/** `U = (A, B)`. */
function parseSubset(cursor: Cursor): PatternSubset {
  const first = cursor.token
  const name = parseIdentifier(cursor, 'new-name', 'a pattern variable')
  cursor.expectSymbol('=')
  const members = parseIdentifierList(cursor, 'new-name')
  return { kind: 'pattern-subset', name, members, position: cursor.placeFrom(first) }
}

function parseDefinition(cursor: Cursor): PatternDefinition {
  const first = cursor.token
  const name = parseIdentifier(cursor, 'new-name', 'a pattern variable')
  cursor.expectWord('AS')
  const condition = cursor.parseExpression()
  return { kind: 'pattern-definition', name, condition, position: cursor.placeFrom(first) }
}
