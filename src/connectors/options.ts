/** Checks the WITH clause of a table against the options of its connector and, where it has one, its format. */
import { type Options, readOptions } from '#formats'
import type { ConnectorOption, ConnectorTable } from './connector.ts'

const connectorRow: ConnectorOption = {
  key: 'connector',
  type: 'text',
  required: true,
  default: null,
  description: 'Names the connector.',
}

/**
 * The table's options, checked and with defaults filled in. Rejects unknown keys, values of the wrong type and missing required ones.
 * `rows` are the connector's own, with those of the table's format; `connector` itself is always allowed.
 */
export function tableOptions(table: ConnectorTable, rows: readonly ConnectorOption[]): Options {
  return readOptions(`table "${table.name}"`, [connectorRow, ...rows], table.options)
}
