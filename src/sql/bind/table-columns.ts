/** The columns, key and watermark that CREATE TABLE and ALTER TABLE define. */
import { shortened, type TextPosition } from '#base'
import { printType, withNullable } from '#data'
import { type Expression, mapExpression, schemaOf, type TableColumn, type TableDefinition } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { bindType } from './bind-type.ts'
import type { BindContext } from './context.ts'
import { expressionText } from './full-names.ts'
import { Place } from './place.ts'
import { columnSuggestion, scopeColumns, tableScope } from './scope.ts'
import { scanOf } from './tables.ts'

/** A column whose type is written. */
export function bindStoredColumn(node: tree.PhysicalColumn | tree.MetadataColumn): TableColumn {
  const name = node.name.text
  const type = bindType(node.type)
  const comment = node.comment ?? null
  if (node.kind === 'physical-column') return { kind: 'physical', name, type, comment }
  return { kind: 'metadata', name, type, comment, key: node.key?.value ?? name, virtual: node.virtual }
}

/** A computed column, over the stored ones. */
export function bindComputedColumn(node: tree.ComputedColumn, table: TableDefinition, context: BindContext): TableColumn {
  const stored = table.columns.filter((column) => column.kind !== 'computed')
  const expression = placeIn({ ...table, columns: stored }, 'a computed column', context).bind(node.expression)
  if (expression.type.kind === 'null') {
    throw sqlErrors.SQL_COMPUTED_NULL(
      { column: node.name.text },
      { position: node.expression.position, hint: 'Give it a type: CAST(NULL AS STRING).' },
    )
  }
  const name = node.name.text
  const text = expressionText(node.expression, context)
  const kept = keptIn(expression, `column "${name}" of table "${table.path[2]}"`, text)
  return { kind: 'computed', name, type: expression.type, comment: node.comment ?? null, expression: kept, text }
}

/** How much of its text is quoted when data causes an error in a kept expression. */
const quotedMax = 60

/** The expression as the catalog keeps it: its places are in no statement that reads the table. */
function keptIn(expression: Expression, what: string, text: string): Expression {
  const within = `${what}: ${shortened(text, quotedMax)}`
  return mapExpression(expression, (part) =>
    'origin' in part && part.origin !== undefined ? { ...part, origin: { ...part.origin, within } } : part,
  )
}

function placeIn(table: TableDefinition, clause: string, context: BindContext): Place {
  const columns = schemaOf(scanOf({ ...table, watermark: null }, {}))
  return new Place(context, tableScope(table.path[2], table.path, scopeColumns(columns)), { clause })
}

/** WATERMARK FOR, over all columns. */
export function bindWatermark(
  node: tree.WatermarkDefinition,
  table: TableDefinition,
  context: BindContext,
): NonNullable<TableDefinition['watermark']> {
  const [name, field] = node.column.parts
  if (name === undefined || field !== undefined) {
    const hint = 'Compute a column from the field, and declare the watermark for that one.'
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'a watermark for a field of a row' }, { position: node.column.position, hint })
  }
  const column = table.columns.find((each) => each.name === name.text)
  if (column === undefined) {
    const known = table.columns.map((each) => each.name)
    throw sqlErrors.SQL_COLUMN_NOT_FOUND(
      { column: name.text, owner: `table "${table.path[2]}"` },
      { position: name.position, ...columnSuggestion(name.text, known) },
    )
  }
  const { type } = column
  if ((type.kind !== 'timestamp' && type.kind !== 'timestamp-ltz') || type.precision > 3) throw noEventTime(name, column)
  const expression = placeIn(table, 'WATERMARK', context).bind(node.expression)
  if (!isWatermark(expression)) {
    const got = printType(withNullable(expression.type, true))
    throw sqlErrors.SQL_WATERMARK_TYPE({ got }, { position: node.expression.position, hint: `Write ${name.text} - INTERVAL '5' SECOND.` })
  }
  const text = expressionText(node.expression, context)
  return { column: name.text, expression: keptIn(expression, `the watermark of table "${table.path[2]}"`, text), text }
}

function isWatermark({ type }: Expression): boolean {
  return (type.kind === 'timestamp' || type.kind === 'timestamp-ltz') && type.precision <= 3
}

function noEventTime(name: tree.Identifier, { type }: TableColumn): Error {
  const got = printType(withNullable(type, true))
  const isTimestamp = type.kind === 'timestamp' || type.kind === 'timestamp-ltz'
  const numbers = ['bigint', 'integer', 'double', 'decimal']
  const from = numbers.includes(type.kind) ? `TO_TIMESTAMP_LTZ(${name.text}, 3)` : `TO_TIMESTAMP(${name.text})`
  const hint = isTimestamp
    ? `Declare "${name.text}" as ${type.kind === 'timestamp' ? 'TIMESTAMP(3)' : 'TIMESTAMP_LTZ(3)'}.`
    : `Compute a column, such as event_time AS ${from}, and declare the watermark for that one.`
  return sqlErrors.SQL_WATERMARK_COLUMN_TYPE({ column: name.text, got }, { position: name.position, hint })
}

/** PRIMARY KEY (…) NOT ENFORCED, beside a column or for the table; UNIQUE is refused. */
export function bindPrimaryKey(constraints: readonly tree.KeyConstraint[], table: TableDefinition): readonly string[] {
  const [key, another] = constraints
  if (key === undefined) return []
  if (another !== undefined) throw sqlErrors.SQL_KEY_DUPLICATE({}, { position: another.position })
  if (key.key === 'unique')
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'UNIQUE' }, { position: key.position, hint: 'Declare PRIMARY KEY (…) NOT ENFORCED.' })
  if (key.enforced !== false) {
    const hint = 'Write PRIMARY KEY (…) NOT ENFORCED: the table lies outside, so its keys cannot be checked here.'
    throw sqlErrors.SQL_KEY_ENFORCED({}, { position: key.position, hint })
  }
  const names = new Set<string>()
  for (const { text, position } of key.columns) {
    checkKeyColumn(text, position, table)
    if (names.has(text)) throw sqlErrors.SQL_COLUMN_DUPLICATE({ column: text, owner: 'the primary key' }, { position })
    names.add(text)
  }
  return [...names]
}

function checkKeyColumn(name: string, position: TextPosition, table: TableDefinition): void {
  const column = table.columns.find((each) => each.name === name)
  if (column === undefined) {
    const known = table.columns.map((each) => each.name)
    throw sqlErrors.SQL_COLUMN_NOT_FOUND(
      { column: name, owner: `table "${table.path[2]}"` },
      { position, ...columnSuggestion(name, known) },
    )
  }
  if (column.kind !== 'physical') throw sqlErrors.SQL_KEY_COLUMN({ column: name, kind: column.kind }, { position })
}

/** Columns of the key are NOT NULL, whatever was written. */
export function withKeyNotNull(columns: readonly TableColumn[], primaryKey: readonly string[]): TableColumn[] {
  return columns.map((column) => (primaryKey.includes(column.name) ? { ...column, type: withNullable(column.type, false) } : column))
}

export function bindPartitions(names: readonly tree.Identifier[], table: TableDefinition, context: BindContext): readonly string[] {
  return context.all(
    names.map(({ text, position }) => () => {
      const column = table.columns.find((each) => each.name === text)
      const known = table.columns.filter((each) => each.kind === 'physical').map((each) => each.name)
      if (column?.kind === 'physical') return text
      throw sqlErrors.SQL_COLUMN_NOT_FOUND(
        { column: text, owner: `the stored columns of table "${table.path[2]}"` },
        { position, ...columnSuggestion(text, known) },
      )
    }),
  )
}
