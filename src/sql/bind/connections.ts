/** Statements about connections, and tables that use one: USING CONNECTION puts the options of the connection below those of the table. */
import { suggestion, type TextPosition } from '#base'
import { type ConnectionDefinition, conflictingOption, ownOptions, type TableDefinition, withConnection } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import type { BoundStatement } from './bound.ts'
import type { BindContext } from './context.ts'
import { renamedPath } from './create-view.ts'
import type { Environment } from './environment.ts'
import { optionsOf } from './options.ts'
import { databaseNotFound, tablePath } from './tables.ts'

export function bindCreateConnection(node: tree.CreateConnection, { environment }: BindContext): BoundStatement {
  const { name, options, comment, temporary, ifNotExists } = node
  const definition = { path: tablePath(name, environment), options: optionsOf(options), comment: comment ?? null, temporary }
  return { kind: 'create-connection', definition, whenThere: ifNotExists ? 'keep' : 'fail', position: name.position }
}

export function bindAlterConnection(node: tree.AlterConnection, context: BindContext): BoundStatement {
  const { environment } = context
  const { name, ifExists, options = [], reset = [], comment, renameTo } = node
  const { position } = name
  const path = tablePath(name, environment)
  if (environment.connection(path) === undefined && ifExists) return { kind: 'alter-connection', definition: null, position }
  const known = connectionNamed(name, environment)
  if (renameTo !== undefined) return { kind: 'rename-connection', path, to: renamedPath(path, renameTo, context), position }
  const keys = new Set(reset.map((key) => key.value))
  const kept = Object.entries({ ...known.options, ...optionsOf(options) }).filter(([key]) => !keys.has(key))
  const changed = Object.fromEntries(kept)
  if (changed['connector'] !== known.options['connector'])
    throw sqlErrors.SQL_CONNECTION_CONNECTOR({ connection: nameText(name) }, { position })
  return {
    kind: 'alter-connection',
    definition: { ...known, options: changed, comment: comment === undefined ? known.comment : comment || null },
    position,
  }
}

/** The connection that a name means, which has to exist. */
export function connectionNamed(name: tree.Name, environment: Environment): ConnectionDefinition {
  const path = tablePath(name, environment)
  const found = environment.connection(path)
  if (found !== undefined) return found
  const [catalog, database, connection] = path
  const known = environment.connectionNames([catalog, database])
  throw (
    databaseNotFound(name, [catalog, database], environment) ??
    sqlErrors.SQL_CONNECTION_NOT_FOUND(
      { connection: nameText(name) },
      { position: name.position, ...suggestion(connection, known, 'connections') },
    )
  )
}

/** The table with the options of the connection below its own. */
export function withNamedConnection(table: TableDefinition, name: tree.Name, { environment }: BindContext): TableDefinition {
  const connection = connectionNamed(name, environment)
  const { position } = name
  checkLasting(table, connection, position)
  return connected({ ...table, uses: { connection: connection.path, options: table.options } }, connection, position)
}

/** The table with the connection of another one, which it is like. */
export function withSameConnection(
  table: TableDefinition,
  { connection }: NonNullable<TableDefinition['uses']>,
  { environment }: BindContext,
  position: TextPosition,
): TableDefinition {
  const found = environment.connection(connection)
  if (found !== undefined) checkLasting(table, found, position)
  return connected({ ...table, uses: { connection, options: table.options } }, found, position)
}

function checkLasting(table: TableDefinition, connection: ConnectionDefinition, position: TextPosition): void {
  if (connection.temporary && !table.temporary)
    throw sqlErrors.SQL_CONNECTION_TEMPORARY({ connection: connection.path[2], table: table.path[2] }, { position })
}

/** The table with other options of its own; those of its connection stay below them. */
export function withOwnOptions(
  table: TableDefinition,
  options: TableDefinition['options'],
  { environment }: BindContext,
  position: TextPosition,
): TableDefinition {
  if (table.uses === undefined) return { ...table, options }
  return connected({ ...table, uses: { ...table.uses, options } }, environment.connection(table.uses.connection), position)
}

function connected(table: TableDefinition, connection: ConnectionDefinition | undefined, position: TextPosition): TableDefinition {
  const key = conflictingOption(ownOptions(table), connection?.options ?? {})
  if (key === undefined) return withConnection(table, connection)
  const hint = `Leave it out of the table, or use a connection that has another "${key}".`
  throw sqlErrors.SQL_CONNECTION_OPTION({ key, table: table.path[2], connection: connection?.path[2] ?? '' }, { position, hint })
}
