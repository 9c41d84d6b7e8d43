/** Avro records of the schema that the table's columns make, as Flink's `avro` format has them. */

import type { FileFormat, FormatTable, MessageDecoder, MessageEncoder, Messages, WantedField } from '../format.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { optionsOf } from '../options.ts'
import { recordCells } from './encoder.ts'
import { fileCodecs } from './file-codec.ts'
import { openAvroReader } from './file-reader.ts'
import { AvroFileWriter } from './file-writer.ts'
import { AvroJson } from './json-records.ts'
import { RecordReader } from './record-reader.ts'
import { type Mapping, schemaOfTable } from './table-schema.ts'

const option = optionsOf('avro')

export const avroFormat: FileFormat = {
  kind: 'file',
  name: 'avro',
  extension: 'avro',
  options: [
    option('codec', { oneOf: fileCodecs }, 'snappy', 'How the blocks of files are compressed.'),
    option('encoding', { oneOf: ['binary', 'json'] }, 'binary', "Whether records are in Avro's binary encoding or in its JSON."),
    option(
      'timestamp_mapping.legacy',
      'boolean',
      'true',
      'Whether TIMESTAMP is timestamp-millis, an instant, as in older versions of Flink.',
    ),
  ],
  openReader: openAvroReader,
  // The blocks of a file are found one behind the other.
  cut: async (_file, _readers, position) => [position],
  openWriter: (table, file) => {
    const codec = fileCodecs.find((each) => each === table.options.text('avro.codec')) ?? 'snappy'
    return new AvroFileWriter(file, schemaOfTable(table.schema, mappingOf(table)), table.schema, codec)
  },
  messages: { changes: 'append', metadata: [], decoder: avroDecoder, encoder: avroEncoder },
}

function mappingOf(table: FormatTable): Mapping {
  return { format: 'avro', isLegacy: table.options.flag('avro.timestamp_mapping.legacy') }
}

function avroDecoder(table: FormatTable, wanted: readonly WantedField[]): MessageDecoder {
  const schema = schemaOfTable(table.schema, mappingOf(table))
  const reader = new RecordReader(wanted, null)
  const program = reader.compile(schema)
  reader.prepare(program)
  const { rows } = reader
  const json = table.options.text('avro.encoding') === 'json' ? new AvroJson(schema) : null
  return {
    lenient: false,
    places: rows.places,
    get batch() {
      return rows.batch
    },
    get faults() {
      return rows.faults
    },
    decode: (messages, from) =>
      json === null ? rows.readAll(messages, from, program.read) : json.decode(messages, from, rows, program.read),
  }
}

function avroEncoder(table: FormatTable): MessageEncoder {
  const schema = schemaOfTable(table.schema, mappingOf(table))
  const encoder = new CellMessageEncoder(recordCells(schema, table.schema))
  if (table.options.text('avro.encoding') !== 'json') return encoder
  const json = new AvroJson(schema)
  return { encode: (batch): Messages => json.encode(encoder.encode(batch)) }
}
