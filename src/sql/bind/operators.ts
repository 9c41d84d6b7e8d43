/** Binds operators with two sides. */
import type { TextPosition } from '#base'
import { type DataType, familyOf } from '#data'
import type { Expression, FunctionName } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { allOf, anyOf, callOf } from './call.ts'
import type { Place } from './place.ts'

type Comparison = tree.ComparisonOperator | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'

export function bindBinary(node: tree.Binary, place: Place): Expression {
  const { left, right, position } = node
  switch (node.operator) {
    case 'overlaps':
      return bindOverlaps(node, place)
    case '+':
    case '-':
    case '*':
      return bindArithmetic(node.operator, node, place)
    case '/':
    case '%':
    case '||':
      return callOf(node.operator, place.bindAll([left, right]), position, { name: node.operator, isOperator: true })
    default: {
      const operator = comparisonOf(node.operator)
      if (isRow(left) && isRow(right)) return compareRows(operator, left, right, place, position)
      const [first, second] = place.bindPair(left, right)
      return compareValues(operator, first, second, position)
    }
  }
}

function comparisonOf(operator: tree.ComparisonOperator | 'is-distinct-from' | 'is-not-distinct-from'): Comparison {
  if (operator === 'is-distinct-from') return 'IS DISTINCT FROM'
  return operator === 'is-not-distinct-from' ? 'IS NOT DISTINCT FROM' : operator
}

/** A comparison of two bound values. */
export function compareValues(operator: Comparison, left: Expression, right: Expression, position: TextPosition): Expression {
  return callOf(operator, [left, right], position, { name: operator, isOperator: true })
}

export function isRow(node: tree.Expression): node is tree.RowConstructor {
  return node.kind === 'row' && node.items.length > 1
}

/** `(a, b) = (1, 2)` compares item by item. */
function compareRows(
  operator: Comparison,
  left: tree.RowConstructor,
  right: tree.RowConstructor,
  place: Place,
  position: TextPosition,
): Expression {
  if (left.items.length !== right.items.length) {
    throw sqlErrors.SQL_ROW_SIZES({ left: left.items.length, right: right.items.length }, { position })
  }
  if (operator !== '=' && operator !== '<>') throw sqlErrors.SQL_NOT_SUPPORTED({ what: `comparing rows with ${operator}` }, { position })
  const parts = left.items.map(
    (item, index): tree.Binary => ({ kind: 'binary', operator, left: item, right: right.items[index] ?? item, position: item.position }),
  )
  const compared = place.bindAll(parts)
  return operator === '=' ? allOf(compared) : anyOf(compared)
}

function bindOverlaps({ left, right, position }: tree.Binary, place: Place): Expression {
  if (left.kind !== 'row' || right.kind !== 'row' || left.items.length !== 2 || right.items.length !== 2) {
    throw sqlErrors.SQL_OPERATOR_TYPES(
      { operator: 'OVERLAPS', types: 'these operands' },
      { position, hint: 'Write (start1, end1) OVERLAPS (start2, end2).' },
    )
  }
  return callOf('OVERLAPS', place.bindAll([...left.items, ...right.items]), position)
}

function isInterval(type: DataType): boolean {
  return familyOf(type) === 'interval'
}

/** Numbers, or points in time and intervals: those have functions of their own, with the interval on the right. */
function bindArithmetic(operator: '+' | '-' | '*', node: tree.Binary, place: Place): Expression {
  const { position } = node
  const [left, right] = place.bindPair(node.left, node.right)
  const spoken = { name: operator, isOperator: true }
  const call = (name: FunctionName, first: Expression, second: Expression) => callOf(name, [first, second], position, spoken)
  if (operator === '*') {
    if (isInterval(left.type)) return call('TIMES_INTERVAL', left, right)
    return isInterval(right.type) ? call('TIMES_INTERVAL', right, left) : call('*', left, right)
  }
  if (isInterval(right.type)) return call(operator === '+' ? 'PLUS_INTERVAL' : 'MINUS_INTERVAL', left, right)
  if (isInterval(left.type) && operator === '+') return call('PLUS_INTERVAL', right, left)
  return call(operator, left, right)
}
