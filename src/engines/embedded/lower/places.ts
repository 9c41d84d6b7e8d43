/** Where columns stand. */
import { assert } from '#base'
import { type Column, columnIndex, type Schema } from '#data'
import type { KeyedInput } from '#dataflow'
import type { SortKey } from '#plan'

/** Places of named columns. */
export function placesOf(schema: Schema, names: readonly string[]): number[] {
  return names.map((name) => {
    const place = columnIndex(schema, name)
    assert(place >= 0, `column ${name} is in the input`)
    return place
  })
}

/** Where the key is in the rows of an input. */
export function keyedInput(schema: Schema, names: readonly string[]): KeyedInput {
  const places = placesOf(schema, names)
  return { types: places.map((place) => (schema[place] as Column).type), places }
}

/** Sort keys by place. */
export function orderOf(schema: Schema, keys: readonly SortKey[]): { column: number; descending: boolean; nullsFirst: boolean }[] {
  return keys.map(({ column, descending, nullsFirst }) => ({ column: placesOf(schema, [column])[0] ?? 0, descending, nullsFirst }))
}

/** The place of the column that says when a row was; where none does, that of another one. */
export function timePlace(schema: Schema, otherwise: number): number {
  const place = schema.findIndex(({ role }) => role === 'event-time' || role === 'window-time')
  return place < 0 ? otherwise : place
}
