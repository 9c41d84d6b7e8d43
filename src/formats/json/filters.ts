/** Conditions that a decoder can test on the bytes of a field. They may be tested: rows that pass are checked again by whoever asked. */
import type { DataType, Schema } from '#data'
import type { FieldCondition } from '../format.ts'
import { casesMax } from './generate.ts'

export type FieldFilter =
  | { readonly of: 'text'; readonly slot: number; readonly holds: (bytes: Uint8Array, start: number, end: number) => boolean }
  | { readonly of: 'number'; readonly slot: number; readonly holds: (value: number) => boolean }

/** Those of columns that generated code reads itself; others are left to whoever asked. */
export function filtersOf(columns: Schema, conditions: readonly FieldCondition[]): readonly FieldFilter[] {
  return conditions.flatMap((condition) => {
    const slot = columns.findIndex(({ name }) => name === condition.column)
    const type = columns[slot]?.type
    const filter = type === undefined || slot >= casesMax ? null : filterOf(slot, type, condition)
    return filter === null ? [] : [filter]
  })
}

function filterOf(slot: number, type: DataType, { operator, values }: FieldCondition): FieldFilter | null {
  const isEqual = operator === '=' || operator === 'in'
  if (type.kind === 'varchar' && isEqual && values.every((value) => typeof value === 'string'))
    return { of: 'text', slot, holds: isOneOf(values) }
  if ((type.kind === 'integer' || type.kind === 'bigint') && values.every((value) => typeof value === 'number'))
    return { of: 'number', slot, holds: comparison(operator, values) }
  return null
}

function isOneOf(texts: readonly string[]): (bytes: Uint8Array, start: number, end: number) => boolean {
  const words = texts.map((text) => new TextEncoder().encode(text))
  const [only] = words
  if (words.length === 1 && only !== undefined) return (bytes, start, end) => isWord(only, bytes, start, end)
  return (bytes, start, end) => words.some((word) => isWord(word, bytes, start, end))
}

function isWord(word: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== word.length) return false
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return false
  return true
}

function comparison(operator: FieldCondition['operator'], values: readonly number[]): (value: number) => boolean {
  const [than = Number.NaN] = values
  switch (operator) {
    case '=':
      return (value) => value === than
    case '<>':
      return (value) => value !== than
    case '<':
      return (value) => value < than
    case '<=':
      return (value) => value <= than
    case '>':
      return (value) => value > than
    case '>=':
      return (value) => value >= than
    case 'in':
      return (value) => values.includes(value)
  }
}
