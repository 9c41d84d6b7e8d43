/** The options of the JSON format: Flink's, by Flink's names. */
import { formatErrors } from '../errors.ts'
import type { FormatTable } from '../format.ts'
import { type Option, optionsOf } from '../options.ts'
import { sqlTime, type TimeStyle } from '../text-value.ts'

/** The options of every format whose rows are JSON, under its name. */
export function sharedJsonOptions(format: string): readonly Option[] {
  const option = optionsOf(format)
  return [
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
  ]
}

const option = optionsOf('json')

export const jsonOptions: readonly Option[] = [
  option('fail-on-missing-field', 'boolean', 'false', 'Whether a record without one of the columns is an error; else the value is NULL.'),
  ...sharedJsonOptions('json'),
  option('decode.json-parser.enabled', 'boolean', 'true', 'Taken for the sake of Flink; there is one way of reading here.'),
]

export interface JsonSettings {
  /** What options begin with, and errors name. */
  readonly format: string
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
  const settings = sharedJsonSettings(table, 'json')
  const failsOnMissing = table.options.flag('json.fail-on-missing-field')
  if (settings.lenient && failsOnMissing) {
    throw formatErrors.FORMATS_OPTION_CONFLICT({
      key: 'json.fail-on-missing-field',
      other: 'json.ignore-parse-errors',
      table: table.name,
    })
  }
  return { ...settings, failsOnMissing }
}

/** Of a format with the options of `sharedJsonOptions`. */
export function sharedJsonSettings({ options }: FormatTable, format: string): JsonSettings {
  const standard = options.text(`${format}.timestamp-format.standard`) ?? 'SQL'
  return {
    format,
    lenient: options.flag(`${format}.ignore-parse-errors`),
    failsOnMissing: false,
    time: timeStyles[standard] as TimeStyle,
    nullKeys: (options.text(`${format}.map-null-key.mode`) ?? 'FAIL') as JsonSettings['nullKeys'],
    nullKey: options.text(`${format}.map-null-key.literal`) ?? 'null',
    scientific: !options.flag(`${format}.encode.decimal-as-plain-number`),
    nullFields: options.flag(`${format}.encode.ignore-null-fields`) ? 'dropped' : 'kept',
  }
}
