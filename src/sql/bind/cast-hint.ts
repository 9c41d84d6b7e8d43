import type { DataType } from '#data'

/** What does what CAST does not do for VARIANT; undefined for other types. */
export function castHint(from: DataType, to: DataType): string | undefined {
  if (to.kind === 'variant') return 'A VARIANT is made from the text of JSON: PARSE_JSON(…).'
  return from.kind === 'variant' ? 'JSON_STRING(…) gives a VARIANT as text, which can be cast.' : undefined
}
