/** Changes as Oracle GoldenGate tells them in JSON: Flink's `ogg-json` format. */
import type { DataType } from '#data'
import { beforeAfterSpelling, type ChangeEnvelope, textArrayType, textMetadata } from '../json-change.ts'
import { jsonChangeFormat } from '../json-change-format.ts'

const microsecondsType: DataType = { kind: 'timestamp-ltz', precision: 6, nullable: true }

const envelope: ChangeEnvelope = {
  payload: [],
  operation: ['op_type'],
  operations: { I: 'insert', U: 'update', D: 'delete' },
  before: ['before'],
  after: ['after'],
  beforeIs: 'whole',
  isArray: false,
  included: [],
}

export const oggJsonFormat = jsonChangeFormat({
  name: 'ogg-json',
  options: [],
  envelope: () => envelope,
  metadata: [
    textMetadata('table', ['table']),
    { key: 'primary-keys', type: textArrayType, path: ['primary_keys'], form: 'value' },
    { key: 'ingestion-timestamp', type: microsecondsType, path: ['current_ts'], form: 'iso-time' },
    { key: 'event-timestamp', type: microsecondsType, path: ['op_ts'], form: 'sql-time' },
  ],
  spelling: (table) => beforeAfterSpelling(table, 'ogg-json', { operation: 'op_type', inserted: 'I', deleted: 'D' }),
})
