/**
 * The options of tables whose rows are messages: Flink's, by Flink's names. One format reads the value, another one may read the key;
 * options of a format that `key.format` or `value.format` names begin with `key.` or `value.`.
 */
import { formatNamed, formatNames, loadFormat, type Option, type Options, readOptions } from '#formats'
import type { ConnectorTable } from './connector.ts'
import { connectorErrors } from './errors.ts'
import { option } from './options.ts'

type Clause = ConnectorTable['options']

const keyPrefix = 'key.'
const valuePrefix = 'value.'

const messageFormatOptions: readonly Option[] = [
  option('format', { oneOf: formatNames }, null, 'How the value of a message is written; the same as value.format.'),
  option('value.format', { oneOf: formatNames }, null, 'How the value of a message is written.'),
  option('key.format', { oneOf: formatNames }, null, 'How the key of a message is written; without it keys are not read or written.'),
  option('key.fields', 'text', null, 'The columns that the key holds, with ; between them.'),
  option('key.fields-prefix', 'text', '', 'What the names of these columns begin with in the table, and not in the key.'),
  option('value.fields-include', { oneOf: ['ALL', 'EXCEPT_KEY'] }, 'ALL', 'Whether the value holds the columns of the key as well.'),
]

/** Loads the formats that a clause names. */
export async function loadMessageFormats(clause: Clause): Promise<void> {
  await Promise.all([...namesOf(clause)].map((name) => loadFormat(name)))
}

function namesOf(clause: Clause): Set<string> {
  return new Set([clause['format'], clause['value.format'], clause['key.format']].flatMap((name) => name ?? []))
}

/** The rows of options that a clause may have besides those of its connector: those above and those of its formats. */
export function messageOptions(clause: Clause): readonly Option[] {
  const rowsOf = (name: string | undefined, prefix: string): readonly Option[] =>
    name === undefined || !formatNames.includes(name)
      ? []
      : formatNamed(name).options.map((row) => ({ ...row, key: prefix + row.key, required: false }))
  return [
    ...messageFormatOptions,
    ...rowsOf(clause['format'], ''),
    ...rowsOf(clause['value.format'], valuePrefix),
    ...rowsOf(clause['key.format'], keyPrefix),
  ]
}

/** The name of a format with its options, without their prefix. */
export interface ChosenFormat {
  readonly name: string
  readonly options: Options
}

export function valueFormatOf(table: ConnectorTable, topic?: string): ChosenFormat {
  const { format, 'value.format': valueFormat } = table.options
  if (format !== undefined && valueFormat !== undefined)
    throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_TWICE({ table: table.name }, { hint: "Leave 'value.format' out." })
  const name = format ?? valueFormat
  if (name === undefined) throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_MISSING({ table: table.name })
  return chosen(table, name, format === undefined ? valuePrefix : '', topic && `${topic}-value`)
}

/** Null where keys are neither read nor written. */
export function keyFormatOf(table: ConnectorTable, topic?: string): ChosenFormat | null {
  const name = table.options['key.format']
  return name === undefined ? null : chosen(table, name, keyPrefix, topic && `${topic}-key`)
}

/** `subject`: what a format whose schemas are in a registry names them, where the table does not say. */
function chosen(table: ConnectorTable, name: string, prefix: string, subject: string | undefined): ChosenFormat {
  const own = Object.entries(table.options).flatMap(([key, value]) =>
    key.startsWith(`${prefix}${name}.`) ? [[key.slice(prefix.length), value] as const] : [],
  )
  const { options } = formatNamed(name)
  const hasSubject = subject !== undefined && options.some(({ key }) => key === `${name}.subject`)
  const clause = { ...(hasSubject ? { [`${name}.subject`]: subject } : {}), ...Object.fromEntries(own) }
  return { name, options: readOptions(`table "${table.name}"`, options, clause) }
}
