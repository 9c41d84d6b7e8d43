/** Where columns stand. */
import { assert } from '#base'
import { columnIndex, type Schema } from '#data'
import type { SortKey } from '#plan'

/** Places of named columns. */
export function placesOf(schema: Schema, names: readonly string[]): number[] {
  return names.map((name) => {
    const place = columnIndex(schema, name)
    assert(place >= 0, `column ${name} is in the input`)
    return place
  })
}

/** Sort keys by place. */
export function orderOf(schema: Schema, keys: readonly SortKey[]): { column: number; descending: boolean; nullsFirst: boolean }[] {
  return keys.map(({ column, descending, nullsFirst }) => ({ column: placesOf(schema, [column])[0] ?? 0, descending, nullsFirst }))
}
