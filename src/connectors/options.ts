/** Checks the WITH clause of a table against the options of its connector and, where it has one, its format. */
import { type Option, type Options, readOptions } from '#formats'
import type { ConnectorTable } from './connector.ts'
import { scanTimeOptions } from './scan-time.ts'

/** The option of all tables that says how many rows they have. */
export const rowCountOption = 'statistics.row-count'

const rowsOfAll: readonly Option[] = [
  requiredOption('connector', 'text', 'Names the connector.'),
  option(rowCountOption, 'integer', null, 'About how many rows the table has: joins of several tables are ordered by it.'),
  ...scanTimeOptions,
]

/** The options that tables of a connector may have: its own, and those of all tables. */
export function tableRows(rows: readonly Option[]): readonly Option[] {
  return [...rowsOfAll, ...rows]
}

/** An option that a table may leave out. */
export function option(key: string, type: Option['type'], fallback: string | null, description: string): Option {
  return { key, type, required: false, default: fallback, description }
}

/** An option that a table may leave out and whose value is never shown, such as a password. */
export function secretOption(key: string, description: string): Option {
  return { key, type: 'text', required: false, default: null, description, isSecret: true }
}

/** An option that a table must have. */
export function requiredOption(key: string, type: Option['type'], description: string): Option {
  return { key, type, required: true, default: null, description }
}

/**
 * The table's options, checked and with defaults filled in. Rejects unknown keys, values of the wrong type and required ones that are
 * missing or empty. `rows` are the connector's own, with those of the table's format; those of all tables are always allowed.
 */
export function tableOptions(table: ConnectorTable, rows: readonly Option[]): Options {
  return readOptions(`table "${table.name}"`, tableRows(rows), table.options)
}
