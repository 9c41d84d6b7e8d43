/** One kept row for each key, and the changes that follow when another takes its place. */
import { type Batch, changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore, type DataType, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { RowStore } from '../state/row-store.ts'
import { StoredChanges } from './stored-changes.ts'

export interface KeyedRowsShape {
  readonly types: readonly DataType[]
  /** Places of the key columns. */
  readonly key: readonly number[]
  /** Whether the receiver wants −U before each +U. */
  readonly emitsUpdateBefore: boolean
}

const none = -1
/** Instead of a row: the key has none any more. */
export const rowGone = -2

export class KeyedRows {
  readonly table: KeyTable
  readonly store: RowStore
  readonly #shape: KeyedRowsShape
  readonly #changes: StoredChanges
  /** By slot: the id of the kept row, or −1. */
  #ids = new Int32Array(0)
  #slots = new Int32Array(0)
  /** By slot: the row of the batch that takes the place, −1 for none yet, or `rowGone`; and the batch that set it. */
  #chosen = new Int32Array(0)
  #chosenIn = new Float64Array(0)
  #batchNumber = 0
  #touched: number[] = []

  constructor(shape: KeyedRowsShape, output: Output) {
    this.#shape = shape
    this.table = new KeyTable(shape.key.map((column) => shape.types[column] as DataType))
    this.store = new RowStore(shape.types)
    this.#changes = new StoredChanges({ placed: false, timed: false }, this.store, output)
  }

  get stateBytes(): number {
    return this.table.stateBytes + this.store.stateBytes + this.#ids.byteLength * 4
  }

  /** Starts a batch: finds the slot of each row's key. */
  begin(batch: Batch): Int32Array {
    if (this.#slots.length < batch.length) this.#slots = new Int32Array(batch.length)
    const keys = this.#shape.key.map((column) => batch.columns[column] as Vector)
    this.table.resolve(keys, batch.length, this.#slots)
    const { capacity } = this.table
    this.#ids = grownIntegers(this.#ids, capacity, none)
    this.#chosen = grownIntegers(this.#chosen, capacity, none)
    this.#chosenIn = grownNumbers(this.#chosenIn, capacity)
    this.#batchNumber += 1
    this.#touched = []
    return this.#slots
  }

  /** Whether a key has a row, kept or chosen in this batch. */
  has(slot: number): boolean {
    if (this.#chosenIn[slot] === this.#batchNumber) return this.#chosen[slot] !== rowGone
    return this.#ids[slot] !== none
  }

  /** Lets a row of the batch, or `rowGone`, take the place of what the key had. */
  choose(slot: number, row: number): void {
    if (this.#chosenIn[slot] !== this.#batchNumber) {
      this.#chosenIn[slot] = this.#batchNumber
      this.#touched.push(slot)
    }
    this.#chosen[slot] = row
  }

  /** Ends a batch: keeps the chosen rows and emits one change for each key that has another row than before. */
  end(batch: Batch): void {
    const rows = Int32Array.from(this.#touched, (slot) => this.#chosen[slot] as number).filter((row) => row >= 0)
    const added = new Int32Array(rows.length)
    this.store.append(batch.columns, rows, rows.length, added)
    let next = 0
    for (const slot of this.#touched) {
      const before = this.#ids[slot] as number
      const after = this.#chosen[slot] === rowGone ? none : (added[next++] as number)
      this.#change(slot, before, after)
    }
    this.#changes.flush()
    for (const slot of this.#touched) if (this.#ids[slot] === none) this.table.remove(slot)
  }

  #change(slot: number, before: number, after: number): void {
    if (before !== none && after !== none && this.store.same(before, after)) {
      this.#changes.free(after)
      return
    }
    if (before === none && after !== none) this.#changes.add(changeInsert, after)
    else if (before !== none && after === none) this.#changes.add(changeDelete, before)
    else if (before !== none) {
      if (this.#shape.emitsUpdateBefore) this.#changes.add(changeUpdateBefore, before)
      this.#changes.add(changeUpdateAfter, after)
    }
    this.#ids[slot] = after
    if (before !== none) this.#changes.free(before)
  }
}
