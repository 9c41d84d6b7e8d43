/** ORDER BY: places and names of the SELECT list, or expressions over what it selects from. */
import type { TextPosition } from '#base'
import { type DataType, printType, withNullable } from '#data'
import type { Expression, SortKey } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'

/** What rows are ordered by: an item of the SELECT list, or an expression besides. */
export interface Order {
  readonly by: { readonly item: number } | { readonly value: Expression }
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** What ORDER BY can speak of by its place or its name. */
interface OrderedItem {
  readonly name: string | null
  readonly type: DataType
}

/** `bind` binds what is neither a place nor a name of the list. */
export function bindOrder(
  orderBy: readonly tree.OrderItem[],
  items: readonly OrderedItem[],
  bind: (node: tree.Expression) => Order['by'],
): Order[] {
  const names = items.map(({ name }) => name)
  return orderBy.map((item) => {
    const { expression } = item
    const by = placeOf(expression, names) ?? bind(expression)
    checkOrder('item' in by ? items[by.item]?.type : by.value.type, expression.position)
    return { by, ...directionOf(item) }
  })
}

/** As in Flink, NULL counts as less than everything. */
export function directionOf({ direction, nulls }: tree.OrderItem): Pick<Order, 'descending' | 'nullsFirst'> {
  const descending = direction === 'desc'
  return { descending, nullsFirst: nulls === undefined ? !descending : nulls === 'first' }
}

/** Refuses values that have no order. */
export function checkOrder(type: DataType | undefined, position: TextPosition): void {
  if (type === undefined || hasOrder(type)) return
  const hint = type.kind === 'variant' ? 'Order by its text: JSON_STRING(…).' : 'Order by something of it: an element, or its CARDINALITY.'
  throw sqlErrors.SQL_ORDER_TYPE({ type: printType(withNullable(type, true)) }, { position, hint })
}

function hasOrder(type: DataType): boolean {
  switch (type.kind) {
    case 'map':
    case 'multiset':
    case 'bitmap':
    case 'variant':
      return false
    case 'array':
      return hasOrder(type.element)
    case 'row':
      return type.fields.every((field) => hasOrder(field.type))
    default:
      return true
  }
}

function placeOf(node: tree.Expression, names: readonly (string | null)[]): { readonly item: number } | null {
  if (node.kind === 'number-literal' && node.form === 'integer') {
    const place = Number(node.text)
    if (place >= 1 && place <= names.length) return { item: place - 1 }
    throw sqlErrors.SQL_ORDER_PLACE({ place: node.text, count: names.length }, { position: node.position })
  }
  const [only] = node.kind === 'column-reference' ? node.parts : []
  if (only === undefined || (node.kind === 'column-reference' && node.parts.length !== 1)) return null
  const item = names.indexOf(only.text)
  return item < 0 ? null : { item }
}

/** The order in terms of the result's columns. */
export function sortKeys(orders: readonly Order[], itemColumns: readonly string[], columnOf: (value: Expression) => string): SortKey[] {
  return orders.map(({ by, descending, nullsFirst }) => ({
    column: 'item' in by ? (itemColumns[by.item] ?? '') : columnOf(by.value),
    descending,
    nullsFirst,
  }))
}
