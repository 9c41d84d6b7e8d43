/**
 * What a join keeps of one input: its rows, in a list for each key, and how many rows of the other input match each. With a retention,
 * each row goes when it was not written for that long: a row is written when it comes, and where matches are counted with each count.
 */
import { assert } from '#base'
import type { Batch, DataType, Vector } from '#data'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownIntegers } from '../state/grown.ts'
import { LinkedRows } from '../state/linked-rows.ts'
import { hashRows } from '../state/row-hash.ts'
import { RowIndex } from '../state/row-index.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { savedNumber } from '../state/saved-columns.ts'
import type { JoinKeys } from './join-keys.ts'
import { leaves } from './leaves.ts'

/** Instead of a key's slot: the key is NULL or not held, so nothing matches. */
export const slotNone = -1
/** Instead of a key's slot: the row takes away what was never there, and is passed over. */
export const slotSkipped = -2

export interface JoinInput {
  readonly types: readonly DataType[]
  /** Whether rows are also taken away. */
  readonly retracts: boolean
  /** How long idle rows are kept; left out: for good. */
  readonly retention?: Retention
}

export class JoinSide {
  readonly store: RowStore
  readonly lists = new LinkedRows()
  /** By row id: how many rows of the other input match; null where nobody asks. */
  matches: Int32Array<ArrayBuffer> | null
  /** By row id; null where rows are kept for good. */
  readonly expiry: Expiry | null
  /** By row id, where rows expire: the slot of its key. */
  #slotsById = new Int32Array(0)
  readonly part: RowsPart
  readonly #types: readonly DataType[]
  readonly #index: RowIndex | null
  #ids = new Int32Array(0)
  #rows = new Int32Array(0)
  #hashes = new Int32Array(0)

  /** `input` says which input of the join it is, 0 for the left one. */
  constructor({ types, retracts, retention }: JoinInput, countsMatches: boolean, keys: JoinKeys, input: 0 | 1) {
    this.#types = types
    this.store = new RowStore(types)
    this.#index = retracts ? new RowIndex(this.store) : null
    this.matches = countsMatches ? new Int32Array(16) : null
    this.expiry = retention === undefined ? null : new Expiry(retention)
    this.part = this.#createPart(keys, input)
  }

  #createPart(keys: JoinKeys, input: 0 | 1): RowsPart {
    const matches = savedNumber(
      (id) => this.matches?.[id] as number,
      (id, count) => {
        if (this.matches !== null) this.matches[id] = count
      },
    )
    return new RowsPart({
      name: input === 0 ? 'left' : 'right',
      store: this.store,
      rowTypes: this.#types,
      keys: keys.placesOf(input),
      columns: [...(this.matches === null ? [] : [matches]), ...(this.expiry === null ? [] : [this.expiry.saved])],
      reserve: (ids) => this.#reserveIds(ids),
      enter: (ids, columns) =>
        this.#enter(
          ids,
          columns,
          keys.slotsOf(input, { length: ids.length, columns, kinds: null, watermarks: null }, true),
          keys.table.capacity,
        ),
    })
  }

  #reserveIds(ids: number): void {
    this.lists.reserve(0, ids)
    if (this.matches !== null) this.matches = grownIntegers(this.matches, ids)
    if (this.expiry === null) return
    this.expiry.reserve(ids)
    this.#slotsById = grownIntegers(this.#slotsById, ids)
  }

  /** Lists rows that have been loaded. */
  #enter(ids: Int32Array, columns: readonly Vector[], slots: Int32Array, slotsCapacity: number): void {
    this.#makeRoom(ids.length)
    this.lists.reserve(slotsCapacity, 0)
    hashRows(this.#types, columns, null, ids.length, this.#hashes)
    for (const [row, id] of ids.entries()) {
      const slot = slots[row] as number
      this.#index?.add(id, this.#hashes[row] as number)
      this.lists.add(slot, id)
      if (this.expiry !== null) this.#slotsById[id] = slot
    }
  }

  get stateBytes(): number {
    const rows = this.store.stateBytes + this.lists.stateBytes + (this.#index?.stateBytes ?? 0) + (this.matches?.byteLength ?? 0)
    return rows + (this.expiry === null ? 0 : this.expiry.stateBytes + this.#slotsById.byteLength)
  }

  /**
   * Keeps the rows that come, and lets go those that leave: `slots` holds the slot of each row's key. Returns the id of each row that
   * was kept, else −1. Ids that were let go are not given again before the next batch.
   */
  update(batch: Batch, slots: Int32Array, slotsCapacity: number): Int32Array {
    this.#makeRoom(batch.length)
    const ids = this.#keepComing(batch, slots)
    this.lists.reserve(slotsCapacity, 0)
    this.#reserveIds(this.store.capacity)
    this.part.come(ids, batch.length)
    if (this.expiry !== null) this.#writeComing(this.expiry, ids, slots, batch.length)
    if (this.#index === null) {
      for (let row = 0; row < batch.length; row++) {
        const id = ids[row] as number
        if (id !== -1) this.lists.add(slots[row] as number, id)
      }
    } else this.#applyChanges(batch, slots, this.#index)
    return ids
  }

  #writeComing(expiry: Expiry, ids: Int32Array, slots: Int32Array, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const id = ids[row] as number
      if (id === -1) continue
      expiry.write(id)
      this.#slotsById[id] = slots[row] as number
    }
  }

  /** Looks through some of the rows kept; `emptied` is told the keys of those that were let go. */
  sweep(rows: number, emptied: (slot: number) => void): void {
    this.expiry?.sweep(rows, (id) => emptied(this.#letGo(id)))
  }

  tick(nowMs: number, emptied: (slot: number) => void): void {
    this.expiry?.tick(nowMs, (id) => emptied(this.#letGo(id)))
  }

  /** Lets an expired row go, and returns the slot of its key. */
  #letGo(id: number): number {
    const slot = this.#slotsById[id] as number
    this.#index?.remove(id)
    this.lists.remove(slot, id)
    this.part.go(id)
    this.store.free(id)
    return slot
  }

  #applyChanges(batch: Batch, slots: Int32Array, index: RowIndex): void {
    const ids = this.#ids
    const hashes = this.#hashes
    const { expiry } = this
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
      const gone = expiry === null ? index.find(batch.columns, row, hashes[row] as number) : this.#findHeld(batch, row, index, expiry)
      if (gone === -1) {
        // A row that is not known any more is passed on: it still takes back the pairs that it made.
        if (expiry === null) slots[row] = slotSkipped
        continue
      }
      this.part.go(gone)
      expiry?.drop(gone)
      index.remove(gone)
      this.lists.remove(slot, gone)
      this.store.free(gone)
    }
  }

  /** The first kept row that equals a row of the batch; expired ones that are met on the way are let go. */
  #findHeld(batch: Batch, row: number, index: RowIndex, expiry: Expiry): number {
    for (;;) {
      const id = index.find(batch.columns, row, this.#hashes[row] as number)
      if (id === -1 || !expiry.isGone(id)) return id
      this.#letGo(id)
      expiry.drop(id)
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
