/** Rows that are to be sorted, in memory, each with the number of its arrival. None of them goes before all do. */
import type { DataType, Vector } from '#data'
import { grownNumbers } from '../state/grown.ts'
import { type OrderColumn, RowOrder } from '../state/row-order.ts'
import { RowStore } from '../state/row-store.ts'
import { sortByRank } from '../state/sort-by-rank.ts'
import type { StateRows } from '../state/state-part.ts'

export class SortBuffer {
  readonly store: RowStore
  readonly #order: RowOrder
  /** By id. */
  #arrivals = new Float64Array(0)

  constructor(types: readonly DataType[], orderBy: readonly OrderColumn[]) {
    this.store = new RowStore(types)
    this.#order = new RowOrder(this.store, types, orderBy)
  }

  get stateBytes(): number {
    return this.store.capacity === 0 ? 0 : this.store.stateBytes + this.#order.stateBytes + this.#arrivals.byteLength
  }

  /** Keeps the first `count` rows, and writes their ids to `ids`. */
  append(columns: readonly Vector[], arrivals: (row: number) => number, count: number, ids: Int32Array): void {
    this.store.append(columns, null, count, ids)
    this.#arrivals = grownNumbers(this.#arrivals, this.store.capacity)
    const ranks = this.#order.ranksOf(columns, count)
    for (let row = 0; row < count; row++) {
      const id = ids[row] as number
      this.#order.note(id, ranks[row] as number)
      this.#arrivals[id] = arrivals(row)
    }
  }

  /** Negative when row `a` stands before row `b`. */
  compare(a: number, b: number): number {
    return this.#order.compare(a, b) || (this.#arrivals[a] as number) - (this.#arrivals[b] as number)
  }

  /** The ids of all rows, of which none was let go, in order. */
  sorted(): Int32Array {
    const count = this.store.capacity
    const ids = new Int32Array(count)
    const ranks = new Float64Array(count)
    for (let id = 0; id < count; id++) {
      ids[id] = id
      ranks[id] = this.#order.rankOf(id)
    }
    return sortByRank(ids, ranks, (a, b) => this.compare(a, b))
  }

  /** The rows of these ids, with a last column for their arrivals. */
  rowsOf(ids: Int32Array): StateRows {
    const { length } = ids
    const arrivals = Float64Array.from(ids, (id) => this.#arrivals[id] as number)
    return { length, columns: [...this.store.gather(ids, length), { form: 'numbers', data: arrivals, nulls: null }] }
  }
}
