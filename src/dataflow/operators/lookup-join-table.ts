/** Rows of a table by key, for a join that looks them up: all of them, or those that were asked for. */
import type { Batch, DataType, Vector } from '#data'
import { KeyTable } from '../state/key-table.ts'
import { LinkedRows } from '../state/linked-rows.ts'
import { RowStore } from '../state/row-store.ts'

/** Instead of a key's slot: nothing is known of it. */
export const keyUnknown = -1
/** Instead of a key's slot: the table has no row of it. */
const keyAbsent = -2

/** What a join finds without asking. */
export interface KnownRows {
  /** The rows of each slot, in the lists of `rows`. */
  readonly rows: KeyedTable
  /** Writes the slot of each key, or one of the two numbers that stand for none. */
  find(keys: readonly Vector[], count: number, slots: Int32Array): void
  /** Remembers the rows of some keys that were asked for; `places` has the place of each row's key. */
  put?(keys: readonly Vector[], count: number, rows: Batch, places: Int32Array): void
}

export class KeyedTable {
  readonly keys: KeyTable
  readonly store: RowStore
  readonly lists = new LinkedRows()

  constructor(keyTypes: readonly DataType[], types: readonly DataType[]) {
    this.keys = new KeyTable(keyTypes)
    this.store = new RowStore(types)
  }

  get stateBytes(): number {
    return this.keys.stateBytes + this.store.stateBytes + this.lists.stateBytes
  }

  /** Keeps the rows of a batch under the slots given; a negative slot leaves a row out. */
  add(batch: Batch, slots: Int32Array): void {
    const rows = new Int32Array(batch.length)
    let count = 0
    for (let row = 0; row < batch.length; row++) if ((slots[row] as number) >= 0) rows[count++] = row
    if (count === 0) return
    const ids = new Int32Array(count)
    this.store.append(batch.columns, rows, count, ids)
    this.lists.reserve(this.keys.capacity, this.store.capacity)
    for (let i = 0; i < count; i++) this.lists.add(slots[rows[i] as number] as number, ids[i] as number)
  }

  /** Lets all rows of a slot go; returns how many there were. */
  clear(slot: number): number {
    let count = 0
    for (let id = this.lists.first(slot); id !== -1; id = this.lists.first(slot)) {
      this.lists.remove(slot, id)
      this.store.free(id)
      count += 1
    }
    return count
  }
}

/** All rows of a table, which whoever fills it reads again now and then. */
export class WholeTable implements KnownRows {
  readonly #keyTypes: readonly DataType[]
  readonly #types: readonly DataType[]
  readonly #keyPlaces: readonly number[]
  rows: KeyedTable
  #next: KeyedTable

  /** `keyPlaces` are those of the key columns among those of the rows. */
  constructor(keyTypes: readonly DataType[], types: readonly DataType[], keyPlaces: readonly number[]) {
    this.#keyTypes = keyTypes
    this.#types = types
    this.#keyPlaces = keyPlaces
    this.rows = this.#create()
    this.#next = this.rows
  }

  #create(): KeyedTable {
    return new KeyedTable(this.#keyTypes, this.#types)
  }

  find(keys: readonly Vector[], count: number, slots: Int32Array): void {
    this.rows.keys.find(keys, count, slots)
    for (let i = 0; i < count; i++) if ((slots[i] as number) < 0) slots[i] = keyAbsent
  }

  /** Begins to read the table anew; until `settle` the old rows are found. */
  begin(): void {
    this.#next = this.#create()
  }

  add(batch: Batch): void {
    const keys = this.#keyPlaces.map((place) => batch.columns[place] as Vector)
    const slots = new Int32Array(batch.length)
    this.#next.keys.resolve(keys, batch.length, slots)
    this.#next.add(batch, slots)
  }

  /** All rows have been added: from now on they are found. */
  settle(): void {
    this.rows = this.#next
  }
}
