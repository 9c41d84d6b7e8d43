/** FROM: tables, subqueries, functions and joins, as one relation and the names for its columns. */
import { type Expression, type JoinType, type NamedExpression, type Relation, schemaOf, type TextSpan } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { asCondition } from './call.ts'
import { bindChangelogFunction, changelogNameOf } from './changelog-function.ts'
import { aliasNames, bindTableFunction, bindUnnest, type FromRows, fromNothing } from './collections.ts'
import { type BindContext, type Rows, refreshed, type Surroundings } from './context.ts'
import { type Correlation, relatedConditions } from './correlation.ts'
import { apart, joinWith } from './joins.ts'
import { withLookupHint } from './lookup-hint.ts'
import { bindMatchRecognize } from './match-recognize.ts'
import { hintedOptions } from './options.ts'
import { Place } from './place.ts'
import { emptyScope, joinScopes, mapScope, type Scope, type ScopeColumn, tableScope } from './scope.ts'
import { withJoinTtl } from './state-ttl.ts'
import { rowsNamed, tablePath } from './tables.ts'
import { asOfJoin, bindAsOf } from './temporal.ts'
import { mergeUsing, usingColumns } from './using.ts'
import { bindWindowFunction, windowNameOf } from './window-function.ts'

export function bindFrom(from: tree.TableReference | undefined, surroundings: Surroundings, context: BindContext): FromRows {
  return from === undefined ? fromNothing : bindReference(from, surroundings, context)
}

function bindReference(node: tree.TableReference, surroundings: Surroundings, context: BindContext): FromRows {
  switch (node.kind) {
    case 'named-table':
      if (node.asOf !== undefined)
        throw sqlErrors.SQL_AS_OF_PLACE(
          {},
          { position: node.asOf.position, hint: 'Join the table: … AS o JOIN t FOR SYSTEM_TIME AS OF o.ts ON o.k = t.k.' },
        )
      return bindTable(node, surroundings, context)
    case 'derived-table':
      return bindDerived(node, surroundings, context)
    case 'table-function':
      return bindTableTaker(node, surroundings, context) ?? withoutLeft(bindLateral(node, fromNothing, 'inner', surroundings, context))
    case 'unnest':
      return withoutLeft(bindLateral(node, fromNothing, 'inner', surroundings, context))
    case 'join':
      return bindJoin(node, surroundings, context)
    case 'match-recognize':
      return bindMatch(node, surroundings, context)
  }
}

function bindTable(node: tree.NamedTable, surroundings: Surroundings, context: BindContext): FromRows {
  if (node.sample !== undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'TABLESAMPLE' }, { position: node.sample.position })
  const rows = rowsNamed(node.name, hintedOptions(node.hints), surroundings.commonTables, context)
  const path = node.name.parts.length === 1 ? tablePath(node.name, context.environment) : node.name.parts.map((part) => part.text)
  return named(rows, node.alias, node.name.parts.at(-1)?.text ?? '', path)
}

/** Rows under the name of an alias, or under their own. */
function named(rows: Rows, alias: tree.TableAlias | undefined, ownName: string, path: readonly string[]): FromRows {
  const names = aliasNames(
    alias,
    rows.columns.map((column) => column.name),
  )
  const columns = rows.columns.map(({ column }, index): ScopeColumn => ({ name: names[index] ?? column.name, column }))
  return {
    relation: rows.relation,
    scope: tableScope(alias?.name.text ?? ownName, alias === undefined ? path : [], columns, alias === undefined ? null : ownName),
  }
}

function unnamed(rows: Rows): FromRows {
  return { relation: rows.relation, scope: { ...emptyScope, star: rows.columns } }
}

function bindDerived(node: tree.DerivedTable, surroundings: Surroundings, context: BindContext): FromRows {
  const rows = context.steps.query(
    node.query,
    { outer: null, commonTables: surroundings.commonTables, isInner: true, correlation: null },
    context,
  )
  return node.alias === undefined ? unnamed(rows) : named(rows, node.alias, '', [])
}

function bindLateral(
  node: tree.TableFunction | tree.Unnest,
  left: FromRows,
  join: 'inner' | 'left',
  surroundings: Surroundings,
  context: BindContext,
): FromRows {
  if (node.kind === 'unnest') return bindUnnest(node, left, join, surroundings, context)
  return bindTableFunction(node, left, join, surroundings, context)
}

/** Drops the one row that a function without anything left of it was computed from. */
function withoutLeft({ relation, scope }: FromRows): FromRows {
  const columns = scope.star.map(
    ({ column }): NamedExpression => ({ name: column.name, value: { kind: 'column', name: column.name, type: column.type } }),
  )
  return { relation: { kind: 'project', input: relation, columns }, scope }
}

/** Whether the right side of a join is computed from each row of the left. */
function isLateral(node: tree.TableReference): node is tree.TableFunction | tree.Unnest {
  if (node.kind === 'unnest') return true
  return node.kind === 'table-function' && windowNameOf(node.call) === null && changelogNameOf(node.call) === null
}

const joinTypes: Record<tree.JoinKind, JoinType> = {
  inner: 'inner',
  left: 'left',
  right: 'right',
  full: 'full',
  cross: 'inner',
  'left-semi': 'semi',
  'left-anti': 'anti',
}

function bindJoin(node: tree.Join, surroundings: Surroundings, context: BindContext): FromRows {
  const type = joinTypes[node.join]
  if (isLateral(node.right))
    return bindLateralJoin(node, node.right, bindReference(node.left, surroundings, context), surroundings, context)
  if (node.right.kind === 'named-table' && node.right.asOf !== undefined) return bindTemporal(node, node.right, surroundings, context)
  if (node.right.kind === 'derived-table' && node.right.lateral) return bindLateralQuery(node, node.right, surroundings, context)
  const [left, right] = context.both(
    () => bindReference(node.left, surroundings, context),
    () => bindReference(node.right, surroundings, context),
  )
  return joined(node, type, left, right, null, surroundings, context)
}

function joined(
  node: tree.Join,
  type: JoinType,
  left: FromRows,
  other: FromRows,
  asOf: string | null,
  surroundings: Surroundings,
  context: BindContext,
): FromRows {
  const right = renamedRight(left, other)
  const scope = joinScopes(left.scope, right.scope, node.right.position)
  const using = usingColumns(node, left.scope, right.scope)
  const conditions = using === null ? bindOn(node, scope, surroundings, context) : using.map((column) => column.condition)
  const plain = context.placed(joinWith(context, type, left.relation, right.relation, conditions, asOf), joinSpans(node))
  const join = asOf === null ? plain : asOfJoin(plain, node, right.scope, context)
  const relation = withLookupHint(withJoinTtl(join, node, surroundings.stateTtls), node, surroundings.lookups)
  if (type === 'semi' || type === 'anti') return { relation, scope: left.scope }
  const rows = { relation, scope: refreshed(scope, relation) }
  return using === null ? rows : mergeUsing(rows, using, type, context)
}

/** The words of a join, the name of its right side and its condition; of a comma the tables beside it. */
function joinSpans({ left, right, comma, condition }: tree.Join): TextSpan[] {
  const beside = left.kind === 'join' ? left.right : left
  const words = { start: left.position.end, end: right.position.start }
  const spans = [words, nameSpan(right), ...(condition === undefined ? [] : [condition.position])]
  return comma ? [nameSpan(beside), ...spans] : spans
}

/** A table by its name, a query in FROM by its alias. */
function nameSpan(node: tree.TableReference): TextSpan {
  return node.kind === 'named-table' || node.kind === 'join' ? node.position : (node.alias?.position ?? node.position)
}

/** The right side with columns renamed whose names the left side has as well. */
function renamedRight(left: FromRows, right: FromRows): FromRows {
  const { relation, names } = apart(left.relation, right.relation)
  const columns = new Map(schemaOf(relation).map((column) => [column.name, column]))
  const scope = mapScope(right.scope, (column) => columns.get(names.get(column.name) ?? column.name) ?? column)
  return { relation, scope }
}

function bindOn(node: tree.Join, scope: Scope, surroundings: Surroundings, context: BindContext): Expression[] {
  const { condition } = node
  if (condition?.kind !== 'on') return []
  const place = new Place(context, scope, { clause: 'ON', commonTables: surroundings.commonTables })
  const value = asCondition(place.bind(condition.expression), 'ON', condition.expression.position)
  return isTrue(value) ? [] : [value]
}

function isTrue(value: Expression): boolean {
  return value.kind === 'literal' && value.value === true
}

function bindLateralJoin(
  node: tree.Join,
  right: tree.TableFunction | tree.Unnest,
  left: FromRows,
  surroundings: Surroundings,
  context: BindContext,
): FromRows {
  if (node.join !== 'inner' && node.join !== 'cross' && node.join !== 'left') {
    throw sqlErrors.SQL_NOT_SUPPORTED(
      { what: `a ${node.join.toUpperCase().replace('-', ' ')} join with a table function` },
      { position: node.position },
    )
  }
  const rows = bindLateral(right, left, node.join === 'left' ? 'left' : 'inner', surroundings, context)
  const conditions = bindOn(node, rows.scope, surroundings, context)
  const [condition] = conditions
  if (condition === undefined) return rows
  if (node.join === 'left') {
    const position = node.condition?.position ?? node.position
    throw sqlErrors.SQL_NOT_SUPPORTED(
      { what: 'a LEFT JOIN with a table function on a condition' },
      { position, hint: 'Write ON TRUE, and filter in a subquery.' },
    )
  }
  const relation: Relation = { kind: 'filter', input: rows.relation, condition }
  return { relation, scope: rows.scope }
}

function bindTemporal(node: tree.Join, right: tree.NamedTable, surroundings: Surroundings, context: BindContext): FromRows {
  const [left, table] = context.both(
    () => bindReference(node.left, surroundings, context),
    () => bindTable(right, surroundings, context),
  )
  const asOf = bindAsOf(node, right, left, table, context)
  return joined(node, joinTypes[node.join], left, table, asOf, surroundings, context)
}

/** LATERAL with a query: joined by the conditions that relate it to what stands left of it. */
function bindLateralQuery(node: tree.Join, right: tree.DerivedTable, surroundings: Surroundings, context: BindContext): FromRows {
  const left = bindReference(node.left, surroundings, context)
  const type = joinTypes[node.join]
  if (type !== 'inner' && type !== 'left') {
    throw sqlErrors.SQL_NOT_SUPPORTED(
      { what: 'LATERAL in this kind of join' },
      { position: right.position, hint: 'Use CROSS JOIN or LEFT JOIN.' },
    )
  }
  const correlation: Correlation = { conditions: [], wanted: 'rows', countsRows: false }
  const inner: Surroundings = { outer: left.scope, commonTables: surroundings.commonTables, isInner: true, correlation }
  const rows = context.steps.query(right.query, inner, context)
  const table = right.alias === undefined ? unnamed(rows) : named(rows, right.alias, '', [])
  const { names } = apart(left.relation, table.relation)
  const other = renamedRight(left, table)
  const scope = joinScopes(left.scope, other.scope, right.position)
  const conditions = [...relatedConditions(correlation, names), ...bindOn(node, scope, surroundings, context)]
  const relation = withJoinTtl(
    context.placed(joinWith(context, type, left.relation, other.relation, conditions), joinSpans(node)),
    node,
    surroundings.stateTtls,
  )
  return { relation, scope: refreshed(scope, relation) }
}

function bindMatch(node: tree.MatchRecognize, surroundings: Surroundings, context: BindContext): FromRows {
  const { relation, scope } = bindMatchRecognize(node, bindReference(node.input, surroundings, context), context)
  const rows: Rows = { relation, columns: scope.star }
  return node.alias === undefined ? unnamed(rows) : named(rows, node.alias, '', [])
}

/** The rows of a function that takes a table, in FROM; null for other functions. */
function bindTableTaker({ call, alias }: tree.TableFunction, surroundings: Surroundings, context: BindContext): FromRows | null {
  const rows = rowsOfTaker(call, surroundings, context)
  return rows === null ? null : alias === undefined ? unnamed(rows) : named(rows, alias, '', [])
}

function rowsOfTaker(call: tree.Call, surroundings: Surroundings, context: BindContext): Rows | null {
  const window = windowNameOf(call)
  if (window !== null) return bindWindowFunction(call, window, surroundings, context)
  const changelog = changelogNameOf(call)
  return changelog === null ? null : bindChangelogFunction(call, changelog, surroundings, context)
}
