/** The options of the CSV format: Flink's, by Flink's names, and `csv.header`, which is ours. */

import { shortened } from '#base'
import { formatErrors } from '../errors.ts'
import type { FormatTable } from '../format.ts'
import { type Option, optionsOf } from '../options.ts'

const option = optionsOf('csv')

export const csvOptions: readonly Option[] = [
  option('header', 'boolean', 'false', 'Whether the first line of a file names the columns: left out when read, added when written.'),
  option('ignore-first-line', 'boolean', 'false', 'Whether the first line of a file is left out when read.'),
  option('field-delimiter', 'text', ',', 'The character between fields; \\t is the tab.'),
  option('quote-character', 'text', '"', 'The character around values that hold delimiters or line ends.'),
  option('disable-quote-character', 'boolean', 'false', 'Whether quotes are ordinary characters.'),
  option('escape-character', 'text', null, 'The character that takes its meaning from the next one.'),
  option('null-literal', 'text', null, 'The text that stands for NULL.'),
  option('empty-string-as-null', 'boolean', 'false', 'Whether an empty value is NULL when read.'),
  option('allow-comments', 'boolean', 'false', 'Whether lines that begin with # are left out.'),
  option('trim-spaces', 'boolean', 'false', 'Whether blanks around values without quotes are left out when read.'),
  option('allow-trailing-comma', 'boolean', 'true', 'Whether a delimiter may follow the last value.'),
  option('ignore-trailing-unmappable', 'boolean', 'false', 'Whether values after those of the last column are left out.'),
  option('array-element-delimiter', 'text', ';', 'The text between the elements of arrays and rows.'),
  option('ignore-parse-errors', 'boolean', 'false', 'Whether a value that cannot be read is NULL, and a row that cannot is left out.'),
  option('write-bigdecimal-in-scientific-notation', 'boolean', 'true', 'Whether decimals very close to zero are written with an exponent.'),
]

export interface CsvSettings {
  readonly header: boolean
  readonly skipFirstLine: boolean
  readonly delimiter: string
  /** Null where quotes are off. */
  readonly quote: string | null
  readonly escape: string | null
  readonly nullLiteral: string | null
  readonly emptyIsNull: boolean
  readonly comments: boolean
  readonly trims: boolean
  readonly trailingDelimiter: boolean
  readonly ignoresExtra: boolean
  readonly elementDelimiter: string
  readonly lenient: boolean
  readonly scientific: boolean
}

export function csvSettings(table: FormatTable): CsvSettings {
  const { options } = table
  const header = options.flag('csv.header')
  const quotes = !options.flag('csv.disable-quote-character')
  if (!quotes && options.isGiven('csv.quote-character')) {
    throw formatErrors.FORMATS_OPTION_CONFLICT({
      key: 'csv.quote-character',
      other: 'csv.disable-quote-character',
      table: table.name,
    })
  }
  const delimiter = character(table, 'csv.field-delimiter') ?? ','
  const quote = quotes ? (character(table, 'csv.quote-character') ?? '"') : null
  const escapeCharacter = character(table, 'csv.escape-character')
  if (delimiter === quote) throw sameCharacter(table, 'csv.quote-character')
  if (delimiter === escapeCharacter) throw sameCharacter(table, 'csv.escape-character')
  return {
    header,
    skipFirstLine: header || options.flag('csv.ignore-first-line'),
    delimiter,
    quote,
    // Quotes that escape themselves are doubled, which they are without an escape character as well.
    escape: escapeCharacter === quote ? null : escapeCharacter,
    nullLiteral: options.text('csv.null-literal') ?? null,
    emptyIsNull: options.flag('csv.empty-string-as-null'),
    comments: options.flag('csv.allow-comments'),
    trims: options.flag('csv.trim-spaces') && delimiter !== ' ',
    trailingDelimiter: options.flag('csv.allow-trailing-comma'),
    ignoresExtra: options.flag('csv.ignore-trailing-unmappable'),
    elementDelimiter: options.text('csv.array-element-delimiter') ?? ';',
    lenient: options.flag('csv.ignore-parse-errors'),
    scientific: options.flag('csv.write-bigdecimal-in-scientific-notation'),
  }
}

function sameCharacter(table: FormatTable, other: string): Error {
  return formatErrors.FORMATS_OPTION_MISMATCH(
    { key: 'csv.field-delimiter', owner: `table "${table.name}"` },
    { detail: `Expected another character than that of "${other}".` },
  )
}

const spelled = new Map([
  ['\\t', '\t'],
  ['\\\\', '\\'],
  ["\\'", "'"],
  ['\\"', '"'],
])

/** One ASCII character, perhaps spelled as in Java: `\t`, `\u0001`. */
function character(table: FormatTable, key: string): string | null {
  const text = table.options.text(key)
  if (text === undefined) return null
  const code = /^\\u+([0-9a-fA-F]{4})$/.exec(text)?.[1]
  const found = code === undefined ? (spelled.get(text) ?? text) : String.fromCharCode(Number.parseInt(code, 16))
  if (found.length === 1 && found < '\u0080' && found !== '\n' && found !== '\r') return found
  throw formatErrors.FORMATS_OPTION_MISMATCH(
    { key, owner: `table "${table.name}"` },
    { detail: `Expected one ASCII character other than a line end, got "${shortened(text, 40)}".` },
  )
}
