/** Binds what a SELECT says after FROM and WHERE, before anything is built. */
import { conjunctsOf, type Expression, type Relation } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { unparseExpression } from '../syntax/unparse/expression.ts'
import { asCondition } from './call.ts'
import type { BindContext, Surroundings } from './context.ts'
import { findGroupWindow, type GroupWindow, windowAuxiliary, windowKeys } from './group-window.ts'
import { bindGrouping, type Grouping } from './grouping.ts'
import { bindOrder, type Order } from './order.ts'
import { Place, withoutOver } from './place.ts'
import { keyOf, syntaxKey } from './same.ts'
import type { Scope } from './scope.ts'
import { SelectCollector } from './select-collector.ts'
import { bindItems, type Item } from './select-items.ts'
import { bindConditions, type Conditions } from './where.ts'

export interface Clauses {
  readonly window: GroupWindow | null
  readonly grouping: Grouping | null
  readonly collector: SelectCollector
  readonly items: readonly Item[]
  readonly having: Conditions
  readonly qualify: readonly Expression[]
  readonly order: readonly Order[]
}

export function bindClauses(
  select: tree.Select,
  orderBy: readonly tree.OrderItem[],
  relation: Relation,
  scope: Scope,
  surroundings: Surroundings,
  context: BindContext,
): Clauses {
  const { commonTables } = surroundings
  const { window, grouping } = bindGroups(select, new Place(context, scope, { clause: 'GROUP BY', commonTables }), relation)
  const hasEmptyGroup = grouping === null || grouping.keys.length === 0 || (grouping.sets?.some((set) => set.length === 0) ?? false)
  const collector = new SelectCollector(context, { isGrouped: grouping !== null, hasEmptyGroup }, (name, call) =>
    windowAuxiliary(window, name, call),
  )
  const placeOf = (clause: string, hasOver: boolean) =>
    new Place(context, scope, { clause, collector: hasOver ? collector : withoutOver(collector), windows: select.windows, commonTables })
  let items: Item[] = []
  const bound: { having?: Conditions; qualify?: readonly Expression[]; order?: Order[] } = {}
  context.all([
    () => {
      items = bindItems(select, placeOf('the SELECT list', true))
    },
    () => {
      bound.having = bindConditions(select.having, placeOf('HAVING', false))
    },
    () => {
      bound.qualify = bindQualify(select.qualify, placeOf('QUALIFY', true))
    },
  ])
  const itemOf = itemFinder(items)
  const ordered = items.map(({ name, value }) => ({ name, type: value.type }))
  const order = bindOrder(orderBy, ordered, (node) => itemOf(placeOf('ORDER BY', true).bind(node)))
  return { window, grouping, collector, items, having: bound.having ?? { plain: [], tests: [] }, qualify: bound.qualify ?? [], order }
}

function bindQualify(node: tree.Expression | undefined, place: Place): Expression[] {
  return node === undefined ? [] : conjunctsOf(asCondition(place.bind(node), 'QUALIFY', node.position))
}

/** An expression that is selected as well is ordered by as the item that it is. */
function itemFinder(items: readonly Item[]): (value: Expression) => Order['by'] {
  let places: Map<string, number> | undefined
  return (value) => {
    places ??= new Map(items.map((item, index) => [keyOf(item.value), index] as const).reverse())
    const item = places.get(keyOf(value))
    return item === undefined ? { value } : { item }
  }
}

function bindGroups(
  select: tree.Select,
  place: Place,
  relation: Relation,
): { readonly window: GroupWindow | null; readonly grouping: Grouping | null } {
  if (select.groupBy === undefined) return { window: null, grouping: null }
  const window = findGroupWindow(select.groupBy, relation, place)
  const windowKey = window === null ? '' : syntaxKey(window.node)
  const grouping = bindGrouping(select.groupBy, place, (node) =>
    window !== null && syntaxKey(node) === windowKey ? windowKeys(window) : [bindKey(node, select, place)],
  )
  return { window, grouping }
}

/** A name of the SELECT list means nothing here, and people try: say so. */
function bindKey(node: tree.Expression, select: tree.Select, place: Place): Expression {
  const [only] = node.kind === 'column-reference' ? node.parts : []
  const isName = only !== undefined && node.kind === 'column-reference' && node.parts.length === 1
  const item = isName ? select.items.find((each) => each.kind === 'select-item' && each.alias?.text === only.text) : undefined
  const isColumn = isName && place.scope.star.some(({ name }) => name === only.text)
  if (item === undefined || item.kind !== 'select-item' || isColumn || only === undefined) return place.bind(node)
  const written = unparseExpression(item.expression)
  const hint =
    written.length > 60
      ? 'Write its expression in GROUP BY, or select from a subquery.'
      : `Write GROUP BY ${written}, or select from a subquery.`
  throw sqlErrors.SQL_GROUP_BY_ALIAS({ alias: only.text }, { position: node.position, hint })
}
