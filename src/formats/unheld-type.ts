import type { DataType } from '#data'

/** What to do about a type that neither JSON nor CSV holds, as in Flink; undefined for other types. */
export function unheldTypeHint(type: DataType): string | undefined {
  if (type.kind === 'variant') return 'Declare the column as STRING, and use PARSE_JSON(…) or JSON_STRING(…) in the query.'
  if (type.kind === 'bitmap') return 'Declare the column as BYTES, and use BITMAP_FROM_BYTES(…) or BITMAP_TO_BYTES(…) in the query.'
  return type.kind === 'row' && type.className !== undefined ? 'Declare the column as ROW<…>, and use CAST in the query.' : undefined
}
