/** docs/guide/formats.md: every format with its options and metadata, written from the rows that the code itself uses. */
import { printType } from '#data'
import { type Format, formatNamed, formatNames, loadFormat, type MessageCodec } from '#formats'
import { renderOptions } from './options-table.ts'

/** What each format is, in a sentence or two. */
export const summaries: Readonly<Record<string, string>> = {
  avro: "Records of the schema that the columns make: in Avro's container files, and in messages in its binary encoding or in its JSON.",
  'avro-confluent': "Messages in Avro's binary encoding whose schemas are in a registry.",
  'canal-json':
    'What Canal says of a MySQL table, in JSON. A message has all rows of a statement in `data`; `old` has the columns that an update changed, and the rest of an old row is taken from the new one. `CREATE` gives no row.',
  csv: 'Comma-separated values. A message is a record; one of several lines gives a row for each of them.',
  'debezium-json':
    'What Debezium says of a table, in JSON: `before`, `after` and `op`, which is `c` or `r` for a new row, `u` for an update and `d` for a row that is gone. Updates and deletes need the row before; PostgreSQL tells it of tables with `REPLICA IDENTITY FULL`.',
  json: 'An object a line, or a message. A line or message may also hold an array of objects, which gives a row for each of them.',
  'maxwell-json':
    'What Maxwell says of a MySQL table, in JSON: `data` is the row, and `old` has the columns that an update changed; the rest of the old row is taken from the new one.',
  'ogg-json': 'What Oracle GoldenGate says of a table, in JSON: `before`, `after` and `op_type`, which is `I`, `U` or `D`.',
  parquet: 'Parquet files, read by the columns and row groups that a query needs.',
  protobuf: 'Messages of Protocol Buffers, by a description of them that lies beside the script.',
  raw: 'A table of one column that is the whole line or message: text or bytes, in messages a boolean or number, too. NULL is no message.',
}

export async function loadFormats(): Promise<Format[]> {
  await Promise.all(formatNames.map(loadFormat))
  return formatNames.map(formatNamed)
}

const introduction = `# Formats

A format says how rows become bytes and bytes become rows: lines and files, which the connector \`filesystem\` reads and writes, and messages, which connectors of message systems do. The option \`format\` names it, and its own options begin with its name. Their keys, values and defaults are those of Flink, as far as it has them.

A message that cannot be read ends the run, goes to a table of [dead letters](dead-letters.md), or is counted and left out where the format has the option \`ignore-parse-errors\` and it is set. A message is taken as a whole: one that gives several rows gives all of them or none.
`

const ending = `
## Messages of changes

The formats ${'`canal-json`, `debezium-json`, `maxwell-json` and `ogg-json`'} turn messages into changes: a new row is \`+I\`, an update is the old row as \`-U\` right before the new one as \`+U\`, a row that is gone is \`-D\`. An operation that none of these is cannot be read. When a table of such a format is written, an update becomes two messages, one of the row that is gone and one of the new row, as in Flink.

This page is written by \`make update\` from the tables in \`src/formats\`, and tested against them.
`

export function renderFormats(formats: readonly Format[]): string {
  const rows = formats.map((format) => `| [\`${format.name}\`](#${format.name}) | ${filesOf(format)} | ${messagesOf(format)} |`)
  const overview = ['| format | files | messages |', '|---|---|---|', ...rows].join('\n')
  return `${introduction}\n${overview}\n\n${formats.map(renderFormat).join('\n')}${ending}`
}

function filesOf(format: Format): string {
  if (format.kind === 'message') return '–'
  const isWritten = format.kind === 'record' ? format.encoder !== null : format.openWriter !== null
  return isWritten ? 'read and written' : 'read'
}

function messagesOf({ messages }: Format): string {
  if (messages === null) return '–'
  const ways = messages.encoder === null ? 'read' : 'read and written'
  return messages.changes === 'all' ? `${ways}, all kinds of change` : ways
}

function renderFormat(format: Format): string {
  const summary = summaries[format.name] ?? ''
  const options = format.options.length === 0 ? '' : `\n${renderOptions(format.options)}\n`
  return `## ${format.name}\n\n${summary}\n${options}${renderMetadata(format.messages)}`
}

function renderMetadata(messages: MessageCodec | null): string {
  if (messages === null || messages.metadata.length === 0) return ''
  const rows = messages.metadata.map(({ name, type }) => `| \`${name}\` | \`${printType(type)}\` |`)
  const table = ['| metadata | type |', '|---|---|', ...rows].join('\n')
  return `\nMetadata of messages, for columns such as \`c ${printType(messages.metadata[0]?.type ?? { kind: 'null', nullable: true })} METADATA FROM 'value.${messages.metadata[0]?.name}' VIRTUAL\`:\n\n${table}\n`
}

/** Options whose descriptions are no sentences, or whose keys do not begin with the name of their format. */
export function findAwkwardOptions({ name, options }: Pick<Format, 'name' | 'options'>): string[] {
  return options.flatMap(({ key, description }) => [
    ...(key.startsWith(`${name}.`) ? [] : [`${key}: begin the key with "${name}."`]),
    ...(/^[A-Z].*\.$/s.test(description) ? [] : [`${key}: write the description in full sentences`]),
  ])
}
