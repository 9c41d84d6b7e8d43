/**
 * Many ordered lists of kept rows, numbered from 0, such as the partitions of a Top-N. Rows that compare equal stand in order of
 * arrival. Two implementations: short-lists.ts for lists of a few rows, long-lists.ts for any length.
 */
export interface RankedLists {
  /** Makes room for lists below `lists`. */
  reserve(lists: number): void
  size(list: number): number
  /** Adds a row behind all that compare equal. */
  insert(list: number, id: number): void
  /** Takes out a row that is in the list. */
  remove(list: number, id: number): void
  /** The row at a place, counted from 1, or −1. */
  at(list: number, place: number): number
  /** Writes the rows from place `from` to place `to` into `target`, from `offset` on, as far as there are any; returns how many. */
  copy(list: number, from: number, to: number, target: Int32Array, offset: number): number
  readonly stateBytes: number
}

/** Negative, 0 or positive, for two kept rows by id. */
export type CompareRows = (a: number, b: number) => number
