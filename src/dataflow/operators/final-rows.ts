/**
 * The final rows of a stream of changes, for runs in batch mode.
 *
 * State: the rows that are there, each once with its count.
 * Emits nothing until the input ends, then every row as often as it is there, as inserts, in order of arrival. Then it holds none.
 */
import { type Batch, batchRows, type DataType, watermarkEnd, withNullable } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { savedNumber, savedNumbersIn } from '../state/saved-columns.ts'
import { sortByRank } from '../state/sort-by-rank.ts'
import type { StatePart } from '../state/state-part.ts'
import { leaves } from './leaves.ts'

export class FinalRows implements Operator {
  readonly #output: Output
  readonly #table: KeyTable
  readonly #part: KeyedPart
  readonly state: readonly StatePart[]
  /** By slot: how often the row is there, and when it came. */
  #counts = new Float64Array(16)
  #arrivals = new Float64Array(16)
  #arrived = 0
  #slots = new Int32Array(batchRows)

  /** `places` are those of the columns that decide on the worker of a row; none where the first worker has all rows. */
  constructor(types: readonly DataType[], places: readonly number[], output: Output) {
    const keyTypes = types.map((type) => withNullable(type, true))
    this.#output = output
    this.#table = new KeyTable(keyTypes)
    this.#part = this.#createPart(keyTypes, places)
    this.state = [this.#part]
  }

  #createPart(keyTypes: readonly DataType[], places: readonly number[]): KeyedPart {
    const counts = savedNumbersIn(() => this.#counts)
    const arrivals = savedNumber(
      (slot) => this.#arrivals[slot] as number,
      (slot, arrival) => {
        this.#arrivals[slot] = arrival
        this.#arrived = Math.max(this.#arrived, arrival)
      },
    )
    const reserve = (slots: number): void => this.#reserve(slots)
    // Rows that all workers held are no rows of the first one.
    const name = places.length === 0 ? 'rows' : 'rows by key'
    return new KeyedPart({ name, table: this.#table, keyTypes, places, columns: [counts, arrivals], reserve })
  }

  get stateBytes(): number {
    return this.#table.stateBytes + this.#counts.byteLength + this.#arrivals.byteLength
  }

  push(_input: number, batch: Batch): void {
    if (this.#slots.length < batch.length) this.#slots = new Int32Array(batch.length)
    this.#table.resolve(batch.columns, batch.length, this.#slots)
    this.#reserve(this.#table.capacity)
    this.#part.pages.markAll(this.#slots, batch.length)
    for (let i = 0; i < batch.length; i++) {
      const slot = this.#slots[i] as number
      const count = this.#counts[slot] as number
      if (count === 0) this.#arrivals[slot] = ++this.#arrived
      this.#counts[slot] = count + (leaves(batch, i) ? -1 : 1)
    }
    for (let i = 0; i < batch.length; i++) {
      const slot = this.#slots[i] as number
      if (this.#counts[slot] === 0 && this.#table.isLive(slot)) this.#table.remove(slot)
    }
  }

  #reserve(slots: number): void {
    this.#counts = grownNumbers(this.#counts, slots)
    this.#arrivals = grownNumbers(this.#arrivals, slots)
  }

  advance(): void {}

  finish(): void {
    const rows: number[] = []
    for (const slot of this.#sorted()) {
      for (let copy = 0; copy < (this.#counts[slot] as number); copy++) rows.push(slot)
      if (rows.length >= batchRows) this.#emit(rows.splice(0))
    }
    if (rows.length > 0) this.#emit(rows)
    this.#part.pages.markBelow(this.#table.capacity)
    this.#table.clear()
    this.#output.advance(watermarkEnd)
    this.#output.finish()
  }

  #sorted(): Int32Array {
    const slots = new Int32Array(this.#table.count)
    let count = 0
    for (let slot = 0; slot < this.#table.capacity; slot++) if (this.#table.isLive(slot)) slots[count++] = slot
    return sortByRank(
      slots,
      Float64Array.from(slots, (slot) => this.#arrivals[slot] as number),
      () => 0,
    )
  }

  #emit(rows: readonly number[]): void {
    for (let from = 0; from < rows.length; from += batchRows) {
      const slots = Int32Array.from(rows.slice(from, from + batchRows))
      const columns = this.#table.keyVectors(slots, slots.length)
      this.#output.push({ length: slots.length, columns, kinds: null, watermarks: null })
    }
  }
}
