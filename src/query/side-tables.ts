/** The settings that name tables for what a statement leaves aside: what such a table has to be, and how a plan writes to it. */
import { listed } from '#base'
import type { Catalog } from '#catalog'
import type { DataType } from '#data'
import { type Output, type Plan, rootsOf, type TableDefinition, type TablePath, walkRelations } from '#plan'
import { queryErrors } from './errors.ts'
import type { Settings } from './settings.ts'

export const lateTableSetting = 'table.exec.late-rows.table'
export const deadLetterTableSetting = 'table.exec.dead-letters.table'

const times: readonly DataType['kind'][] = ['timestamp', 'timestamp-ltz']

/** What a column holds, how it may be declared, and why it may not be NOT NULL, if so. */
interface SideColumn {
  readonly kinds: readonly DataType['kind'][]
  readonly written: string
  readonly mayBeNull?: string
}

interface SideTable {
  readonly setting: string
  readonly takes: NonNullable<Extract<Output, { kind: 'insert' }>['takes']>
  readonly columns: Readonly<Record<string, SideColumn>>
  /** Whether a plan can have anything for it. */
  readonly isOf: (plan: Plan) => boolean
}

const sideTables: readonly SideTable[] = [
  {
    setting: lateTableSetting,
    takes: 'late rows',
    columns: {
      operator_name: { kinds: ['varchar'], written: 'operator_name STRING' },
      row_time: { kinds: times, written: 'row_time TIMESTAMP(3)', mayBeNull: 'a late row may have no time' },
      watermark_time: { kinds: times, written: 'watermark_time TIMESTAMP(3)' },
      late_row: { kinds: ['varchar'], written: 'late_row STRING' },
    },
    isOf: knowsTime,
  },
  {
    setting: deadLetterTableSetting,
    takes: 'dead letters',
    columns: {
      table_name: { kinds: ['varchar'], written: 'table_name STRING' },
      error_code: { kinds: ['varchar'], written: 'error_code STRING' },
      error_message: { kinds: ['varchar'], written: 'error_message STRING' },
      source_position: { kinds: ['varchar'], written: 'source_position STRING' },
      message_key: { kinds: ['varbinary'], written: 'message_key BYTES', mayBeNull: 'a message may have no key' },
      message_value: { kinds: ['varbinary'], written: 'message_value BYTES', mayBeNull: 'a message may have no value' },
      failed_at: { kinds: ['timestamp-ltz'], written: 'failed_at TIMESTAMP_LTZ(3)' },
    },
    isOf: () => true,
  },
]

/** The plan, with the tables that settings name for what is left aside among its outputs, where it may have something for them. */
export function withSideTables(plan: Plan, settings: Settings, catalog: Pick<Catalog, 'current' | 'table'>): Plan {
  const outputs = sideTables.flatMap((table) => {
    const name = settings.get(table.setting)
    return name === '' || !table.isOf(plan) ? [] : [outputOf(table, name, catalog)]
  })
  return outputs.length === 0 ? plan : { ...plan, outputs: [...plan.outputs, ...outputs] }
}

function outputOf({ columns, takes }: SideTable, name: string, catalog: Pick<Catalog, 'current' | 'table'>): Output {
  const path = pathOfSetting(name, catalog.current)
  const definition = catalog.table(path)
  if (definition === undefined) {
    throw queryErrors.QUERY_SIDE_TABLE_NOT_FOUND({ name, rows: takes }, { hint: `Create it, as in ${statement(path[2], columns)}` })
  }
  const problem = problemOf(definition, columns)
  if (problem !== null) {
    const hint = `Declare it as in ${statement(path[2], columns)}`
    throw queryErrors.QUERY_SIDE_TABLE_COLUMNS({ table: path[2], rows: takes, problem }, { hint })
  }
  const schema = definition.columns.flatMap((column) => (column.kind === 'physical' ? [{ name: column.name, type: column.type }] : []))
  return { kind: 'insert', table: path, input: { kind: 'values', columns: schema, rows: [] }, overwrite: false, options: {}, takes }
}

function knowsTime(plan: Plan): boolean {
  let knows = false
  walkRelations(rootsOf(plan), (relation) => {
    knows ||= relation.kind === 'watermark'
  })
  return knows
}

/** The path of a table that a setting names. */
export function pathOfSetting(name: string, [catalog, database]: Catalog['current']): TablePath {
  const parts = Array.from(
    name.matchAll(/`((?:[^`]|``)+)`|([^.`]+)/g),
    ([, quoted, plain]) => quoted?.replaceAll('``', '`') ?? (plain ?? '').trim(),
  )
  const [table = name, inDatabase = database, inCatalog = catalog] = parts.toReversed()
  return [inCatalog, inDatabase, table]
}

function problemOf({ columns: declared, primaryKey }: TableDefinition, columns: SideTable['columns']): string | null {
  const written = declared.filter(({ kind }) => kind !== 'computed')
  for (const [name, { kinds, written: expected, mayBeNull }] of Object.entries(columns)) {
    const column = written.find((each) => each.name === name)
    if (column === undefined) return `it has no column "${name}"`
    if (column.kind !== 'physical' || !kinds.includes(column.type.kind)) return `column "${name}" is not declared as ${expected}`
    if (times.includes(column.type.kind) && 'precision' in column.type && column.type.precision !== 3)
      return `column "${name}" does not count milliseconds`
    if (mayBeNull !== undefined && !column.type.nullable) return `column "${name}" is NOT NULL, and ${mayBeNull}`
  }
  const others = written.filter(({ name }) => !Object.hasOwn(columns, name)).map(({ name }) => `"${name}"`)
  if (others.length > 0) return `nothing is known for column ${listed(others)}`
  return primaryKey.length > 0 ? 'it has a primary key' : null
}

function statement(table: string, columns: SideTable['columns']): string {
  const written = Object.values(columns).map((column) => column.written)
  return `CREATE TABLE ${table} (${written.join(', ')}) WITH (…).`
}
