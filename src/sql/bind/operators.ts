/** Binds comparisons, and OVERLAPS. */
import type { TextPosition } from '#base'
import type { Expression } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { allOf, anyOf, callOf } from './call.ts'
import type { Place } from './place.ts'

type Comparison = tree.ComparisonOperator | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'

export function bindBinary(node: tree.Binary, place: Place): Expression {
  const { left, right, position } = node
  if (node.operator === 'overlaps') return bindOverlaps(node, place)
  const operator = comparisonOf(node.operator)
  const [first, second] = place.context.both(
    () => bindComparable(left, place),
    () => bindComparable(right, place),
  )
  return compare(operator, first, second, position)
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

/** A bound side of a comparison: a value, or the items of a row that was written out. */
export type Comparable = Expression | ComparableRow
interface ComparableRow {
  readonly kind: 'items'
  readonly items: readonly Comparable[]
  readonly node: tree.RowConstructor
}

export function bindComparable(node: tree.Expression, place: Place): Comparable {
  if (!isRow(node)) return place.bind(node)
  return { kind: 'items', items: place.context.all(node.items.map((item) => () => bindComparable(item, place))), node }
}

/** Rows that are written out are compared item by item: `(a, b) = (1, 2)`. */
export function compare(operator: Comparison, left: Comparable, right: Comparable, position: TextPosition): Expression {
  if (left.kind !== 'items' || right.kind !== 'items')
    return compareValues(operator, comparableValue(left), comparableValue(right), position)
  if (left.items.length !== right.items.length) {
    throw sqlErrors.SQL_ROW_SIZES({ left: left.items.length, right: right.items.length }, { position })
  }
  if (operator !== '=' && operator !== '<>') throw sqlErrors.SQL_NOT_SUPPORTED({ what: `comparing rows with ${operator}` }, { position })
  const compared = left.items.map((item, index) =>
    compare(operator, item, right.items[index] ?? item, left.node.items[index]?.position ?? position),
  )
  return operator === '=' ? allOf(compared) : anyOf(compared)
}

/** The value of a side, and of a row the row. */
export function comparableValue(side: Comparable): Expression {
  return side.kind === 'items' ? callOf('ROW', side.items.map(comparableValue), side.node.position) : side
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
