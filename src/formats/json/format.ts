/** JSON, one object a line, as Flink's `json` format has it. */
import type { RecordFormat } from '../format.ts'
import { lineEnds } from '../record-ends.ts'
import { jsonDecoder } from './decoder.ts'
import { jsonEncoder, jsonMessageEncoder } from './encoder.ts'
import { jsonMessageDecoder } from './message-decoder.ts'
import { jsonOptions } from './settings.ts'

export const jsonFormat: RecordFormat = {
  kind: 'record',
  name: 'json',
  extension: 'json',
  options: jsonOptions,
  decoder: jsonDecoder,
  recordEnds: () => lineEnds,
  encoder: jsonEncoder,
  messages: { changes: 'append', metadata: [], decoder: jsonMessageDecoder, encoder: jsonMessageEncoder },
}
