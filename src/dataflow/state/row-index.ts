/**
 * Finds a kept row that equals a given one, so that a retraction can take it away. Rows are listed by hash; among equal rows the one
 * that came first is found.
 */
import { assert } from '#base'
import type { Vector } from '#data'
import { grownIntegers } from './grown.ts'
import { LinkedRows } from './linked-rows.ts'
import type { RowStore } from './row-store.ts'

export class RowIndex {
  readonly #store: RowStore
  readonly #hashMask: number
  #lists = new LinkedRows()
  #hashes = new Int32Array(16)
  #count = 0
  #bits = 5

  /** `hashMask` weakens hashes so that a test can make rows collide. */
  constructor(store: RowStore, hashMask = -1) {
    this.#store = store
    this.#hashMask = hashMask
    this.#lists.reserve(1 << this.#bits, 0)
  }

  get stateBytes(): number {
    return this.#lists.stateBytes + this.#hashes.byteLength
  }

  /** Lists a kept row. */
  add(id: number, hash: number): void {
    this.#hashes = grownIntegers(this.#hashes, id + 1)
    this.#count += 1
    if (this.#count > 1 << this.#bits) this.#grow()
    this.#hashes[id] = hash & this.#hashMask
    this.#lists.reserve(0, id + 1)
    this.#lists.add(this.#headOf(hash), id)
  }

  /** The id of the first kept row that equals row `row` of the columns, or −1. */
  find(columns: readonly Vector[], row: number, hash: number): number {
    for (let id = this.#lists.first(this.#headOf(hash)); id !== -1; id = this.#lists.after(id)) {
      if (this.#hashes[id] === (hash & this.#hashMask) && this.#store.sameAs(id, columns, row)) return id
    }
    return -1
  }

  remove(id: number): void {
    assert(this.#count > 0, 'a listed row is removed')
    this.#count -= 1
    this.#lists.remove(this.#headOf(this.#hashes[id] as number), id)
  }

  #headOf(hash: number): number {
    return (hash & this.#hashMask) >>> (32 - this.#bits)
  }

  /** Twice as many lists. Old lists are read in order, so equal rows stay in order of arrival. */
  #grow(): void {
    const old = this.#lists
    const heads = 1 << this.#bits
    this.#bits += 1
    this.#lists = new LinkedRows()
    this.#lists.reserve(heads * 2, this.#hashes.length)
    for (let head = 0; head < heads; head++) {
      for (let id = old.first(head); id !== -1; id = old.after(id)) this.#lists.add(this.#headOf(this.#hashes[id] as number), id)
    }
  }
}
