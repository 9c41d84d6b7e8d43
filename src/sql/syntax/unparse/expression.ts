import { unreachable } from '#base'
import type { Argument, Binary, Call, Chain, Expression, IsTest, Like, Literal, Query } from '../tree.ts'
import { unparseArguments, unparseCall } from './call.ts'
import { unparseIdentifier, unparseString } from './name.ts'
import { writeQuery } from './query.ts'
import { unparseQualifier, unparseType } from './type.ts'
import type { Writer } from './writer.ts'

/** How tight a node binds; the levels are those of the parser. */
const level = { any: 0, or: 1, and: 2, not: 3, is: 4, comparison: 5, range: 6, additive: 7, multiplicative: 8, unary: 9, primary: 10 }

const writer: Writer = { expression: unparseExpression, operand: unparseOperand, query: (query) => unparseQuery(query) }

export function unparseExpression(expression: Expression): string {
  return write(expression, level.any)
}

/** Writes a query; `separator` stands between its clauses, a line break or a blank. */
export function unparseQuery(query: Query, separator: '\n' | ' ' = ' '): string {
  return writeQuery(writer, query, separator)
}

/** Writes an operand that ends before comparisons and IN. */
function unparseOperand(expression: Expression): string {
  return write(expression, level.additive)
}

function write(expression: Expression, levelMin: number): string {
  const text = writeBare(expression)
  return levelOf(expression) < levelMin ? `(${text})` : text
}

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'logical':
      return expression.operator === 'or' ? level.or : level.and
    case 'unary':
      return expression.operator === 'not' ? level.not : level.unary
    case 'is-test':
      return level.is
    case 'binary':
    case 'quantified':
      return level.comparison
    case 'between':
    case 'in-list':
    case 'in-query':
    case 'like':
      return level.range
    case 'chain':
      return chainLevel(expression)
    default:
      return level.primary
  }
}

function chainLevel({ links }: Chain): number {
  const operator = links[0]?.operator
  return operator === '+' || operator === '-' ? level.additive : level.multiplicative
}

function writeBare(expression: Expression): string {
  switch (expression.kind) {
    case 'logical':
      return expression.operands
        .map((operand) => write(operand, levelOf(expression) + 1))
        .join(expression.operator === 'and' ? ' AND ' : ' OR ')
    case 'unary':
      return writeUnary(expression.operator, expression.operand)
    case 'binary':
      return `${write(expression.left, level.comparison)} ${operatorWords(expression)} ${write(expression.right, level.comparison + 1)}`
    case 'chain':
      return writeChain(expression)
    case 'is-test':
      return `${write(expression.operand, level.is)} IS ${expression.negated ? 'NOT ' : ''}${isTestWords(expression)}`
    case 'quantified': {
      const inside = expression.query === undefined ? list(expression.items ?? []) : unparseQuery(expression.query)
      const operand = write(expression.operand, level.comparison)
      return `${operand} ${expression.operator} ${expression.quantifier.toUpperCase()} (${inside})`
    }
    case 'between': {
      const { operand, low, high } = expression
      const symmetric = expression.symmetric ? 'SYMMETRIC ' : ''
      return `${write(operand, level.range)} ${not(expression)}BETWEEN ${symmetric}${unparseOperand(low)} AND ${unparseOperand(high)}`
    }
    case 'in-list':
      return `${write(expression.operand, level.range)} ${not(expression)}IN (${list(expression.items)})`
    case 'in-query':
      return `${write(expression.operand, level.range)} ${not(expression)}IN (${unparseQuery(expression.query)})`
    case 'like':
      return writeLike(expression)
    default:
      return writePrimary(expression)
  }
}

type Primary = Exclude<
  Expression,
  { kind: 'logical' | 'unary' | 'binary' | 'chain' | 'is-test' | 'quantified' | 'between' | 'in-list' | 'in-query' | 'like' }
>

function writePrimary(expression: Primary): string {
  switch (expression.kind) {
    case 'column-reference':
      return expression.parts.map(unparseIdentifier).join('.')
    case 'call':
      return unparseCall(writer, expression)
    case 'exists':
      return `EXISTS ${inParentheses(expression.query)}`
    case 'subquery':
      return inParentheses(expression.query)
    case 'row':
      return `ROW(${list(expression.items)})`
    case 'collection':
      return `${expression.collection.toUpperCase()}[${list(expression.items)}]`
    case 'collection-query':
      return expression.collection.toUpperCase() + inParentheses(expression.query)
    case 'item':
      return `${writeContainer(expression.operand)}[${unparseExpression(expression.index)}]`
    case 'field': {
      const operand =
        expression.operand.kind === 'column-reference' ? `(${writeBare(expression.operand)})` : writeContainer(expression.operand)
      return `${operand}.${unparseIdentifier(expression.field)}`
    }
    case 'case':
      return writeCase(expression)
    case 'cast':
      return `${expression.safe ? 'TRY_CAST' : 'CAST'}(${unparseExpression(expression.operand)} AS ${unparseType(expression.type)})`
    case 'at-time-zone':
      return `${writeContainer(expression.operand)} AT TIME ZONE ${write(expression.zone, level.unary)}`
    case 'interval-expression':
      return `INTERVAL (${unparseExpression(expression.operand)}) ${unparseQualifier(expression.qualifier)}`
    default:
      return writeLiteral(expression)
  }
}

/** The operand of `[i]`, `.f` and AT TIME ZONE: anything but names, calls and other accesses stands in parentheses. */
function writeContainer(operand: Expression): string {
  const isPlainCall = operand.kind === 'call' && !hasModifiers(operand)
  const isOpen = isPlainCall || operand.kind === 'column-reference' || operand.kind === 'item' || operand.kind === 'field'
  return isOpen ? writeBare(operand) : `(${writeBare(operand)})`
}

function hasModifiers(call: Call): boolean {
  return call.bare || [call.nulls, call.withinGroup, call.filter, call.over, call.semantics].some((part) => part !== undefined)
}

/** Two signs in a row are kept apart: `--` starts a comment. */
function writeUnary(operator: '+' | '-' | 'not', operand: Expression): string {
  if (operator === 'not') return `NOT ${write(operand, level.not)}`
  const text = write(operand, level.unary)
  return text.startsWith('-') || text.startsWith('+') ? `${operator} ${text}` : operator + text
}

function writeChain(chain: Chain): string {
  const own = chainLevel(chain)
  const links = chain.links.map(({ operator, operand }) => ` ${operator} ${write(operand, own + 1)}`)
  return write(chain.operand, own) + links.join('')
}

function operatorWords({ operator }: Binary): string {
  switch (operator) {
    case 'is-distinct-from':
      return 'IS DISTINCT FROM'
    case 'is-not-distinct-from':
      return 'IS NOT DISTINCT FROM'
    case 'overlaps':
      return 'OVERLAPS'
    default:
      return operator
  }
}

function isTestWords({ test }: IsTest): string {
  return test.toUpperCase().replace('-', ' ')
}

function writeLike({ operator, operand, pattern, escape: escaping, negated }: Like): string {
  const words = operator === 'like' ? 'LIKE' : 'SIMILAR TO'
  const escaped = escaping === undefined ? '' : ` ESCAPE ${unparseOperand(escaping)}`
  return `${write(operand, level.range)} ${not({ negated })}${words} ${unparseOperand(pattern)}${escaped}`
}

function not({ negated }: { readonly negated: boolean }): string {
  return negated ? 'NOT ' : ''
}

function writeCase({ operand, branches, otherwise }: Extract<Expression, { kind: 'case' }>): string {
  const head = operand === undefined ? '' : ` ${unparseExpression(operand)}`
  const when = branches.map(({ conditions, result }) => ` WHEN ${list(conditions)} THEN ${unparseExpression(result)}`)
  const end = otherwise === undefined ? '' : ` ELSE ${unparseExpression(otherwise)}`
  return `CASE${head}${when.join('')}${end} END`
}

function writeLiteral(literal: Literal): string {
  switch (literal.kind) {
    case 'number-literal':
      return literal.text
    case 'string-literal':
      return unparseString(literal.value)
    case 'binary-literal':
      return `X'${literal.hex}'`
    case 'boolean-literal':
      return literal.value === null ? 'UNKNOWN' : literal.value ? 'TRUE' : 'FALSE'
    case 'null-literal':
      return 'NULL'
    case 'datetime-literal':
      return `${literal.type} ${unparseString(literal.text)}`
    case 'interval-literal':
      return `INTERVAL ${literal.negative ? '-' : ''}${unparseString(literal.text)} ${unparseQualifier(literal.qualifier)}`
    default:
      return unreachable(literal)
  }
}

function list(items: readonly (Expression | Argument)[]): string {
  return unparseArguments(writer, items)
}

function inParentheses(query: Query): string {
  return `(${unparseQuery(query)})`
}
