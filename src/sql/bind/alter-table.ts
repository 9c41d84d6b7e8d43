/** ALTER TABLE: the definition as it is after the change. */
import { sameType } from '#data'
import { columnsIn, ownOptions, type TableColumn, type TableDefinition } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import type { BoundStatement } from './bound.ts'
import { withOwnOptions } from './connections.ts'
import type { BindContext } from './context.ts'
import { renamedPath } from './create-view.ts'
import { optionsOf } from './options.ts'
import { columnSuggestion } from './scope.ts'
import { bindComputedColumn, bindPrimaryKey, bindStoredColumn, bindWatermark, withKeyNotNull } from './table-columns.ts'
import { tableNotFound, tablePath } from './tables.ts'

export function bindAlterTable(node: tree.AlterTable, context: BindContext): BoundStatement {
  const { environment } = context
  const path = tablePath(node.name, environment)
  const { position } = node.name
  const table = environment.table(path)
  if (table === undefined && environment.view(path) !== undefined) {
    const kinds = { clause: 'ALTER TABLE', expected: 'table', name: nameText(node.name), got: 'view' }
    throw sqlErrors.SQL_OTHER_KIND(kinds, { position, hint: 'Use ALTER VIEW.' })
  }
  if (node.change.kind === 'rename-table') {
    if (table === undefined && !node.ifExists) throw tableNotFound(node.name, path, environment)
    return {
      kind: 'rename-table',
      path,
      to: renamedPath(path, node.change.to, context),
      whenMissing: node.ifExists ? 'ignore' : 'fail',
      position,
    }
  }
  if (table === undefined) {
    if (node.ifExists) return { kind: 'alter-table', definition: null, position }
    throw tableNotFound(node.name, path, environment)
  }
  return { kind: 'alter-table', definition: changed(table, node.change, context), position }
}

function changed(table: TableDefinition, change: Exclude<tree.TableChange, tree.RenameTable>, context: BindContext): TableDefinition {
  switch (change.kind) {
    case 'set-options':
      return withOwnOptions(table, { ...ownOptions(table), ...optionsOf(change.options) }, context, change.position)
    case 'reset-options': {
      const keys = new Set(change.keys.map((key) => key.value))
      const kept = Object.entries(ownOptions(table)).filter(([key]) => !keys.has(key))
      return withOwnOptions(table, Object.fromEntries(kept), context, change.position)
    }
    case 'add':
    case 'modify':
      return withSchemaChange(table, change, context)
    case 'drop-columns':
      return change.columns.reduce(withoutColumn, table)
    case 'drop-key':
      if (table.primaryKey.length === 0) throw sqlErrors.SQL_KEY_NOT_FOUND({ table: table.path[2] }, { position: change.position })
      return { ...table, primaryKey: [] }
    case 'drop-watermark':
      if (table.watermark === null) throw sqlErrors.SQL_WATERMARK_NOT_FOUND({ table: table.path[2] }, { position: change.position })
      return { ...table, watermark: null }
    case 'rename-column':
      return withRenamedColumn(table, change)
    case 'drop-distribution':
      throw sqlErrors.SQL_NOT_SUPPORTED(
        { what: `ALTER TABLE … ${change.kind.toUpperCase().replace('-', ' ')}` },
        { position: change.position },
      )
  }
}

function withSchemaChange(table: TableDefinition, change: tree.ChangeSchema, context: BindContext): TableDefinition {
  if (change.distribution !== undefined)
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'DISTRIBUTION' }, { position: change.distribution.position })
  const isAdded = change.kind === 'add'
  const columns = change.columns.reduce<TableDefinition>(
    (before, each) => (isAdded ? withAdded(before, each, context) : withModified(before, each, context)),
    table,
  )
  const beside = change.columns.flatMap(({ column }) =>
    'constraint' in column && column.constraint !== undefined ? [column.constraint] : [],
  )
  const constraints = [...beside, ...change.constraints]
  const [constraint] = constraints
  if (constraint !== undefined) {
    const { position } = constraint
    const hasKey = table.primaryKey.length > 0
    if (isAdded && hasKey) throw sqlErrors.SQL_KEY_DUPLICATE({}, { position })
    if (!isAdded && !hasKey) throw sqlErrors.SQL_KEY_NOT_FOUND({ table: table.path[2] }, { position, hint: 'Use ADD.' })
  }
  const primaryKey = constraints.length > 0 ? bindPrimaryKey(constraints, columns) : columns.primaryKey
  const keyed = { ...columns, primaryKey, columns: withKeyNotNull(columns.columns, primaryKey) }
  return { ...keyed, watermark: changedWatermark(keyed, change, context) }
}

function changedWatermark(
  table: TableDefinition,
  { kind, watermarks }: tree.ChangeSchema,
  context: BindContext,
): TableDefinition['watermark'] {
  const [watermark, another] = watermarks
  if (watermark === undefined) return table.watermark
  const { position } = another ?? watermark
  if (another !== undefined || (kind === 'add' && table.watermark !== null)) throw sqlErrors.SQL_WATERMARK_DUPLICATE({}, { position })
  if (kind === 'modify' && table.watermark === null) {
    throw sqlErrors.SQL_WATERMARK_NOT_FOUND({ table: table.path[2] }, { position, hint: 'Use ADD.' })
  }
  return bindWatermark(watermark, { ...table, watermark: null }, context)
}

function bindColumn(node: tree.ColumnDefinition, table: TableDefinition, context: BindContext): TableColumn {
  switch (node.kind) {
    case 'physical-column':
    case 'metadata-column':
      return bindStoredColumn(node)
    case 'computed-column':
      return bindComputedColumn(node, table, context)
    case 'listed-column':
      throw sqlErrors.SQL_COLUMN_TYPE_MISSING({ column: node.name.text }, { position: node.position })
  }
}

function withAdded(table: TableDefinition, change: tree.ColumnChange, context: BindContext): TableDefinition {
  const { name } = change.column
  if (table.columns.some((column) => column.name === name.text)) {
    throw sqlErrors.SQL_COLUMN_DUPLICATE(
      { column: name.text, owner: `table "${table.path[2]}"` },
      { position: name.position, hint: 'Use MODIFY to change a column.' },
    )
  }
  return placed(table, bindColumn(change.column, table, context), change)
}

function withModified(table: TableDefinition, change: tree.ColumnChange, context: BindContext): TableDefinition {
  const { name } = change.column
  const before = existing(table, name)
  const column = bindColumn(change.column, table, context)
  if (before.kind !== column.kind || !sameType(before.type, column.type)) refuseUsed(table, name)
  if (!change.first && change.after === undefined)
    return { ...table, columns: table.columns.map((each) => (each === before ? column : each)) }
  return placed({ ...table, columns: table.columns.filter((each) => each !== before) }, column, change)
}

function placed(table: TableDefinition, column: TableColumn, { first, after }: tree.ColumnChange): TableDefinition {
  if (first) return { ...table, columns: [column, ...table.columns] }
  if (after === undefined) return { ...table, columns: [...table.columns, column] }
  const place = table.columns.indexOf(existing(table, after)) + 1
  return { ...table, columns: table.columns.toSpliced(place, 0, column) }
}

function existing(table: TableDefinition, name: tree.Identifier): TableColumn {
  const found = table.columns.find((column) => column.name === name.text)
  if (found !== undefined) return found
  const known = table.columns.map((column) => column.name)
  throw sqlErrors.SQL_COLUMN_NOT_FOUND(
    { column: name.text, owner: `table "${table.path[2]}"` },
    { position: name.position, ...columnSuggestion(name.text, known) },
  )
}

function columnName(name: tree.Name): tree.Identifier {
  const [only, more] = name.parts
  if (only !== undefined && more === undefined) return only
  throw sqlErrors.SQL_NOT_SUPPORTED({ what: `changing the field ${nameText(name)}` }, { position: name.position })
}

function withoutColumn(table: TableDefinition, path: tree.Name): TableDefinition {
  const name = columnName(path)
  const column = existing(table, name)
  refuseUsed(table, name)
  return { ...table, columns: table.columns.filter((each) => each !== column) }
}

function withRenamedColumn(table: TableDefinition, { from, to }: tree.RenameColumn): TableDefinition {
  const name = columnName(from)
  const column = existing(table, name)
  if (table.columns.some((each) => each.name === to.text)) {
    throw sqlErrors.SQL_COLUMN_DUPLICATE({ column: to.text, owner: `table "${table.path[2]}"` }, { position: to.position })
  }
  refuseUsed(table, name, 'rename')
  const rename = (each: string) => (each === name.text ? to.text : each)
  const columns = table.columns.map((each): TableColumn => (each === column ? { ...each, name: to.text } : each))
  return { ...table, columns, primaryKey: table.primaryKey.map(rename), partitionedBy: table.partitionedBy.map(rename) }
}

/** A column that others are made from stays as it is. */
function refuseUsed(table: TableDefinition, { text, position }: tree.Identifier, change: 'rename' | 'other' = 'other'): void {
  const user = table.columns.find((column) => column.kind === 'computed' && column.name !== text && columnsIn(column.expression).has(text))
  const isTime = table.watermark !== null && (table.watermark.column === text || columnsIn(table.watermark.expression).has(text))
  const isKey = change === 'other' && (table.primaryKey.includes(text) || table.partitionedBy.includes(text))
  const by = user !== undefined ? `the computed column "${user.name}"` : isTime ? 'the watermark' : isKey ? 'a key or partition' : null
  if (by !== null) throw sqlErrors.SQL_COLUMN_IN_USE({ column: text, by }, { position, hint: 'Drop or change what uses it first.' })
}
