/**
 * Top-N: of each partition the rows whose place in an order lies from `from` to `to`, counted from 1 (ROW_NUMBER). Rows that the order
 * does not tell apart stand as they arrived. Without partition columns there is one partition, so this is also ORDER BY with LIMIT over
 * a stream, and without sort columns LIMIT over a stream that retracts.
 *
 * State: over an input that only inserts, the first `to` rows of each partition; over one that retracts, all its rows, since any may
 * move up. With a retention, rows go when they came that long ago; where rows stand as they came, all those of a partition go when none
 * came or left for that long.
 * Emits, once a batch for each partition whose window changed: with the place as a column, −U and +U for each place that another row
 * took, +I and −D as places come and go; without it, −D for rows that left the window and +I for rows that entered it (−U and +U for a
 * window of one row). Rows that were kept for long enough leave without a word.
 */
import { type Batch, changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore, type DataType, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { ExpiringLists } from '../state/expiring-lists.ts'
import type { Retention } from '../state/expiry.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { LongLists } from '../state/long-lists.ts'
import { PendingRows } from '../state/pending-rows.ts'
import type { RankedLists } from '../state/ranked-lists.ts'
import { hashRows } from '../state/row-hash.ts'
import { RowIndex } from '../state/row-index.ts'
import { type OrderColumn, RowOrder } from '../state/row-order.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import type { SavedColumns } from '../state/saved-columns.ts'
import { ShortLists } from '../state/short-lists.ts'
import type { StatePart } from '../state/state-part.ts'
import { leaves } from './leaves.ts'
import { StoredChanges } from './stored-changes.ts'

export interface TopShape {
  readonly types: readonly DataType[]
  /** Places of the partition columns. */
  readonly partitionBy: readonly number[]
  readonly orderBy: readonly OrderColumn[]
  readonly from: number
  readonly to: number
  /** Whether the place is added as a last column, a BIGINT. */
  readonly placed: boolean
  /** Whether rows are also taken away. */
  readonly retracts: boolean
  /** Whether the receiver wants −U before each +U. */
  readonly emitsUpdateBefore: boolean
  /** How long rows are kept; left out: for good. */
  readonly retention?: Retention
  /** Whether the order is that of arrival, so that the rows of a partition expire together. */
  readonly byArrival?: boolean
}

const none = -1
/** Windows up to this place are kept in short lists. */
const shortListMax = 64

export class Top extends PassingOperator {
  readonly #shape: TopShape
  readonly #partitions: KeyTable
  readonly #store: RowStore
  readonly #order: RowOrder
  /** The ordered rows of each partition. */
  readonly #lists: RankedLists
  /** The same lists where rows expire. */
  readonly #expiring: ExpiringLists | null
  readonly #index: RowIndex | null
  readonly #changes: StoredChanges
  /** Rows of a batch that only inserts. */
  readonly #pending: PendingRows
  /** By partition: its last row once there are `to` of them, where later ones can be dropped. */
  #worst = new Int32Array(0)
  /** Partitions that the batch changed, and the window that each had before: from `windowStarts[i]` on in `windows`. */
  #touched: number[] = []
  #windowStarts: number[] = []
  #windows = new Int32Array(64)
  #windowsLength = 0
  #touchedBy = new Float64Array(0)
  #batchNumber = 0
  /** By row id: the last comparison of windows that saw it. */
  #seenBy = new Float64Array(0)
  #comparison = 0
  #slots = new Int32Array(0)
  #ids = new Int32Array(0)
  #kept = new Int32Array(0)
  readonly #rowsPart: RowsPart
  /** The times of partitions, where their rows expire together. */
  readonly #partitionsPart: KeyedPart | null
  readonly state: readonly StatePart[]

  constructor(shape: TopShape, output: Output) {
    super(output)
    const { types, partitionBy } = shape
    const keyTypes = partitionBy.map((column) => types[column] as DataType)
    this.#shape = shape
    this.#partitions = new KeyTable(keyTypes)
    this.#store = new RowStore(types)
    const order = new RowOrder(this.#store, types, shape.orderBy)
    this.#order = order
    const compare = (a: number, b: number) => order.compare(a, b)
    const isShort = !shape.retracts && shape.to >= 1 && shape.to <= shortListMax
    const lists = isShort ? new ShortLists(shape.to, compare) : new LongLists(compare)
    const { retention, byArrival = shape.orderBy.length === 0 } = shape
    this.#expiring = retention === undefined ? null : new ExpiringLists(lists, retention, byArrival, this.#letGo)
    this.#lists = this.#expiring ?? lists
    this.#index = shape.retracts ? new RowIndex(this.#store) : null
    this.#changes = new StoredChanges({ placed: shape.placed, timed: false }, this.#store, output)
    this.#pending = new PendingRows(this.#store, types.length, shape.orderBy)
    const times = this.#expiring === null ? [] : [this.#expiring.saved]
    this.#rowsPart = this.#createRowsPart(byArrival ? [] : times)
    this.#partitionsPart = byArrival && times.length > 0 ? this.#createPartitionsPart(keyTypes, times) : null
    this.state = this.#partitionsPart === null ? [this.#rowsPart] : [this.#partitionsPart, this.#rowsPart]
  }

  #createRowsPart(times: readonly SavedColumns[]): RowsPart {
    const { types, partitionBy } = this.#shape
    return new RowsPart({
      name: 'rows',
      store: this.#store,
      rowTypes: types,
      keys: partitionBy,
      columns: times,
      reserve: (ids) => this.#expiring?.reserveRows(ids),
      enter: (ids, columns) => this.#enter(ids, columns),
    })
  }

  #createPartitionsPart(keyTypes: readonly DataType[], times: readonly SavedColumns[]): KeyedPart {
    const reserve = (slots: number): void => this.#reserve(slots)
    return new KeyedPart({ name: 'partitions', table: this.#partitions, keyTypes, columns: times, reserve })
  }

  /** Ranks rows that have been loaded. */
  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    const { types, partitionBy, to } = this.#shape
    const rows = ids.length
    const slots = new Int32Array(rows)
    const hashes = new Int32Array(rows)
    const keys = partitionBy.map((column) => columns[column] as Vector)
    this.#partitions.resolve(keys, rows, slots)
    this.#reserve(this.#partitions.capacity)
    const ranks = this.#order.ranksOf(columns, rows)
    if (this.#index !== null) hashRows(types, columns, null, rows, hashes)
    for (const [row, id] of ids.entries()) {
      const slot = slots[row] as number
      this.#order.note(id, ranks[row] as number)
      this.#index?.add(id, hashes[row] as number)
      if (this.#expiring === null) this.#lists.insert(slot, id)
      else this.#expiring.enter(slot, id)
      if (this.#index === null && this.#lists.size(slot) === to) this.#worst[slot] = this.#lists.at(slot, to)
    }
  }

  #reserve(slots: number): void {
    this.#lists.reserve(slots)
    this.#worst = grownIntegers(this.#worst, slots, none)
    this.#touchedBy = grownNumbers(this.#touchedBy, slots)
  }

  get stateBytes(): number {
    const rows = this.#store.stateBytes + this.#order.stateBytes + this.#lists.stateBytes + (this.#index?.stateBytes ?? 0)
    return rows + this.#partitions.stateBytes + this.#worst.byteLength * 3
  }

  push(_input: number, batch: Batch): void {
    if (this.#shape.to < this.#shape.from) return
    this.#findPartitions(batch)
    const ranks = this.#order.ranksOf(batch.columns, batch.length)
    if (this.#index === null) this.#takeInserts(batch, ranks)
    else this.#takeChanges(batch, ranks, this.#index)
    this.#emit()
    if (this.#expiring !== null) this.#giveUpEmpty(batch.length, this.#expiring)
  }

  tick(nowMs: number): void {
    this.#expiring?.tick(nowMs, this.#removeIfEmpty)
  }

  #findPartitions(batch: Batch): void {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#ids = new Int32Array(batch.length)
      this.#kept = new Int32Array(batch.length)
    }
    const keys = this.#shape.partitionBy.map((column) => batch.columns[column] as Vector)
    this.#partitions.resolve(keys, batch.length, this.#slots)
    this.#reserve(this.#partitions.capacity)
    this.#partitionsPart?.pages.markAll(this.#slots, batch.length)
    this.#batchNumber += 1
    this.#expiring?.begin(this.#slots, batch.length)
  }

  /** Gives up the partitions that a batch left without rows, and what the sweep finds. */
  #giveUpEmpty(rows: number, expiring: ExpiringLists): void {
    for (let row = 0; row < rows; row++) this.#removeIfEmpty(this.#slots[row] as number)
    expiring.sweep(rows, this.#removeIfEmpty)
  }

  readonly #removeIfEmpty = (slot: number): void => {
    if (this.#lists.size(slot) > 0 || !this.#partitions.isLive(slot)) return
    this.#partitionsPart?.pages.mark(slot)
    this.#partitions.remove(slot)
  }

  /** Lets an expired row go. */
  readonly #letGo = (slot: number, id: number): void => {
    this.#worst[slot] = none
    this.#index?.remove(id)
    this.#rowsPart.go(id)
    this.#store.free(id)
  }

  /** Lets a row go once the changes of the batch are sent. */
  #free(id: number): void {
    if (this.#pending.drop(id)) return
    this.#rowsPart.go(id)
    this.#changes.free(id)
  }

  /** Keeps the rows that stand among the first `to` of their partition. */
  #takeInserts({ columns, length }: Batch, ranks: Float64Array): void {
    const pending = this.#pending
    const count = this.#selectHopeful(length, ranks)
    pending.begin(columns, this.#kept, count)
    for (let i = 0; i < count; i++) {
      const row = this.#kept[i] as number
      const id = pending.ids[i] as number
      const slot = this.#slots[row] as number
      this.#order.note(id, ranks[row] as number)
      const worst = this.#worst[slot] as number
      if (worst !== none && this.#order.compare(id, worst) >= 0) {
        this.#free(id)
        continue
      }
      this.#touch(slot)
      this.#insert(slot, id, worst)
    }
    this.#rowsPart.come(pending.ids, pending.end(columns))
  }

  #insert(slot: number, id: number, worst: number): void {
    const { to } = this.#shape
    if (worst !== none) {
      this.#free(worst)
      this.#lists.remove(slot, worst)
    }
    this.#lists.insert(slot, id)
    if (this.#lists.size(slot) === to) this.#worst[slot] = this.#lists.at(slot, to)
  }

  /** Lists the rows that may stand before the worst row of a full partition: most rows need no more than this comparison. */
  #selectHopeful(rows: number, ranks: Float64Array): number {
    const kept = this.#kept
    let count = 0
    for (let row = 0; row < rows; row++) {
      const worst = this.#worst[this.#slots[row] as number] as number
      if (worst !== none) {
        const rank = ranks[row] as number
        const limit = this.#order.rankOf(worst)
        if (rank > limit || (rank === limit && this.#order.decides(rank))) continue
      }
      kept[count++] = row
    }
    return count
  }

  /** Keeps all rows that come, and lets go those that leave. */
  #takeChanges(batch: Batch, ranks: Float64Array, index: RowIndex): void {
    const hashes = new Int32Array(batch.length)
    hashRows(this.#shape.types, batch.columns, null, batch.length, hashes)
    let count = 0
    for (let row = 0; row < batch.length; row++) if (!leaves(batch, row)) this.#kept[count++] = row
    this.#store.append(batch.columns, this.#kept, count, this.#ids)
    this.#rowsPart.come(this.#ids, count)
    let kept = 0
    for (let row = 0; row < batch.length; row++) {
      const slot = this.#slots[row] as number
      const hash = hashes[row] as number
      if (!leaves(batch, row)) {
        const id = this.#ids[kept++] as number
        this.#touch(slot)
        this.#order.note(id, ranks[row] as number)
        index.add(id, hash)
        this.#lists.insert(slot, id)
        continue
      }
      const id = index.find(batch.columns, row, hash)
      // State may have been dropped: what is not there cannot go.
      if (id === none) continue
      this.#touch(slot)
      index.remove(id)
      this.#free(id)
      this.#lists.remove(slot, id)
    }
  }

  /** Notes the window of a partition before the batch changes it for the first time. */
  #touch(slot: number): void {
    if (this.#touchedBy[slot] === this.#batchNumber) return
    this.#touchedBy[slot] = this.#batchNumber
    this.#touched.push(slot)
    this.#windowStarts.push(this.#windowsLength)
    this.#noteWindow(slot)
  }

  #noteWindow(slot: number): void {
    const { from, to } = this.#shape
    const end = this.#windowsLength + Math.max(0, Math.min(to, this.#lists.size(slot)) - from + 1)
    this.#windows = grownIntegers(this.#windows, end)
    this.#windowsLength += this.#lists.copy(slot, from, to, this.#windows, this.#windowsLength)
  }

  #emit(): void {
    this.#seenBy = grownNumbers(this.#seenBy, this.#store.capacity)
    const { from, to, placed } = this.#shape
    const ends = this.#windowsLength
    for (const [i, slot] of this.#touched.entries()) {
      const oldStart = this.#windowStarts[i] as number
      const oldEnd = this.#windowStarts[i + 1] ?? ends
      this.#windowsLength = ends
      this.#noteWindow(slot)
      if (placed || from === to) this.#comparePlaces(oldStart, oldEnd, ends)
      else this.#compareRows(oldStart, oldEnd, ends)
    }
    this.#changes.flush()
    for (const slot of this.#touched) this.#removeIfEmpty(slot)
    this.#touched = []
    this.#windowStarts = []
    this.#windowsLength = 0
  }

  /** Emits what changed at each place, between the window from `oldStart` and the one from `newStart`, which ends the list. */
  #comparePlaces(oldStart: number, oldEnd: number, newStart: number): void {
    const { from, emitsUpdateBefore } = this.#shape
    const oldLength = oldEnd - oldStart
    const newLength = this.#windowsLength - newStart
    for (let i = 0; i < Math.max(oldLength, newLength); i++) {
      const before = this.#windows[oldStart + i] as number
      const after = this.#windows[newStart + i] as number
      if (i >= oldLength) this.#changes.add(changeInsert, after, from + i)
      else if (i >= newLength) this.#changes.add(changeDelete, before, from + i)
      else if (before !== after && !this.#isSame(before, after)) {
        if (emitsUpdateBefore) this.#changes.add(changeUpdateBefore, before, from + i)
        this.#changes.add(changeUpdateAfter, after, from + i)
      }
    }
  }

  /** Rows of different ranks are different: most need no more than this comparison. */
  #isSame(a: number, b: number): boolean {
    return this.#order.rankOf(a) === this.#order.rankOf(b) && this.#store.same(a, b)
  }

  /** Emits the rows that are in only one of the windows. */
  #compareRows(oldStart: number, oldEnd: number, newStart: number): void {
    const seenBy = this.#seenBy
    const windows = this.#windows
    const newEnd = this.#windowsLength
    const inNew = ++this.#comparison
    for (let i = newStart; i < newEnd; i++) seenBy[windows[i] as number] = inNew
    const inBoth = ++this.#comparison
    for (let i = oldStart; i < oldEnd; i++) {
      const id = windows[i] as number
      if (seenBy[id] === inNew) seenBy[id] = inBoth
      else this.#changes.add(changeDelete, id)
    }
    for (let i = newStart; i < newEnd; i++) {
      const id = windows[i] as number
      if (seenBy[id] !== inBoth) this.#changes.add(changeInsert, id)
    }
  }
}
