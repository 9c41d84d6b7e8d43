/** What a join keeps of one input: its rows, in a list for each key, and how many rows of the other input match each. */
import { assert } from '#base'
import type { Batch, DataType } from '#data'
import { grownIntegers } from '../state/grown.ts'
import { LinkedRows } from '../state/linked-rows.ts'
import { hashRows } from '../state/row-hash.ts'
import { RowIndex } from '../state/row-index.ts'
import { RowStore } from '../state/row-store.ts'
import { leaves } from './leaves.ts'

/** Instead of a key's slot: the key is NULL or not held, so nothing matches. */
export const slotNone = -1
/** Instead of a key's slot: the row takes away what is not there, and is passed over. */
export const slotSkipped = -2

export class JoinSide {
  readonly store: RowStore
  readonly lists = new LinkedRows()
  /** By row id: how many rows of the other input match; null where nobody asks. */
  matches: Int32Array<ArrayBuffer> | null
  readonly #types: readonly DataType[]
  readonly #index: RowIndex | null
  #ids = new Int32Array(0)
  #rows = new Int32Array(0)
  #hashes = new Int32Array(0)

  constructor(types: readonly DataType[], retracts: boolean, countsMatches: boolean) {
    this.#types = types
    this.store = new RowStore(types)
    this.#index = retracts ? new RowIndex(this.store) : null
    this.matches = countsMatches ? new Int32Array(16) : null
  }

  get stateBytes(): number {
    return this.store.stateBytes + this.lists.stateBytes + (this.#index?.stateBytes ?? 0) + (this.matches?.byteLength ?? 0)
  }

  /**
   * Keeps the rows that come, and lets go those that leave: `slots` holds the slot of each row's key. Returns the id of each row that
   * was kept, else −1. Ids that were let go are not given again before the next batch.
   */
  update(batch: Batch, slots: Int32Array, slotsCapacity: number): Int32Array {
    this.#makeRoom(batch.length)
    const ids = this.#keepComing(batch, slots)
    this.lists.reserve(slotsCapacity, this.store.capacity)
    if (this.matches !== null) this.matches = grownIntegers(this.matches, this.store.capacity)
    if (this.#index === null) {
      for (let row = 0; row < batch.length; row++) {
        const id = ids[row] as number
        if (id !== -1) this.lists.add(slots[row] as number, id)
      }
    } else this.#applyChanges(batch, slots, this.#index)
    return ids
  }

  #applyChanges(batch: Batch, slots: Int32Array, index: RowIndex): void {
    const ids = this.#ids
    const hashes = this.#hashes
    hashRows(this.#types, batch.columns, null, batch.length, hashes)
    for (let row = 0; row < batch.length; row++) {
      const slot = slots[row] as number
      if (slot === slotNone) continue
      const id = ids[row] as number
      if (id !== -1) {
        index.add(id, hashes[row] as number)
        this.lists.add(slot, id)
        continue
      }
      const gone = index.find(batch.columns, row, hashes[row] as number)
      if (gone === -1) {
        slots[row] = slotSkipped
        continue
      }
      index.remove(gone)
      this.lists.remove(slot, gone)
      this.store.free(gone)
    }
  }

  #keepComing(batch: Batch, slots: Int32Array): Int32Array {
    const rows = this.#rows
    const ids = this.#ids
    let count = 0
    for (let row = 0; row < batch.length; row++) {
      const goes = leaves(batch, row)
      assert(!goes || this.#index !== null, 'rows leave an input that retracts only')
      if (!goes && slots[row] !== slotNone) rows[count++] = row
    }
    if (count === batch.length) this.store.append(batch.columns, null, count, ids)
    else {
      const kept = new Int32Array(count)
      this.store.append(batch.columns, rows, count, kept)
      ids.fill(-1, 0, batch.length)
      for (let i = 0; i < count; i++) ids[rows[i] as number] = kept[i] as number
    }
    return ids
  }

  #makeRoom(rows: number): void {
    if (rows <= this.#ids.length) return
    this.#ids = new Int32Array(rows)
    this.#rows = new Int32Array(rows)
    this.#hashes = new Int32Array(rows)
  }
}
