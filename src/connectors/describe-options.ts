/** The options that a clause may have, for those who write one. */
import { formatNamed, formatNames, type Option } from '#formats'
import type { ConnectorTable } from './connector.ts'
import { connectorNamed, connectorNames } from './list.ts'
import { loadMessageFormats, messageOptions } from './message-options.ts'
import { tableRows } from './options.ts'

export interface DescribedOption {
  readonly key: string
  readonly description: string
  /** What it may be, where that is a list. */
  readonly values: readonly string[]
}

/** Beside what a clause says already: those of its connector, and of the formats that it names. */
export async function describeOptions(clause: ConnectorTable['options']): Promise<readonly DescribedOption[]> {
  const name = clause['connector'] ?? ''
  const connector = connectorNames.includes(name) ? await connectorNamed(name) : null
  await loadMessageFormats(clause)
  const own = connector?.options ?? []
  // Tables whose rows are messages have the options of messages, others name the format themselves, or have none.
  const ofFormats = own.some(({ key }) => key === 'format')
    ? formatRows(clause)
    : connector?.load === undefined
      ? []
      : messageOptions(clause)
  return tableRows([...own, ...ofFormats]).map((row) => ({ key: row.key, description: row.description, values: valuesOf(row) }))
}

function formatRows({ format = '' }: ConnectorTable['options']): readonly Option[] {
  return formatNames.includes(format) ? formatNamed(format).options : []
}

function valuesOf({ key, type }: Option): readonly string[] {
  if (key === 'connector') return connectorNames
  if (type === 'boolean') return ['true', 'false']
  return typeof type === 'string' ? [] : type.oneOf
}
