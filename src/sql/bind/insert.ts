/** INSERT INTO: what a query gives, as the columns that a table stores. */
import { counted, listed, type TextPosition } from '#base'
import { implicitlyCastable, printType, sameType, withNullable } from '#data'
import type { Expression, NamedExpression, Output, TableColumn, TableDefinition } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import type { BoundInsert } from './bound.ts'
import { typeText } from './call.ts'
import { castHint } from './cast-hint.ts'
import { castTo, nullOf } from './coerce.ts'
import { type BindContext, noSurroundings, type Rows } from './context.ts'
import { projected } from './names.ts'
import { hintedOptions } from './options.ts'
import { Place } from './place.ts'
import { columnSuggestion, emptyScope } from './scope.ts'
import { checkConnected, tableNotFound, tablePath } from './tables.ts'

export function bindInserts(
  kind: BoundInsert['kind'],
  inserts: readonly tree.Insert[],
  position: TextPosition,
  context: BindContext,
): BoundInsert {
  const outputs = context.all(inserts.map((insert) => () => bindInsert(insert, context)))
  return { kind, plan: { outputs }, positions: inserts.map((insert) => insert.target.position), position }
}

function bindInsert(node: tree.Insert, context: BindContext): Output {
  const [table, rows] = context.both(
    () => targetOf(node, context),
    () => context.steps.query(node.query, noSurroundings, context),
  )
  refuseConflictAction(node)
  const place = new Place(context, emptyScope, { clause: 'PARTITION' })
  const fixed = new Map(node.partition.map((value) => [value.column.text, fixedValue(value, table, place)]))
  const targets = targetColumns(node, table, fixed, context)
  const input = filled(table, targets, fixed, rows, node, context)
  return { kind: 'insert', table: table.path, input, overwrite: node.overwrite, options: hintedOptions(node.hints) }
}

/** Without ON CONFLICT the newest row of a primary key stays, and when it goes, the one before it is back: DO DEDUPLICATE. */
function refuseConflictAction({ onConflict }: tree.Insert): void {
  if (onConflict === undefined || onConflict.action === 'DEDUPLICATE') return
  const hint = 'ON CONFLICT DO DEDUPLICATE keeps the newest row of each primary key.'
  throw sqlErrors.SQL_NOT_SUPPORTED({ what: `ON CONFLICT DO ${onConflict.action}` }, { position: onConflict.position, hint })
}

function targetOf({ target }: tree.Insert, { environment }: BindContext): TableDefinition {
  const path = tablePath(target, environment)
  if (environment.view(path) !== undefined) throw sqlErrors.SQL_INSERT_INTO_VIEW({ view: nameText(target) }, { position: target.position })
  const table = environment.table(path)
  if (table === undefined) throw tableNotFound(target, path, environment)
  checkConnected(table, target, environment)
  return table
}

/** Columns that a table stores: neither computed nor read-only. */
export function storedColumns(table: TableDefinition): readonly Exclude<TableColumn, { kind: 'computed' }>[] {
  return table.columns.flatMap((column) => (column.kind === 'physical' || (column.kind === 'metadata' && !column.virtual) ? [column] : []))
}

function fixedValue({ column, value, position }: tree.PartitionValue, table: TableDefinition, place: Place): Expression {
  if (!table.partitionedBy.includes(column.text)) {
    const extras = columnSuggestion(column.text, table.partitionedBy)
    throw sqlErrors.SQL_PARTITION_COLUMN({ column: column.text, table: table.path[2] }, { position: column.position, ...extras })
  }
  if (value === undefined) throw sqlErrors.SQL_PARTITION_VALUE({ column: column.text }, { position })
  return place.bind(value)
}

/** The columns that the query fills, in the order of the query's columns. */
function targetColumns(
  node: tree.Insert,
  table: TableDefinition,
  fixed: ReadonlyMap<string, Expression>,
  context: BindContext,
): readonly string[] {
  const stored = storedColumns(table).map(({ name }) => name)
  if (node.columns.length === 0) return stored.filter((name) => !fixed.has(name))
  const seen = new Set<string>()
  return context.all(
    node.columns.map(({ text, position }) => () => {
      const owner = `table "${table.path[2]}"`
      if (!stored.includes(text)) {
        if (table.columns.some(({ name }) => name === text)) throw sqlErrors.SQL_INSERT_COLUMN_READ_ONLY({ column: text }, { position })
        throw sqlErrors.SQL_COLUMN_NOT_FOUND({ column: text, owner }, { position, ...columnSuggestion(text, stored) })
      }
      if (seen.has(text)) throw sqlErrors.SQL_COLUMN_DUPLICATE({ column: text, owner: 'the list of INSERT' }, { position })
      seen.add(text)
      return text
    }),
  )
}

function filled(
  table: TableDefinition,
  targets: readonly string[],
  fixed: ReadonlyMap<string, Expression>,
  rows: Rows,
  node: tree.Insert,
  context: BindContext,
) {
  if (rows.columns.length !== targets.length) {
    const parameters = { table: table.path[2], expected: counted(targets.length, 'column'), got: rows.columns.length }
    const detail = `The table takes ${listed(targets)}. The query gives ${listed(rows.columns.map(({ name }) => name))}.`
    throw sqlErrors.SQL_INSERT_COLUMN_COUNT(parameters, { position: node.query.position, detail })
  }
  const columns = context.all(
    storedColumns(table).map((column) => (): NamedExpression => {
      const index = targets.indexOf(column.name)
      const source = rows.columns[index]?.column
      const value =
        source === undefined
          ? (fixed.get(column.name) ?? missing(column, table, node))
          : ({ kind: 'column', name: source.name, type: source.type } as const)
      return { name: column.name, value: stored(value, column, table, itemPosition(node, index)) }
    }),
  )
  return projected(rows.relation, columns)
}

/** The item of the SELECT list that fills a column, or the whole query. */
function itemPosition(node: tree.Insert, index: number): TextPosition {
  const { body } = node.query
  const items = body.kind === 'select' ? body.items : []
  const hasStar = items.some((item) => item.kind === 'star')
  const value = body.kind === 'values' && body.rows.length === 1 ? body.rows[0]?.[index] : undefined
  return (hasStar ? undefined : items[index]?.position) ?? value?.position ?? node.query.position
}

function missing(column: TableColumn, table: TableDefinition, node: tree.Insert): Expression {
  if (column.type.nullable) return nullOf(column.type)
  const position = node.columns[0]?.position ?? node.target.position
  throw sqlErrors.SQL_INSERT_COLUMN_MISSING({ column: column.name, table: table.path[2] }, { position })
}

/** The value in the column's type. NULL where the column takes none is found when the row is written. */
export function stored(
  value: Expression,
  column: Pick<TableColumn, 'name' | 'type'>,
  table: TableDefinition,
  position: TextPosition,
): Expression {
  const target = withNullable(column.type, true)
  const from = withNullable(value.type, true)
  if (from.kind === 'null' || sameType(from, target, true) || implicitlyCastable(from, target)) return castTo(value, target)
  const parameters = { column: column.name, expected: printType(target), got: typeText(value) }
  const detail = `It is a column of table "${table.path[2]}".`
  throw sqlErrors.SQL_INSERT_TYPE(parameters, {
    position,
    detail,
    hint: castHint(value.type, target) ?? `Convert it: CAST(… AS ${printType(target)}).`,
  })
}
