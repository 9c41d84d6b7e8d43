/** Comma-separated values, as Flink's `csv` format has them. */
import type { RecordFormat } from '../format.ts'
import { csvDecoder } from './decoder.ts'
import { csvEncoder, csvMessageEncoder } from './encoder.ts'
import { csvMessageDecoder } from './message-decoder.ts'
import { csvRecordEnds } from './record-ends.ts'
import { csvOptions } from './settings.ts'

export const csvFormat: RecordFormat = {
  kind: 'record',
  name: 'csv',
  extension: 'csv',
  options: csvOptions,
  decoder: csvDecoder,
  recordEnds: csvRecordEnds,
  encoder: csvEncoder,
  messages: { changes: 'append', metadata: [], decoder: csvMessageDecoder, encoder: csvMessageEncoder },
}
