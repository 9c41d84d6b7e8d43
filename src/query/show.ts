/** Answers of SHOW and DESCRIBE. */
import type { Catalog } from '#catalog'
import { booleanType, likeTest, printType, type Schema, stringType } from '#data'
import {
  aggregateSignatures,
  internalFunctions,
  overSignatures,
  printExpression,
  scalarSignatures,
  type TableColumn,
  type TableDefinition,
  type TablePath,
} from '#plan'
import type { BoundStatement } from '#sql'
import { queryErrors } from './errors.ts'
import { printCreateTable, printCreateView } from './show-create.ts'

type Show = Extract<BoundStatement, { kind: 'show' }>
type Describe = Extract<BoundStatement, { kind: 'describe' }>
interface Answer {
  readonly schema: Schema
  readonly rows: readonly (readonly unknown[])[]
}

/** The columns of a view; null when it is none, or no longer binds. */
type ViewColumns = (path: TablePath) => Schema | null

export function show(bound: Show, catalog: Catalog, viewColumns: ViewColumns): Answer {
  const [catalogName, databaseName] = catalog.current
  const [first = catalogName, second = databaseName, third = ''] = bound.path ?? []
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
      return names('function name', [...builtInFunctions(), ...userFunctions(catalog, database)], bound)
    case 'user-functions':
      return names('function name', userFunctions(catalog, database), bound)
    case 'current-catalog':
      return names('current catalog name', [catalogName], bound)
    case 'current-database':
      return names('current database name', [databaseName], bound)
    case 'columns':
      return columns(tableAt(catalog, [first, second, third], viewColumns), bound)
    case 'create-table':
      return text(printCreateTable(tableAt(catalog, [first, second, third], viewColumns)))
    case 'create-view': {
      const view = catalog.view([first, second, third])
      return text(view === undefined ? '' : printCreateView(view))
    }
    case 'modules':
      return names('module name', ['core'], bound)
    default:
      return names('name', [], bound)
  }
}

/** A table, or a view as if it were one. */
function tableAt(catalog: Catalog, path: TablePath, viewColumns: ViewColumns): TableDefinition {
  const table = catalog.table(path)
  if (table !== undefined) return table
  const stored = (viewColumns(path) ?? []).map(({ name, type }): TableColumn => ({ kind: 'physical', name, type, comment: null }))
  return { path, columns: stored, watermark: null, primaryKey: [], partitionedBy: [], options: {}, comment: null, temporary: false }
}

function builtInFunctions(): string[] {
  const all = [...Object.keys(scalarSignatures), ...Object.keys(aggregateSignatures), ...Object.keys(overSignatures)]
  const hidden = new Set<string>(internalFunctions)
  return [...new Set(all)].filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name) && !hidden.has(name)).sort()
}

function userFunctions(catalog: Catalog, database: readonly [string, string]): string[] {
  return [...catalog.systemFunctionNames(), ...catalog.functionNames(database)]
}

function names(title: string, found: readonly string[], { like }: Show): Answer {
  const matches = like === null ? () => true : likeMatcher(like)
  return { schema: [{ name: title, type: stringType }], rows: found.filter(matches).map((name) => [name]) }
}

/** LIKE and ILIKE of SHOW: as in SQL, with the backslash as the escape character. */
function likeMatcher({ pattern, operator, negated }: NonNullable<Show['like']>): (name: string) => boolean {
  const folded = (text: string): string => (operator === 'ilike' ? text.toLowerCase() : text)
  const test = likeTest(folded(pattern), '\\', () => queryErrors.QUERY_PATTERN_ESCAPE({ pattern }))
  return (name) => test(folded(name)) !== negated
}

function text(answer: string): Answer {
  return { schema: [{ name: 'result', type: stringType }], rows: [[answer]] }
}

const columnSchema: Schema = [
  { name: 'name', type: stringType },
  { name: 'type', type: stringType },
  { name: 'null', type: booleanType },
  { name: 'key', type: stringType },
  { name: 'extras', type: stringType },
  { name: 'watermark', type: stringType },
]

function columns(table: TableDefinition, bound: Show): Answer {
  const matches = bound.like === null ? () => true : likeMatcher(bound.like)
  return { schema: columnSchema, rows: table.columns.filter((column) => matches(column.name)).map((column) => columnRow(column, table)) }
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
    isTime && watermark !== null ? printExpression(watermark.expression) : null,
  ]
}

function isProcessingTime(column: TableColumn): boolean {
  return column.kind === 'computed' && column.expression.kind === 'call' && column.expression.function === 'PROCTIME'
}

function extrasOf(column: TableColumn): string | null {
  if (column.kind === 'computed') return `AS ${printExpression(column.expression)}`
  if (column.kind === 'metadata') return `METADATA FROM '${column.key}'${column.virtual ? ' VIRTUAL' : ''}`
  return null
}

/** DESCRIBE of a table or view gives its columns; of anything else, what is known of it by key. */
export function describe(bound: Describe, catalog: Catalog, viewColumns: ViewColumns): Answer {
  const [first = '', second = '', third = ''] = bound.path
  const schema = [
    { name: 'info name', type: stringType },
    { name: 'info value', type: stringType },
  ]
  switch (bound.object) {
    case 'table': {
      const table = tableAt(catalog, [first, second, third], viewColumns)
      return { schema: columnSchema, rows: table.columns.map((column) => columnRow(column, table)) }
    }
    case 'catalog': {
      const found = catalog.catalog(first)
      return { schema, rows: [['name', first], ['comment', found?.comment ?? ''], ...Object.entries(found?.options ?? {})] }
    }
    case 'database': {
      const found = catalog.database([first, second])
      return { schema, rows: [['name', second], ['comment', found?.comment ?? ''], ...Object.entries(found?.options ?? {})] }
    }
    case 'function': {
      const found = catalog.function([first, second, third])
      return {
        schema,
        rows:
          found === undefined
            ? []
            : [
                ['name', found.name],
                ['file', found.file],
                ['export', found.export],
                ['kind', found.signature.kind],
              ],
      }
    }
  }
}
