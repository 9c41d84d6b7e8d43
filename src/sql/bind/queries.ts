/** Whole queries: WITH, the body, ORDER BY and LIMIT. */
import { type Expression, type NamedExpression, type Relation, type SortKey, schemaOf, type TextSpan } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { aliasNames } from './collections.ts'
import { type BindContext, type CommonTables, type Rows, type Surroundings, scopeOfRows } from './context.ts'
import { type Correlation, readsOuter } from './correlation.ts'
import { extended, renamed } from './names.ts'
import { bindOrder, sortKeys } from './order.ts'
import { Place } from './place.ts'
import { scopeColumns } from './scope.ts'
import { bindSelect, type SelectRows } from './select.ts'
import { bindSetOperation } from './set-operation.ts'
import { rowsNamed } from './tables.ts'
import { bindValues } from './values.ts'

export function bindQuery(query: tree.Query, surroundings: Surroundings, context: BindContext): Rows {
  const commonTables = bindCommonTables(query, surroundings.commonTables, context)
  const inner: Surroundings = { ...surroundings, commonTables }
  const limit = rowCount(query.limit, 'LIMIT')
  const offset = rowCount(query.offset, 'OFFSET') ?? 0
  const rows = bindBody(query.body, query.orderBy, inner, context)
  const isCut = limit !== null || offset > 0
  const isRelated = surroundings.correlation !== null && surroundings.correlation.conditions.length > 0
  if (isRelated && isCut) return cutForEach(rows, surroundings.correlation, limit, offset, query, context)
  // An order that nothing is cut by means nothing inside of another query.
  const orderBy = surroundings.isInner && !isCut ? [] : rows.order
  const sorted: Relation =
    orderBy.length > 0 || isCut
      ? context.placed({ kind: 'sort', input: rows.relation, orderBy, offset, limit }, [afterBody(query)])
      : rows.relation
  return isRelated ? { relation: sorted, columns: rows.columns } : onlyVisible({ relation: sorted, columns: rows.columns })
}

/** ORDER BY and LIMIT of a related subquery: the first rows for each row around, which is a Top-N for each of its keys. */
function cutForEach(
  rows: SelectRows,
  correlation: Correlation | null,
  limit: number | null,
  offset: number,
  query: tree.Query,
  context: BindContext,
): Rows {
  const keys = correlation?.conditions.map(relatedKey) ?? []
  const partitionBy = keys.flatMap((key) => key ?? [])
  if (limit === null || limit === 0 || rows.order.length === 0 || partitionBy.length < keys.length) {
    const hint = 'Rank the rows with ROW_NUMBER, and keep the first by a condition.'
    throw sqlErrors.SQL_CORRELATION_SHAPE({}, { position: query.limit?.position ?? query.position, hint })
  }
  const top = { function: 'ROW_NUMBER', partitionBy, orderBy: rows.order, from: offset + 1, to: offset + limit, rank: null } as const
  const relation: Relation = { kind: 'top', input: rows.relation, ...top }
  return { relation: context.placed(relation, [afterBody(query)]), columns: rows.columns }
}

/** ORDER BY, OFFSET and LIMIT. */
function afterBody({ body, position }: tree.Query): TextSpan {
  return { start: body.position.end, end: position.end }
}

/** The column of the subquery that a condition compares for equality with something around it. */
function relatedKey(condition: Expression): string | null {
  if (condition.kind !== 'call' || condition.function !== '=') return null
  const inner = condition.arguments.find((part) => !readsOuter(part))
  return inner?.kind === 'column' && condition.arguments.some(readsOuter) ? inner.name : null
}

/** Drops the columns that only an order needed. */
function onlyVisible({ relation, columns }: Rows): Rows {
  if (schemaOf(relation).length === columns.length) return { relation, columns }
  const visible = columns.map(
    ({ column }): NamedExpression => ({ name: column.name, value: { kind: 'column', name: column.name, type: column.type } }),
  )
  return { relation: { kind: 'project', input: relation, columns: visible }, columns }
}

function bindCommonTables(query: tree.Query, outside: CommonTables | null, context: BindContext): CommonTables | null {
  return query.with.reduce<CommonTables | null>((known, { name, columns, query: inner, position }) => {
    const rows = bindQuery(inner, { outer: null, commonTables: known, isInner: true, correlation: null }, context)
    if (columns.length === 0) return { name: name.text, rows, next: known }
    const alias: tree.TableAlias = { kind: 'table-alias', name, columns, position }
    const names = aliasNames(
      alias,
      rows.columns.map((column) => column.name),
    )
    const relation = renamed(rows.relation, names)
    return { name: name.text, rows: { relation, columns: scopeColumns(schemaOf(relation)) }, next: known }
  }, outside)
}

function bindBody(body: tree.QueryBody, orderBy: readonly tree.OrderItem[], surroundings: Surroundings, context: BindContext): SelectRows {
  if (body.kind === 'select') return bindSelect(body, orderBy, surroundings, context)
  return ordered(bindPlainBody(body, surroundings, context), orderBy, context)
}

function bindPlainBody(body: tree.QueryBody, surroundings: Surroundings, context: BindContext): Rows {
  switch (body.kind) {
    case 'query':
      return bindQuery(body, surroundings, context)
    case 'values':
      return bindValues(body, context)
    case 'explicit-table':
      return rowsNamed(body.name, {}, surroundings.commonTables, context)
    case 'select': {
      const { relation, columns } = bindSelect(body, [], surroundings, context)
      return { relation, columns }
    }
    case 'set-operation': {
      const inner: Surroundings = { ...surroundings, isInner: true, correlation: null }
      return bindSetOperation(body, (input) => bindPlainBody(input, inner, context), context)
    }
  }
}

/** Rows that no SELECT list names are ordered by their columns, or by expressions over these. */
function ordered(rows: Rows, orderBy: readonly tree.OrderItem[], context: BindContext): SelectRows {
  const place = new Place(context, scopeOfRows(rows), { clause: 'ORDER BY' })
  const items = rows.columns.map(({ name, column }) => ({ name, type: column.type }))
  const orders = bindOrder(orderBy, items, (node) => ({ value: place.bind(node) }))
  const added: NamedExpression[] = []
  const columnOf = (value: Expression): string => {
    if (value.kind === 'column') return value.name
    const name = context.freshName('order')
    added.push({ name, value })
    return name
  }
  const order: SortKey[] = sortKeys(
    orders,
    rows.columns.map(({ column }) => column.name),
    columnOf,
  )
  return { relation: extended(rows.relation, added), columns: rows.columns, order }
}

/** The count that LIMIT, FETCH or OFFSET names; the parser takes no other number than a whole one. */
function rowCount(node: tree.NumberLiteral | undefined, clause: 'LIMIT' | 'OFFSET'): number | null {
  if (node === undefined) return null
  const count = Number(node.text)
  if (Number.isSafeInteger(count)) return count
  const hint = clause === 'LIMIT' ? 'Leave LIMIT out to have every row.' : undefined
  throw sqlErrors.SQL_ROW_COUNT({ clause, max: Number.MAX_SAFE_INTEGER, got: node.text }, { position: node.position, hint })
}
