/** Functions of VARIANT: made from JSON, and read by key or place. */
import { variantNumber } from '#data'
import { functionErrors } from './errors.ts'
import type { Evaluation } from './evaluation.ts'
import { findInJson, parseJson } from './json-reader.ts'
import { type JsonValue, writeJson } from './json-text.ts'

export const variantEvaluations = {
  PARSE_JSON: () => (json: string, repeats?: boolean) => {
    const variant = variantOf(json, repeats)
    if (variant === null) throw functionErrors.ENGINE_JSON_REFUSED({ function: 'PARSE_JSON', problem: notOneValue(json) })
    return variant
  },
  TRY_PARSE_JSON: () => variantOf,
} satisfies Record<string, Evaluation>

/** The variant of the first value of a text; null when it is no JSON, or has a key twice that may be there only once. */
function variantOf(json: string, repeats = false): string | null {
  const value = parseJson(json, repeats ? 'last' : 'once')
  return value === undefined ? null : written(value)
}

function written(value: JsonValue): string {
  return writeJson(value, (number) => variantNumber(number.written))
}

function notOneValue(json: string): string {
  return parseJson(json) === undefined ? 'the text is not JSON' : 'an object has a key twice'
}

/** The value of a key or at a place, counted from 1; null where there is none. */
export function variantItem(variant: string, step: string | number | bigint): string | null {
  const isKey = typeof step === 'string'
  if (!variant.startsWith(isKey ? '{' : '[')) {
    throw functionErrors.ENGINE_VARIANT_KIND({ step: isKey ? 'a key' : 'a place', kind: kindOf(variant) })
  }
  const found = findInJson(variant, [isKey ? step : Number(step) - 1])
  return typeof found === 'object' ? written(found.value) : null
}

const kinds: Readonly<Record<string, string>> = {
  '{': 'an object',
  '[': 'an array',
  '"': 'a text',
  t: 'TRUE',
  f: 'FALSE',
  n: 'the null of JSON',
}

function kindOf(variant: string): string {
  return kinds[variant.charAt(0)] ?? 'a number'
}
