/**
 * Aggregate functions as columns of state: one accumulator keeps the state of one measure for all groups, a slot for each. Slots come
 * from the key table of the operator. Slots start empty, and are empty again after `clear`.
 */
import type { Vector } from '#data'
import type { SavedColumns } from '../state/saved-columns.ts'

export interface Accumulator {
  /** Makes room for slots 0 to `slots` − 1. */
  reserve(slots: number): void
  /** Takes rows in. Inputs with sign −1 only arrive when the accumulator was made to retract. */
  add(input: AccumulatorInput): void
  /** Adds the state of a slot of another accumulator of the same make. */
  merge(slot: number, from: Accumulator, fromSlot: number): void
  clear(slot: number): void
  /** The results of the first `count` slots listed, which may take the place of a vector that nobody needs any more. */
  results(slots: Int32Array, count: number, room?: Vector): Vector
  /** Bytes of state, about. */
  readonly stateBytes: number
  /** The state of each slot, to be saved. Slots are loaded into empty ones, for which room was made. */
  readonly saved: SavedColumns
}

export interface AccumulatorInput {
  /** The slot of each row. */
  readonly slots: Int32Array
  readonly rows: number
  readonly arguments: readonly Vector[]
  /** For each row 1 to add it, −1 to take it back, 0 to pass it over; null when all rows are added and no argument is NULL. */
  readonly signs: Int8Array | null
}

/** What a value takes about that is kept on its own. */
export const boxedBytes = 64

/** By change kind: 1 for a row that comes, −1 for one that goes. */
export const signOfChange = [1, -1, 1, -1] as const

/**
 * What is to be done with each row: by its change kind, its FILTER flag, and whether an argument is NULL, which aggregate functions
 * pass over. `filter` holds 1 where the condition is true.
 */
export function signsOf(
  rows: number,
  kinds: Uint8Array | null,
  filter: Uint8Array | null,
  args: readonly Vector[],
  scratch: Int8Array,
): Int8Array | null {
  const nulls = args.flatMap((vector) => (vector.nulls === null ? [] : [vector.nulls]))
  if (kinds === null && filter === null && nulls.length === 0) return null
  if (kinds === null && filter !== null && nulls.length === 0) return new Int8Array(filter.buffer, filter.byteOffset, rows)
  if (kinds === null) scratch.fill(1, 0, rows)
  else for (let i = 0; i < rows; i++) scratch[i] = signOfChange[(kinds[i] ?? 0) as 0 | 1 | 2 | 3]
  if (filter !== null) for (let i = 0; i < rows; i++) if (filter[i] === 0) scratch[i] = 0
  for (const flags of nulls) for (let i = 0; i < rows; i++) if (flags[i] === 1) scratch[i] = 0
  return scratch
}
