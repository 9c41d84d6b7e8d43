/** One kept row for each key, and the changes that follow when another takes its place. */
import { type Batch, changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore, type DataType, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownIntegers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { RowStore } from '../state/row-store.ts'
import type { SavedColumns } from '../state/saved-columns.ts'
import { StoredChanges } from './stored-changes.ts'

export interface KeyedRowsShape {
  readonly types: readonly DataType[]
  /** Places of the key columns. */
  readonly key: readonly number[]
  /** Whether the receiver wants −U before each +U. */
  readonly emitsUpdateBefore: boolean
  /** How long the row of a key is kept where no other takes its place; left out: for good. */
  readonly retention?: Retention
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
  /** Slots for which the batch has another row, and for each the row of the batch that takes the place, or `rowGone`. */
  #touched = new Int32Array(0)
  #chosen = new Int32Array(0)
  #touchedCount = 0
  /** By slot: where it is among those touched, if it is there at all. */
  #places = new Int32Array(0)
  #rows = new Int32Array(0)
  #added = new Int32Array(0)
  readonly #expiry: Expiry | null
  /** The keys with their rows and, by key, `columns`. */
  readonly part: KeyedPart

  constructor(shape: KeyedRowsShape, output: Output, columns: readonly SavedColumns[] = []) {
    const keyTypes = shape.key.map((column) => shape.types[column] as DataType)
    this.#shape = shape
    this.table = new KeyTable(keyTypes)
    this.store = new RowStore(shape.types)
    this.#changes = new StoredChanges({ placed: false, timed: false }, this.store, output)
    this.#expiry = shape.retention === undefined ? null : new Expiry(shape.retention)
    this.part = new KeyedPart({
      name: 'rows',
      table: this.table,
      keyTypes,
      columns: [this.#savedRows(), ...columns, ...(this.#expiry === null ? [] : [this.#expiry.saved])],
      holds: (slot) => this.#ids[slot] !== none,
      reserve: (slots) => this.#reserve(slots),
    })
  }

  /** The row of each key. */
  #savedRows(): SavedColumns {
    return {
      types: this.#shape.types,
      save: (slots, count) => {
        const ids = slots.subarray(0, count).map((slot) => this.#ids[slot] as number)
        return this.store.gather(ids, count)
      },
      load: (slots, vectors, count) => {
        const ids = new Int32Array(count)
        this.store.appendCopies(vectors, count, ids)
        for (let i = 0; i < count; i++) this.#ids[slots[i] as number] = ids[i] as number
      },
    }
  }

  #reserve(slots: number): void {
    this.#ids = grownIntegers(this.#ids, slots, none)
    this.#places = grownIntegers(this.#places, slots)
    this.#expiry?.reserve(slots)
  }

  get stateBytes(): number {
    return this.table.stateBytes + this.store.stateBytes + this.#ids.byteLength * 2 + (this.#expiry?.stateBytes ?? 0)
  }

  /** Starts a batch: finds the slot of each row's key. */
  begin(batch: Batch): Int32Array {
    if (this.#slots.length < batch.length) this.#makeRoom(batch.length)
    const keys = this.#shape.key.map((column) => batch.columns[column] as Vector)
    this.table.resolve(keys, batch.length, this.#slots)
    this.#reserve(this.table.capacity)
    this.#touchedCount = 0
    this.#expiry?.dropGone(this.#slots, batch.length, (slot) => this.#forget(slot))
    return this.#slots
  }

  #makeRoom(rows: number): void {
    this.#slots = new Int32Array(rows)
    this.#touched = new Int32Array(rows)
    this.#chosen = new Int32Array(rows)
    this.#rows = new Int32Array(rows)
    this.#added = new Int32Array(rows)
  }

  #forget(slot: number): void {
    this.part.pages.mark(slot)
    this.store.free(this.#ids[slot] as number)
    this.#ids[slot] = none
  }

  readonly #giveUp = (slot: number): void => {
    this.#forget(slot)
    this.table.remove(slot)
  }

  /** Whether a key has a row, kept or chosen in this batch. */
  has(slot: number): boolean {
    if (this.#isTouched(slot)) return this.#chosen[this.#places[slot] as number] !== rowGone
    return this.#ids[slot] !== none
  }

  /** Lets a row of the batch, or `rowGone`, take the place of what the key had. */
  choose(slot: number, row: number): void {
    if (!this.#isTouched(slot)) {
      this.#places[slot] = this.#touchedCount
      this.#touched[this.#touchedCount++] = slot
      this.part.pages.mark(slot)
    }
    this.#chosen[this.#places[slot] as number] = row
  }

  #isTouched(slot: number): boolean {
    const place = this.#places[slot] as number
    return place < this.#touchedCount && this.#touched[place] === slot
  }

  /** Ends a batch: keeps the chosen rows and emits one change for each key that has another row than before. */
  end(batch: Batch): void {
    this.#keepChosen(batch)
    this.#changeTouched()
    this.#changes.flush()
    if (this.#expiry !== null) this.#writeTouched(this.#expiry)
    for (let i = 0; i < this.#touchedCount; i++) {
      const slot = this.#touched[i] as number
      if (this.#ids[slot] === none) this.table.remove(slot)
    }
    this.#expiry?.sweep(batch.length, this.#giveUp)
  }

  /** Keeps the rows that were chosen, in the order of their keys. */
  #keepChosen(batch: Batch): void {
    let count = 0
    for (let i = 0; i < this.#touchedCount; i++) {
      const row = this.#chosen[i] as number
      if (row >= 0) this.#rows[count++] = row
    }
    this.store.append(batch.columns, this.#rows, count, this.#added)
  }

  #changeTouched(): void {
    let next = 0
    for (let i = 0; i < this.#touchedCount; i++) {
      const slot = this.#touched[i] as number
      const after = this.#chosen[i] === rowGone ? none : (this.#added[next++] as number)
      this.#change(slot, this.#ids[slot] as number, after)
    }
  }

  tick(nowMs: number): void {
    this.#expiry?.tick(nowMs, this.#giveUp)
  }

  #writeTouched(expiry: Expiry): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      const slot = this.#touched[i] as number
      if (this.#ids[slot] === none) expiry.drop(slot)
      else expiry.write(slot)
    }
  }

  #change(slot: number, before: number, after: number): void {
    if (before !== none && after !== none && this.#expiry === null && this.store.same(before, after)) {
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
