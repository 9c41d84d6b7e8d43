/** The keys of a join: both inputs share one key table, so that a key has the same slot on both sides. */
import type { Batch, DataType, Vector } from '#data'
import { withNullable } from '#data'
import { KeyTable } from '../state/key-table.ts'
import { slotNone } from './join-side.ts'

export interface JoinKeysShape {
  /** Types of the key columns, equal on both sides but for NOT NULL. */
  readonly types: readonly DataType[]
  /** Places of the key columns in the left and in the right input. */
  readonly columns: readonly [readonly number[], readonly number[]]
  /** For each key column whether NULL equals NULL. */
  readonly nullsEqual: readonly boolean[]
}

export class JoinKeys {
  readonly table: KeyTable
  readonly #shape: JoinKeysShape
  #slots = new Int32Array(0)
  #selection = new Int32Array(0)
  #selected = new Int32Array(0)

  constructor(shape: JoinKeysShape) {
    this.#shape = shape
    this.table = new KeyTable(shape.types.map((type) => withNullable(type, true)))
  }

  /** Places of the key columns in an input. */
  placesOf(input: 0 | 1): readonly number[] {
    return this.#shape.columns[input]
  }

  /** The slot of each row's key, `slotNone` where a NULL matches nothing; with `inserting` false also where the key is not held. */
  slotsOf(input: 0 | 1, batch: Batch, inserting: boolean): Int32Array {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#selection = new Int32Array(batch.length)
      this.#selected = new Int32Array(batch.length)
    }
    const keys = this.#shape.columns[input].map((column) => batch.columns[column] as Vector)
    const excluding = keys.flatMap((key, i) => (key.nulls === null || this.#shape.nullsEqual[i] === true ? [] : [key.nulls]))
    if (excluding.length === 0) {
      this.#lookUp(keys, batch.length, this.#slots, null, inserting)
      return this.#slots
    }
    const count = this.#selectKeyed(excluding, batch.length)
    this.#lookUp(keys, count, this.#selected, this.#selection, inserting)
    this.#slots.fill(slotNone, 0, batch.length)
    for (let i = 0; i < count; i++) this.#slots[this.#selection[i] as number] = this.#selected[i] as number
    return this.#slots
  }

  #lookUp(keys: readonly Vector[], count: number, slots: Int32Array, selection: Int32Array | null, inserting: boolean): void {
    if (inserting) this.table.resolve(keys, count, slots, selection)
    else this.table.find(keys, count, slots, selection)
  }

  /** Lists the rows without a NULL that matches nothing. */
  #selectKeyed(excluding: readonly Uint8Array[], rows: number): number {
    let count = 0
    for (let row = 0; row < rows; row++) {
      let excluded = false
      for (const nulls of excluding) excluded ||= nulls[row] === 1
      if (!excluded) this.#selection[count++] = row
    }
    return count
  }
}
