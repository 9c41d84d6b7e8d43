/** Changes as Maxwell tells them in JSON: Flink's `maxwell-json` format. */
import { type ChangeEnvelope, textArrayType, textMetadata, timeMetadata } from '../json-change.ts'
import { jsonChangeFormat } from '../json-change-format.ts'

const envelope: ChangeEnvelope = {
  payload: [],
  operation: ['type'],
  operations: { insert: 'insert', update: 'update', delete: 'delete' },
  before: ['old'],
  after: ['data'],
  beforeIs: 'patch',
  isArray: false,
  included: [],
}

export const maxwellJsonFormat = jsonChangeFormat({
  name: 'maxwell-json',
  options: [],
  envelope: () => envelope,
  metadata: [
    textMetadata('database', ['database']),
    textMetadata('table', ['table']),
    { key: 'primary-key-columns', type: textArrayType, path: ['primary_key_columns'], form: 'value' },
    timeMetadata('ingestion-timestamp', ['ts'], 'seconds'),
  ],
  spelling: () => ({
    inserted: ['{"data":', ',"type":"insert"}'],
    deleted: ['{"data":', ',"type":"delete"}'],
  }),
})
