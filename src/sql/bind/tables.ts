/** Tables and views by name, as relations. */
import { suggestion } from '#base'
import { type Column, type Schema, withNullable } from '#data'
import {
  columnsByName,
  type Expression,
  mapExpression,
  type NamedExpression,
  type Relation,
  type ScanSource,
  schemaOf,
  type TableDefinition,
  type TablePath,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import type { Options } from './bound.ts'
import type { BindContext, CommonTables, Rows } from './context.ts'
import type { Environment } from './environment.ts'
import { projected } from './names.ts'
import { scopeColumns } from './scope.ts'
import { viewRows } from './views.ts'

/** The full path that a name of one to three parts means. */
export function tablePath(name: tree.Name, { current }: Environment): TablePath {
  const [catalog, database] = current
  const [first, second, third, more] = name.parts.map((part) => part.text)
  if (first === undefined || more !== undefined) {
    throw sqlErrors.SQL_PATH_TOO_LONG({ name: nameText(name) }, { position: name.position, hint: 'Write catalog.database.table.' })
  }
  if (second === undefined) return [catalog, database, first]
  return third === undefined ? [catalog, first, second] : [first, second, third]
}

/** The rows of a table, a view or a common table. Whatever the same table or view is read by reads one relation. */
export function rowsNamed(name: tree.Name, options: Options, commonTables: CommonTables | null, context: BindContext): Rows {
  const common = name.parts.length === 1 ? findCommon(name.parts[0]?.text ?? '', commonTables) : null
  if (common !== null) return common
  const { environment } = context
  const path = tablePath(name, environment)
  const definition = environment.view(path) ?? environment.table(path)
  if (definition === undefined) throw tableNotFound(name, path, environment, commonTables)
  if (!('query' in definition)) checkConnected(definition, name, environment)
  context.nameUses.push({ name, path, definition })
  if (!('query' in definition)) return tableRows(definition, options)
  if (Object.keys(options).length === 0) return viewRows(definition, name, context)
  const hint = `"${path[2]}" is a view: give options to the tables that it reads.`
  throw sqlErrors.SQL_HINT_PLACE({ hint: 'OPTIONS' }, { position: name.position, hint })
}

/** A table may outlive its connection where one of them is temporary. */
export function checkConnected({ uses, path }: TableDefinition, { position }: tree.Name, environment: Environment): void {
  if (uses === undefined || environment.connection(uses.connection) !== undefined) return
  throw sqlErrors.SQL_CONNECTION_LOST({ connection: uses.connection[2], table: path[2] }, { position })
}

function findCommon(name: string, commonTables: CommonTables | null): Rows | null {
  for (let table = commonTables; table !== null; table = table.next) if (table.name === name) return table.rows
  return null
}

/** The rows of tables by the options that they are read with. */
const knownRows = new WeakMap<TableDefinition, Map<string, Rows>>()

function tableRows(table: TableDefinition, options: Options): Rows {
  const byOptions = knownRows.get(table) ?? new Map<string, Rows>()
  knownRows.set(table, byOptions)
  const key = JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)))
  const known = byOptions.get(key)
  if (known !== undefined) return known
  const relation = scanOf(table, options)
  const rows: Rows = { relation, columns: scopeColumns(schemaOf(relation)) }
  byOptions.set(key, rows)
  return rows
}

/** Says which part of a path does not exist; null when both do. Without a database, only the catalog counts. */
export function databaseNotFound(
  { position }: tree.Name,
  [catalog, database]: readonly [catalog: string, database?: string],
  environment: Environment,
): Error | null {
  if (!environment.catalogNames().includes(catalog)) {
    return sqlErrors.SQL_CATALOG_NOT_FOUND({ catalog }, { position, ...suggestion(catalog, environment.catalogNames(), 'catalogs') })
  }
  const known = environment.databaseNames(catalog)
  if (database === undefined || known.includes(database)) return null
  return sqlErrors.SQL_DATABASE_NOT_FOUND({ database }, { position, ...suggestion(database, known, 'databases') })
}

export function tableNotFound(name: tree.Name, path: TablePath, environment: Environment, commonTables: CommonTables | null = null): Error {
  const [catalog, database, table] = path
  const { position } = name
  const missing = databaseNotFound(name, [catalog, database], environment)
  if (missing !== null) return missing
  const known = [...environment.tableNames([catalog, database])]
  for (let common = commonTables; common !== null; common = common.next) known.push(common.name)
  return sqlErrors.SQL_TABLE_NOT_FOUND({ table: nameText(name) }, { position, ...suggestion(table, known, 'tables') })
}

/** Reads a table: its stored columns, then those computed from them, then its watermark. */
export function scanOf(table: TableDefinition, options: Options): Relation {
  const columns: Column[] = []
  const sources: Record<string, ScanSource> = {}
  for (const column of table.columns) {
    if (column.kind === 'computed') continue
    columns.push({ name: column.name, type: keyed(table, column.name) ? withNullable(column.type, false) : column.type })
    sources[column.name] = { kind: column.kind, key: column.kind === 'metadata' ? column.key : column.name }
  }
  const scan: Relation = { kind: 'scan', table: table.path, columns, sources, conditions: [], options }
  const all = table.columns.map(({ name, ...column }): NamedExpression => {
    const type = columnsByName(columns).get(name)?.type ?? column.type
    return { name, value: column.kind === 'computed' ? retyped(column.expression, columns) : { kind: 'column', name, type } }
  })
  const relation = projected(scan, all)
  if (table.watermark === null) return relation
  const watermark = retyped(table.watermark.expression, schemaOf(relation))
  return { kind: 'watermark', input: relation, column: table.watermark.column, watermark }
}

/** A stored expression over columns as they are now: a key that came later made them NOT NULL. */
function retyped(expression: Expression, columns: Schema): Expression {
  return mapExpression(expression, (part) => {
    const type = part.kind === 'column' ? columnsByName(columns).get(part.name)?.type : undefined
    return type === undefined || part.type === type ? part : { ...part, type }
  })
}

/** Columns of the primary key are never NULL. */
function keyed(table: TableDefinition, name: string): boolean {
  return table.primaryKey.includes(name)
}
