/**
 * ORDER BY over a bounded input, with OFFSET and LIMIT. Rows that the order does not tell apart stand as they arrived.
 *
 * State: all rows that are there; with a limit over an input that only inserts, never many more than OFFSET and LIMIT ask for.
 * Emits everything when the input ends, as inserts, and holds nothing then. Watermarks are held back until then.
 */
import { type Batch, changeInsert, type DataType, type Vector, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'
import { hashRows } from '../state/row-hash.ts'
import { RowIndex } from '../state/row-index.ts'
import { type OrderColumn, RowOrder } from '../state/row-order.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { sortByRank } from '../state/sort-by-rank.ts'
import type { StatePart } from '../state/state-part.ts'
import { leaves } from './leaves.ts'
import { StoredChanges } from './stored-changes.ts'

export interface SortShape {
  readonly types: readonly DataType[]
  readonly orderBy: readonly OrderColumn[]
  readonly offset: number
  readonly limit: number | null
  /** Whether rows are also taken away. */
  readonly retracts: boolean
  /** Places of the columns whose values decide which worker sorts a row; left out where one sorts all. */
  readonly partitionBy?: readonly number[]
}

/** Rows kept beyond the limit before the surplus is dropped: large, so that dropping costs little a row. */
const surplusMax = 65_536

export class Sort implements Operator {
  readonly #shape: SortShape
  readonly #output: Output
  readonly #store: RowStore
  readonly #order: RowOrder
  readonly #index: RowIndex | null
  readonly #changes: StoredChanges
  readonly #part: RowsPart
  readonly state: readonly StatePart[]
  #count = 0
  #watermarkMs = watermarkNone
  #ids = new Int32Array(0)

  constructor(shape: SortShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#store = new RowStore(shape.types)
    this.#order = new RowOrder(this.#store, shape.types, shape.orderBy)
    this.#index = shape.retracts ? new RowIndex(this.#store) : null
    this.#changes = new StoredChanges({ placed: false, timed: false }, this.#store, output)
    const enter = (ids: Int32Array, columns: readonly Vector[]): void => this.#enter(ids, columns)
    const keys = shape.partitionBy ?? []
    this.#part = new RowsPart({ name: 'rows', store: this.#store, rowTypes: shape.types, keys, ordered: true, enter })
    this.state = [this.#part]
  }

  get stateBytes(): number {
    return this.#store.stateBytes + this.#order.stateBytes + this.#part.stateBytes + (this.#index?.stateBytes ?? 0)
  }

  push(_input: number, batch: Batch): void {
    const rows: number[] = []
    for (let row = 0; row < batch.length; row++) if (!leaves(batch, row)) rows.push(row)
    if (this.#ids.length < batch.length) this.#ids = new Int32Array(batch.length)
    this.#store.append(batch.columns, Int32Array.from(rows), rows.length, this.#ids)
    this.#part.come(this.#ids, rows.length)
    const ranks = this.#order.ranksOf(batch.columns, batch.length)
    if (this.#index === null) for (const [i, row] of rows.entries()) this.#keep(this.#ids[i] as number, ranks[row] as number)
    else this.#takeChanges(batch, ranks, this.#index)
    const { offset, limit } = this.#shape
    if (this.#index === null && limit !== null && this.#count > 2 * (offset + limit) + surplusMax) this.#dropSurplus(offset + limit)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#watermarkMs = watermarkMs
  }

  finish(): void {
    const { offset, limit } = this.#shape
    const sorted = this.#sorted()
    const end = limit === null ? sorted.length : Math.min(sorted.length, offset + limit)
    for (let i = offset; i < end; i++) this.#changes.add(changeInsert, sorted[i] as number)
    this.#changes.flush()
    for (const id of sorted) this.#part.go(id)
    this.#count = 0
    if (this.#watermarkMs > watermarkNone) this.#output.advance(this.#watermarkMs)
    this.#output.finish()
  }

  #takeChanges(batch: Batch, ranks: Float64Array, index: RowIndex): void {
    const hashes = new Int32Array(batch.length)
    hashRows(this.#shape.types, batch.columns, null, batch.length, hashes)
    const gone: number[] = []
    let next = 0
    for (let row = 0; row < batch.length; row++) {
      const hash = hashes[row] as number
      if (!leaves(batch, row)) {
        const id = this.#ids[next++] as number
        this.#keep(id, ranks[row] as number)
        index.add(id, hash)
        continue
      }
      const id = index.find(batch.columns, row, hash)
      // State may have been dropped: what is not there cannot go.
      if (id === -1) continue
      index.remove(id)
      gone.push(id)
    }
    for (const id of gone) this.#drop(id)
  }

  #keep(id: number, rank: number): void {
    this.#order.note(id, rank)
    this.#count += 1
  }

  /** Takes loaded rows in. */
  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    const ranks = this.#order.ranksOf(columns, ids.length)
    for (let i = 0; i < ids.length; i++) this.#keep(ids[i] as number, ranks[i] as number)
    if (this.#index === null) return
    const hashes = new Int32Array(ids.length)
    hashRows(this.#shape.types, columns, null, ids.length, hashes)
    for (let i = 0; i < ids.length; i++) this.#index.add(ids[i] as number, hashes[i] as number)
  }

  #drop(id: number): void {
    this.#part.go(id)
    this.#count -= 1
    this.#store.free(id)
  }

  #dropSurplus(count: number): void {
    for (const id of this.#sorted().subarray(count)) this.#drop(id)
  }

  #sorted(): Int32Array {
    const ids = new Int32Array(this.#count)
    const ranks = new Float64Array(this.#count)
    let count = 0
    for (let id = 0; id < this.#store.capacity; id++) {
      if (!this.#part.has(id)) continue
      ranks[count] = this.#order.rankOf(id)
      ids[count++] = id
    }
    const order = this.#order
    const part = this.#part
    return sortByRank(ids, ranks, (a, b) => order.compare(a, b) || part.compareArrivals(a, b))
  }
}
