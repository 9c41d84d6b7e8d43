/**
 * Rows of a batch that have an id and can be compared, while their other columns are written only once it is certain that they stay:
 * most rows that get into a Top-N are pushed out by later rows of the same batch, and texts are what takes time to keep.
 */
import type { Vector } from '#data'
import { grownBytes, grownIntegers } from './grown.ts'
import type { OrderColumn } from './row-order.ts'
import type { RowStore } from './row-store.ts'

export class PendingRows {
  readonly #store: RowStore
  /** Places of the columns that are written at once, and of those that are written at the end. */
  readonly #first: readonly number[]
  readonly #rest: readonly number[]
  /** By id: 1 for a row of this batch that was not dropped. */
  #isPending = new Uint8Array(0)
  #rows = new Int32Array(0)
  /** The ids of the rows of the batch; after `end` of those that stayed. */
  ids = new Int32Array(0)
  #count = 0

  constructor(store: RowStore, columns: number, orderBy: readonly OrderColumn[]) {
    const places = Array.from({ length: columns }, (_, place) => place)
    const isFirst = (place: number): boolean => orderBy.some(({ column }) => column === place)
    this.#store = store
    this.#first = places.filter(isFirst)
    this.#rest = places.filter((place) => !isFirst(place))
  }

  /** Gives ids to the first `count` of these rows. */
  begin(columns: readonly Vector[], rows: Int32Array, count: number): void {
    this.ids = grownIntegers(this.ids, count)
    this.#rows = grownIntegers(this.#rows, count)
    this.#rows.set(rows.subarray(0, count))
    this.#count = count
    this.#store.take(count, this.ids)
    this.#store.write(this.#first, columns, rows, count, this.ids)
    this.#isPending = grownBytes(this.#isPending, this.#store.capacity)
    for (let i = 0; i < count; i++) this.#isPending[this.ids[i] as number] = 1
  }

  /** Whether a row is one of this batch, which nobody has been told of; then it is let go at the end. */
  drop(id: number): boolean {
    if (this.#isPending[id] !== 1) return false
    this.#isPending[id] = 0
    return true
  }

  /** Writes the rest of the rows that stay, and lets the others go; returns how many stay. */
  end(columns: readonly Vector[]): number {
    const dropped: number[] = []
    let stayed = 0
    for (let i = 0; i < this.#count; i++) {
      const id = this.ids[i] as number
      if (!this.drop(id)) {
        dropped.push(id)
        continue
      }
      this.#rows[stayed] = this.#rows[i] as number
      this.ids[stayed++] = id
    }
    this.#store.write(this.#rest, columns, this.#rows, stayed, this.ids)
    this.#store.freeAll(dropped)
    return stayed
  }
}
