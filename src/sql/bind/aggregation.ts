/** Builds the aggregate of a SELECT, and rewrites what stands above it in terms of its keys and measures. */
import { bigintType, type Schema, withNullable } from '#data'
import {
  type Aggregate,
  columnsByName,
  columnsIn,
  type Expression,
  groupingIdOf,
  type Measure,
  mapParts,
  type NamedExpression,
  type Relation,
  referTo,
  schemaOf,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import { unparseExpression } from '../syntax/unparse/expression.ts'
import { callOf } from './call.ts'
import type { BindContext } from './context.ts'
import type { Grouping } from './grouping.ts'
import { constant } from './literals.ts'
import { namesOf, passedColumns, uniqueName } from './names.ts'
import { keyOf } from './same.ts'
import type { PendingGrouping, SelectCollector } from './select-collector.ts'

/** The name that the SELECT list gives to a thing when it is an item of its own. */
export type Wishes = ReadonlyMap<string, string>

export interface Grouped {
  readonly relation: Aggregate
  /** The expression over the aggregate's columns; an error for a column that is neither grouped by nor aggregated. */
  rewrite(expression: Expression): Expression
}

/** Groups a relation. */
export function aggregated(context: BindContext, input: Relation, grouping: Grouping, collector: SelectCollector, wishes: Wishes): Grouped {
  const { keys, names } = namedKeys(context, input, grouping, collector, wishes)
  const taken = new Set(names)
  const measures = collector.measures.map(({ name, key, what }): Measure => {
    const wish = wishes.get(name) ?? wishes.get(key)
    return { ...what, name: wish === undefined || taken.has(wish) ? uniqueName(name, taken) : uniqueName(wish, taken) }
  })
  const sets = grouping.sets?.map((set) => set.map((index) => names[index] ?? '')) ?? null
  const groupingSets = sets === null ? null : { sets, groupingId: context.freshName('grouping') }
  const relation: Aggregate = {
    kind: 'aggregate',
    input: keys,
    keys: names,
    measures,
    window: windowOf(schemaOf(keys), names, sets),
    groupingSets,
  }
  return { relation, rewrite: rewriter(context, relation, input, grouping, collector) }
}

/** The input with computed keys as columns and without columns that are not read, and the names of all keys. */
function namedKeys(
  context: BindContext,
  input: Relation,
  grouping: Grouping,
  collector: SelectCollector,
  wishes: Wishes,
): { readonly keys: Relation; readonly names: readonly string[] } {
  const taken = namesOf(schemaOf(input))
  const added: NamedExpression[] = []
  const names = grouping.keys.map(({ value, key }) => {
    if (value.kind === 'column') return value.name
    const name = uniqueName(wishes.get(key) ?? context.freshName('key'), taken)
    added.push({ name, value })
    return name
  })
  if (added.length === 0) return { keys: input, names }
  const used = new Set([
    ...names,
    ...collector.measures.flatMap(({ what }) =>
      [...what.arguments, ...(what.filter === null ? [] : [what.filter])].flatMap((value) => [...columnsIn(value)]),
    ),
  ])
  const passed = passedColumns(input).filter(({ name }) => used.has(name))
  return { keys: { kind: 'project', input, columns: [...passed, ...added] }, names }
}

/** The keys that bound a window, in every set. */
function windowOf(schema: Schema, keys: readonly string[], sets: readonly (readonly string[])[] | null): Aggregate['window'] {
  const withRole = (role: string) =>
    keys.find((key) => columnsByName(schema).get(key)?.role === role && (sets === null || sets.every((set) => set.includes(key))))
  const start = withRole('window-start')
  const end = withRole('window-end')
  return start === undefined || end === undefined ? null : { start, end }
}

function rewriter(
  context: BindContext,
  relation: Aggregate,
  input: Relation,
  grouping: Grouping,
  collector: SelectCollector,
): (expression: Expression) => Expression {
  const schema = schemaOf(relation)
  const columns = new Map<string, Expression>()
  const known = new Map<string, Expression>()
  for (const [index, key] of grouping.keys.entries()) {
    const column = schema[index]
    if (column !== undefined) known.set(key.key, referTo(column))
  }
  for (const [index, { name }] of collector.measures.entries()) {
    const column = columnsByName(schema).get(relation.measures[index]?.name ?? '')
    if (column !== undefined) columns.set(name, referTo(column))
  }
  for (const { name, what } of collector.groupings) columns.set(name, groupingValue(what, relation, grouping))
  const inputNames = namesOf(schemaOf(input))
  const rewrite = (expression: Expression): Expression => {
    const grouped = known.get(keyOf(expression))
    if (grouped !== undefined) return grouped
    if (expression.kind !== 'column') return mapParts(expression, rewrite)
    const measured = columns.get(expression.name)
    if (measured !== undefined) return measured
    if (!inputNames.has(expression.name)) return expression
    throw notGrouped(context, expression)
  }
  return rewrite
}

function notGrouped(context: BindContext, expression: Expression): Error {
  const node = context.nodeOf(expression)
  const name = node?.kind === 'column-reference' ? unparseExpression(node) : expression.kind === 'column' ? expression.name : ''
  return sqlErrors.SQL_COLUMN_NOT_GROUPED(
    { column: name },
    { position: node?.position, hint: `Add ${name} to GROUP BY, or aggregate it, as in MAX(${name}).` },
  )
}

/**
 * GROUPING(a, b): a bit for each expression, 1 where the row is not grouped by it. GROUP_ID(), which has none, counts the copies of a
 * grouping set: 0 where each is written once.
 */
function groupingValue({ values, position }: PendingGrouping, relation: Aggregate, grouping: Grouping): Expression {
  const type = withNullable(bigintType, false)
  const number = (value: number) => constant(type, value)
  const { groupingSets, keys } = relation
  if (values.length === 0) {
    const sets = groupingSets?.sets.map((set) => groupingIdOf(keys, set)) ?? []
    if (new Set(sets).size === sets.length) return number(0)
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'GROUP_ID of grouping sets that are written twice' }, { position })
  }
  const bits = values.map((value): Expression => {
    const index = grouping.keys.findIndex(({ key }) => key === keyOf(value))
    if (index < 0) throw sqlErrors.SQL_GROUPING_ARGUMENT({}, { position })
    if (groupingSets === null) return number(0)
    const id: Expression = { kind: 'column', name: groupingSets.groupingId, type }
    const place = keys.length - 1 - index
    const shifted = place === 0 ? id : callOf('/', [id, number(2 ** place)], position)
    return callOf('%', [shifted, number(2)], position)
  })
  return bits.reduce((sum, bit) => callOf('+', [callOf('*', [sum, number(2)], position), bit], position))
}
