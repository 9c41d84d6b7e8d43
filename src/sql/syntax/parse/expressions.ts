import { sqlErrors } from '../../errors.ts'
import type { Cursor } from '../cursor.ts'
import { placeOf, type Token } from '../token.ts'
import type { BinaryOperator, ChainLink, ChainOperator, ComparisonOperator, Expression, IsTest, IsTestName } from '../tree.ts'
import { parseDataType } from './data-types.ts'
import { isName, parseIdentifier } from './names.ts'
import { parseParenthesized, parsePrimary } from './primaries.ts'

/**
 * Expressions by operator precedence. From loose to tight, as in Flink:
 *
 *     OR · AND · NOT · IS … · = <> < <= > >= and OVERLAPS · BETWEEN, IN, LIKE, SIMILAR TO · + - · * / % || · unary + - · a[i] a.f
 */
const level = { or: 1, and: 2, not: 3, is: 4, comparison: 5, range: 6, additive: 7, multiplicative: 8, unary: 9 }

const comparisons: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

const chainLevels: Readonly<Record<ChainOperator, number>> = {
  '+': level.additive,
  '-': level.additive,
  '*': level.multiplicative,
  '/': level.multiplicative,
  '%': level.multiplicative,
  '||': level.multiplicative,
}

/** Operators of other languages are reported, and read as what they stand for. */
const foreignOperators: Readonly<Record<string, string>> = {
  '==': 'Equality is a single =.',
  '&&': 'Write AND.',
  '::': 'Write CAST(value AS type).',
  '!': 'Write NOT.',
  '->': "Fields of a row are reached with a dot, values in JSON with JSON_VALUE(json, '$.path').",
  '^': 'Powers are POWER(base, exponent).',
  '~': 'Regular expressions are REGEXP(text, pattern).',
  ILIKE: 'Write LOWER(text) LIKE LOWER(pattern).',
  RLIKE: 'Write REGEXP(text, pattern).',
}

export function parseExpression(cursor: Cursor): Expression {
  return parseOperators(cursor, level.or)
}

/** An operand that ends before comparisons, IN and BETWEEN: of POSITION(a IN b), of AS OF. */
export function parseOperand(cursor: Cursor): Expression {
  return parseOperators(cursor, level.additive)
}

function parseOperators(cursor: Cursor, levelMin: number): Expression {
  return cursor.nested(() => {
    const first = cursor.token
    let left = parsePrefix(cursor)
    let chained = 0
    for (;;) {
      const next = parseInfix(cursor, first, left, levelMin)
      if (next === undefined) return left
      if (++chained > 30) cursor.hasLongChain = true
      left = next
    }
  })
}

function parsePrefix(cursor: Cursor): Expression {
  const first = cursor.token
  if (cursor.takeWord('NOT')) {
    const operand = parseOperators(cursor, level.not)
    return { kind: 'unary', operator: 'not', operand, position: cursor.placeFrom(first) }
  }
  if (first.kind === 'symbol') {
    const operator = first.text
    if (operator === '+' || operator === '-') {
      cursor.advance()
      const operand = cursor.nested(parsePrefix)
      return { kind: 'unary', operator, operand, position: cursor.placeFrom(first) }
    }
    if (operator === '!') {
      reportForeign(cursor)
      return cursor.nested(parsePrefix)
    }
  }
  return parsePostfix(cursor, parsePrimary(cursor), first)
}

/** Takes `[index]`, `.field` and `AT TIME ZONE` after a value. */
function parsePostfix(cursor: Cursor, operand: Expression, first: Token): Expression {
  let chained = 0
  for (;;) {
    if (++chained > 30) cursor.hasLongChain = true
    const { token } = cursor
    if (cursor.takeSymbol('[')) {
      const index = cursor.nested(parseExpression)
      cursor.expectClosing(token, ']')
      operand = { kind: 'item', operand, index, position: cursor.placeFrom(first) }
    } else if (cursor.takeSymbol('.')) {
      const field = parseIdentifier(cursor, 'column', 'a field name')
      operand = { kind: 'field', operand, field, position: cursor.placeFrom(first) }
    } else if (cursor.takeWord('AT', 'TIME', 'ZONE')) {
      operand = { kind: 'at-time-zone', operand, zone: cursor.nested(parsePrefix), position: cursor.placeFrom(first) }
    } else if (token.kind === 'symbol' && token.text === '::') {
      reportForeign(cursor)
      const type = parseDataType(cursor)
      operand = { kind: 'cast', operand, type, safe: false, position: cursor.placeFrom(first) }
    } else return operand
  }
}

/** Takes one operator and what stands to its right, or nothing if no operator of the level follows. */
function parseInfix(cursor: Cursor, first: Token, left: Expression, levelMin: number): Expression | undefined {
  const { token } = cursor
  if (token.kind === 'symbol') return parseSymbolOperator(cursor, first, left, levelMin)
  if (token.kind !== 'word' && token.kind !== 'probe') return undefined
  if (cursor.probe !== undefined) expectIsTest(cursor)
  if (levelMin <= level.range) {
    const range = parseRange(cursor, first, left)
    if (range !== undefined) return range
  }
  if (levelMin <= level.comparison && cursor.takeWord('OVERLAPS')) {
    return binary(cursor, first, 'overlaps', left, parseOperators(cursor, level.range))
  }
  if (levelMin <= level.comparison && cursor.takeWord('IS', 'DISTINCT', 'FROM')) {
    return binary(cursor, first, 'is-distinct-from', left, parseOperators(cursor, level.range))
  }
  if (levelMin <= level.comparison && cursor.takeWord('IS', 'NOT', 'DISTINCT', 'FROM')) {
    return binary(cursor, first, 'is-not-distinct-from', left, parseOperators(cursor, level.range))
  }
  if (levelMin <= level.is && cursor.isWord('IS')) return parseIsTest(cursor, first, left)
  if (levelMin <= level.and && cursor.isWord('AND')) return parseLogical(cursor, first, 'and', left)
  if (levelMin <= level.or && cursor.isWord('OR')) return parseLogical(cursor, first, 'or', left)
  return undefined
}

function parseSymbolOperator(cursor: Cursor, first: Token, left: Expression, levelMin: number): Expression | undefined {
  const { text } = cursor.token
  if (text === '==' || text === '&&' || text === '^' || text === '~' || text === '->')
    return parseForeignSymbol(cursor, first, left, levelMin)
  const chainLevel = chainLevelOf(cursor.token)
  if (chainLevel !== undefined) return chainLevel < levelMin ? undefined : parseChain(cursor, first, left, chainLevel)
  const operator = comparisons[text]
  if (operator === undefined || level.comparison < levelMin) return undefined
  cursor.advance()
  const quantifier = cursor.takeOneOf(['ANY', 'SOME', 'ALL'])
  if (quantifier !== undefined) return parseQuantified(cursor, first, left, operator, quantifier === 'ALL' ? 'all' : 'any')
  return binary(cursor, first, operator, left, parseOperators(cursor, level.range))
}

function isChainOperator(symbol: string): symbol is ChainOperator {
  return symbol in chainLevels
}

/** How tight the operators bind that stand in one chain with the one at a token; undefined for any other token. */
function chainLevelOf({ kind, text }: Token): number | undefined {
  return kind === 'symbol' && isChainOperator(text) ? chainLevels[text] : undefined
}

/** Takes all operators of one level with their right sides. A chain in parentheses at its start goes on: it means the same. */
function parseChain(cursor: Cursor, first: Token, left: Expression, chainLevel: number): Expression {
  const isStart = left.kind === 'chain' && left.links.some(({ operator }) => chainLevels[operator] === chainLevel)
  const links: ChainLink[] = isStart ? [...left.links] : []
  while (chainLevelOf(cursor.token) === chainLevel) {
    const operator = cursor.advance().text as ChainOperator
    const operand = parseOperators(cursor, chainLevel + 1)
    links.push({ kind: 'chain-link', operator, operand, position: cursor.placeFrom(first) })
  }
  return { kind: 'chain', operand: isStart ? left.operand : left, links, position: cursor.placeFrom(first) }
}

function parseForeignSymbol(cursor: Cursor, first: Token, left: Expression, levelMin: number): Expression | undefined {
  const { text } = cursor.token
  if (text === '&&') {
    if (level.and < levelMin) return undefined
    reportForeign(cursor)
    return binary(cursor, first, '=', left, parseOperators(cursor, level.not))
  }
  if (level.comparison < levelMin) return undefined
  reportForeign(cursor)
  return binary(cursor, first, '=', left, parseOperators(cursor, level.range))
}

function parseQuantified(
  cursor: Cursor,
  first: Token,
  operand: Expression,
  operator: ComparisonOperator,
  quantifier: 'any' | 'all',
): Expression {
  const inside = parseParenthesized(cursor)
  const content = inside.query === undefined ? { items: inside.items } : { query: inside.query }
  return { kind: 'quantified', operator, quantifier, operand, ...content, position: cursor.placeFrom(first) }
}

/** AND and OR take all their operands at once. */
function parseLogical(cursor: Cursor, first: Token, operator: 'and' | 'or', left: Expression): Expression {
  const operands = [left]
  const word = operator === 'and' ? 'AND' : 'OR'
  while (cursor.takeWord(word)) operands.push(parseOperators(cursor, operator === 'and' ? level.not : level.and))
  return { kind: 'logical', operator, operands, position: cursor.placeFrom(first) }
}

/** BETWEEN, IN, LIKE and SIMILAR TO, each perhaps after NOT. */
function parseRange(cursor: Cursor, first: Token, operand: Expression): Expression | undefined {
  const foreign = cursor.token.kind === 'word' ? cursor.token.text : ''
  if (foreign === 'ILIKE' || foreign === 'RLIKE') {
    reportForeign(cursor)
    return { kind: 'like', operator: 'like', operand, pattern: parseOperand(cursor), negated: false, position: cursor.placeFrom(first) }
  }
  for (const negated of [false, true]) {
    const not = negated ? ['NOT'] : []
    if (cursor.takeWord(...not, 'BETWEEN')) return parseBetween(cursor, first, operand, negated)
    if (cursor.takeWord(...not, 'IN')) return parseIn(cursor, first, operand, negated)
    const isLike = cursor.takeWord(...not, 'LIKE')
    if (isLike || cursor.takeWord(...not, 'SIMILAR', 'TO')) {
      const pattern = parseOperand(cursor)
      const escaping = cursor.takeWord('ESCAPE') ? parseOperand(cursor) : undefined
      const operator = isLike ? 'like' : 'similar-to'
      return { kind: 'like', operator, operand, pattern, ...(escaping && { escape: escaping }), negated, position: cursor.placeFrom(first) }
    }
  }
  return undefined
}

function parseBetween(cursor: Cursor, first: Token, operand: Expression, negated: boolean): Expression {
  const symmetric = cursor.takeWord('SYMMETRIC')
  if (!symmetric) cursor.takeWord('ASYMMETRIC')
  const low = parseOperand(cursor)
  cursor.expectWord('AND')
  const high = parseOperand(cursor)
  return { kind: 'between', operand, low, high, symmetric, negated, position: cursor.placeFrom(first) }
}

function parseIn(cursor: Cursor, first: Token, operand: Expression, negated: boolean): Expression {
  if (!cursor.isSymbol('(')) throw cursor.failure('"(" after IN')
  const inside = parseParenthesized(cursor)
  if (inside.query !== undefined) return { kind: 'in-query', operand, query: inside.query, negated, position: cursor.placeFrom(first) }
  return { kind: 'in-list', operand, items: inside.items, negated, position: cursor.placeFrom(first) }
}

const isTests: readonly [IsTestName, ...string[]][] = [
  ['null', 'NULL'],
  ['true', 'TRUE'],
  ['false', 'FALSE'],
  ['unknown', 'UNKNOWN'],
  ['json-value', 'JSON', 'VALUE'],
  ['json-object', 'JSON', 'OBJECT'],
  ['json-array', 'JSON', 'ARRAY'],
  ['json-scalar', 'JSON', 'SCALAR'],
  ['json-value', 'JSON'],
]

/** Says each whole test to a probe, which would else hear of IS alone. */
function expectIsTest(cursor: Cursor): void {
  for (const [, ...words] of isTests) {
    cursor.isWord('IS', ...words)
    cursor.isWord('IS', 'NOT', ...words)
  }
}

function parseIsTest(cursor: Cursor, first: Token, operand: Expression): IsTest {
  cursor.expectWord('IS')
  const negated = cursor.takeWord('NOT')
  const found = isTests.find(([, ...words]) => cursor.takeWord(...words))
  if (found === undefined) {
    const hint = cursor.token.kind === 'word' && isName(cursor.token) ? 'Compare values with = or IS NOT DISTINCT FROM.' : undefined
    throw cursor.failure('NULL, TRUE, FALSE, DISTINCT FROM or JSON after IS', hint)
  }
  return { kind: 'is-test', operand, test: found[0], negated, position: cursor.placeFrom(first) }
}

function binary(cursor: Cursor, first: Token, operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, position: cursor.placeFrom(first) }
}

function reportForeign(cursor: Cursor): void {
  const { token } = cursor
  const hint = foreignOperators[token.text]
  cursor.report(sqlErrors.SQL_OPERATOR_NOT_FOUND({ operator: `"${token.text}"` }, { hint, position: placeOf(token) }))
  cursor.advance()
}
