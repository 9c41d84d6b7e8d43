import type { Option, StringLiteral } from '../tree.ts'
import { unparseString } from './name.ts'

export function unparseComment(comment: string | undefined): string {
  return comment === undefined ? '' : `COMMENT ${unparseString(comment)}`
}

/** Writes `('key' = 'value', …)`. */
export function unparseOptions(options: readonly Option[]): string {
  return `(${options.map(({ key, value }) => `${unparseString(key.value)} = ${unparseString(value.value)}`).join(', ')})`
}

export function unparseKeys(keys: readonly StringLiteral[]): string {
  return `(${keys.map((key) => unparseString(key.value)).join(', ')})`
}
