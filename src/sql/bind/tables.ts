/** Tables and views by name, as relations. */
import { MillraceError, type TextPosition } from '#base'
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
  type ViewDefinition,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import { parseScript } from '../syntax/script.ts'
import type * as tree from '../syntax/tree.ts'
import type { Options } from './bound.ts'
import { BindContext, type CommonTables, noSurroundings, type Rows } from './context.ts'
import type { Environment } from './environment.ts'
import { projected, renamed } from './names.ts'
import { keyOf } from './same.ts'
import { scopeColumns } from './scope.ts'
import { suggestion } from './suggest.ts'

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

export function nameText(name: tree.Name): string {
  return name.parts.map((part) => part.text).join('.')
}

/** The rows of a table, a view or a common table. */
export function rowsNamed(name: tree.Name, options: Options, commonTables: CommonTables | null, context: BindContext): Rows {
  const common = name.parts.length === 1 ? findCommon(name.parts[0]?.text ?? '', commonTables) : null
  if (common !== null) return common
  const path = tablePath(name, context.environment)
  context.nameUses.push({ name, path })
  const key = keyOf([path, Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))])
  const known = context.tables.get(key)
  if (known !== undefined) return known
  const rows = rowsAt(path, name, options, commonTables, context)
  context.tables.set(key, rows)
  return rows
}

function findCommon(name: string, commonTables: CommonTables | null): Rows | null {
  for (let table = commonTables; table !== null; table = table.next) if (table.name === name) return table.rows
  return null
}

function rowsAt(path: TablePath, name: tree.Name, options: Options, commonTables: CommonTables | null, context: BindContext): Rows {
  const { environment } = context
  const view = environment.view(path)
  if (view !== undefined) {
    if (Object.keys(options).length > 0)
      throw sqlErrors.SQL_HINT_PLACE(
        { hint: 'OPTIONS' },
        { position: name.position, hint: `"${path[2]}" is a view: give options to the tables that it reads.` },
      )
    return viewRows(view, name, context)
  }
  const table = environment.table(path)
  if (table === undefined) throw tableNotFound(name, path, environment, commonTables)
  const relation = scanOf(table, options)
  return { relation, columns: scopeColumns(schemaOf(relation)) }
}

export function tableNotFound(name: tree.Name, path: TablePath, environment: Environment, commonTables: CommonTables | null = null): Error {
  const [catalog, database, table] = path
  const { position } = name
  if (!environment.catalogNames().includes(catalog)) {
    return sqlErrors.SQL_CATALOG_NOT_FOUND({ catalog }, { position, ...suggestion(catalog, environment.catalogNames(), 'catalogs') })
  }
  if (!environment.databaseNames(catalog).includes(database)) {
    return sqlErrors.SQL_DATABASE_NOT_FOUND(
      { database },
      { position, ...suggestion(database, environment.databaseNames(catalog), 'databases') },
    )
  }
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

function viewRows(view: ViewDefinition, name: tree.Name, context: BindContext): Rows {
  const printed = view.path.join('.')
  if (context.viewPath.includes(printed)) throw sqlErrors.SQL_VIEW_CIRCULAR({ view: nameText(name) }, { position: name.position })
  const inner = new BindContext(context.environment, context.steps, { tables: context.tables, viewPath: [...context.viewPath, printed] })
  const rows = explained(name, () => context.steps.query(parseView(view, name.position), { ...noSurroundings, isInner: true }, inner))
  if (view.columns === null) return rows
  const relation = renamed(rows.relation, view.columns)
  return { relation, columns: scopeColumns(schemaOf(relation)) }
}

function parseView(view: ViewDefinition, position: TextPosition): tree.Query {
  const { statements, diagnostics } = parseScript(view.query)
  const [statement] = statements
  const [failure] = diagnostics
  if (failure !== undefined) throw failure
  if (statement?.kind === 'query-statement') return statement.query
  throw sqlErrors.SQL_VIEW_BROKEN({ view: view.path[2], reason: 'it is no query' }, { position })
}

/** An error inside a view speaks of another text: it is told where the view is used. */
function explained<T>(name: tree.Name, bind: () => T): T {
  try {
    return bind()
  } catch (error) {
    if (!(error instanceof MillraceError) || error.blame !== 'user' || error.code === 'SQL_VIEW_CIRCULAR') throw error
    const hint = 'Create the view again, or bring back what it reads.'
    throw sqlErrors.SQL_VIEW_BROKEN({ view: nameText(name), reason: error.message }, { position: name.position, hint, cause: error })
  }
}
