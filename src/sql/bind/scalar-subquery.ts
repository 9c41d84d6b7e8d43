/** A query in parentheses where a value stands: joined to the rows around it. */
import { bigintType, withNullable } from '#data'
import { type Expression, type Relation, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { callOf } from './call.ts'
import { type Correlation, relatedConditions } from './correlation.ts'
import { constant } from './literals.ts'
import { renamed } from './names.ts'
import type { Place } from './place.ts'

export function bindScalarSubquery(node: tree.Subquery, place: Place): Expression {
  const { context } = place
  const { position } = node
  if (place.inside !== null || place.collector === null) throw sqlErrors.SQL_SUBQUERY_PLACE({ what: 'a query' }, { position })
  const correlation: Correlation = { conditions: [], wanted: 'value', countsRows: false }
  const rows = context.steps.query(
    node.query,
    { outer: place.scope, commonTables: place.commonTables, isInner: true, correlation },
    context,
  )
  const [column, another] = rows.columns
  if (column === undefined || another !== undefined) throw sqlErrors.SQL_SUBQUERY_COLUMNS({ got: rows.columns.length }, { position })
  const names = new Map(schemaOf(rows.relation).map(({ name }) => [name, context.freshName('value')]))
  const relation = renamed(rows.relation, [...names.values()])
  const name = names.get(column.column.name) ?? column.column.name
  const { type } = column.column
  const isRelated = correlation.conditions.length > 0
  const single = isRelated || isSingleRow(relation) ? relation : context.placed(singleRow(relation, name), [position])
  const value = place.collector.scalar({
    relation: single,
    name,
    type: withNullable(type, true),
    conditions: relatedConditions(correlation, names),
    position,
  })
  if (value === null) throw sqlErrors.SQL_SUBQUERY_PLACE({ what: 'a query' }, { position })
  return correlation.countsRows ? callOf('COALESCE', [value, constant(withNullable(bigintType, false), 0)], position) : value
}

/** EXISTS among other conditions: whether the subquery counts any rows. */
export function bindExistsValue(node: Extract<tree.Expression, { kind: 'exists' }>, place: Place): Expression {
  const { query, position } = node
  const count = bindScalarSubquery({ kind: 'subquery', query: counting(query), position }, place)
  return callOf('>', [count, constant(withNullable(bigintType, false), 0)], position)
}

/** The query that counts the rows of another. A plain SELECT keeps its place, so that it can still be related to the query around. */
function counting(query: tree.Query): tree.Query {
  const { position, body } = query
  const name: tree.Name = { kind: 'name', parts: [{ kind: 'identifier', text: 'COUNT', quoted: false, position }], position }
  const expression: tree.Call = { kind: 'call', name, arguments: [{ kind: 'star', position }], bare: false, position }
  const items: tree.SelectItem[] = [{ kind: 'select-item', expression, position }]
  const isPlain =
    body.kind === 'select' && body.groupBy === undefined && body.having === undefined && !body.distinct && query.limit === undefined
  const select: tree.Select = isPlain
    ? { ...body, items }
    : {
        kind: 'select',
        hints: [],
        distinct: false,
        items,
        from: { kind: 'derived-table', query, lateral: false, position },
        windows: [],
        position,
      }
  return { kind: 'query', with: isPlain ? query.with : [], body: select, orderBy: [], position }
}

/** Whether a relation has exactly one row, whatever it reads. */
function isSingleRow(relation: Relation): boolean {
  switch (relation.kind) {
    case 'aggregate':
      return relation.keys.length === 0 && relation.groupingSets === null
    case 'values':
      return relation.rows.length === 1
    case 'project':
      return isSingleRow(relation.input)
    default:
      return false
  }
}

/** The value of the only row, NULL when there is none, and an error when there are more. */
function singleRow(relation: Relation, name: string): Relation {
  const column = schemaOf(relation).find((each) => each.name === name)
  const type = withNullable(column?.type ?? bigintType, true)
  const value: Expression = { kind: 'column', name, type: column?.type ?? type }
  const measure = { name, function: 'SINGLE_VALUE', arguments: [value], distinct: false, filter: null, type } as const
  return { kind: 'aggregate', input: relation, keys: [], measures: [measure], window: null, groupingSets: null }
}
