/**
 * Keys of Redis, and members of sorted sets, that are made of columns. No two rows that differ in these columns give the same text:
 * between two columns there must be a mark, a character that is neither a letter nor a digit nor %, and where a value holds such a mark
 * or a % it is written as %3A is in addresses. A pattern of one column takes its values as they are.
 */
import { type Batch, columnIndex, printType, type Schema, valueAt } from '#data'
import { plainTextPrinter } from '#formats'
import { parseColumnPattern } from '../column-pattern.ts'
import { redisErrors } from './errors.ts'

export interface PatternOwner {
  readonly table: string
  /** The key of the option. */
  readonly option: string
  readonly schema: Schema
}

export interface KeyPattern {
  /** The columns in it, in order; one may come twice. */
  readonly columns: readonly string[]
  /** The text for the values of its columns, which are not NULL. */
  print(values: readonly unknown[]): string
}

/** Parses a pattern and checks that its columns exist and that keys can be told apart. */
export function parseKeyPattern(text: string, owner: PatternOwner): KeyPattern {
  const parsed = parseColumnPattern(text, owner.schema)
  if ('detail' in parsed) throw refusal(owner, parsed.detail, parsed.hint)
  const { literals, columns } = parsed
  const printers = columns.map((name) => printerOf(name, owner))
  const marks = columns.slice(1).map((column, index) => markOf(literals[index + 1] ?? '', columns[index] ?? '', column, owner))
  const escaped = marks.length === 0 ? null : new RegExp(`[%${marks.map(quoted).join('')}]`, 'gu')
  const valueText = (value: unknown, index: number): string => {
    const plain = printers[index]?.(value) ?? ''
    return escaped === null ? plain : plain.replace(escaped, percentOf)
  }
  const last = literals.at(-1) ?? ''
  const print = (values: readonly unknown[]): string =>
    values.map((value, index) => (literals[index] ?? '') + valueText(value, index)).join('') + last
  return { columns, print }
}

/** The pattern that names rows by these columns, with `:` between them. */
export function patternOfColumns(columns: readonly string[]): string {
  return columns.map((name) => `\${${name}}`).join(':')
}

/** Gives the text of a pattern for rows of batches whose columns are those of a schema. */
export class PatternPrinter {
  readonly #pattern: KeyPattern
  readonly #schema: Schema
  readonly #places: readonly number[]

  constructor(pattern: KeyPattern, schema: Schema) {
    this.#pattern = pattern
    this.#schema = schema
    this.#places = pattern.columns.map((name) => columnIndex(schema, name))
  }

  /** Null where one of its columns is NULL. */
  textOf(batch: Batch, row: number): string | null {
    const values: unknown[] = []
    for (const place of this.#places) {
      const vector = batch.columns[place]
      const type = this.#schema[place]?.type
      const value = vector === undefined || type === undefined ? null : valueAt(vector, row, type)
      if (value === null) return null
      values.push(value)
    }
    return this.#pattern.print(values)
  }
}

function printerOf(name: string, owner: PatternOwner): (value: unknown) => string {
  const type = owner.schema[columnIndex(owner.schema, name)]?.type ?? { kind: 'null', nullable: true }
  const print = type.kind === 'float' || type.kind === 'double' ? null : plainTextPrinter(type)
  if (print === null) throw refusal(owner, `Column "${name}" of type ${printType(type)} cannot be part of a key.`)
  return print
}

/** The first character between two columns that tells where the first one ends. */
function markOf(literal: string, before: string, after: string, owner: PatternOwner): string {
  const mark = /[^\p{L}\p{N}%]/u.exec(literal)?.[0]
  if (mark !== undefined) return mark
  const detail = `Nothing tells where \${${before}} ends and \${${after}} begins.`
  throw refusal(owner, detail, `Put a mark between them, such as \${${before}}:\${${after}}.`)
}

function refusal({ option, table }: PatternOwner, detail: string, hint?: string): Error {
  return redisErrors.CONNECTORS_REDIS_PATTERN_MISMATCH({ key: option, table }, { detail, hint })
}

function percentOf(character: string): string {
  return Array.from(new TextEncoder().encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

function quoted(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
