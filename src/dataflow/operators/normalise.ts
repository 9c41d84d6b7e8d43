/**
 * Makes an upsert stream, in which a row replaces the one with its key and a deletion may carry the key alone, into one of full changes.
 *
 * State: the row of each key; it shrinks when keys are deleted.
 * Emits, once a batch for each key whose row changed: +I for a new key, −U and +U (or +U alone) for a known one, −D with the whole row.
 * A row that equals the one it replaces is dropped, and so is the deletion of an unknown key. With a retention, keys that were not
 * written for that long are unknown again, and equal rows are sent on, so that who follows keeps its state as well.
 */
import type { Batch } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import type { StatePart } from '../state/state-part.ts'
import { KeyedRows, type KeyedRowsShape, rowGone } from './keyed-rows.ts'
import { leaves } from './leaves.ts'

export type NormaliseShape = KeyedRowsShape

export class Normalise extends PassingOperator {
  readonly #rows: KeyedRows
  readonly state: readonly StatePart[]

  constructor(shape: NormaliseShape, output: Output) {
    super(output)
    this.#rows = new KeyedRows(shape, output)
    this.state = [this.#rows.part]
  }

  get stateBytes(): number {
    return this.#rows.stateBytes
  }

  push(_input: number, batch: Batch): void {
    const slots = this.#rows.begin(batch)
    for (let row = 0; row < batch.length; row++) this.#rows.choose(slots[row] as number, leaves(batch, row) ? rowGone : row)
    this.#rows.end(batch)
  }

  tick(nowMs: number): void {
    this.#rows.tick(nowMs)
  }
}
