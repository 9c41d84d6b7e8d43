/**
 * Rows that a lookup join asked for before, by key, as Flink's partial cache: bounded by rows, by age and by idleness, and least recently
 * used keys go first. A key without rows counts as one row.
 */
import type { Clock } from '#base'
import type { Batch, DataType, Vector } from '#data'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyedTable, type KnownRows, keyUnknown } from './lookup-join-table.ts'

export interface LookupCacheShape {
  readonly keys: readonly DataType[]
  /** Types of the columns of the rows. */
  readonly types: readonly DataType[]
  readonly clock: Clock
  /** Infinite where nothing bounds it. */
  readonly rowsMax: number
  readonly expireAfterWriteMs: number
  readonly expireAfterAccessMs: number
  /** Whether it is remembered that a key has no rows. */
  readonly keepsMissing: boolean
}

const none = -1

export class LookupCache implements KnownRows {
  readonly rows: KeyedTable
  readonly #shape: LookupCacheShape
  /** By slot. */
  #writtenAt = new Float64Array(0)
  #usedAt = new Float64Array(0)
  #counts = new Int32Array(0)
  /** Slots from the least recently used to the last one. */
  #later = new Int32Array(0)
  #earlier = new Int32Array(0)
  #first = none
  #last = none
  #held = 0

  constructor(shape: LookupCacheShape) {
    this.#shape = shape
    this.rows = new KeyedTable(shape.keys, shape.types)
  }

  get stateBytes(): number {
    return this.rows.stateBytes + this.#writtenAt.byteLength * 2 + this.#counts.byteLength * 3
  }

  /** Rows held, and keys that have none. */
  get count(): number {
    return this.#held
  }

  find(keys: readonly Vector[], count: number, slots: Int32Array): void {
    const nowMs = this.#shape.clock.monotonicMs()
    this.#dropExpired(nowMs)
    this.rows.keys.find(keys, count, slots)
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number
      if (slot < 0) slots[i] = keyUnknown
      else if (this.#isExpired(slot, nowMs)) slots[i] = keyUnknown
      else {
        this.#usedAt[slot] = nowMs
        this.#unlink(slot)
        this.#link(slot)
      }
    }
  }

  put(keys: readonly Vector[], count: number, rows: Batch, places: Int32Array): void {
    const nowMs = this.#shape.clock.monotonicMs()
    const counts = new Int32Array(count)
    for (let row = 0; row < rows.length; row++) counts[places[row] as number] = (counts[places[row] as number] as number) + 1
    const kept = Int32Array.from({ length: count }, (_, place) => place).filter(
      (place) => this.#shape.keepsMissing || (counts[place] as number) > 0,
    )
    const found = new Int32Array(kept.length)
    this.rows.keys.resolve(keys, kept.length, found, kept)
    this.#reserve()
    const slots = new Int32Array(count).fill(none)
    for (const [i, place] of kept.entries()) {
      const slot = found[i] as number
      slots[place] = slot
      if (this.#counts[slot] !== 0) this.#empty(slot)
      this.#counts[slot] = Math.max(1, counts[place] as number)
      this.#held += this.#counts[slot] ?? 0
      this.#writtenAt[slot] = nowMs
      this.#usedAt[slot] = nowMs
      this.#link(slot)
    }
    this.rows.add(
      rows,
      Int32Array.from(places.subarray(0, rows.length), (place) => slots[place] as number),
    )
    while (this.#held > this.#shape.rowsMax && this.#first !== none) this.#drop(this.#first)
  }

  #reserve(): void {
    const { capacity } = this.rows.keys
    this.#writtenAt = grownNumbers(this.#writtenAt, capacity)
    this.#usedAt = grownNumbers(this.#usedAt, capacity)
    this.#counts = grownIntegers(this.#counts, capacity)
    this.#later = grownIntegers(this.#later, capacity)
    this.#earlier = grownIntegers(this.#earlier, capacity)
    this.rows.lists.reserve(capacity, 0)
  }

  #isExpired(slot: number, nowMs: number): boolean {
    const { expireAfterWriteMs, expireAfterAccessMs } = this.#shape
    return (this.#writtenAt[slot] as number) + expireAfterWriteMs <= nowMs || (this.#usedAt[slot] as number) + expireAfterAccessMs <= nowMs
  }

  /** Drops what has expired as far as it was used least recently; what was used since is noticed when it is sought. */
  #dropExpired(nowMs: number): void {
    while (this.#first !== none && this.#isExpired(this.#first, nowMs)) this.#drop(this.#first)
  }

  #drop(slot: number): void {
    this.#empty(slot)
    this.rows.keys.remove(slot)
  }

  /** Forgets the rows of a key that stays. */
  #empty(slot: number): void {
    this.#unlink(slot)
    this.rows.clear(slot)
    this.#held -= this.#counts[slot] as number
    this.#counts[slot] = 0
  }

  #link(slot: number): void {
    this.#earlier[slot] = this.#last
    this.#later[slot] = none
    if (this.#last === none) this.#first = slot
    else this.#later[this.#last] = slot
    this.#last = slot
  }

  #unlink(slot: number): void {
    const earlier = this.#earlier[slot] as number
    const later = this.#later[slot] as number
    if (earlier === none) this.#first = later
    else this.#later[earlier] = later
    if (later === none) this.#last = earlier
    else this.#earlier[later] = earlier
  }
}
