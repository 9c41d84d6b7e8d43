/**
 * Options of connectors and formats: rows of data that say what may stand in a table's WITH clause, and the one reader that checks a
 * clause against them.
 */
import { closeNames, listed, parseDurationMs, parseMemoryBytes, shortened } from '#base'
import { formatErrors } from './errors.ts'

type OptionType = 'text' | 'boolean' | 'integer' | 'double' | 'duration' | 'memory' | { readonly oneOf: readonly string[] }

/** One option, for validation, help and forms. */
export interface Option {
  /** Such as `csv.header`; `#` stands for a column name, as in `fields.#.kind`. */
  readonly key: string
  readonly type: OptionType
  readonly required: boolean
  /** As it would be written; null when there is none. */
  readonly default: string | null
  readonly description: string
  /** Whether its value is never shown, in errors, plans or statements. */
  readonly isSecret?: true
}

/** Makes rows of options that need not be given, and whose keys begin with the name of a format. */
export function optionsOf(format: string): (key: string, type: OptionType, fallback: string | null, description: string) => Option {
  return (key, type, fallback, description) => ({ key: `${format}.${key}`, type, required: false, default: fallback, description })
}

type OptionValue = string | number | boolean

/** Checked options by key, with defaults filled in. Asking for a key without a row, or as another type than its row's, is our bug. */
export class Options {
  readonly #values: ReadonlyMap<string, OptionValue>
  readonly #given: ReadonlySet<string>

  constructor(values: ReadonlyMap<string, OptionValue>, given: ReadonlySet<string>) {
    this.#values = values
    this.#given = given
  }

  /** Whether the clause itself has the option. */
  isGiven(key: string): boolean {
    return this.#given.has(key)
  }
  /** Keys that the clause itself has. */
  givenKeys(): string[] {
    return [...this.#given]
  }
  /** A text or one of a list; undefined when it is neither given nor has a default. */
  text(key: string): string | undefined {
    const value = this.#values.get(key)
    return value === undefined ? undefined : String(value)
  }
  /** A boolean; false when it is neither given nor has a default. */
  flag(key: string): boolean {
    return this.#values.get(key) === true
  }
  /** An integer, double, duration in milliseconds or memory size in bytes; undefined when neither given nor with a default. */
  number(key: string): number | undefined {
    const value = this.#values.get(key)
    return typeof value === 'number' ? value : undefined
  }
}

/**
 * Checks a WITH clause against option rows. `owner` names the clause in errors, as `table "orders"`. Keys of `fields.#.kind` rows
 * match any column name in place of `#`.
 */
export function readOptions(owner: string, rows: readonly Option[], clause: Readonly<Record<string, string>>): Options {
  const values = new Map<string, OptionValue>()
  for (const row of rows) {
    if (row.default !== null && !row.key.includes('#')) values.set(row.key, checkedValue(owner, row.key, row, row.default))
  }
  for (const [key, text] of Object.entries(clause)) {
    const row = rowOf(rows, key)
    if (row === undefined) throw optionNotFound(owner, rows, key)
    values.set(key, checkedValue(owner, key, row, text))
  }
  for (const row of rows) {
    if (row.required && (!Object.hasOwn(clause, row.key) || clause[row.key] === '')) {
      throw formatErrors.FORMATS_OPTION_MISSING({ key: row.key, owner }, { detail: row.description })
    }
  }
  return new Options(values, new Set(Object.keys(clause)))
}

function rowOf(rows: readonly Option[], key: string): Option | undefined {
  return rows.find((row) => row.key === key) ?? rows.find((row) => matchesPattern(row.key, key))
}

function matchesPattern(pattern: string, key: string): boolean {
  const hash = pattern.indexOf('#')
  if (hash < 0) return false
  const prefix = pattern.slice(0, hash)
  const suffix = pattern.slice(hash + 1)
  return key.length > prefix.length + suffix.length && key.startsWith(prefix) && key.endsWith(suffix)
}

/** Nobody reads a list of more. */
const shownOptionsMax = 40

function optionNotFound(owner: string, rows: readonly Option[], key: string): Error {
  const keys = rows.map((row) => row.key)
  const close = closeNames(key, keys)
  const [nearest] = close
  const isMany = keys.length > shownOptionsMax
  const some = close.length > 1 ? `Close ones are ${listed(close)}.` : `It has ${keys.length} options: see docs/guide/connectors.md.`
  const detail = isMany ? some : `Its options are ${listed(keys)}.`
  return formatErrors.FORMATS_OPTION_NOT_FOUND({ key, owner }, { detail, hint: nearest === undefined ? undefined : `Use "${nearest}".` })
}

function checkedValue(owner: string, key: string, { type, isSecret }: Option, text: string): OptionValue {
  const value = parseOption(type, text)
  if (value !== undefined) return value
  const shown = isSecret === true ? 'something else, which is not shown' : `"${shortened(text, 200)}"`
  throw formatErrors.FORMATS_OPTION_MISMATCH({ key, owner }, { detail: `Expected ${wordsOf(type)}, got ${shown}.` })
}

/** The value of an option's text; undefined when it is not of the type. */
function parseOption(type: OptionType, text: string): OptionValue | undefined {
  if (typeof type === 'object') return type.oneOf.find((word) => word.toLowerCase() === text.trim().toLowerCase())
  switch (type) {
    case 'text':
      return text
    case 'boolean':
      return parseBoolean(text)
    case 'integer':
      return parseNumber(text, /^[+-]?\d+$/, Number.isSafeInteger)
    case 'double':
      return parseNumber(text, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, Number.isFinite)
    case 'duration':
      return parseDurationMs(text)
    case 'memory':
      return parseMemoryBytes(text)
  }
}

function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : undefined
}

function parseNumber(text: string, pattern: RegExp, holds: (value: number) => boolean): number | undefined {
  const trimmed = text.trim()
  const value = Number(trimmed)
  return pattern.test(trimmed) && holds(value) ? value : undefined
}

function wordsOf(type: OptionType): string {
  if (typeof type === 'object')
    return listed(
      type.oneOf.map((word) => `"${word}"`),
      'or',
    )
  const words = {
    text: 'a text',
    boolean: '"true" or "false"',
    integer: 'a whole number',
    double: 'a number',
    duration: 'a duration such as "10 s", "5 min" or "1 d"',
    memory: 'a memory size such as "128 mb" or "1 gb"',
  }
  return words[type]
}
