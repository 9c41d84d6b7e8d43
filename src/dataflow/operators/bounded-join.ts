/**
 * Joins a stream with a bounded table that is read to its end first. inner, left, semi and anti: rows of the stream (the left input)
 * with their partners.
 *
 * State: the rows of the table (the right input), by key, with a retention for that long; nothing of the stream, so that it may run for
 * ever.
 * Emits, for each row of the stream, its pairs with the change that it carries; a left join emits a row without a partner padded.
 * Who drives the operator must end the right input before it sends rows on the left one. The watermark is that of the stream.
 */
import { assert } from '#base'
import type { Batch } from '#data'
import type { Operator, Output } from '../operator.ts'
import type { StatePart } from '../state/state-part.ts'
import { JoinKeys, type JoinKeysShape } from './join-keys.ts'
import { type JoinCondition, JoinProbe } from './join-probe.ts'
import { type JoinInput, JoinSide } from './join-side.ts'

export interface BoundedJoinShape {
  readonly type: 'inner' | 'left' | 'semi' | 'anti'
  readonly keys: JoinKeysShape
  readonly right: JoinInput
  readonly condition: JoinCondition | null
}

export class BoundedJoin implements Operator {
  readonly #keys: JoinKeys
  readonly #table: JoinSide
  readonly #probe: JoinProbe
  readonly #output: Output
  #tableEnded = false
  readonly state: readonly StatePart[]

  constructor(shape: BoundedJoinShape, output: Output) {
    const { type, condition, right } = shape
    this.#keys = new JoinKeys(shape.keys)
    this.#table = new JoinSide(right, false, this.#keys, 1)
    this.state = [this.#table.part]
    this.#probe = new JoinProbe({ type, input: 0, condition, otherRetracts: false }, this.#table, output)
    this.#output = output
  }

  get stateBytes(): number {
    return this.#keys.table.stateBytes + this.#table.stateBytes
  }

  push(input: number, batch: Batch): void {
    this.#table.expiry?.begin()
    if (input === 1) {
      const slots = this.#keys.slotsOf(1, batch, true)
      this.#table.update(batch, slots, this.#keys.table.capacity)
      return
    }
    assert(this.#tableEnded, 'the bounded side of a join is read first')
    this.#probe.run(batch, this.#keys.slotsOf(0, batch, false), batch.watermarks)
    this.#table.sweep(batch.length, this.#removeKey)
  }

  tick(nowMs: number): void {
    this.#table.tick(nowMs, this.#removeKey)
  }

  /** Gives up a key that has no row any more. */
  readonly #removeKey = (slot: number): void => {
    if (this.#table.lists.first(slot) === -1) this.#keys.table.remove(slot)
  }

  advance(input: number, watermarkMs: number): void {
    if (input === 0) this.#output.advance(watermarkMs)
  }

  setIdle(input: number, isIdle: boolean): void {
    if (input === 0) this.#output.setIdle?.(isIdle)
  }

  finish(input: number): void {
    if (input === 1) this.#tableEnded = true
    else this.#output.finish()
  }
}
