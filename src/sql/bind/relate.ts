/** Gives a subquery the columns by which its rows are related to those of the query around it. */
import { withNullable } from '#data'
import { columnsIn, type Expression, mapExpression, type NamedExpression, type Relation } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { BindContext, Surroundings } from './context.ts'
import { type Correlation, outerNameOf, readsOuter } from './correlation.ts'
import type { Grouping } from './grouping.ts'
import type { PendingMeasure } from './place.ts'
import { keyOf } from './same.ts'
import type { Clauses } from './select-clauses.ts'
import type { Filtered } from './where.ts'

export interface Related {
  readonly relation: Relation
  readonly grouping: Grouping | null
  /** Columns that the subquery adds to its list. */
  readonly columns: readonly NamedExpression[]
  /** What stands in the place of the only item of the list. */
  readonly single: Expression | null
}

export function relate(
  context: BindContext,
  select: tree.Select,
  filtered: Filtered,
  clauses: Clauses,
  { correlation }: Surroundings,
): Related {
  const { relation, related } = filtered
  if (correlation === null || related.length === 0) return { relation, grouping: clauses.grouping, columns: [], single: null }
  return correlation.wanted === 'rows'
    ? relateRows(context, select, filtered, clauses, correlation)
    : relateValue(context, select, filtered, clauses, correlation)
}

/** EXISTS and IN: every column that a condition reads is added. */
function relateRows(
  context: BindContext,
  select: tree.Select,
  { relation, related }: Filtered,
  clauses: Clauses,
  correlation: Correlation,
): Related {
  if (clauses.grouping !== null || clauses.collector.measures.length > 0 || clauses.collector.overs.length > 0) throw unrelatable(select)
  const columns = new Map<string, NamedExpression>()
  for (const condition of related) {
    correlation.conditions.push(
      mapExpression(condition, (part) => {
        if (part.kind !== 'column' || outerNameOf(part.name) !== null) return part
        const column = columns.get(part.name) ?? { name: context.freshName('related'), value: part }
        columns.set(part.name, column)
        return { ...part, name: column.name }
      }),
    )
  }
  return { relation, grouping: null, columns: [...columns.values()], single: null }
}

/** A value: the subquery is grouped by what is equal to something around it, so that there is one row for each. */
function relateValue(
  context: BindContext,
  select: tree.Select,
  { relation, related }: Filtered,
  clauses: Clauses,
  correlation: Correlation,
): Related {
  const { collector, items } = clauses
  if (clauses.grouping !== null || collector.overs.length > 0) throw unrelatable(select)
  const [item] = items
  const position = item?.position ?? select.position
  const own = collector.measures.length > 0 ? null : (item?.value ?? null)
  const single = own === null ? null : collector.measure(singleValue(own), position)
  const counts = collector.measures.filter(({ what }) => !what.type.nullable)
  if (counts.length > 0) {
    if (item?.value.kind !== 'column' || counts.length > 1 || counts[0]?.name !== item.value.name || counts[0].what.function !== 'COUNT')
      throw unrelatable(select)
    correlation.countsRows = true
  }
  const columns: NamedExpression[] = []
  const keys = related.map((condition) => {
    const sides = equalSides(condition)
    if (sides === null) throw unrelatable(select)
    const name = context.freshName('related')
    columns.push({ name, value: sides.inner })
    correlation.conditions.push(withInner(condition, sides.inner, { kind: 'column', name, type: sides.inner.type }))
    return { value: sides.inner, key: keyOf(sides.inner), position }
  })
  return { relation, grouping: { keys, sets: null }, columns, single }
}

/** The value of the only row; more than one is an error. */
function singleValue(value: Expression): PendingMeasure {
  const type = withNullable(value.type, true)
  return { function: 'SINGLE_VALUE', arguments: [value], distinct: false, filter: null, type }
}

function equalSides(condition: Expression): { readonly inner: Expression } | null {
  if (condition.kind !== 'call' || condition.function !== '=') return null
  const [left, right] = condition.arguments
  if (left === undefined || right === undefined) return null
  if (!readsOuter(left) && isOuterOnly(right)) return { inner: left }
  return !readsOuter(right) && isOuterOnly(left) ? { inner: right } : null
}

function isOuterOnly(expression: Expression): boolean {
  const names = [...columnsIn(expression)]
  return names.length > 0 && names.every((name) => outerNameOf(name) !== null)
}

function withInner(condition: Expression, inner: Expression, reference: Expression): Expression {
  if (condition.kind !== 'call') return condition
  return { ...condition, arguments: condition.arguments.map((part) => (part === inner ? reference : part)) }
}

function unrelatable(select: tree.Select): Error {
  const hint = 'Join the tables, and group or rank the result.'
  return sqlErrors.SQL_CORRELATION_SHAPE({}, { position: select.position, hint })
}
