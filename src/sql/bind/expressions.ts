/** Binds expressions: one function for each kind of node. */
import { commonType, type DataType, explicitlyCastable, printType, withNullable } from '#data'
import type { Expression } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { bindType } from './bind-type.ts'
import { allOf, anyOf, asCondition, callOf, not, originOf, typeText } from './call.ts'
import { castHint } from './cast-hint.ts'
import { bindChain } from './chain.ts'
import { castTo, nullOf } from './coerce.ts'
import { outerReference } from './correlation.ts'
import { bindCall } from './function-call.ts'
import { bindInValue } from './in-value.ts'
import { intervalUnitSize } from './interval-text.ts'
import { bindLiteral, bindNumber, integerConstant, intervalConstant } from './literals.ts'
import { bindBinary, bindComparable, comparableValue, compare, compareValues, isRow } from './operators.ts'
import type { Place } from './place.ts'
import { bindExistsValue, bindScalarSubquery } from './scalar-subquery.ts'
import { columnSuggestion, findColumn } from './scope.ts'
import { subqueryTestOf } from './subquery-test.ts'

export function bindExpression(node: tree.Expression, place: Place): Expression {
  switch (node.kind) {
    case 'number-literal':
    case 'string-literal':
    case 'binary-literal':
    case 'boolean-literal':
    case 'null-literal':
    case 'datetime-literal':
    case 'interval-literal':
      return bindLiteral(node)
    case 'interval-expression': {
      const { start } = node.qualifier
      return callOf('TIMES_INTERVAL', [intervalConstant(intervalUnitSize(start), start), place.bind(node.operand)], node.position, {
        name: 'INTERVAL',
      })
    }
    case 'column-reference':
      return bindColumn(node, place)
    case 'unary':
      return bindUnary(node, place)
    case 'binary':
      return bindBinary(node, place)
    case 'chain':
      return bindChain(node, place)
    case 'logical':
      return bindLogical(node, place)
    case 'is-test':
      return bindIsTest(node, place)
    case 'between':
      return bindBetween(node, place)
    case 'in-list':
      return bindInList(node, place)
    case 'like':
      return bindLike(node, place)
    case 'row':
      return callOf('ROW', place.bindAll(node.items), node.position)
    case 'collection':
      return bindCollection(node, place)
    case 'item':
      return callOf('ITEM', place.bindAll([node.operand, node.index]), node.position, { name: '[ ]', isOperator: true })
    case 'field':
      return fieldOf(place.bind(node.operand), node.field)
    case 'case':
      return bindCase(node, place)
    case 'cast':
      return bindCast(node, place)
    case 'call':
      return bindCall(node, place)
    case 'subquery':
      return bindScalarSubquery(node, place)
    case 'quantified':
      return bindQuantified(node, place)
    case 'exists':
      return bindExistsValue(node, place)
    case 'in-query':
      return bindInQuery(node, place)
    case 'collection-query':
      throw sqlErrors.SQL_NOT_SUPPORTED({ what: `${node.collection.toUpperCase()} of a query` }, { position: node.position })
    case 'at-time-zone':
      throw sqlErrors.SQL_NOT_SUPPORTED(
        { what: 'AT TIME ZONE' },
        { position: node.position, hint: 'Set table.local-time-zone, or use CONVERT_TZ.' },
      )
  }
}

function bindColumn(node: tree.ColumnReference, place: Place): Expression {
  const { parts } = node
  if (isPi(parts)) return callOf('PI', [], node.position)
  const { column, fields, isOuter } = findColumn(place.scope, parts)
  if (isOuter && !place.isCorrelated) {
    const written = nameText(node)
    throw sqlErrors.SQL_CORRELATION_PLACE({ column: written, clause: place.clause }, { position: node.position })
  }
  const reference: Expression = isOuter
    ? outerReference(column.name, column.type)
    : { kind: 'column', name: column.name, type: column.type }
  place.context.remember(reference, node)
  return fields.reduce(fieldOf, reference)
}

/** PI needs no parentheses; as in Flink, a column of that name stands in backticks. */
function isPi([name, ...others]: readonly tree.Identifier[]): boolean {
  return others.length === 0 && name !== undefined && !name.quoted && name.text.toUpperCase() === 'PI'
}

/** A field of a row by its name. */
function fieldOf(row: Expression, field: tree.Identifier): Expression {
  const { position, text } = field
  if (row.type.kind !== 'row') throw sqlErrors.SQL_FIELD_OF_PLAIN_TYPE({ type: typeText(row) }, { position })
  const index = row.type.fields.findIndex(({ name }) => name === text)
  if (index < 0) {
    const known = row.type.fields.map(({ name }) => name)
    throw sqlErrors.SQL_FIELD_NOT_FOUND({ field: text }, { position, ...columnSuggestion(text, known, 'field') })
  }
  return callOf('FIELD', [row, integerConstant(index)], position)
}

function bindUnary({ operator, operand, position }: tree.Unary, place: Place): Expression {
  if (operator === 'not') return not(asCondition(place.bind(operand), 'NOT', operand.position))
  if (operator === '-' && operand.kind === 'number-literal') return bindNumber(operand, true)
  const value = place.bind(operand)
  return operator === '-' ? callOf('NEGATE', [value], position, { name: '-', isOperator: true }) : value
}

function bindLogical({ operator, operands }: tree.Logical, place: Place): Expression {
  const word = operator === 'and' ? 'AND' : 'OR'
  const parts = place.context.all(operands.map((operand) => () => asCondition(place.bind(operand), word, operand.position)))
  return operator === 'and' ? allOf(parts) : anyOf(parts)
}

const jsonTests = {
  'json-value': 'IS JSON VALUE',
  'json-object': 'IS JSON OBJECT',
  'json-array': 'IS JSON ARRAY',
  'json-scalar': 'IS JSON SCALAR',
} as const

function bindIsTest({ operand, test, negated, position }: tree.IsTest, place: Place): Expression {
  const value = place.bind(operand)
  switch (test) {
    case 'null':
      return callOf(negated ? 'IS NOT NULL' : 'IS NULL', [value], position)
    case 'true':
      return callOf(negated ? 'IS NOT TRUE' : 'IS TRUE', [asCondition(value, 'IS TRUE', operand.position)], position)
    case 'false':
      return callOf(negated ? 'IS NOT FALSE' : 'IS FALSE', [asCondition(value, 'IS FALSE', operand.position)], position)
    case 'unknown':
      return callOf(negated ? 'IS NOT NULL' : 'IS NULL', [asCondition(value, 'IS UNKNOWN', operand.position)], position)
    default: {
      const tested = callOf(jsonTests[test], [value], position)
      return negated ? not(tested) : tested
    }
  }
}

function bindBetween(node: tree.Between, place: Place): Expression {
  const [value, [low, high]] = place.context.both(
    () => place.bind(node.operand),
    () => place.bindPair(node.low, node.high),
  )
  place.context.countRepeated(value, node.symmetric ? 3 : 1, node.position)
  if (node.symmetric) for (const bound of [low, high]) place.context.countRepeated(bound, 1, node.position)
  const within = (from: Expression, to: Expression) => [
    compareValues('>=', value, from, node.low.position),
    compareValues('<=', value, to, node.high.position),
  ]
  if (node.symmetric) {
    const either = anyOf([allOf(within(low, high)), allOf(within(high, low))])
    return node.negated ? not(either) : either
  }
  if (!node.negated) return allOf(within(low, high))
  return anyOf([compareValues('<', value, low, node.low.position), compareValues('>', value, high, node.high.position)])
}

function bindInList({ operand, items, negated, position }: tree.InList, place: Place): Expression {
  if (isRow(operand)) {
    const row = bindComparable(operand, place)
    const sides = place.context.all(items.map((item) => () => bindComparable(item, place)))
    place.context.countRepeated(comparableValue(row), items.length - 1, position)
    const found = anyOf(sides.map((side, index) => compare('=', row, side, items[index]?.position ?? position)))
    return negated ? not(found) : found
  }
  const found = callOf('IN', place.bindAll([operand, ...items]), position, { name: 'IN', isOperator: true })
  return negated ? not(found) : found
}

function bindLike({ operator, operand, pattern, escape: escaping, negated, position }: tree.Like, place: Place): Expression {
  const args = place.bindAll(escaping === undefined ? [operand, pattern] : [operand, pattern, escaping])
  const word = operator === 'like' ? 'LIKE' : 'SIMILAR TO'
  const matched = callOf(word, args, position, { name: word, isOperator: true })
  return negated ? not(matched) : matched
}

function bindCollection({ collection, items, position }: tree.CollectionConstructor, place: Place): Expression {
  if (collection === 'multiset') throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'MULTISET[…]' }, { position })
  const values = place.bindAll(items)
  if (collection === 'map') return callOf('MAP', values, position)
  return callOf('ARRAY', values, position)
}

function bindCase({ operand, branches, otherwise, position }: tree.Case, place: Place): Expression {
  const subject = operand === undefined ? null : place.bind(operand)
  const bound = place.context.all(
    branches.map(({ conditions, result }) => () => {
      const tests = conditions.map((condition) => {
        if (subject === null) return asCondition(place.bind(condition), 'WHEN', condition.position)
        return compareValues('=', subject, place.bind(condition), condition.position)
      })
      return { when: anyOf(tests), then: place.bind(result) }
    }),
  )
  const last = otherwise === undefined ? nullOf({ kind: 'null', nullable: true }) : place.bind(otherwise)
  const testCount = branches.reduce((sum, { conditions }) => sum + conditions.length, 0)
  if (subject !== null) place.context.countRepeated(subject, testCount - 1, position)
  const results = [...bound.map((branch) => branch.then), last]
  const type = commonType(results.map((result) => result.type))
  if (type === null) {
    const types = [...new Set(results.filter((result) => result.type.kind !== 'null').map(typeText))]
    throw sqlErrors.SQL_CASE_TYPES({ types: types.join(', ') }, { position, hint: 'Convert the results to one type with CAST(… AS …).' })
  }
  const common = withNullable(
    type,
    results.some((result) => result.type.nullable),
  )
  return {
    kind: 'case',
    branches: bound.map(({ when, then }) => ({ when, then: castTo(then, common) })),
    otherwise: castTo(last, common),
    type: common,
  }
}

function bindCast({ operand, type: written, safe, position }: tree.Cast, place: Place): Expression {
  const value = place.bind(operand)
  const type = bindType(written)
  if (value.type.kind === 'null') return nullOf(type)
  if (!explicitlyCastable(value.type, type)) {
    const hint = castHint(value.type, type)
    throw sqlErrors.SQL_CAST_REFUSED(
      { from: typeText(value), to: printType(withNullable(type, true)) },
      { position, ...(hint === undefined ? {} : { hint }) },
    )
  }
  const target: DataType = withNullable(type, safe || value.type.nullable)
  return { kind: 'cast', value, type: target, failing: safe ? 'null' : 'error', origin: originOf(position) }
}

/** `x = ANY (1, 2)` is an IN; over a query it is one as well. */
function bindQuantified(node: tree.Quantified, place: Place): Expression {
  const { operator, quantifier, operand, items } = node
  if (items === undefined) return bindInQuery(node, place)
  const value = place.bind(operand)
  place.context.countRepeated(value, items.length - 1, node.position)
  const tests = items.map((item) => compareValues(operator, value, place.bind(item), item.position))
  return quantifier === 'any' ? anyOf(tests) : allOf(tests)
}

function bindInQuery(node: tree.Quantified | Extract<tree.Expression, { kind: 'in-query' }>, place: Place): Expression {
  const test = subqueryTestOf(node)
  if (test !== null) return bindInValue(test, place)
  const what = node.kind === 'quantified' ? node.quantifier.toUpperCase() : 'IN'
  const hint = 'Make it a condition of its own in WHERE or HAVING, or compare with the MIN or MAX of the query.'
  throw sqlErrors.SQL_SUBQUERY_PLACE({ what: `${what} with a query` }, { position: node.position, hint })
}
