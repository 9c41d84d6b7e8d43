/** Changes as Canal tells them in JSON, several rows of a statement at once: Flink's `canal-json` format. */
import { shortened } from '#base'
import { type DataType, integerType, stringType } from '#data'
import { formatErrors } from '../errors.ts'
import type { FormatTable } from '../format.ts'
import { type ChangeEnvelope, textArrayType, textMetadata, timeMetadata } from '../json-change.ts'
import { jsonChangeFormat } from '../json-change-format.ts'
import { optionsOf } from '../options.ts'

const option = optionsOf('canal-json')
const typeCodesType: DataType = { kind: 'map', key: stringType, value: integerType, nullable: true }

export const canalJsonFormat = jsonChangeFormat({
  name: 'canal-json',
  options: [
    option('database.include', 'text', null, 'A regular expression: messages of databases whose whole name does not match are left out.'),
    option('table.include', 'text', null, 'A regular expression: messages of tables whose whole name does not match are left out.'),
  ],
  envelope,
  metadata: [
    textMetadata('database', ['database']),
    textMetadata('table', ['table']),
    { key: 'sql-type', type: typeCodesType, path: ['sqlType'], form: 'value' },
    { key: 'pk-names', type: textArrayType, path: ['pkNames'], form: 'value' },
    timeMetadata('ingestion-timestamp', ['ts'], 'milliseconds'),
    timeMetadata('event-timestamp', ['es'], 'milliseconds'),
  ],
  spelling: () => ({
    inserted: ['{"data":[', '],"type":"INSERT"}'],
    deleted: ['{"data":[', '],"type":"DELETE"}'],
  }),
})

function envelope(table: FormatTable): ChangeEnvelope {
  const included = ['database', 'table'].flatMap((name) => {
    const key = `canal-json.${name}.include`
    const text = table.options.text(key)
    return text === undefined ? [] : [{ path: [name], pattern: wholePattern(table, key, text) }]
  })
  return {
    payload: [],
    operation: ['type'],
    operations: { INSERT: 'insert', UPDATE: 'update', DELETE: 'delete', CREATE: 'none' },
    before: ['old'],
    after: ['data'],
    beforeIs: 'patch',
    isArray: true,
    included,
  }
}

function wholePattern(table: FormatTable, key: string, text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`)
  } catch (error) {
    throw formatErrors.FORMATS_OPTION_MISMATCH(
      { key, owner: `table "${table.name}"` },
      { detail: `Expected a regular expression, got "${shortened(text, 80)}".`, cause: error },
    )
  }
}
