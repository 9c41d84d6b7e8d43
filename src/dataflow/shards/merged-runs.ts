/** Sorted runs of rows that are out of memory, read as one: a block of each run is in memory at a time. */
import { type DataType, numbersIn, type Vector } from '#data'
import type { OrderColumn } from '../state/row-order.ts'
import type { RowStore } from '../state/row-store.ts'
import type { ShardImage } from './shard-image.ts'
import { SortBuffer } from './sort-buffer.ts'

/** A run and where it is being read. */
interface Cursor {
  readonly run: ShardImage
  /** The rows of the block in memory, and the place of the next one. */
  ids: Int32Array
  at: number
  /** The block after it. */
  block: number
}

export class MergedRuns {
  readonly #rows: SortBuffer
  /** A heap: none stands before the one that it lies below. */
  readonly #cursors: Cursor[] = []

  /** Each run is sorted; the last column of its rows is their arrival. */
  constructor(types: readonly DataType[], orderBy: readonly OrderColumn[], runs: readonly ShardImage[]) {
    this.#rows = new SortBuffer(types, orderBy)
    for (const run of runs) {
      const cursor: Cursor = { run, ids: new Int32Array(0), at: 0, block: 0 }
      if (this.#readBlock(cursor)) this.#cursors.push(cursor)
    }
    for (let place = this.#cursors.length >> 1; place >= 0; place--) this.#sink(place)
  }

  /** Holds the rows whose ids `next` gives; whoever takes one lets it go. */
  get store(): RowStore {
    return this.#rows.store
  }

  /** The id of the next row; −1 after the last one. */
  next(): number {
    const [first] = this.#cursors
    if (first === undefined) return -1
    const id = first.ids[first.at++] as number
    if (first.at === first.ids.length && !this.#readBlock(first)) {
      const last = this.#cursors.pop()
      if (last !== undefined && this.#cursors.length > 0) this.#cursors[0] = last
    }
    this.#sink(0)
    return id
  }

  #readBlock(cursor: Cursor): boolean {
    const { length, columns } = cursor.run.read(0, cursor.block++)
    cursor.ids = new Int32Array(length)
    cursor.at = 0
    if (length === 0) return false
    const arrivals = numbersIn(columns.at(-1) as Vector)
    this.#rows.append(columns.slice(0, -1), (row) => arrivals[row] as number, length, cursor.ids)
    return true
  }

  #sink(from: number): void {
    const cursors = this.#cursors
    for (let place = from; ; ) {
      let least = place
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < cursors.length && this.#isBefore(child, least)) least = child
      if (least === place) return
      const moved = cursors[place] as Cursor
      cursors[place] = cursors[least] as Cursor
      cursors[least] = moved
      place = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [left, right] = [this.#cursors[a] as Cursor, this.#cursors[b] as Cursor]
    return this.#rows.compare(left.ids[left.at] as number, right.ids[right.at] as number) < 0
  }
}
