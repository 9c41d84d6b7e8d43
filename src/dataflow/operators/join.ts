/**
 * Joins two streams on equal keys: every row meets every row of the other input that has the same key and meets the condition.
 *
 * inner: pairs. left, right, full: also the rows of that side (of both) without a partner, padded with NULLs. semi, anti: the left rows
 * with a partner, without one. A NULL in a key matches nothing unless `nullsEqual` says so.
 * State: all rows of both inputs that are there, by key, and for sides whose lonely rows count, how many partners each row has. Rows with
 * a NULL key are not kept. It grows with its inputs: only retractions shrink it, and with a retention rows that were not written for
 * that long are let go. They meet nobody from then on, while counts of partners stay, and who takes such a row back takes back the pairs
 * that it would make now, as in Flink.
 * Emits at once. Pairs of an inner join carry the change of the row that came; else +I and −D. A row that gets its first partner takes
 * back (−D) what it gave without one, before its pair; one that loses its last partner gives it again, after.
 */
import type { Batch } from '#data'
import type { Operator, Output } from '../operator.ts'
import type { StatePart } from '../state/state-part.ts'
import { InputWatermarks } from './input-watermarks.ts'
import { JoinKeys, type JoinKeysShape } from './join-keys.ts'
import { type JoinCondition, JoinProbe, type JoinType } from './join-probe.ts'
import { type JoinInput, JoinSide } from './join-side.ts'
import { leaves } from './leaves.ts'

export interface JoinShape {
  readonly type: JoinType
  readonly keys: JoinKeysShape
  readonly left: JoinInput
  readonly right: JoinInput
  readonly condition: JoinCondition | null
}

export class Join implements Operator {
  readonly #keys: JoinKeys
  readonly #sides: readonly [JoinSide, JoinSide]
  readonly #probes: readonly [JoinProbe, JoinProbe]
  readonly #watermarks: InputWatermarks
  readonly state: readonly StatePart[]

  constructor(shape: JoinShape, output: Output) {
    const { type, left, right, condition } = shape
    const countsLeft = type === 'left' || type === 'full' || type === 'semi' || type === 'anti'
    const countsRight = type === 'right' || type === 'full'
    this.#keys = new JoinKeys(shape.keys)
    this.#sides = [new JoinSide(left, countsLeft, this.#keys, 0), new JoinSide(right, countsRight, this.#keys, 1)]
    this.state = this.#sides.map((side) => side.part)
    this.#probes = [
      new JoinProbe({ type, input: 0, condition, otherRetracts: right.retracts }, this.#sides[1], output),
      new JoinProbe({ type, input: 1, condition, otherRetracts: left.retracts }, this.#sides[0], output),
    ]
    this.#watermarks = new InputWatermarks(2, output)
  }

  get stateBytes(): number {
    return this.#keys.table.stateBytes + this.#sides[0].stateBytes + this.#sides[1].stateBytes
  }

  push(input: number, batch: Batch): void {
    const at = input === 0 ? 0 : 1
    const own = this.#sides[at]
    const other = this.#sides[1 - at] as JoinSide
    const nowMs = own.expiry?.begin()
    other.expiry?.begin(nowMs)
    const slots = this.#keys.slotsOf(at, batch, true)
    const ids = own.update(batch, slots, this.#keys.table.capacity)
    other.lists.reserve(this.#keys.table.capacity, 0)
    const kept = batch.kinds === null ? { store: own.store, ids } : null
    const found = this.#probes[at].run(batch, slots, this.#watermarks.ofBatch(input, batch), kept)
    const { matches } = own
    if (matches !== null) {
      for (let row = 0; row < batch.length; row++) {
        const id = ids[row] as number
        if (id !== -1) matches[id] = found[row] as number
      }
    }
    if (batch.kinds !== null) this.#removeKeys(batch, slots)
    own.sweep(batch.length, this.#removeKeyIfEmpty)
    other.sweep(batch.length, this.#removeKeyIfEmpty)
  }

  tick(nowMs: number): void {
    for (const side of this.#sides) side.tick(nowMs, this.#removeKeyIfEmpty)
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

  /** Gives up the keys that have no row any more. */
  #removeKeys(batch: Batch, slots: Int32Array): void {
    const { table } = this.#keys
    for (let row = 0; row < batch.length; row++) {
      const slot = slots[row] as number
      if (slot >= 0 && leaves(batch, row) && table.isLive(slot)) this.#removeKeyIfEmpty(slot)
    }
  }

  readonly #removeKeyIfEmpty = (slot: number): void => {
    const [left, right] = this.#sides
    if (left.lists.first(slot) === -1 && right.lists.first(slot) === -1) this.#keys.table.remove(slot)
  }
}
