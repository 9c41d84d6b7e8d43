/** A decoder of records of one schema, for tests. */
import type { Schema } from '#data'
import type { MessageDecoder, WantedField } from '../format.ts'
import { RecordReader } from './record-reader.ts'
import { parseAvroSchema } from './schema.ts'

export function readerOf(schemaJson: unknown, columns: Schema): MessageDecoder {
  const wanted: WantedField[] = columns.map((column) => ({ kind: 'physical', key: column.name, type: column.type }))
  const reader = new RecordReader(wanted, null)
  const program = reader.compile(parseAvroSchema(JSON.stringify(schemaJson)))
  reader.prepare(program)
  const { rows } = reader
  return {
    lenient: false,
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
