/** CREATE TABLE, with LIKE and AS. */
import type { TextPosition } from '#base'
import { withNullable } from '#data'
import { type NamedExpression, ownOptions, type Plan, type TableColumn, type TableDefinition } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { BoundCreateTable, Options } from './bound.ts'
import { nullOf } from './coerce.ts'
import { withNamedConnection, withSameConnection } from './connections.ts'
import { type BindContext, noSurroundings, type Rows } from './context.ts'
import { stored, storedColumns } from './insert.ts'
import { projected } from './names.ts'
import { optionsOf } from './options.ts'
import { columnSuggestion } from './scope.ts'
import { bindComputedColumn, bindPartitions, bindPrimaryKey, bindStoredColumn, bindWatermark, withKeyNotNull } from './table-columns.ts'
import { bindLike, checkGivenOnce, likeColumns, mayReplace, type Pattern } from './table-like.ts'
import { tablePath } from './tables.ts'

export function bindCreateTable(node: tree.CreateTable, context: BindContext): BoundCreateTable {
  const path = tablePath(node.name, context.environment)
  const pattern = node.like === undefined ? null : bindLike(node.like, context)
  const rows = node.query === undefined ? null : context.steps.query(node.query, noSurroundings, context)
  if (node.distribution !== undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'DISTRIBUTED' }, { position: node.distribution.position })
  const empty: TableDefinition = {
    path,
    columns: pattern === null ? [] : likeColumns(pattern),
    watermark: null,
    primaryKey: [],
    partitionedBy: [],
    options: mergedOptions(node, pattern),
    comment: node.comment ?? null,
    temporary: node.temporary,
  }
  const columns = withColumns(node, connectedTable(node, empty, pattern, context), pattern, rows, context)
  const keyed = withKey(node, columns, pattern)
  const partitioned = { ...keyed, partitionedBy: partitionsOf(node, keyed, pattern, context) }
  const definition = { ...partitioned, watermark: watermarkOf(node, partitioned, pattern, context) }
  return {
    kind: 'create-table',
    definition,
    whenThere: node.orReplace ? 'replace' : node.ifNotExists ? 'keep' : 'fail',
    as: rows === null ? null : fill(definition, rows, node),
    optionPositions: Object.fromEntries(node.options.map(({ key, position }): [string, TextPosition] => [key.value, position])),
    position: node.name.position,
  }
}

/** The connection counts as an option: LIKE takes it over with them, and one that is given anew takes its place. */
function connectedTable(node: tree.CreateTable, table: TableDefinition, pattern: Pattern | null, context: BindContext): TableDefinition {
  const inherited = pattern === null || pattern.merge.options === 'excluding' ? undefined : pattern.table.uses
  if (node.connection === undefined) {
    return inherited === undefined ? table : withSameConnection(table, inherited, context, node.name.position)
  }
  if (pattern !== null && inherited !== undefined) checkGivenOnce(pattern, 'options', 'a connection', node.connection.position)
  return withNamedConnection(table, node.connection, context)
}

function mergedOptions(node: tree.CreateTable, pattern: Pattern | null): Options {
  const before = pattern === null || pattern.merge.options === 'excluding' ? {} : ownOptions(pattern.table)
  for (const { key } of node.options) {
    if (pattern !== null && Object.hasOwn(before, key.value)) checkGivenOnce(pattern, 'options', `option '${key.value}'`, key.position)
  }
  return { ...before, ...optionsOf(node.options) }
}

/** The table with all its columns: stored ones first, for computed ones are made from them; then in the order of writing. */
function withColumns(
  node: tree.CreateTable,
  table: TableDefinition,
  pattern: Pattern | null,
  rows: Rows | null,
  context: BindContext,
): TableDefinition {
  checkNames(node.columns)
  const inherited = [...table.columns, ...queryColumns(node, rows)]
  const merged = new Map(inherited.map((column): [string, TableColumn] => [column.name, column]))
  const add = (column: TableColumn, position: TextPosition) => {
    const before = merged.get(column.name)
    const fromQuery = rows?.columns.some(({ name }) => name === column.name) ?? false
    if (before !== undefined && !fromQuery && (pattern === null || !mayReplace(pattern, before, column))) {
      throw sqlErrors.SQL_COLUMN_DUPLICATE(
        { column: column.name, owner: `table "${pattern?.table.path[2] ?? table.path[2]}"` },
        { position },
      )
    }
    merged.set(column.name, column)
    return column
  }
  context.all(
    node.columns.map(
      (column) => () =>
        column.kind === 'physical-column' || column.kind === 'metadata-column' ? add(bindStoredColumn(column), column.name.position) : null,
    ),
  )
  const stored = { ...table, columns: [...merged.values()] }
  context.all(
    node.columns.map(
      (column) => () => (column.kind === 'computed-column' ? add(bindComputedColumn(column, stored, context), column.name.position) : null),
    ),
  )
  return { ...table, columns: inOrder(node, [...merged.values()], inherited, rows, context) }
}

function checkNames(columns: readonly tree.ColumnDefinition[]): void {
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name.text)) throw sqlErrors.SQL_COLUMN_DUPLICATE({ column: name.text, owner: 'the table' }, { position: name.position })
    seen.add(name.text)
  }
}

/** AS query: every column of the query is a column of the table. */
function queryColumns(node: tree.CreateTable, rows: Rows | null): TableColumn[] {
  const names = new Set<string>()
  return (rows?.columns ?? []).map(({ name, column }): TableColumn => {
    if (names.has(name)) {
      const hint = 'Give the columns different names with AS.'
      throw sqlErrors.SQL_COLUMN_DUPLICATE({ column: name, owner: 'the query' }, { position: node.query?.position, hint })
    }
    names.add(name)
    if (column.type.kind !== 'null') return { kind: 'physical', name, type: column.type, comment: null }
    throw sqlErrors.SQL_COMPUTED_NULL({ column: name }, { position: node.query?.position, hint: 'Give it a type: CAST(NULL AS STRING).' })
  })
}

/** Written columns stand where they are written, behind those that LIKE brought; a bare list orders the columns of the query. */
function inOrder(
  node: tree.CreateTable,
  columns: readonly TableColumn[],
  inherited: readonly TableColumn[],
  rows: Rows | null,
  context: BindContext,
): TableColumn[] {
  const find = (name: tree.Identifier): TableColumn => {
    const found = columns.find((column) => column.name === name.text)
    if (found !== undefined) return found
    const known = rows?.columns.map((column) => column.name) ?? []
    throw sqlErrors.SQL_COLUMN_NOT_FOUND(
      { column: name.text, owner: 'the query' },
      { position: name.position, ...columnSuggestion(name.text, known) },
    )
  }
  const written = context.all(node.columns.map((column) => () => find(column.name)))
  const isList = node.columns.some((column) => column.kind === 'listed-column')
  const missing = inherited.map(({ name }) => name).find((name) => isList && !node.columns.some((column) => column.name.text === name))
  if (missing !== undefined) throw sqlErrors.SQL_COLUMN_LIST_INCOMPLETE({ column: missing }, { position: node.columns[0]?.position })
  if (isList) return written
  const names = new Set(written.map((column) => column.name))
  const before = inherited.flatMap(({ name }) => columns.filter((column) => column.name === name))
  if (rows === null) {
    const replaced = new Set(before.map((column) => column.name))
    return [...before, ...written.filter((column) => !replaced.has(column.name))]
  }
  return [...written, ...before.filter((column) => !names.has(column.name))]
}

function withKey(node: tree.CreateTable, table: TableDefinition, pattern: Pattern | null): TableDefinition {
  const beside = node.columns.flatMap((column) => ('constraint' in column && column.constraint !== undefined ? [column.constraint] : []))
  const constraints = [...beside, ...node.constraints]
  const inherited = pattern === null || pattern.merge.constraints === 'excluding' ? [] : pattern.table.primaryKey
  if (pattern !== null && inherited.length > 0) checkGivenOnce(pattern, 'constraints', 'a primary key', constraints[0]?.position)
  const primaryKey = constraints.length > 0 ? bindPrimaryKey(constraints, table) : inherited
  return { ...table, primaryKey, columns: withKeyNotNull(table.columns, primaryKey) }
}

function partitionsOf(node: tree.CreateTable, table: TableDefinition, pattern: Pattern | null, context: BindContext): readonly string[] {
  const inherited = pattern === null || pattern.merge.partitions === 'excluding' ? [] : pattern.table.partitionedBy
  if (pattern !== null && inherited.length > 0) checkGivenOnce(pattern, 'partitions', 'partition columns', node.partitionedBy[0]?.position)
  return node.partitionedBy.length > 0 ? bindPartitions(node.partitionedBy, table, context) : inherited
}

function watermarkOf(
  node: tree.CreateTable,
  table: TableDefinition,
  pattern: Pattern | null,
  context: BindContext,
): TableDefinition['watermark'] {
  const [watermark, another] = node.watermarks
  if (another !== undefined) throw sqlErrors.SQL_WATERMARK_DUPLICATE({}, { position: another.position })
  const inherited = pattern === null || pattern.merge.watermarks === 'excluding' ? null : pattern.table.watermark
  if (pattern !== null && inherited !== null) checkGivenOnce(pattern, 'watermarks', 'a watermark', watermark?.position)
  return watermark === undefined ? inherited : bindWatermark(watermark, table, context)
}

/** Writes the query's columns to the table's columns of the same names. */
function fill(table: TableDefinition, rows: Rows, node: tree.CreateTable): Plan {
  const columns = storedColumns(table).map((column): NamedExpression => {
    const source = rows.columns.find(({ name }) => name === column.name)?.column
    if (source === undefined && !column.type.nullable) {
      throw sqlErrors.SQL_INSERT_COLUMN_MISSING({ column: column.name, table: table.path[2] }, { position: node.query?.position })
    }
    const value =
      source === undefined ? nullOf(withNullable(column.type, true)) : ({ kind: 'column', name: source.name, type: source.type } as const)
    return { name: column.name, value: stored(value, column, table, node.query?.position ?? node.position) }
  })
  const input = projected(rows.relation, columns)
  return { outputs: [{ kind: 'insert', table: table.path, input, overwrite: false, options: {} }] }
}
