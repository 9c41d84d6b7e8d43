/**
 * Joins each row with the version that its key had at the row's event time: FOR SYSTEM_TIME AS OF, as Flink's row-time temporal join.
 *
 * Algebra: the right input is a changelog of versions. A row of it holds from its own time on, until the next version of its key; −D and
 * −U say that there is none from then on; of versions of the same time the last to come counts. A left row at time t meets the latest
 * version not after t. inner: rows with a version that meets the condition. left: all rows, padded where there is none.
 * State: left rows that the watermark of both inputs has not reached, and by key the versions that such a row can still meet: the latest
 * one that the watermark has passed, and those after it. With a retention, all of a key goes when no row came for that long.
 * Emits a left row, with the change that it carries, when the watermark reaches its time, under the watermark before. Nothing is dropped
 * for being late: a late left row waits for the next watermark and meets what is still kept, a late version takes its place among those
 * that are. A key is cleaned up only where one of its rows was waited for. Rows without a time meet nothing.
 */
import { assert } from '#base'
import { type Batch, changeInsert, type DataType, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownBytes } from '../state/grown.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { RowsPart } from '../state/rows-part.ts'
import { savedFlag, savedNumber } from '../state/saved-columns.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import { sortByRank } from '../state/sort-by-rank.ts'
import type { StatePart } from '../state/state-part.ts'
import { InputWatermarks } from './input-watermarks.ts'
import { JoinKeys, type JoinKeysShape } from './join-keys.ts'
import type { JoinCondition } from './join-probe.ts'
import { leaves } from './leaves.ts'
import { NumberList } from './number-list.ts'
import { TemporalMatches } from './temporal-join-matches.ts'
import { TimedRows } from './temporal-join-rows.ts'
import { KeyTimers } from './temporal-join-timers.ts'
import { timesOf } from './times.ts'

export interface TemporalJoinShape {
  readonly type: 'inner' | 'left'
  readonly keys: JoinKeysShape
  /** Types of the columns of the left and of the right input. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  /** Places of the time columns, in milliseconds. */
  readonly times: readonly [number, number]
  /** What must hold of a row and its version besides. */
  readonly condition: JoinCondition | null
  /** How long a key is kept that no row comes to; left out: for good. */
  readonly retention?: Retention
}

const none = -1

export class TemporalJoin implements Operator {
  readonly #shape: TemporalJoinShape
  readonly #keys: JoinKeys
  readonly #matches: TemporalMatches
  readonly #waiting = new TimedRows()
  readonly #versions = new TimedRows()
  /** By id of a version: 1 where there is none from its time on. */
  #ended = new Uint8Array(0)
  readonly #timers = new KeyTimers()
  readonly #watermarks: InputWatermarks
  /** The watermark that has been dealt with. */
  readonly #progress = { watermarkMs: watermarkNone }
  readonly #expiry: Expiry | null
  readonly #keysPart: KeyedPart
  readonly #parts: readonly [RowsPart, RowsPart]
  readonly state: readonly StatePart[]
  #ids = new Int32Array(0)
  #rows = new Int32Array(0)
  /** Left rows that a watermark releases, with the version of each. */
  readonly #due = new NumberList()
  readonly #dueVersions = new NumberList()
  /** Keys that may have no row left. */
  readonly #idleSlots = new NumberList()

  constructor(shape: TemporalJoinShape, output: Output) {
    this.#shape = shape
    this.#keys = new JoinKeys(shape.keys)
    this.#matches = new TemporalMatches(shape, output)
    this.#expiry = shape.retention === undefined ? null : new Expiry(shape.retention)
    this.#watermarks = new InputWatermarks(2, {
      push: () => assert(false, 'watermarks carry no rows'),
      setIdle: (isIdle) => output.setIdle?.(isIdle),
      advance: (watermarkMs) => {
        this.#passTime(watermarkMs)
        this.#end()
        output.advance(watermarkMs)
      },
      finish: () => {
        this.#passTime(watermarkEnd)
        this.#end()
        output.finish()
      },
    })
    this.#keysPart = this.#createKeysPart()
    this.#parts = [this.#createWaitingPart(), this.#createVersionsPart()]
    this.state = [new ScalarsPart('progress', this.#progress), this.#keysPart, ...this.#parts]
  }

  #createKeysPart(): KeyedPart {
    const setTimer = (slot: number, dueAtMs: number): void => this.#timers.set(slot, dueAtMs)
    return new KeyedPart({
      name: 'keys',
      table: this.#keys.table,
      keyTypes: this.#shape.keys.types,
      columns: [savedNumber((slot) => this.#timers.dueAt(slot), setTimer), ...(this.#expiry === null ? [] : [this.#expiry.saved])],
      holds: (slot) => this.#timers.isSet(slot) || this.#expiry !== null,
      reserve: () => this.#reserve(),
    })
  }

  #createWaitingPart(): RowsPart {
    const { keys, types } = this.#shape
    const kind = savedNumber(
      (id) => this.#matches.kindOf(id),
      (id, kindOfRow) => this.#matches.setKind(id, kindOfRow),
    )
    return new RowsPart({
      name: 'waiting',
      store: this.#matches.stores[0],
      rowTypes: types[0],
      keys: keys.columns[0],
      columns: [kind],
      ordered: true,
      enter: (ids, columns) => this.#enter(0, ids, columns),
    })
  }

  #createVersionsPart(): RowsPart {
    const { keys, types } = this.#shape
    const ended = savedFlag(
      (id) => this.#ended[id] === 1,
      (id, isEnd) => this.#noteEnd(id, isEnd),
    )
    return new RowsPart({
      name: 'versions',
      store: this.#matches.stores[1],
      rowTypes: types[1],
      keys: keys.columns[1],
      columns: [ended],
      enter: (ids, columns) => this.#enter(1, ids, columns),
    })
  }

  /** Takes loaded rows in; what they wait for, and how long they are kept, is loaded with their keys. */
  #enter(input: 0 | 1, ids: Int32Array, columns: readonly Vector[]): void {
    const { length } = ids
    const slots = this.#keys.slotsOf(input, { length, columns, kinds: null, watermarks: null }, true)
    this.#reserve()
    const times = timesOf(columns[this.#shape.times[input]] as Vector, length)
    const rows = input === 0 ? this.#waiting : this.#versions
    for (let i = 0; i < length; i++) rows.add(slots[i] as number, ids[i] as number, times[i] as number)
  }

  get stateBytes(): number {
    const rows = this.#matches.stateBytes + this.#waiting.stateBytes + this.#versions.stateBytes + this.#ended.byteLength
    const parts = this.#parts[0].stateBytes + this.#parts[1].stateBytes + this.#timers.stateBytes
    return this.#keys.table.stateBytes + rows + parts + (this.#expiry?.stateBytes ?? 0)
  }

  push(input: number, batch: Batch): void {
    const at = input === 0 ? 0 : 1
    if (this.#ids.length < batch.length) {
      this.#ids = new Int32Array(batch.length)
      this.#rows = new Int32Array(batch.length)
    }
    const slots = this.#keys.slotsOf(at, batch, true)
    const times = timesOf(batch.columns[this.#shape.times[at]] as Vector, batch.length)
    const count = this.#keep(at, batch, slots, times)
    this.#reserve()
    this.#holdKeys(batch.length, slots)
    const watermarks = this.#watermarks.ofBatch(input, batch)
    for (let row = 0, next = 0; row < batch.length; row++) {
      if (watermarks !== null) this.#passTime(watermarks[row] as number)
      if (next === count || this.#rows[next] !== row) continue
      const id = this.#ids[next++] as number
      if (at === 0) this.#takeLeft(batch, row, id, slots[row] as number, times[row] as number)
      else this.#takeVersion(leaves(batch, row), id, slots[row] as number, times[row] as number)
    }
    this.#expiry?.sweep(batch.length, this.#giveUp)
    this.#end()
  }

  tick(nowMs: number): void {
    this.#expiry?.tick(nowMs, this.#giveUp)
    this.#end()
  }

  advance(input: number, watermarkMs: number): void {
    this.#expiry?.begin()
    this.#watermarks.advance(input, watermarkMs)
  }

  setIdle(input: number, isIdle: boolean): void {
    this.#watermarks.setIdle(input, isIdle)
  }

  finish(input: number): void {
    this.#watermarks.finish(input)
  }

  /** Copies all left rows, or the versions that have a key and a time. Writes their places to `rows`. */
  #keep(input: 0 | 1, batch: Batch, slots: Int32Array, times: Float64Array): number {
    let count = 0
    for (let row = 0; row < batch.length; row++) {
      if (input === 0 || ((slots[row] as number) >= 0 && times[row] !== Number.NEGATIVE_INFINITY)) this.#rows[count++] = row
      else if ((slots[row] as number) >= 0) this.#idleSlots.push(slots[row] as number)
    }
    this.#matches.stores[input].append(batch.columns, this.#rows, count, this.#ids)
    this.#parts[input].come(this.#ids, count)
    return count
  }

  #reserve(): void {
    const { capacity } = this.#keys.table
    const [left, right] = this.#matches.stores
    this.#waiting.reserve(capacity, left.capacity)
    this.#versions.reserve(capacity, right.capacity)
    this.#ended = grownBytes(this.#ended, right.capacity)
    this.#timers.reserve(capacity)
    this.#expiry?.reserve(capacity)
  }

  #holdKeys(rows: number, slots: Int32Array): void {
    const expiry = this.#expiry
    if (expiry === null) return
    expiry.begin()
    this.#keysPart.pages.markAll(slots, rows)
    for (let row = 0; row < rows; row++) {
      const slot = slots[row] as number
      if (slot < 0) continue
      if (expiry.isGone(slot)) {
        expiry.drop(slot)
        this.#forget(slot)
      }
      expiry.hold(slot)
    }
  }

  #takeLeft(batch: Batch, row: number, id: number, slot: number, timeMs: number): void {
    this.#matches.setKind(id, batch.kinds === null ? changeInsert : (batch.kinds[row] as number))
    if (slot >= 0 && timeMs !== Number.NEGATIVE_INFINITY) {
      this.#waiting.add(slot, id, timeMs)
      this.#setTimer(slot, timeMs)
      return
    }
    this.#matches.add(id, none, this.#progress.watermarkMs)
    this.#letGo(0, id)
    if (slot >= 0) this.#idleSlots.push(slot)
  }

  #takeVersion(isEnd: boolean, id: number, slot: number, timeMs: number): void {
    this.#versions.add(slot, id, timeMs)
    this.#noteEnd(id, isEnd)
    this.#setTimer(slot, timeMs)
  }

  #noteEnd(id: number, isEnd: boolean): void {
    this.#ended = grownBytes(this.#ended, id + 1)
    this.#ended[id] = isEnd ? 1 : 0
  }

  #setTimer(slot: number, timeMs: number): void {
    this.#keysPart.pages.mark(slot)
    this.#timers.set(slot, timeMs)
  }

  /** Deals with the keys whose time a watermark reaches. */
  #passTime(watermarkMs: number): void {
    if (watermarkMs <= this.#progress.watermarkMs) return
    const before = this.#progress.watermarkMs
    this.#progress.watermarkMs = watermarkMs
    const note = (slot: number): void => this.#keysPart.pages.mark(slot)
    this.#timers.takeDue(watermarkMs, note, (slot) => this.#release(slot, watermarkMs))
    this.#sendDue(before)
  }

  /** Finds the versions of the rows of a key that are due, and drops those that no later row can meet. */
  #release(slot: number, watermarkMs: number): void {
    const [waiting, versions] = [this.#waiting, this.#versions]
    let version = none
    let next = versions.first(slot)
    let left = waiting.first(slot)
    for (; left !== none && waiting.timeOf(left) <= watermarkMs; left = waiting.after(left)) {
      const timeMs = waiting.timeOf(left)
      for (; next !== none && versions.timeOf(next) <= timeMs; next = versions.after(next)) version = next
      waiting.remove(left)
      this.#due.push(left)
      this.#dueVersions.push(version === none || this.#ended[version] === 1 ? none : version)
    }
    this.#dropOldVersions(slot, watermarkMs)
    if (left !== none) this.#setTimer(slot, waiting.timeOf(left))
    else if (versions.first(slot) === none) this.#idleSlots.push(slot)
    if (left === none && versions.first(slot) === none) this.#expiry?.drop(slot)
    else this.#expiry?.hold(slot)
  }

  #dropOldVersions(slot: number, watermarkMs: number): void {
    const versions = this.#versions
    for (let first = versions.first(slot); first !== none; first = versions.first(slot)) {
      const second = versions.after(first)
      if (second === none || versions.timeOf(second) > watermarkMs) return
      this.#dropVersion(first)
    }
  }

  /** Sends the rows that are due, in the order in which they came. */
  #sendDue(watermarkMs: number): void {
    const count = this.#due.length
    if (count === 0) return
    const ids = this.#due.toArray()
    for (const place of this.#placesByArrival(ids)) {
      const id = ids[place] as number
      this.#matches.add(id, this.#dueVersions.at(place), watermarkMs)
      this.#letGo(0, id)
    }
    this.#due.clear()
    this.#dueVersions.clear()
  }

  /** The places of ids in the order in which the rows came. */
  #placesByArrival(ids: Int32Array): Int32Array {
    const [part] = this.#parts
    const compare = (a: number, b: number): number => part.compareArrivals(ids[a] as number, ids[b] as number)
    const places = Int32Array.from({ length: ids.length }, (_, place) => place)
    let inOrder = true
    for (let place = 1; place < places.length && inOrder; place++) inOrder = compare(place - 1, place) <= 0
    return inOrder ? places : sortByRank(places, new Float64Array(ids.length), compare)
  }

  #dropVersion(id: number): void {
    this.#versions.remove(id)
    this.#letGo(1, id)
  }

  #letGo(input: 0 | 1, id: number): void {
    this.#parts[input].go(id)
    this.#matches.free(input, id)
  }

  /** Drops all that is kept of a key. */
  #forget(slot: number): void {
    this.#keysPart.pages.mark(slot)
    for (let id = this.#waiting.first(slot); id !== none; id = this.#waiting.first(slot)) {
      this.#waiting.remove(id)
      this.#letGo(0, id)
    }
    for (let id = this.#versions.first(slot); id !== none; id = this.#versions.first(slot)) this.#dropVersion(id)
    this.#timers.clear(slot)
  }

  readonly #giveUp = (slot: number): void => {
    this.#forget(slot)
    this.#idleSlots.push(slot)
  }

  #end(): void {
    this.#matches.flush()
    for (let i = 0; i < this.#idleSlots.length; i++) {
      const slot = this.#idleSlots.at(i)
      const isIdle = this.#waiting.first(slot) === none && this.#versions.first(slot) === none
      if (!isIdle || !this.#keys.table.isLive(slot)) continue
      this.#keysPart.pages.mark(slot)
      this.#timers.clear(slot)
      this.#expiry?.drop(slot)
      this.#keys.table.remove(slot)
    }
    this.#idleSlots.clear()
  }
}
