/**
 * The final rows of a stream of changes, for runs in batch mode.
 *
 * State: the rows that are there, each once with its count.
 * Emits nothing until the input ends, then every row as often as it is there, as inserts.
 */
import { type Batch, batchRows, changeDelete, changeUpdateBefore, type DataType, watermarkEnd, withNullable } from '#data'
import { grownNumbers } from '../aggregates/accumulator.ts'
import type { Operator, Output } from '../operator.ts'
import { KeyTable } from '../state/key-table.ts'

export class FinalRows implements Operator {
  readonly #output: Output
  readonly #table: KeyTable
  #counts = new Float64Array(16)
  #slots = new Int32Array(batchRows)

  constructor(types: readonly DataType[], output: Output) {
    this.#output = output
    this.#table = new KeyTable(types.map((type) => withNullable(type, true)))
  }

  push(_input: number, batch: Batch): void {
    if (this.#slots.length < batch.length) this.#slots = new Int32Array(batch.length)
    this.#table.resolve(batch.columns, batch.length, this.#slots)
    this.#counts = grownNumbers(this.#counts, this.#table.capacity)
    for (let i = 0; i < batch.length; i++) {
      const slot = this.#slots[i] as number
      const kind = batch.kinds?.[i]
      this.#counts[slot] = (this.#counts[slot] as number) + (kind === changeUpdateBefore || kind === changeDelete ? -1 : 1)
    }
    for (let i = 0; i < batch.length; i++) {
      const slot = this.#slots[i] as number
      if (this.#counts[slot] === 0 && this.#table.isLive(slot)) this.#table.remove(slot)
    }
  }

  advance(): void {}

  finish(): void {
    const rows: number[] = []
    for (let slot = 0; slot < this.#table.capacity; slot++) {
      if (!this.#table.isLive(slot)) continue
      for (let copy = 0; copy < (this.#counts[slot] as number); copy++) rows.push(slot)
      if (rows.length >= batchRows) this.#emit(rows.splice(0))
    }
    if (rows.length > 0) this.#emit(rows)
    this.#output.advance(watermarkEnd)
    this.#output.finish()
  }

  #emit(rows: readonly number[]): void {
    for (let from = 0; from < rows.length; from += batchRows) {
      const slots = Int32Array.from(rows.slice(from, from + batchRows))
      const columns = this.#table.keyVectors(slots, slots.length)
      this.#output.push({ length: slots.length, columns, kinds: null, watermarks: null })
    }
  }
}
