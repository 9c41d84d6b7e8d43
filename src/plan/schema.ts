/**
 * The columns of a relation, derived from what it reads and does.
 *
 * Roles follow Flink's time attributes: a bare column reference keeps the role; a group aggregation, DISTINCT, or a join that has to
 * keep its rows for good turns a time column into a plain timestamp, because rows leave it in no order of time.
 */
import { assert } from '#base'
import { bigintType, type Column, type ColumnRole, type DataType, integerType, type Schema, stringType, withNullable } from '#data'
import { joinTimeOf } from './join-time.ts'
import type { Aggregate, Expression, Join, Match, NamedExpression, Relation, Union, Unnest, Window } from './plan.ts'
import { match } from './visit.ts'

const derived = new WeakMap<Relation, Schema>()

/** The columns of a relation, in order. Derived once per relation object. */
export function schemaOf(relation: Relation): Schema {
  let schema = derived.get(relation)
  if (schema === undefined) {
    schema = deriveSchema(relation)
    derived.set(relation, schema)
  }
  return schema
}

const named = new WeakMap<Schema, ReadonlyMap<string, Column>>()

/** The columns of a schema by name. Derived once per schema object. */
export function columnsByName(schema: Schema): ReadonlyMap<string, Column> {
  let columns = named.get(schema)
  if (columns === undefined) {
    columns = new Map(schema.map((column) => [column.name, column]))
    named.set(schema, columns)
  }
  return columns
}

/** The column of that name; its absence is a broken plan. */
export function columnOf(relation: Relation, name: string): Column {
  const found = columnsByName(schemaOf(relation)).get(name)
  assert(found !== undefined, `a ${relation.kind} has no column "${name}"`)
  return found
}

/** A reference to a column of a relation. */
/** The number of a grouping set: a bit for each key, the first key highest, 1 where the set does not group by it. */
export function groupingIdOf(keys: readonly string[], set: readonly string[]): number {
  return keys.reduce((id, key) => id * 2 + (set.includes(key) ? 0 : 1), 0)
}

export function referTo(column: Column): Expression {
  return { kind: 'column', name: column.name, type: column.type }
}

/** The bounds of a window are local times without zone, whatever the time column's type. */
export const windowBoundType: DataType = { kind: 'timestamp', precision: 3, nullable: false }
const rankType: DataType = withNullable(bigintType, false)

function deriveSchema(relation: Relation): Schema {
  return match<Schema>(relation, {
    scan: (scan) => scan.columns,
    values: (values) => values.columns,
    watermark: ({ input, column }) => schemaOf(input).map((each) => (each.name === column ? { ...each, role: 'event-time' } : each)),
    filter: ({ input }) => schemaOf(input),
    project: ({ input, columns }) => columns.map((column) => projected(column, schemaOf(input))),
    unnest: unnestSchema,
    window: windowSchema,
    aggregate: aggregateSchema,
    over: ({ input, measures }) => [...schemaOf(input), ...measures.map(({ name, type }) => ({ name, type }))],
    join: joinSchema,
    union: unionSchema,
    distinct: ({ input }) => schemaOf(input).map(withoutRole),
    top: ({ input, rank }) => (rank === null ? schemaOf(input) : [...schemaOf(input), { name: rank, type: rankType }]),
    sort: ({ input }) => schemaOf(input),
    match: matchSchema,
    'to-changelog': ({ input, op }) => [{ name: op, type: stringType }, ...schemaOf(input)],
    normalise: ({ input }) => schemaOf(input),
    'from-changelog': ({ input, op }) => schemaOf(input).filter(({ name }) => name !== op),
  })
}

function projected({ name, value }: NamedExpression, input: Schema): Column {
  const role = roleOf(value, input)
  return role === undefined ? { name, type: value.type } : { name, type: value.type, role }
}

function roleOf(value: Expression, input: Schema): ColumnRole | undefined {
  if (value.kind === 'column') return columnsByName(input).get(value.name)?.role
  return value.kind === 'call' && value.function === 'PROCTIME' ? 'processing-time' : undefined
}

function withoutRole({ name, type }: Column): Column {
  return { name, type }
}

function nullableColumn(column: Column): Column {
  return { ...column, type: withNullable(column.type, true) }
}

function unnestSchema({ input, columns, ordinality, join }: Unnest): Schema {
  const type = withNullable(integerType, false)
  const added = ordinality === null ? columns : [...columns, { name: ordinality, type }]
  return [...schemaOf(input), ...(join === 'left' ? added.map(nullableColumn) : added)]
}

function windowSchema({ input, time, start, end, timeName }: Window): Schema {
  const { type, role } = columnOf(input, time)
  return [
    ...schemaOf(input),
    { name: start, type: windowBoundType, role: 'window-start' },
    { name: end, type: windowBoundType, role: 'window-end' },
    { name: timeName, type: withNullable(type, false), role: role === 'processing-time' ? role : 'window-time' },
  ]
}

function aggregateSchema({ input, keys, measures, window, groupingSets }: Aggregate): Schema {
  const columns = keys.map((key): Column => {
    const column = columnOf(input, key)
    const always = groupingSets === null || groupingSets.sets.every((set) => set.includes(key))
    const kept = window !== null && (key === window.start || key === window.end || isTimeRole(column.role)) ? column : withoutRole(column)
    return always ? kept : nullableColumn(kept)
  })
  const measured = measures.map(({ name, type }) => ({ name, type }))
  const id = groupingSets === null ? [] : [{ name: groupingSets.groupingId, type: withNullable(bigintType, false) }]
  return [...columns, ...measured, ...id]
}

function isTimeRole(role: ColumnRole | undefined): boolean {
  return role === 'window-time' || role === 'processing-time'
}

function joinSchema(join: Join): Schema {
  const keepsTime = join.asOf === null && joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) !== null
  const side = (relation: Relation, padded: boolean): Schema => {
    // Rows of a table as of a time come in the order of the left side's time, not of their own.
    const keeps = keepsTime || (join.asOf !== null && relation === join.left)
    const columns = keeps ? schemaOf(relation) : schemaOf(relation).map(withoutRole)
    return padded ? columns.map(nullableColumn) : columns
  }
  const left = side(join.left, join.type === 'right' || join.type === 'full')
  if (join.type === 'semi' || join.type === 'anti') return left
  return [...left, ...side(join.right, join.type === 'left' || join.type === 'full')]
}

/** What the lookups of MATCH_RECOGNIZE are, as columns. */
export function lookupSchema({ lookups }: Match): Schema {
  return lookups.map(({ kind, name, type }) => (kind === 'time' ? { name, type, role: 'event-time' } : { name, type }))
}

function matchSchema(match: Match): Schema {
  const { input, partitionBy, measures } = match
  const lookups = lookupSchema(match)
  return [...partitionBy.map((name) => withoutRole(columnOf(input, name))), ...measures.map((measure) => projected(measure, lookups))]
}

function unionSchema({ inputs }: Union): Schema {
  const schemas = inputs.map(schemaOf)
  return (schemas[0] ?? []).map((column, index) => {
    const peers = schemas.map((schema) => schema[index])
    const type = withNullable(
      column.type,
      peers.some((peer) => peer?.type.nullable === true),
    )
    const { name, role } = column
    return role !== undefined && peers.every((peer) => peer?.role === role) ? { name, type, role } : { name, type }
  })
}

/** Whether a join keeps the rows of whole tables: nothing in it bounds time, and it is not as of a time. */
export function isRegularJoin(join: Join): boolean {
  return join.asOf === null && joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) === null
}
