/** The setting that names a table for late rows: what the table has to be, and how a plan writes to it. */
import { listed } from '#base'
import type { Catalog } from '#catalog'
import type { DataType } from '#data'
import { type Plan, rootsOf, type TableDefinition, type TablePath, walkRelations } from '#plan'
import { queryErrors } from './errors.ts'

export const lateTableSetting = 'table.exec.late-rows.table'

const times: readonly DataType['kind'][] = ['timestamp', 'timestamp-ltz']

/** What each column holds, and how it may be declared. */
const columns: Readonly<Record<string, { readonly kinds: readonly DataType['kind'][]; readonly written: string }>> = {
  operator_name: { kinds: ['varchar'], written: 'operator_name STRING' },
  row_time: { kinds: times, written: 'row_time TIMESTAMP(3)' },
  watermark_time: { kinds: times, written: 'watermark_time TIMESTAMP(3)' },
  late_row: { kinds: ['varchar'], written: 'late_row STRING' },
}

/** The plan, with the table of late rows among its outputs if the setting names one and the plan knows event time. */
export function withLateTable(plan: Plan, name: string, catalog: Pick<Catalog, 'current' | 'table'>): Plan {
  if (name === '' || !knowsTime(plan)) return plan
  const path = pathOf(name, catalog.current)
  const definition = catalog.table(path)
  if (definition === undefined) {
    throw queryErrors.QUERY_LATE_TABLE_NOT_FOUND({ name }, { hint: `Create it, as in ${statement(path[2])}` })
  }
  checkTable(definition)
  const schema = definition.columns.flatMap((column) => (column.kind === 'physical' ? [{ name: column.name, type: column.type }] : []))
  const input = { kind: 'values', columns: schema, rows: [] } as const
  return { ...plan, outputs: [...plan.outputs, { kind: 'insert', table: path, input, overwrite: false, options: {}, isLate: true }] }
}

function knowsTime(plan: Plan): boolean {
  let knows = false
  walkRelations(rootsOf(plan), (relation) => {
    knows ||= relation.kind === 'watermark'
  })
  return knows
}

function pathOf(name: string, [catalog, database]: Catalog['current']): TablePath {
  const parts = Array.from(
    name.matchAll(/`((?:[^`]|``)+)`|([^.`]+)/g),
    ([, quoted, plain]) => quoted?.replaceAll('``', '`') ?? (plain ?? '').trim(),
  )
  const [table = name, inDatabase = database, inCatalog = catalog] = parts.toReversed()
  return [inCatalog, inDatabase, table]
}

function checkTable({ path, columns: declared, primaryKey }: TableDefinition): void {
  const problem = problemOf(declared, primaryKey)
  if (problem === null) return
  throw queryErrors.QUERY_LATE_TABLE_COLUMNS({ table: path[2], problem }, { hint: `Declare it as in ${statement(path[2])}` })
}

function problemOf(declared: TableDefinition['columns'], primaryKey: readonly string[]): string | null {
  const written = declared.filter(({ kind }) => kind !== 'computed')
  for (const [name, { kinds, written: expected }] of Object.entries(columns)) {
    const column = written.find((each) => each.name === name)
    if (column === undefined) return `it has no column "${name}"`
    if (column.kind !== 'physical' || !kinds.includes(column.type.kind)) return `column "${name}" is not declared as ${expected}`
    if (times.includes(column.type.kind) && 'precision' in column.type && column.type.precision !== 3)
      return `column "${name}" does not count milliseconds`
    if (name === 'row_time' && !column.type.nullable) return `column "${name}" is NOT NULL, and a late row may have no time`
  }
  const others = written.filter(({ name }) => !Object.hasOwn(columns, name)).map(({ name }) => `"${name}"`)
  if (others.length > 0) return `nothing is known for column ${listed(others)}`
  return primaryKey.length > 0 ? 'it has a primary key' : null
}

function statement(table: string): string {
  return `CREATE TABLE ${table} (${Object.values(columns)
    .map(({ written }) => written)
    .join(', ')}) WITH (…).`
}
