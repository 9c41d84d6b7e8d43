/**
 * Joins the rows of two inputs that stand in the same window and have the same key (window joins).
 *
 * Algebra: each window is joined on its own: inner, left, right, full, semi or anti. A NULL in a key matches nothing unless `nullsEqual`
 * says so.
 * State: the rows of the windows still open, by key. A window's rows are dropped when it is emitted.
 * Emits inserts only, when the watermark (the least of both inputs) passes the last millisecond of a window: pairs in order of arrival of
 * the left row, then of the right one; then the rows without a partner. A row whose window the watermark before it had closed is late:
 * dropped and counted.
 */
import { type Batch, type DataType, numbersIn, selectBatch, type Vector, watermarkEnd, watermarkNone } from '#data'
import { type LateRows, takeUnselected } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import { grownIntegers } from '../state/grown.ts'
import { LinkedRows } from '../state/linked-rows.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { InputWatermarks } from './input-watermarks.ts'
import { JoinKeys, type JoinKeysShape } from './join-keys.ts'
import { JoinPairs, keepsLonely } from './join-pairs.ts'
import type { JoinCondition, JoinType } from './join-probe.ts'
import { slotNone } from './join-side.ts'
import { NumberList } from './number-list.ts'
import { OpenWindows } from './open-windows.ts'
import type { WindowClock } from './slices.ts'

export interface WindowJoinShape {
  readonly type: JoinType
  /** The bounds of the window are among the keys. */
  readonly keys: JoinKeysShape
  /** Types of the columns of the left and of the right input. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  /** Places of the columns with the window's end. */
  readonly windowEnds: readonly [number, number]
  /** Null when windows are cut in epoch time. */
  readonly clock: WindowClock | null
  readonly condition: JoinCondition | null
  /** Who takes late rows of each input; left out: nobody. */
  readonly late?: readonly [LateRows, LateRows]
}

/** The rows of a window, of both inputs. */
type WindowRows = readonly [NumberList, NumberList]

const none = -1

export class WindowJoin implements Operator {
  readonly #shape: WindowJoinShape
  readonly #keys: JoinKeys
  readonly #pairs: JoinPairs
  readonly #lists = [new LinkedRows(), new LinkedRows()] as const
  /** By id: the slot of each row's key. */
  readonly #slotsById: [Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>] = [new Int32Array(0), new Int32Array(0)]
  readonly #windows: OpenWindows<WindowRows>
  readonly #watermarks: InputWatermarks
  readonly #progress = { watermarkMs: watermarkNone, lateRows: 0 }
  readonly state: readonly StatePart[]
  #selection = new Int32Array(0)
  #ids = new Int32Array(0)

  constructor(shape: WindowJoinShape, output: Output) {
    const { clock } = shape
    this.#shape = shape
    this.#keys = new JoinKeys(shape.keys)
    this.#pairs = this.#createPairs(output)
    this.state = [new ScalarsPart('progress', this.#progress), ...this.#pairs.parts]
    this.#windows = new OpenWindows<WindowRows>(clock, () => [new NumberList(), new NumberList()])
    this.#watermarks = new InputWatermarks(2, {
      push: (batch) => {
        output.push(batch)
      },
      setIdle: (isIdle) => output.setIdle?.(isIdle),
      advance: (watermarkMs) => {
        this.#emitClosed(watermarkMs)
        this.#progress.watermarkMs = Math.max(this.#progress.watermarkMs, watermarkMs)
        output.advance(watermarkMs)
      },
      finish: () => {
        this.#emitClosed(watermarkEnd)
        output.finish()
      },
    })
  }

  #createPairs(output: Output): JoinPairs {
    const { type, types, condition, keys } = this.#shape
    const enter = (input: 0 | 1, ids: Int32Array, columns: readonly Vector[]): void => {
      const batch = { length: ids.length, columns, kinds: null, watermarks: null }
      const slots = this.#keys.slotsOf(input, batch, true)
      this.#list(input, batch, slots, null, ids)
    }
    const shape = { type, types, condition, timed: false, keys: keys.columns, remembersMet: false, ordered: [false, false], enter } as const
    return new JoinPairs(shape, output)
  }

  /** Rows dropped since their window was closed before they came. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    const lists = this.#lists[0].stateBytes + this.#lists[1].stateBytes
    return this.#keys.table.stateBytes + this.#pairs.stateBytes + lists + this.#slotsById[0].byteLength + this.#slotsById[1].byteLength
  }

  push(input: number, batch: Batch): void {
    const at = input === 0 ? 0 : 1
    if (this.#selection.length < batch.length) {
      this.#selection = new Int32Array(batch.length)
      this.#ids = new Int32Array(batch.length)
    }
    const timed = { ...batch, watermarks: this.#watermarks.ofBatch(input, batch) }
    const ends = batch.columns[this.#shape.windowEnds[at]] as Vector
    const count = this.#windows.selectOpen(timed, ends, this.#progress.watermarkMs, this.#selection)
    this.#progress.lateRows += batch.length - count
    takeUnselected(this.#shape.late?.[at], timed, this.#selection, count, this.#progress.watermarkMs)
    if (count > 0) this.#keep(at, count === batch.length ? batch : selectBatch(batch, this.#selection, count))
  }

  advance(input: number, watermarkMs: number): void {
    this.#watermarks.advance(input, watermarkMs)
  }

  setIdle(input: number, isIdle: boolean): void {
    this.#watermarks.setIdle(input, isIdle)
  }

  finish(input: number): void {
    this.#watermarks.finish(input)
  }

  #keep(input: 0 | 1, batch: Batch): void {
    const slots = this.#keys.slotsOf(input, batch, true)
    const selection = this.#selection
    const lonely = keepsLonely(this.#shape.type, input)
    let count = 0
    for (let row = 0; row < batch.length; row++) if (lonely || slots[row] !== slotNone) selection[count++] = row
    this.#pairs.keep(input, batch.columns, selection, count, this.#ids)
    this.#list(input, batch, slots, selection, this.#ids.subarray(0, count))
  }

  /** Lists kept rows by key and by window: row `selection[i]` of the batch (row i when it is null) under id `ids[i]`. */
  #list(input: 0 | 1, batch: Batch, slots: Int32Array, selection: Int32Array | null, ids: Int32Array): void {
    const { capacity } = this.#pairs.stores[input]
    for (const lists of this.#lists) lists.reserve(this.#keys.table.capacity, 0)
    const lists = this.#lists[input]
    lists.reserve(0, capacity)
    const slotsById = grownIntegers(this.#slotsById[input], capacity)
    this.#slotsById[input] = slotsById
    const ends = numbersIn(batch.columns[this.#shape.windowEnds[input]] as Vector)
    for (let i = 0; i < ids.length; i++) {
      const row = selection === null ? i : (selection[i] as number)
      const id = ids[i] as number
      const slot = slots[row] as number
      slotsById[id] = slot
      if (slot !== slotNone) lists.add(slot, id)
      this.#windows.find(ends[row] as number)[input].push(id)
    }
  }

  #emitClosed(watermarkMs: number): void {
    for (const rows of this.#windows.takeClosed(watermarkMs)) {
      this.#meet(rows[0])
      this.#pairs.settle()
      for (const input of [0, 1] as const) if (keepsLonely(this.#shape.type, input)) this.#sendLonely(input, rows[input])
      for (const input of [0, 1] as const) this.#drop(input, rows[input])
      this.#pairs.flush()
    }
  }

  #meet(rows: NumberList): void {
    const { type, condition } = this.#shape
    const firstOnly = (type === 'semi' || type === 'anti') && condition === null
    const [, rights] = this.#lists
    for (let i = 0; i < rows.length; i++) {
      const left = rows.at(i)
      const slot = this.#slotsById[0][left] as number
      if (slot === slotNone) continue
      for (let right = rights.first(slot); right !== none; right = rights.after(right)) {
        this.#pairs.add(left, right, 0)
        if (firstOnly) break
      }
    }
  }

  #sendLonely(input: 0 | 1, rows: NumberList): void {
    for (let i = 0; i < rows.length; i++) if (!this.#pairs.hasMet(input, rows.at(i))) this.#pairs.sendAlone(input, rows.at(i), 0)
  }

  #drop(input: 0 | 1, rows: NumberList): void {
    const { table } = this.#keys
    for (let i = 0; i < rows.length; i++) {
      const id = rows.at(i)
      const slot = this.#slotsById[input][id] as number
      this.#pairs.free(input, id)
      if (slot === slotNone) continue
      this.#lists[input].remove(slot, id)
      if (this.#lists[0].first(slot) === none && this.#lists[1].first(slot) === none) table.remove(slot)
    }
  }
}
