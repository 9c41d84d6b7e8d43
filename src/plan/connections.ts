/** Options that tables share: a connection keeps them once, and a table that uses it has them under its own. */
import type { TableDefinition, TablePath } from './tables.ts'

type Options = Readonly<Record<string, string>>

export interface ConnectionDefinition {
  readonly path: TablePath
  /** Of one connector, which `connector` names. Secrets stand in them by their names. */
  readonly options: Options
  readonly comment: string | null
  readonly temporary: boolean
}

/** The options that a table itself has, without those of its connection. */
export function ownOptions({ options, uses }: Pick<TableDefinition, 'options' | 'uses'>): Options {
  return uses?.options ?? options
}

/** The table with these options and no others: it uses no connection. */
export function withOptions(table: TableDefinition, options: Options): TableDefinition {
  const copy: { -readonly [Key in keyof TableDefinition]: TableDefinition[Key] } = { ...table, options }
  delete copy.uses
  return copy
}

/** The table with the options that its connection has now; undefined: the connection is gone, and the table has its own alone. */
export function withConnection(table: TableDefinition, connection: ConnectionDefinition | undefined): TableDefinition {
  return { ...table, options: { ...connection?.options, ...ownOptions(table) } }
}

/**
 * The first option that a table and its connection give different values. The connector is none of them: a table may reach the same
 * system through another one, as `upsert-kafka` beside `kafka`.
 */
export function conflictingOption(own: Options, connection: Options): string | undefined {
  return Object.keys(own).find((key) => key !== 'connector' && Object.hasOwn(connection, key) && own[key] !== connection[key])
}
