/** Changes as Debezium tells them in JSON: Flink's `debezium-json` format. */
import { formatErrors } from '../errors.ts'
import type { FormatTable } from '../format.ts'
import { beforeAfterSpelling, type ChangeEnvelope, type ChangeSpelling, textMapType, textMetadata, timeMetadata } from '../json-change.ts'
import { jsonChangeFormat } from '../json-change-format.ts'
import { optionsOf } from '../options.ts'

const option = optionsOf('debezium-json')

export const debeziumJsonFormat = jsonChangeFormat({
  name: 'debezium-json',
  options: [
    option('schema-include', 'boolean', 'false', 'Whether messages have their schema, as "value.converter.schemas.enable" makes them.'),
  ],
  envelope,
  metadata: [
    { ...textMetadata('schema', ['schema']), isOutside: true },
    timeMetadata('ingestion-timestamp', ['ts_ms'], 'milliseconds'),
    timeMetadata('source.timestamp', ['source', 'ts_ms'], 'milliseconds'),
    textMetadata('source.database', ['source', 'db']),
    textMetadata('source.schema', ['source', 'schema']),
    textMetadata('source.table', ['source', 'table']),
    { key: 'source.properties', type: textMapType, path: ['source'], form: 'value' },
  ],
  spelling,
})

function hasSchema({ options }: FormatTable): boolean {
  return options.flag('debezium-json.schema-include')
}

function envelope(table: FormatTable): ChangeEnvelope {
  return {
    payload: hasSchema(table) ? ['payload'] : [],
    operation: ['op'],
    operations: { c: 'insert', r: 'insert', u: 'update', d: 'delete' },
    before: ['before'],
    after: ['after'],
    beforeIs: 'whole',
    isArray: false,
    included: [],
  }
}

function spelling(table: FormatTable): ChangeSpelling {
  if (hasSchema(table)) {
    throw formatErrors.FORMATS_OPTION_MISMATCH(
      { key: 'debezium-json.schema-include', owner: `table "${table.name}"` },
      { detail: 'Messages are written without a schema.' },
    )
  }
  return beforeAfterSpelling(table, 'debezium-json', { operation: 'op', inserted: 'c', deleted: 'd' })
}
