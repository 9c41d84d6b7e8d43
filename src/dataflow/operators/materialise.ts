/**
 * Makes full changes into upserts by a key under which several rows can be there at a time: the one that came last is shown, and when it
 * is taken back, the one that came before it is shown again.
 *
 * State: all rows, in a list for each key in order of arrival; it shrinks as rows are taken back. With a retention, the rows of a key go
 * together when none of them came or left for that long.
 * Emits, once a batch for each key that shows another row than before: +I for a key that showed none, +U in the place of a row, −D with
 * the row that was shown last. A row that is taken back and not there is passed over.
 */
import { type Batch, changeDelete, changeInsert, changeUpdateAfter, type DataType, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { LinkedRows } from '../state/linked-rows.ts'
import { hashRows } from '../state/row-hash.ts'
import { RowIndex } from '../state/row-index.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { leaves } from './leaves.ts'
import { StoredChanges } from './stored-changes.ts'

export interface MaterialiseShape {
  readonly types: readonly DataType[]
  /** Places of the key columns. */
  readonly key: readonly number[]
  /** How long the rows of an idle key are kept; left out: for good. */
  readonly retention?: Retention
}

const none = -1

export class Materialise extends PassingOperator {
  readonly #shape: MaterialiseShape
  readonly #keys: KeyTable
  readonly #store: RowStore
  readonly #index: RowIndex
  /** By key: its rows. */
  readonly #lists = new LinkedRows()
  readonly #changes: StoredChanges
  readonly #expiry: Expiry | null
  /** Keys that the batch touched, and by key the row that it showed before, and the batch that touched it. */
  #touched: number[] = []
  #shown = new Int32Array(0)
  #touchedBy = new Float64Array(0)
  #batchNumber = 0
  #slots = new Int32Array(0)
  #hashes = new Int32Array(0)
  #rows = new Int32Array(0)
  #ids = new Int32Array(0)
  readonly #rowsPart: RowsPart
  /** When each key was written last, where rows expire. */
  readonly #keysPart: KeyedPart | null
  readonly state: readonly StatePart[]

  constructor(shape: MaterialiseShape, output: Output) {
    super(output)
    const { types, key, retention } = shape
    const keyTypes = key.map((column) => types[column] as DataType)
    this.#shape = shape
    this.#keys = new KeyTable(keyTypes)
    this.#store = new RowStore(types)
    this.#index = new RowIndex(this.#store)
    this.#changes = new StoredChanges({ placed: false, timed: false }, this.#store, output)
    this.#expiry = retention === undefined ? null : new Expiry(retention)
    this.#rowsPart = new RowsPart({
      name: 'rows',
      store: this.#store,
      rowTypes: types,
      keys: key,
      enter: (ids, columns) => this.#enter(ids, columns),
    })
    this.#keysPart = this.#expiry === null ? null : this.#createKeysPart(keyTypes, this.#expiry)
    this.state = this.#keysPart === null ? [this.#rowsPart] : [this.#keysPart, this.#rowsPart]
  }

  #createKeysPart(keyTypes: readonly DataType[], expiry: Expiry): KeyedPart {
    return new KeyedPart({
      name: 'keys',
      table: this.#keys,
      keyTypes,
      columns: [expiry.saved],
      reserve: (slots) => this.#reserve(slots),
    })
  }

  #reserve(slots: number): void {
    this.#lists.reserve(slots, this.#store.capacity)
    this.#shown = grownIntegers(this.#shown, slots, none)
    this.#touchedBy = grownNumbers(this.#touchedBy, slots)
    this.#expiry?.reserve(slots)
  }

  /** Lists rows that have been loaded. */
  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    this.#makeRoom(ids.length)
    this.#find(columns, ids.length)
    for (const [row, id] of ids.entries()) {
      this.#index.add(id, this.#hashes[row] as number)
      this.#lists.add(this.#slots[row] as number, id)
    }
  }

  #makeRoom(rows: number): void {
    if (this.#slots.length >= rows) return
    this.#slots = new Int32Array(rows)
    this.#hashes = new Int32Array(rows)
    this.#rows = new Int32Array(rows)
    this.#ids = new Int32Array(rows)
  }

  /** Finds the key and the hash of each row. */
  #find(columns: readonly Vector[], rows: number): void {
    const keys = this.#shape.key.map((column) => columns[column] as Vector)
    this.#keys.resolve(keys, rows, this.#slots)
    this.#reserve(this.#keys.capacity)
    hashRows(this.#shape.types, columns, null, rows, this.#hashes)
  }

  get stateBytes(): number {
    const rows = this.#store.stateBytes + this.#index.stateBytes + this.#lists.stateBytes + this.#rowsPart.stateBytes
    return rows + this.#keys.stateBytes + this.#shown.byteLength * 3 + (this.#expiry?.stateBytes ?? 0)
  }

  push(_input: number, batch: Batch): void {
    const { length } = batch
    this.#makeRoom(length)
    this.#keepComing(batch)
    this.#find(batch.columns, length)
    this.#batchNumber += 1
    this.#touched = []
    this.#keysPart?.pages.markAll(this.#slots, length)
    this.#expiry?.dropGone(this.#slots, length, (slot) => this.#forget(slot))
    let next = 0
    for (let row = 0; row < length; row++) {
      const slot = this.#slots[row] as number
      this.#touch(slot)
      if (leaves(batch, row)) this.#takeBack(slot, batch, row)
      else this.#add(slot, this.#ids[next++] as number, row)
    }
    this.#emit()
    this.#expiry?.sweep(length, this.#giveUp)
  }

  /** Stores the rows that come. */
  #keepComing(batch: Batch): void {
    let count = 0
    for (let row = 0; row < batch.length; row++) if (!leaves(batch, row)) this.#rows[count++] = row
    this.#store.append(batch.columns, this.#rows, count, this.#ids)
    this.#rowsPart.come(this.#ids, count)
  }

  #touch(slot: number): void {
    if (this.#touchedBy[slot] === this.#batchNumber) return
    this.#touchedBy[slot] = this.#batchNumber
    this.#touched.push(slot)
    this.#shown[slot] = this.#lists.last(slot)
  }

  #add(slot: number, id: number, row: number): void {
    this.#index.add(id, this.#hashes[row] as number)
    this.#lists.add(slot, id)
    this.#expiry?.write(slot)
  }

  #takeBack(slot: number, batch: Batch, row: number): void {
    const id = this.#index.find(batch.columns, row, this.#hashes[row] as number)
    if (id === none) return
    this.#takeOut(slot, id)
    this.#changes.free(id)
    this.#expiry?.write(slot)
  }

  #takeOut(slot: number, id: number): void {
    this.#index.remove(id)
    this.#lists.remove(slot, id)
    this.#rowsPart.go(id)
  }

  #emit(): void {
    for (const slot of this.#touched) {
      const before = this.#shown[slot] as number
      const now = this.#lists.last(slot)
      if (now === none) {
        if (before !== none) this.#changes.add(changeDelete, before)
        this.#expiry?.drop(slot)
        this.#keys.remove(slot)
      } else if (before === none) this.#changes.add(changeInsert, now)
      else if (before !== now && !this.#store.same(before, now)) this.#changes.add(changeUpdateAfter, now)
    }
    this.#changes.flush()
  }

  #forget(slot: number): void {
    for (let id = this.#lists.first(slot); id !== none; id = this.#lists.first(slot)) {
      this.#takeOut(slot, id)
      this.#store.free(id)
    }
  }

  readonly #giveUp = (slot: number): void => {
    this.#keysPart?.pages.mark(slot)
    this.#forget(slot)
    this.#keys.remove(slot)
  }

  tick(nowMs: number): void {
    this.#expiry?.tick(nowMs, this.#giveUp)
  }
}
