/** Protobuf messages, as Flink's `protobuf` format has them; the schema comes from a file or the table itself, for there are no Java classes. */
import { assert } from '#base'
import { batchRows, type Schema } from '#data'
import { ColumnStore, decodedRowsMax } from '../column-store.ts'
import { formatErrors } from '../errors.ts'
import type { FormatTable, MessageDecoder, MessageEncoder, MessageFormat, WantedField } from '../format.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { MessageRows } from '../message-rows.ts'
import { optionsOf } from '../options.ts'
import { FileTrouble, fileIn, folderOf, readSchemaFile } from './client.ts'
import { messageCells } from './encoder.ts'
import { protobufErrors } from './errors.ts'
import { type Layout, layoutOf } from './layout.ts'
import { ProtobufProgram } from './program.ts'
import { findMessage, readSchema, type SchemaFiles } from './schema.ts'
import { SchemaTrouble } from './schema-effort.ts'

const option = optionsOf('protobuf')

export const protobufFormat: MessageFormat = {
  kind: 'message',
  name: 'protobuf',
  options: [
    {
      ...option(
        'message-class-name',
        'text',
        null,
        'Full name of the message, such as shop.Order; the name of its Java class does as well.',
      ),
      required: true,
    },
    option('schema', 'text', null, 'File of the schema: a .proto, or a descriptor set that the compiler of Protobuf wrote.'),
    option('schema-text', 'text', null, 'The schema itself, as in a .proto.'),
    option('import-paths', 'text', null, 'Folders that imports are looked for in, with commas between; by default that of the schema.'),
    option('ignore-parse-errors', 'boolean', 'false', 'Whether messages that cannot be read are left out.'),
    option(
      'read-default-values',
      'boolean',
      'false',
      'Whether a field that says if it is there is its default where it is not, rather than NULL.',
    ),
    option('write-null-string-literal', 'text', '', 'What is written for a NULL in a list or map of text, which cannot hold it.'),
  ],
  messages: { changes: 'append', metadata: [], decoder: protobufDecoder, encoder: protobufEncoder },
}

function layoutFor(table: FormatTable, columns: Schema): Layout {
  try {
    const root = readSchema(filesOf(table))
    return layoutOf(findMessage(root, table.options.text('protobuf.message-class-name') ?? '', table.name), columns)
  } catch (error) {
    const detail = error instanceof SchemaTrouble ? error.message : error instanceof FileTrouble ? `${error.message}.` : null
    if (detail === null) throw error
    throw protobufErrors.FORMATS_PROTOBUF_SCHEMA_UNREADABLE({ table: table.name }, { detail })
  }
}

function filesOf(table: FormatTable): SchemaFiles {
  const file = table.options.text('protobuf.schema')
  const text = table.options.text('protobuf.schema-text')
  const owner = `table "${table.name}"`
  if (file !== undefined && text !== undefined) {
    throw formatErrors.FORMATS_OPTION_CONFLICT({ key: 'protobuf.schema', other: 'protobuf.schema-text', table: table.name })
  }
  if (file === undefined && text === undefined) {
    throw formatErrors.FORMATS_OPTION_MISSING({ key: 'protobuf.schema', owner }, { detail: 'It is the file of the schema.' })
  }
  const given = table.options.text('protobuf.import-paths')?.split(',')
  const folders = given?.map((folder) => folder.trim()) ?? [file === undefined ? '.' : folderOf(file)]
  return {
    main: (bytesMax) => {
      const bytes = file === undefined ? new TextEncoder().encode(text) : readSchemaFile(file, bytesMax)
      if (bytes === null) throw new FileTrouble(`There is no file "${file}"`)
      if (bytes.length > bytesMax) throw new SchemaTrouble(`It has more than ${bytesMax} bytes.`)
      return bytes
    },
    imported: (name, bytesMax) => {
      for (const folder of folders) {
        const bytes = readSchemaFile(fileIn(folder, name), bytesMax)
        if (bytes !== null) return bytes
      }
      return null
    },
  }
}

function protobufDecoder(table: FormatTable, wanted: readonly WantedField[]): MessageDecoder {
  const columns = wanted.map(({ kind, key, type }) => {
    assert(kind === 'physical', 'Protobuf has no metadata')
    return { name: key, type }
  })
  const layout = layoutFor(table, columns)
  const rowsMax = decodedRowsMax(columns.length, batchRows)
  const stores = columns.map(({ name, type }) => new ColumnStore(name, type, rowsMax))
  const program = new ProtobufProgram(layout, stores, table.options.flag('protobuf.read-default-values'))
  const rows = new MessageRows(stores, rowsMax)
  return {
    lenient: table.options.flag('protobuf.ignore-parse-errors'),
    places: rows.places,
    get batch() {
      return rows.batch
    },
    get faults() {
      return rows.faults
    },
    decode: (messages, from) => rows.readAll(messages, from, program.read),
  }
}

function protobufEncoder(table: FormatTable): MessageEncoder {
  const layout = layoutFor(table, table.schema)
  return new CellMessageEncoder(messageCells(layout, table.schema, table.options.text('protobuf.write-null-string-literal') ?? ''))
}
