/**
 * Top-N of each window and partition, and deduplication within windows: the rows whose place in an order lies from `from` to `to`,
 * counted from 1 (ROW_NUMBER), among the rows of the same window. Of rows that the order does not tell apart the first to arrive stands
 * first, or the last one when `ties` says so (deduplication that keeps the last row).
 *
 * State: the first `to` rows of each partition of the windows still open; a window's rows are dropped when it is emitted.
 * Emits inserts only, when the watermark passes the last millisecond of a window: windows in order of their end, partitions in order of
 * arrival, rows in order of their place. A row whose window the watermark before it had closed is late: dropped and counted.
 */
import { type Batch, changeInsert, type DataType, numbersIn, type Vector, watermarkEnd, watermarkNone } from '#data'
import { type LateRows, takeUnselected } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { LongLists } from '../state/long-lists.ts'
import { PendingRows } from '../state/pending-rows.ts'
import type { RankedLists } from '../state/ranked-lists.ts'
import { type OrderColumn, RowOrder } from '../state/row-order.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { savedNumbersIn } from '../state/saved-columns.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import { ShortLists } from '../state/short-lists.ts'
import type { StatePart } from '../state/state-part.ts'
import { NumberList } from './number-list.ts'
import { OpenWindows } from './open-windows.ts'
import type { WindowClock } from './slices.ts'
import { StoredChanges } from './stored-changes.ts'

export interface WindowTopShape {
  readonly types: readonly DataType[]
  /** Places of the partition columns, the bounds of the window among them. */
  readonly partitionBy: readonly number[]
  /** Place of the column with the window's end. */
  readonly windowEnd: number
  /** Null when windows are cut in epoch time. */
  readonly clock: WindowClock | null
  readonly orderBy: readonly OrderColumn[]
  readonly from: number
  readonly to: number
  /** Which of equal rows stands first. `last` needs `to` to be 1. */
  readonly ties: 'first' | 'last'
  /** Whether the place is added as a last column, a BIGINT. */
  readonly placed: boolean
  /** Who takes late rows; left out: nobody. */
  readonly late?: LateRows
}

const none = -1
/** Windows up to this place are kept in short lists. */
const shortListMax = 64

export class WindowTop implements Operator {
  readonly #shape: WindowTopShape
  readonly #output: Output
  readonly #partitions: KeyTable
  readonly #store: RowStore
  readonly #order: RowOrder
  /** The ordered rows of each partition. */
  readonly #lists: RankedLists
  readonly #changes: StoredChanges
  readonly #pending: PendingRows
  /** The partitions of each window. */
  readonly #windows: OpenWindows<NumberList>
  /** By partition: its last row once there are `to` of them, where later ones can be dropped. */
  #worst = new Int32Array(0)
  /** By partition, and by row: how many partitions had come before the partition. */
  #orders = new Float64Array(0)
  #ordersById = new Float64Array(0)
  #partitionsSeen = 0
  readonly #part: RowsPart
  readonly state: readonly StatePart[]
  /** Loaded partitions, with the ends of their windows, before they are listed. */
  #loaded: { readonly slot: number; readonly end: number }[] = []
  readonly #progress = { watermarkMs: watermarkNone, lateRows: 0 }
  #selection = new Int32Array(0)
  #slots = new Int32Array(0)
  #kept = new Int32Array(0)
  #keptSlots = new Int32Array(0)
  #places = new Int32Array(0)
  constructor(shape: WindowTopShape, output: Output) {
    const { types, partitionBy, orderBy, to, placed, clock } = shape
    this.#shape = shape
    this.#output = output
    this.#partitions = new KeyTable(partitionBy.map((column) => types[column] as DataType))
    this.#store = new RowStore(types)
    const order = new RowOrder(this.#store, types, orderBy)
    this.#order = order
    const compare = (a: number, b: number) => order.compare(a, b)
    this.#lists = to >= 1 && to <= shortListMax ? new ShortLists(to, compare) : new LongLists(compare)
    this.#changes = new StoredChanges({ placed, timed: false }, this.#store, output)
    this.#pending = new PendingRows(this.#store, types.length, orderBy)
    this.#windows = new OpenWindows(clock, () => new NumberList())
    this.#part = this.#createPart()
    this.state = [new ScalarsPart('progress', this.#progress), this.#part]
  }

  #createPart(): RowsPart {
    const order = savedNumbersIn(() => this.#ordersById)
    return new RowsPart({
      name: 'rows',
      store: this.#store,
      rowTypes: this.#shape.types,
      keys: this.#shape.partitionBy,
      columns: [order],
      reserve: (ids) => this.#reserveIds(ids),
      enter: (ids, columns) => this.#enter(ids, columns),
      entered: () => this.#listLoaded(),
    })
  }

  /** Rows dropped since their window was closed before they came. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    const rows = this.#store.stateBytes + this.#order.stateBytes + this.#lists.stateBytes + this.#ordersById.byteLength
    return rows + this.#partitions.stateBytes + this.#worst.byteLength + this.#orders.byteLength
  }

  push(_input: number, batch: Batch): void {
    const { from, to, windowEnd } = this.#shape
    if (to < from) return
    this.#reserve(batch.length)
    const ends = batch.columns[windowEnd] as Vector
    const count = this.#windows.selectOpen(batch, ends, this.#progress.watermarkMs, this.#selection)
    this.#progress.lateRows += batch.length - count
    takeUnselected(this.#shape.late, batch, this.#selection, count, this.#progress.watermarkMs)
    if (count === 0) return
    this.#findPartitions(batch.columns, count, count === batch.length ? null : this.#selection)
    const ranks = this.#order.ranksOf(batch.columns, batch.length)
    const hopeful = this.#selectHopeful(count, ranks)
    this.#pending.begin(batch.columns, this.#kept, hopeful)
    this.#reserveIds(this.#store.capacity)
    const endsMs = numbersIn(ends)
    for (let i = 0; i < hopeful; i++) {
      const row = this.#kept[i] as number
      const id = this.#pending.ids[i] as number
      this.#order.note(id, ranks[row] as number)
      this.#take(this.#keptSlots[i] as number, id, endsMs[row] as number)
    }
    this.#part.come(this.#pending.ids, this.#pending.end(batch.columns))
    this.#changes.flush()
  }

  /** Takes loaded rows in. */
  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    const { length } = ids
    this.#reserve(length)
    this.#findPartitions(columns, length, null)
    const ranks = this.#order.ranksOf(columns, length)
    const ends = numbersIn(columns[this.#shape.windowEnd] as Vector)
    for (const [row, id] of ids.entries()) {
      const slot = this.#slots[row] as number
      this.#order.note(id, ranks[row] as number)
      if (this.#lists.size(slot) === 0) {
        this.#orders[slot] = this.#ordersById[id] as number
        this.#loaded.push({ slot, end: ends[row] as number })
      }
      this.#insert(slot, id)
    }
  }

  /** Lists loaded partitions in the order in which they had come. */
  #listLoaded(): void {
    const orderOf = ({ slot }: { readonly slot: number }): number => this.#orders[slot] as number
    for (const partition of this.#loaded.sort((a, b) => orderOf(a) - orderOf(b))) {
      this.#partitionsSeen = orderOf(partition)
      this.#windows.find(partition.end).push(partition.slot)
    }
    this.#loaded = []
  }

  advance(_input: number, watermarkMs: number): void {
    this.#emitClosed(watermarkMs)
    this.#progress.watermarkMs = Math.max(this.#progress.watermarkMs, watermarkMs)
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#emitClosed(watermarkEnd)
    this.#output.finish()
  }

  #reserve(rows: number): void {
    if (this.#slots.length >= rows) return
    this.#selection = new Int32Array(rows)
    this.#slots = new Int32Array(rows)
    this.#kept = new Int32Array(rows)
    this.#keptSlots = new Int32Array(rows)
  }

  #reserveIds(ids: number): void {
    this.#ordersById = grownNumbers(this.#ordersById, ids)
  }

  #findPartitions(columns: readonly Vector[], count: number, selection: Int32Array | null): void {
    const keys = this.#shape.partitionBy.map((column) => columns[column] as Vector)
    this.#partitions.resolve(keys, count, this.#slots, selection)
    const { capacity } = this.#partitions
    this.#lists.reserve(capacity)
    this.#worst = grownIntegers(this.#worst, capacity, none)
    this.#orders = grownNumbers(this.#orders, capacity)
  }

  /** Lists the rows that may stand before the worst row of a full partition: most rows need no more than this comparison. */
  #selectHopeful(count: number, ranks: Float64Array): number {
    const first = this.#shape.ties === 'first'
    let hopeful = 0
    for (let i = 0; i < count; i++) {
      const row = this.#selection[i] as number
      const slot = this.#slots[i] as number
      const worst = this.#worst[slot] as number
      if (worst !== none) {
        const rank = ranks[row] as number
        const limit = this.#order.rankOf(worst)
        if (rank > limit || (first && rank === limit && this.#order.decides(rank))) continue
      }
      this.#kept[hopeful] = row
      this.#keptSlots[hopeful++] = slot
    }
    return hopeful
  }

  #take(slot: number, id: number, end: number): void {
    const { ties } = this.#shape
    const worst = this.#worst[slot] as number
    if (worst !== none) {
      const difference = this.#order.compare(id, worst)
      if (difference > 0 || (difference === 0 && ties === 'first')) {
        this.#letGo(id)
        return
      }
      this.#lists.remove(slot, worst)
      this.#letGo(worst)
    } else if (this.#lists.size(slot) === 0) {
      this.#orders[slot] = ++this.#partitionsSeen
      this.#windows.find(end).push(slot)
    }
    this.#ordersById[id] = this.#orders[slot] as number
    this.#insert(slot, id)
  }

  #insert(slot: number, id: number): void {
    const { to } = this.#shape
    this.#lists.insert(slot, id)
    if (this.#lists.size(slot) === to) this.#worst[slot] = this.#lists.at(slot, to)
  }

  #letGo(id: number): void {
    if (this.#pending.drop(id)) return
    this.#part.go(id)
    this.#changes.free(id)
  }

  #emitClosed(watermarkMs: number): void {
    for (const slots of this.#windows.takeClosed(watermarkMs)) {
      for (let i = 0; i < slots.length; i++) this.#emitPartition(slots.at(i))
      this.#changes.flush()
    }
  }

  #emitPartition(slot: number): void {
    const { from, to } = this.#shape
    const size = this.#lists.size(slot)
    this.#places = grownIntegers(this.#places, size)
    const places = this.#places
    this.#lists.copy(slot, 1, size, places, 0)
    for (let place = from; place <= Math.min(to, size); place++) this.#changes.add(changeInsert, places[place - 1] as number, place)
    for (let i = size - 1; i >= 0; i--) {
      this.#lists.remove(slot, places[i] as number)
      this.#letGo(places[i] as number)
    }
    this.#worst[slot] = none
    this.#partitions.remove(slot)
  }
}
