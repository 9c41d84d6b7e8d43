/** The options of the JSON format: Flink's, by Flink's names. */
import { formatErrors } from '../errors.ts'
import type { FormatTable } from '../format.ts'
import { type Option, optionsOf } from '../options.ts'
import { sqlTime, type TimeStyle } from '../text-value.ts'

const option = optionsOf('json')

export const jsonOptions: readonly Option[] = [
  option('fail-on-missing-field', 'boolean', 'false', 'Whether a record without one of the columns is an error; else the value is NULL.'),
  option('ignore-parse-errors', 'boolean', 'false', 'Whether a value that cannot be read is NULL, and a row that cannot is left out.'),
  option(
    'timestamp-format.standard',
    { oneOf: ['SQL', 'ISO-8601', 'ISO-8601-WITH-OFFSET'] },
    'SQL',
    'How time stamps are written: 2001-01-31 12:30:00.5, with T between date and time, or with an offset from UTC.',
  ),
  option('map-null-key.mode', { oneOf: ['FAIL', 'DROP', 'LITERAL'] }, 'FAIL', 'What becomes of an entry of a map whose key is NULL.'),
  option('map-null-key.literal', 'text', 'null', 'The key that stands for NULL where the mode is LITERAL.'),
  option('encode.decimal-as-plain-number', 'boolean', 'false', 'Whether decimals never have an exponent.'),
  option('encode.ignore-null-fields', 'boolean', 'false', 'Whether fields that are NULL are left out.'),
  option('decode.json-parser.enabled', 'boolean', 'true', 'Taken for the sake of Flink; there is one way of reading here.'),
]

export interface JsonSettings {
  readonly lenient: boolean
  readonly failsOnMissing: boolean
  readonly time: TimeStyle
  readonly nullKeys: 'FAIL' | 'DROP' | 'LITERAL'
  readonly nullKey: string
  readonly scientific: boolean
  readonly nullFields: 'kept' | 'dropped'
}

const timeStyles: Readonly<Record<string, TimeStyle>> = {
  SQL: sqlTime,
  'ISO-8601': { separator: 84, seconds: 'optional', offset: 'none' },
  'ISO-8601-WITH-OFFSET': { separator: 84, seconds: 'optional', offset: 'given' },
}

export function jsonSettings(table: FormatTable): JsonSettings {
  const { options } = table
  const lenient = options.flag('json.ignore-parse-errors')
  const failsOnMissing = options.flag('json.fail-on-missing-field')
  if (lenient && failsOnMissing) {
    throw formatErrors.FORMATS_OPTION_CONFLICT({
      key: 'json.fail-on-missing-field',
      other: 'json.ignore-parse-errors',
      table: table.name,
    })
  }
  const standard = options.text('json.timestamp-format.standard') ?? 'SQL'
  return {
    lenient,
    failsOnMissing,
    time: timeStyles[standard] as TimeStyle,
    nullKeys: (options.text('json.map-null-key.mode') ?? 'FAIL') as JsonSettings['nullKeys'],
    nullKey: options.text('json.map-null-key.literal') ?? 'null',
    scientific: !options.flag('json.encode.decimal-as-plain-number'),
    nullFields: options.flag('json.encode.ignore-null-fields') ? 'dropped' : 'kept',
  }
}
