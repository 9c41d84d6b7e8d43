/** JSON, one object a line, as Flink's `json` format has it. */
import type { RecordFormat } from '../format.ts'
import { lineEnds } from '../record-ends.ts'
import { jsonDecoder } from './decoder.ts'
import { jsonEncoder } from './encoder.ts'
import { jsonOptions } from './settings.ts'

export const jsonFormat: RecordFormat = {
  kind: 'record',
  name: 'json',
  extension: 'json',
  options: jsonOptions,
  decoder: jsonDecoder,
  recordEnds: () => lineEnds,
  encoder: jsonEncoder,
  messages: null,
}
