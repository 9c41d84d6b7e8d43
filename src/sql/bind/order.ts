/** ORDER BY: places and names of the SELECT list, or expressions over what it selects from. */
import type { Expression, SortKey } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'

/** What rows are ordered by: an item of the SELECT list, or an expression besides. */
export interface Order {
  readonly by: { readonly item: number } | { readonly value: Expression }
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** `bind` binds what is neither a place nor a name of the list. */
export function bindOrder(
  orderBy: readonly tree.OrderItem[],
  names: readonly (string | null)[],
  bind: (node: tree.Expression) => Order['by'],
): Order[] {
  return orderBy.map((item) => {
    const descending = item.direction === 'desc'
    const nullsFirst = item.nulls === undefined ? !descending : item.nulls === 'first'
    return { by: placeOf(item.expression, names) ?? bind(item.expression), descending, nullsFirst }
  })
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
