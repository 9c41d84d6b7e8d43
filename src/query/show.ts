/** Answers of SHOW and DESCRIBE, with the titles that Flink's SQL client gives their columns. */
import { assert, shownOption } from '#base'
import type { Catalog } from '#catalog'
import { booleanType, type DataType, likeTest, printType, type Schema, stringType } from '#data'
import { builtInFunctions, type ConnectionDefinition, type TableColumn, type TableDefinition, type TablePath } from '#plan'
import type { BoundStatement } from '#sql'
import { queryErrors } from './errors.ts'
import { printCreateCatalog, printCreateConnection, printCreateTable, printCreateView, printMetadata } from './show-create.ts'

type Show = Extract<BoundStatement, { kind: 'show' }>
type Describe = Extract<BoundStatement, { kind: 'describe' }>
interface Answer {
  readonly schema: Schema
  readonly rows: readonly (readonly unknown[])[]
}

export function show(bound: Show, catalog: Catalog): Answer {
  const [catalogName, databaseName] = catalog.current
  const [first = catalogName, second = databaseName] = bound.path ?? []
  const database = [first, second] as const
  switch (bound.subject) {
    case 'catalogs':
      return names('catalog name', catalog.catalogNames(), bound)
    case 'databases':
      return names('database name', catalog.databaseNames(first), bound)
    case 'tables':
      return names('table name', catalog.tableNames(database), bound)
    case 'views':
      return names('view name', catalog.viewNames(database), bound)
    case 'functions':
      return names('function name', [...builtInFunctions.keys(), ...userFunctions(catalog, database)], bound)
    case 'connections':
      return names('connection name', catalog.connectionNames(database), bound)
    case 'user-functions':
      return names('function name', userFunctions(catalog, database), bound)
    case 'current-catalog':
      return names('current catalog name', [catalogName], bound)
    case 'current-database':
      return names('current database name', [databaseName], bound)
    case 'modules':
      return names('module name', ['core'], bound)
    case 'full-modules':
      return answer({ 'module name': stringType, used: booleanType }, [['core', true]])
    // There are none, for nothing makes them.
    case 'jars':
      return names('jars', [], bound)
    case 'procedures':
      return names('procedure name', [], bound)
    case 'models':
      return names('model name', [], bound)
    case 'jobs':
    case 'partitions':
      throw queryErrors.QUERY_SHOW_NOT_SUPPORTED({ what: bound.subject.toUpperCase() }, { position: bound.position })
    default:
      return showObject(bound, catalog)
  }
}

/** What is shown of one table, view, connection or catalog. */
function showObject(bound: Show, catalog: Catalog): Answer {
  switch (bound.subject) {
    case 'columns':
      return columns(tableOf(bound), bound)
    case 'create-table': {
      const table = tableOf(bound)
      if (catalog.table(table.path) === undefined) throw otherKind(bound, table.path, 'view')
      return text(printCreateTable(table))
    }
    case 'create-view': {
      const table = tableOf(bound)
      const view = catalog.view(table.path)
      if (view === undefined) throw otherKind(bound, table.path, 'table')
      const names = table.columns.map(({ name }) => name)
      return text(printCreateView(view, names))
    }
    case 'create-connection':
      return text(printCreateConnection(connectionOf(bound.path ?? [], catalog)))
    default: {
      const found = catalog.catalog(bound.path?.[0] ?? '')
      assert(found !== undefined, 'a catalog to show was there when the statement was bound')
      return text(printCreateCatalog(found))
    }
  }
}

function tableOf({ table }: Show | Describe): TableDefinition {
  assert(table !== null, 'a statement about a table has found it')
  return table
}

function connectionOf([first = '', second = '', third = '']: readonly string[], catalog: Catalog): ConnectionDefinition {
  const found = catalog.connection([first, second, third])
  assert(found !== undefined, 'a statement about a connection has found it')
  return found
}

function otherKind(bound: Show, path: TablePath, kind: 'table' | 'view'): Error {
  const [, , name] = path
  const expected = kind === 'table' ? 'view' : 'table'
  return queryErrors.QUERY_SHOW_OTHER_KIND({ name, kind, expected, word: kind.toUpperCase() }, { position: bound.position })
}

function userFunctions(catalog: Catalog, database: readonly [string, string]): string[] {
  return [...catalog.systemFunctionNames(), ...catalog.functionNames(database)]
}

function answer(titles: Readonly<Record<string, DataType>>, rows: Answer['rows']): Answer {
  return { schema: Object.entries(titles).map(([name, type]) => ({ name, type })), rows }
}

function names(title: string, found: readonly string[], { like }: Show): Answer {
  const matches = like === null ? () => true : likeMatcher(like)
  return answer(
    { [title]: stringType },
    found.filter(matches).map((name) => [name]),
  )
}

/** LIKE and ILIKE of SHOW: as in SQL, with the backslash as the escape character. */
function likeMatcher({ pattern, operator, negated }: NonNullable<Show['like']>): (name: string) => boolean {
  const folded = (name: string): string => (operator === 'ilike' ? name.toLowerCase() : name)
  const test = likeTest(folded(pattern), '\\', () => queryErrors.QUERY_PATTERN_ESCAPE({ pattern }))
  return (name) => test(folded(name)) !== negated
}

function text(result: string): Answer {
  return answer({ result: stringType }, [[result]])
}

const columnTitles = { name: stringType, type: stringType, null: booleanType, key: stringType, extras: stringType, watermark: stringType }

/** One row for each column; comments have a column of their own where there are any. */
function columns(table: TableDefinition, { like }: { readonly like: Show['like'] }): Answer {
  const matches = like === null ? () => true : likeMatcher(like)
  const isCommented = table.columns.some((column) => column.comment !== null)
  const shown = table.columns.filter((column) => matches(column.name))
  return answer(
    isCommented ? { ...columnTitles, comment: stringType } : columnTitles,
    shown.map((column) => [...columnRow(column, table), ...(isCommented ? [column.comment] : [])]),
  )
}

function columnRow(column: TableColumn, table: TableDefinition): unknown[] {
  const { watermark, primaryKey } = table
  const isTime = watermark?.column === column.name
  const typeText = printType({ ...column.type, nullable: true }) + (isTime ? ' *ROWTIME*' : isProcessingTime(column) ? ' *PROCTIME*' : '')
  return [
    column.name,
    typeText,
    column.type.nullable,
    primaryKey.includes(column.name) ? `PRI(${primaryKey.join(', ')})` : null,
    extrasOf(column),
    isTime && watermark !== null ? watermark.text : null,
  ]
}

function isProcessingTime(column: TableColumn): boolean {
  return column.kind === 'computed' && column.expression.kind === 'call' && column.expression.function === 'PROCTIME'
}

function extrasOf(column: TableColumn): string | null {
  if (column.kind === 'computed') return `AS ${column.text}`
  return column.kind === 'metadata' ? printMetadata(column) : null
}

/** DESCRIBE of a table or view gives its columns; of anything else, what is known of it by key, with EXTENDED its options, too. */
export function describe(bound: Describe, catalog: Catalog): Answer {
  const [first = '', second = '', third = ''] = bound.path
  switch (bound.object) {
    case 'table':
      return columns(tableOf(bound), { like: null })
    case 'catalog': {
      const found = catalog.catalog(first)
      const { type = '', ...options } = found?.options ?? {}
      return about(
        [
          ['name', first],
          ['type', type],
          ['comment', found?.comment ?? ''],
        ],
        bound.extended ? options : {},
      )
    }
    case 'database': {
      const found = catalog.database([first, second])
      return about(
        [
          ['name', second],
          ['comment', found?.comment ?? ''],
        ],
        bound.extended ? (found?.options ?? {}) : {},
      )
    }
    case 'connection': {
      const { options, comment } = connectionOf(bound.path, catalog)
      return about(
        [
          ['name', third],
          ['comment', comment ?? ''],
        ],
        options,
      )
    }
    case 'function': {
      const found = catalog.function([first, second, third]) ?? catalog.systemFunction(third)
      if (found === undefined) throw queryErrors.QUERY_FUNCTION_NOT_FOUND({ name: third }, { position: bound.position })
      return about(
        [
          ['name', found.name],
          ['file', found.file],
          ['export', found.export],
          ['kind', found.signature.kind],
        ],
        {},
      )
    }
  }
}

function about(facts: readonly (readonly [key: string, value: string])[], options: Readonly<Record<string, string>>): Answer {
  const shown = Object.entries(options).map(([key, value]) => [`option:${key}`, shownOption(key, value)])
  return answer({ 'info name': stringType, 'info value': stringType }, [...facts, ...shown])
}
