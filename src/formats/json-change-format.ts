/** Makes a format of the description of its messages. */
import type { MessageFormat } from './format.ts'
import { sharedJsonOptions } from './json/settings.ts'
import type { JsonChangeFormat } from './json-change.ts'
import { jsonChangeDecoder } from './json-change-decoder.ts'
import { jsonChangeEncoder } from './json-change-encoder.ts'

export function jsonChangeFormat(format: JsonChangeFormat): MessageFormat {
  const metadata = format.metadata.map(({ key, type }) => ({ name: key, type }))
  return {
    kind: 'message',
    name: format.name,
    options: [...format.options, ...sharedJsonOptions(format.name)],
    messages: {
      changes: 'all',
      metadata,
      decoder: (table, wanted) => jsonChangeDecoder(format, table, wanted),
      encoder: (table) => jsonChangeEncoder(format, table),
    },
  }
}
