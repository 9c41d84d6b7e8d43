/**
 * Binds a SELECT. What its clauses need is gathered first, so that the errors of all of them are found in one go; then the relations are
 * stacked in the order in which SQL computes them:
 *
 *     FROM → WHERE → group window → GROUP BY → subqueries of the list → HAVING → OVER → QUALIFY → list → DISTINCT
 */
import { type Expression, mapExpression, type NamedExpression, type Relation, type SortKey, schemaOf, type TextSpan } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { aggregated, type Grouped, type Wishes } from './aggregation.ts'
import type { BindContext, Rows, Surroundings } from './context.ts'
import { bindFrom } from './from.ts'
import { withGroupWindow } from './group-window.ts'
import type { Grouping } from './grouping.ts'
import { checkHintNames } from './hint-names.ts'
import { checkJoinHints } from './join-hints.ts'
import { bindLookupHints } from './lookup-hint.ts'
import { extended, projected, uniqueName } from './names.ts'
import { sortKeys } from './order.ts'
import { withOvers } from './over.ts'
import { type Related, relate } from './relate.ts'
import { withRepeatedSets } from './repeated-sets.ts'
import { keyOf } from './same.ts'
import type { Scope } from './scope.ts'
import { bindClauses, type Clauses } from './select-clauses.ts'
import { itemNames, wishesOf } from './select-items.ts'
import { bindStateTtls, withStateTtl } from './state-ttl.ts'
import { withoutUnusedRank } from './top.ts'
import { bindWhere, joinScalars, kept, noConditions } from './where.ts'

/** The rows of a SELECT, perhaps with more columns than it selects, and the order that was asked for in terms of them. */
export interface SelectRows extends Rows {
  readonly order: readonly SortKey[]
}

export function bindSelect(
  select: tree.Select,
  orderBy: readonly tree.OrderItem[],
  surroundings: Surroundings,
  context: BindContext,
): SelectRows {
  refuseHints(select)
  checkJoinHints(select, context.environment)
  const stateTtls = bindStateTtls(select, context.environment)
  const lookups = bindLookupHints(select, context.environment)
  const from = bindFrom(select.from, { ...surroundings, stateTtls, lookups }, context)
  const scope: Scope = { ...from.scope, outer: surroundings.outer }
  const [filtered, clauses] = context.both(
    () => bindWhere(select.where, from.relation, scope, surroundings, context),
    () => bindClauses(select, orderBy, from.relation, scope, surroundings, context),
  )
  const stateTtlMs = select.from === undefined ? undefined : stateTtls.get(select.from)
  return build(context, select, relate(context, select, filtered, clauses, surroundings), clauses, stateTtlMs)
}

function refuseHints(select: tree.Select): void {
  checkHintNames(select.hints)
  for (const hint of select.hints) {
    const name = hint.name.text.toUpperCase()
    if (name !== 'OPTIONS') continue
    const fix = "Write it behind the table: FROM t /*+ OPTIONS('key' = 'value') */."
    throw sqlErrors.SQL_HINT_PLACE({ hint: name }, { position: hint.position, hint: fix })
  }
}

function build(context: BindContext, select: tree.Select, related: Related, clauses: Clauses, stateTtlMs: number | undefined): SelectRows {
  const wishes = wishesOf(clauses.items)
  const grouped = groupedRows(context, select, related, clauses, wishes, stateTtlMs)
  const { rewrite } = grouped
  const scalars = clauses.collector.scalars.map(({ what }) => ({ ...what, conditions: what.conditions.map(rewrite) }))
  const tests = clauses.having.tests.map((test) => ({ ...test, conditions: test.conditions.map(rewrite) }))
  const having = { plain: clauses.having.plain.map(rewrite), tests }
  const selected = kept(context, joinScalars(context, grouped.relation, scalars), having)
  const overs = clauses.collector.overs.map((over) => ({
    ...over,
    what: {
      ...over.what,
      arguments: over.what.arguments.map(rewrite),
      partitionBy: over.what.partitionBy.map(rewrite),
      orderBy: over.what.orderBy.map((order) => ({ ...order, value: rewrite(order.value) })),
    },
  }))
  const computed = withOvers(context, selected, overs, wishes)
  const final = (value: Expression): Expression =>
    mapExpression(rewrite(value), (part) => (part.kind === 'column' ? (computed.columns.get(part.name) ?? part) : part))
  const qualified = kept(context, computed.relation, { ...noConditions, plain: clauses.qualify.map(final) })
  const rows = listed(context, select, qualified, related, clauses, final)
  // DISTINCT above an aggregate reads that, which has no name.
  return select.distinct && !grouped.isGrouped ? { ...rows, relation: withStateTtl(rows.relation, stateTtlMs) } : rows
}

interface GroupedRows {
  readonly isGrouped: boolean
  readonly relation: Relation
  readonly rewrite: (expression: Expression) => Expression
}

function groupedRows(
  context: BindContext,
  select: tree.Select,
  related: Related,
  clauses: Clauses,
  wishes: Wishes,
  stateTtlMs: number | undefined,
): GroupedRows {
  const { collector, having } = clauses
  const isGrouped = related.grouping !== null || collector.measures.length > 0 || having.plain.length + having.tests.length > 0
  if (!isGrouped) return { isGrouped, relation: related.relation, rewrite: (expression) => expression }
  const rows = aggregatedRows(context, related, clauses, wishes)
  const positions = collector.measures.flatMap((measure) => measure.positions)
  const placed = context.placed(rows.relation, [...positions, (select.groupBy ?? select.having)?.position])
  const relation = withRepeatedSets(context, withStateTtl(placed, stateTtlMs), select.position)
  return { isGrouped, relation, rewrite: (expression) => rows.rewrite(expression) }
}

function aggregatedRows(context: BindContext, related: Related, { window, collector }: Clauses, wishes: Wishes): Grouped {
  const grouping = related.grouping ?? { keys: [], sets: null }
  if (window === null) return aggregated(context, related.relation, grouping, collector, wishes)
  const ready =
    window.shape.kind === 'session' ? withKeyColumns(context, related.relation, grouping) : { relation: related.relation, grouping }
  const own = new Set([window.start, window.end, window.timeName])
  const others = ready.grouping.keys.flatMap(({ value }) => (value.kind === 'column' && !own.has(value.name) ? [value.name] : []))
  return aggregated(context, withGroupWindow(context, ready.relation, window, others), ready.grouping, collector, wishes)
}

/** Computed keys as columns: sessions are those of each key. */
function withKeyColumns(
  context: BindContext,
  relation: Relation,
  grouping: Grouping,
): { readonly relation: Relation; readonly grouping: Grouping } {
  const added: NamedExpression[] = []
  const keys = grouping.keys.map((key) => {
    if (key.value.kind === 'column') return key
    const name = context.freshName('key')
    added.push({ name, value: key.value })
    return { ...key, value: { kind: 'column', name, type: key.value.type } as const }
  })
  return { relation: extended(relation, added), grouping: { ...grouping, keys } }
}

/** The SELECT list itself, with hidden columns for what rows are ordered by or related by. */
function listed(
  context: BindContext,
  select: tree.Select,
  input: Relation,
  related: Related,
  clauses: Clauses,
  final: (value: Expression) => Expression,
): SelectRows {
  const names = itemNames(clauses.items)
  const taken = new Set<string>()
  const values = context.all(
    clauses.items.map(
      ({ value }) =>
        () =>
          final(related.single ?? value),
    ),
  )
  const columns = values.map((value, index): NamedExpression => ({ name: uniqueName(names[index] ?? '', taken), value }))
  const hidden = related.columns.map(({ name, value }): NamedExpression => ({ name, value: final(value) }))
  const hiddenNames = new Map(hidden.map(({ name, value }) => [keyOf(value), name]))
  const order = sortKeys(
    clauses.order,
    columns.map(({ name }) => name),
    (value) => {
      if (select.distinct) throw sqlErrors.SQL_ORDER_NOT_SELECTED({}, { position: context.nodeOf(value)?.position })
      const rewritten = final(value)
      const key = keyOf(rewritten)
      const known = hiddenNames.get(key)
      if (known !== undefined) return known
      const own = rewritten.kind === 'column' && !taken.has(rewritten.name) ? rewritten.name : context.freshName('order')
      const name = uniqueName(own, taken)
      hidden.push({ name, value: rewritten })
      hiddenNames.set(key, name)
      return name
    },
  )
  const project = projected(input, [...columns, ...hidden])
  const pruned = withoutUnusedRank(project, new Set(schemaOf(project).map(({ name }) => name)))
  const relation = select.distinct ? context.placed(distinct(pruned), [distinctOf(select)]) : pruned
  const schema = schemaOf(relation)
  const visible = names.flatMap((name, index) => (schema[index] === undefined ? [] : [{ name, column: schema[index] }]))
  return { relation, columns: visible, order }
}

/** SELECT DISTINCT with its list. */
function distinctOf({ items, position }: tree.Select): TextSpan {
  return { start: position.start, end: items.at(-1)?.position.end ?? position.start }
}

/** Each different row once. The rows of windows are final when their window closes, and keep saying so. */
function distinct(input: Relation): Relation {
  const schema = schemaOf(input)
  const start = schema.find(({ role }) => role === 'window-start')?.name
  const end = schema.find(({ role }) => role === 'window-end')?.name
  if (start === undefined || end === undefined) return { kind: 'distinct', input }
  const keys = schema.map(({ name }) => name)
  return { kind: 'aggregate', input, keys, measures: [], window: { start, end }, groupingSets: null }
}
