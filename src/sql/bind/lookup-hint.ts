/** LOOKUP hints: how the join of a SELECT looks up rows of a table. They reach no further than this SELECT. */
import { parseDurationMs, suggestion, type TextPosition } from '#base'
import type { Join, LookupHint } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { LookupHints } from './context.ts'
import type { Environment } from './environment.ts'
import { HintedTables } from './hinted-tables.ts'

const hintName = 'LOOKUP'

/** What an option takes, and whether a value is of that kind; those of a retry go together. */
interface OptionRow {
  readonly expected: string
  readonly check: (value: string) => boolean
  readonly ofRetry?: true
}

const positiveDuration = (value: string): boolean => (parseDurationMs(value) ?? 0) > 0
const positiveInteger = (value: string): boolean => /^[1-9]\d{0,8}$/.test(value)
const oneOf = (...words: readonly string[]): OptionRow => ({
  expected: words.join(' or '),
  check: (value) => words.includes(value.toLowerCase().replaceAll('-', '_')),
})
const duration = { expected: 'a duration above 0 such as 10 s', check: positiveDuration }
const count = { expected: 'a whole number above 0', check: positiveInteger }

const options: Readonly<Record<string, OptionRow>> = {
  table: { expected: 'the name of a table', check: () => true },
  async: oneOf('true', 'false'),
  // Rows keep their order either way, and one worker has all of them.
  'output-mode': oneOf('ordered', 'allow_unordered'),
  shuffle: oneOf('true', 'false'),
  capacity: count,
  timeout: duration,
  'retry-predicate': { ...oneOf('lookup_miss'), ofRetry: true },
  'retry-strategy': { ...oneOf('fixed_delay'), ofRetry: true },
  'fixed-delay': { ...duration, ofRetry: true },
  'max-attempts': { ...count, ofRetry: true },
}

/** What the hints of a SELECT say of the tables in its FROM; of several hints for a table the first counts, as in Flink. */
export function bindLookupHints({ hints, from }: tree.Select, environment: Environment): LookupHints {
  const lookups = new Map<tree.TableReference, LookupHint>()
  const given = hints.filter(({ name }) => name.text.toUpperCase() === hintName)
  if (given.length === 0) return lookups
  const tables = new HintedTables(hintName, from, environment)
  for (const hint of given) {
    const values = checkedValues(hint)
    const table = values.get('table')
    if (table === undefined) throw missing('table', hint.position)
    const lookup = lookupOf(values, hint.position)
    for (const named of tables.named(table.value, table.position)) if (!lookups.has(named)) lookups.set(named, lookup)
  }
  return lookups
}

/** The join of a table that a hint speaks of. */
export function withLookupHint(join: Join, node: tree.Join, lookups: LookupHints | undefined): Join {
  const lookup = lookups?.get(node.right)
  return join.asOf === null || lookup === undefined || Object.keys(lookup).length === 0 ? join : { ...join, lookup }
}

type Values = ReadonlyMap<string, tree.HintArgument>

function checkedValues(hint: tree.Hint): Values {
  const values = new Map<string, tree.HintArgument>()
  for (const argument of hint.arguments) {
    const { key, value, position } = argument
    if (key === undefined) throw sqlErrors.SQL_HINT_FORM({}, { position, hint: `Write ${hintName}('table' = 't', 'async' = 'true').` })
    const row = Object.hasOwn(options, key) ? options[key] : undefined
    if (row === undefined) {
      const extras = suggestion(key, Object.keys(options), 'options')
      throw sqlErrors.SQL_HINT_OPTION_NOT_FOUND({ hint: hintName, option: key.slice(0, 40) }, { position, ...extras })
    }
    if (!row.check(value)) {
      const parameters = { option: key, expected: row.expected, value: value.slice(0, 40) }
      throw sqlErrors.SQL_HINT_OPTION_VALUE({ hint: hintName, ...parameters }, { position })
    }
    values.set(key, argument)
  }
  return values
}

function lookupOf(values: Values, position: TextPosition): LookupHint {
  const text = (key: string): string | undefined => values.get(key)?.value
  const async = text('async')
  const capacity = text('capacity')
  const timeout = text('timeout')
  const retry = retryOf(values, position)
  return {
    ...(async === undefined ? {} : { async: async.toLowerCase() === 'true' }),
    ...(capacity === undefined ? {} : { capacity: Number(capacity) }),
    ...(timeout === undefined ? {} : { timeoutMs: parseDurationMs(timeout) ?? 0 }),
    ...(retry === null ? {} : { retry }),
  }
}

function retryOf(values: Values, position: TextPosition): NonNullable<LookupHint['retry']> | null {
  const keys = Object.entries(options).flatMap(([key, { ofRetry }]) => (ofRetry === true ? [key] : []))
  if (!keys.some((key) => values.has(key))) return null
  const absent = keys.find((key) => !values.has(key))
  if (absent !== undefined) throw missing(absent, position, 'The options of a retry go together.')
  const delayMs = parseDurationMs(values.get('fixed-delay')?.value ?? '') ?? 0
  return { delayMs, attempts: Number(values.get('max-attempts')?.value) }
}

function missing(option: string, position: TextPosition, detail?: string): Error {
  const hint = option === 'table' ? `Write ${hintName}('table' = 't').` : undefined
  return sqlErrors.SQL_HINT_OPTION_MISSING({ hint: hintName, option }, { position, detail, hint })
}
