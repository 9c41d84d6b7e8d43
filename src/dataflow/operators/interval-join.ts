/**
 * Joins rows of two inputs that have the same key and whose times lie close together: left − right from `fromMs` to `toMs`.
 *
 * inner: pairs. left, right, full: also the rows of that side (of both) without a partner, padded with NULLs. semi, anti: the left rows
 * with a partner, without one. Rows with a NULL time, or a NULL in a key where `nullsEqual` does not count it, match nothing.
 * State: the rows that a row after the watermark can still meet; watermarks drop them. A late row meets what is kept, as in Flink, and is
 * kept itself only when something can still meet it. By processing time, the clock of the rows takes the place of the watermark.
 * Emits inserts only: pairs at once, rows without a partner when the watermark makes that certain. The watermark sent on is held back by
 * as much as an emitted row can be older than the newest one, so that no row becomes late by the join.
 */
import { type Batch, type DataType, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { InputWatermarks } from './input-watermarks.ts'
import { IntervalSide } from './interval-side.ts'
import { JoinKeys, type JoinKeysShape } from './join-keys.ts'
import { JoinPairs, keepsLonely } from './join-pairs.ts'
import type { JoinCondition, JoinType } from './join-probe.ts'
import { slotNone } from './join-side.ts'
import { NumberList } from './number-list.ts'
import { timesOf } from './times.ts'

export interface IntervalJoinShape {
  readonly type: JoinType
  readonly keys: JoinKeysShape
  /** Types of the columns of the left and of the right input. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  /** Places of the time columns, in milliseconds. */
  readonly times: readonly [number, number]
  readonly time: 'event-time' | 'processing-time'
  readonly fromMs: number
  readonly toMs: number
  /** What must hold besides the interval. */
  readonly condition: JoinCondition | null
}

const none = -1
const inputs = [0, 1] as const

export class IntervalJoin implements Operator {
  readonly #shape: IntervalJoinShape
  readonly #keys: JoinKeys
  readonly #pairs: JoinPairs
  readonly #sides: readonly [IntervalSide, IntervalSide]
  readonly #watermarks: InputWatermarks
  /** By input: a row at time t meets partners from t + `lower` to t + `upper`, which is its reach. */
  readonly #lower: readonly [number, number]
  readonly #upper: readonly [number, number]
  readonly #lonely: readonly [boolean, boolean]
  readonly #heldBackMs: number
  readonly #byClock: boolean
  /** The watermark of both inputs, or the clock less a millisecond: rows that come have a greater time, or are late. */
  readonly #progress = { watermarkMs: watermarkNone }
  readonly state: readonly StatePart[]
  #selection = new Int32Array(0)
  #ids = new Int32Array(0)
  #slots: Int32Array = new Int32Array(0)
  /** Keys that may have no row left. */
  readonly #idleSlots = new NumberList()

  constructor(shape: IntervalJoinShape, output: Output) {
    const { type, fromMs, toMs, time } = shape
    this.#shape = shape
    this.#byClock = time === 'processing-time'
    this.#keys = new JoinKeys(shape.keys)
    this.#lower = [-toMs, fromMs]
    this.#upper = [-fromMs, toMs]
    this.#lonely = [keepsLonely(type, 0), keepsLonely(type, 1)]
    this.#pairs = this.#createPairs(output)
    this.#sides = [this.#createSide(0), this.#createSide(1)]
    this.state = [new ScalarsPart('progress', this.#progress), ...this.#pairs.parts]
    this.#heldBackMs = this.#byClock ? 0 : Math.max(0, -fromMs, toMs)
    this.#watermarks = new InputWatermarks(2, {
      push: (batch) => {
        output.push(batch)
      },
      setIdle: (isIdle) => output.setIdle?.(isIdle),
      advance: (watermarkMs) => {
        if (!this.#byClock) this.#passTime(watermarkMs)
        this.#end()
        output.advance(watermarkMs - this.#heldBackMs)
      },
      finish: () => {
        this.#passTime(watermarkEnd)
        this.#end()
        output.finish()
      },
    })
  }

  #createPairs(output: Output): JoinPairs {
    const { type, types, condition, keys } = this.#shape
    const ordered = this.#lonely
    const enter = (input: 0 | 1, ids: Int32Array, columns: readonly Vector[]): void => this.#enter(input, ids, columns)
    const shape = { type, types, condition, timed: !this.#byClock, keys: keys.columns, remembersMet: true, ordered, enter }
    return new JoinPairs(shape, output)
  }

  #createSide(input: 0 | 1): IntervalSide {
    const { fromMs, toMs } = this.#shape
    const part = this.#pairs.parts[input]
    const compareArrivals = (a: number, b: number): number => part.compareArrivals(a, b)
    return new IntervalSide({ reachMs: this.#upper[input], spanMs: toMs - fromMs, exact: this.#lonely[input], compareArrivals })
  }

  get stateBytes(): number {
    return this.#keys.table.stateBytes + this.#pairs.stateBytes + this.#sides[0].stateBytes + this.#sides[1].stateBytes
  }

  push(input: number, batch: Batch): void {
    const at = input === 0 ? 0 : 1
    const times = timesOf(batch.columns[this.#shape.times[at]] as Vector, batch.length)
    const count = this.#keep(at, batch, times)
    if (count > 0) this.#join(at, batch, times, count)
    if (this.#byClock) this.#passTime(latestOf(times) - 1)
    this.#end()
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

  /** Copies the rows that can match something, or are sent without. Writes their places to `selection`. */
  #keep(input: 0 | 1, batch: Batch, times: Float64Array): number {
    if (this.#ids.length < batch.length) {
      this.#selection = new Int32Array(batch.length)
      this.#ids = new Int32Array(batch.length)
    }
    const slots = this.#keys.slotsOf(input, batch, true)
    const lonely = this.#lonely[input]
    let count = 0
    for (let row = 0; row < batch.length; row++) {
      if (times[row] === Number.NEGATIVE_INFINITY && slots[row] !== slotNone) {
        this.#idleSlots.push(slots[row] as number)
        slots[row] = slotNone
      }
      if (lonely || slots[row] !== slotNone) this.#selection[count++] = row
    }
    this.#slots = slots
    this.#pairs.keep(input, batch.columns, this.#selection, count, this.#ids)
    this.#reserve(input)
    return count
  }

  #reserve(input: 0 | 1): void {
    this.#sides[input].reserve(this.#keys.table.capacity, this.#pairs.stores[input].capacity)
    this.#sides[1 - input]?.reserve(this.#keys.table.capacity, 0)
  }

  /** Takes loaded rows in. */
  #enter(input: 0 | 1, ids: Int32Array, columns: readonly Vector[]): void {
    const times = timesOf(columns[this.#shape.times[input]] as Vector, ids.length)
    const slots = this.#keys.slotsOf(input, { length: ids.length, columns, kinds: null, watermarks: null }, true)
    this.#reserve(input)
    for (const [row, id] of ids.entries()) this.#sides[input].add(slots[row] as number, id, times[row] as number)
  }

  #join(input: 0 | 1, batch: Batch, times: Float64Array, count: number): void {
    const watermarks = this.#byClock ? null : this.#watermarks.ofBatch(input, batch)
    const own = this.#sides[input]
    const reachMs = this.#upper[input]
    for (let i = 0; i < count; i++) {
      const row = this.#selection[i] as number
      const id = this.#ids[i] as number
      const slot = this.#slots[row] as number
      if (watermarks !== null) this.#passTime(watermarks[row] as number)
      if (slot === slotNone) this.#dismiss(input, id)
      else {
        const timeMs = times[row] as number
        this.#meet(input, id, slot, timeMs)
        if (timeMs + reachMs > this.#progress.watermarkMs) own.add(slot, id, timeMs)
        else {
          this.#dismiss(input, id)
          this.#idleSlots.push(slot)
        }
      }
    }
  }

  /** Pairs a row with the kept rows of the other input, but for those that only wait to be dropped. */
  #meet(input: 0 | 1, id: number, slot: number, timeMs: number): void {
    const other = this.#sides[1 - input] as IntervalSide
    if (other.isEmpty(slot)) return
    const upperMs = timeMs + this.#upper[input]
    const lowerMs = Math.max(timeMs + this.#lower[input], this.#progress.watermarkMs - (this.#upper[1 - input] as number) + 1)
    const sentMs = this.#progress.watermarkMs - this.#heldBackMs
    for (
      let partner = other.firstFrom(slot, lowerMs);
      partner !== none && other.timeOf(partner) <= upperMs;
      partner = other.after(partner)
    ) {
      if (input === 0) this.#pairs.add(id, partner, sentMs)
      else this.#pairs.add(partner, id, sentMs)
    }
  }

  /** Lets a row go that nothing will meet any more. */
  #dismiss(input: 0 | 1, id: number): void {
    if (this.#lonely[input]) {
      this.#pairs.settle()
      if (!this.#pairs.hasMet(input, id)) this.#pairs.sendAlone(input, id, this.#progress.watermarkMs - this.#heldBackMs)
    }
    this.#pairs.free(input, id)
  }

  /** Drops the rows that nothing after the watermark can meet, under the watermark before. */
  #passTime(watermarkMs: number): void {
    if (watermarkMs <= this.#progress.watermarkMs) return
    for (const input of inputs) {
      const own = this.#sides[input]
      own.dropUnreachable(watermarkMs, (id) => {
        this.#dismiss(input, id)
        const slot = own.slotOf(id)
        if (own.isEmpty(slot)) this.#idleSlots.push(slot)
      })
    }
    this.#progress.watermarkMs = watermarkMs
  }

  #end(): void {
    this.#pairs.flush()
    this.#dropIdleKeys()
  }

  #dropIdleKeys(): void {
    const [left, right] = this.#sides
    for (let i = 0; i < this.#idleSlots.length; i++) {
      const slot = this.#idleSlots.at(i)
      if (this.#keys.table.isLive(slot) && left.isEmpty(slot) && right.isEmpty(slot)) this.#keys.table.remove(slot)
    }
    this.#idleSlots.clear()
  }
}

function latestOf(times: Float64Array): number {
  let latest = watermarkNone
  for (const time of times) latest = Math.max(latest, time)
  return latest
}
