/**
 * GROUPING SETS: each row once for every set, with NULL in the keys that the set leaves out and the id of the set.
 *
 * State: none.
 * Emits each batch once per set, in the order of the sets; rows keep their change and watermark.
 */
import { type Batch, type DataType, type Vector, vectorOf } from '#data'
import type { Operator, Output } from '../operator.ts'

export interface ExpandShape {
  /** Types of the key columns, which are the first columns of the input; the column after them takes the id. */
  readonly keys: readonly DataType[]
  /** For each set its id and, for each key, whether it is grouped by. */
  readonly sets: readonly { readonly id: number; readonly kept: readonly boolean[] }[]
}

export class Expand implements Operator {
  readonly #shape: ExpandShape
  readonly #output: Output
  /** A column of NULLs for each key, as long as the longest batch so far. */
  #nulls: readonly Vector[] = []
  #length = 0

  constructor(shape: ExpandShape, output: Output) {
    this.#shape = shape
    this.#output = output
  }

  push(_input: number, batch: Batch): void {
    const { keys, sets } = this.#shape
    if (batch.length > this.#length) {
      this.#length = batch.length
      const none = Array.from({ length: batch.length }, () => null)
      this.#nulls = keys.map((type) => vectorOf(type, none))
    }
    for (const { id, kept } of sets) {
      const grouped = keys.map((_, key) => (kept[key] === true ? batch.columns[key] : this.#nulls[key]) as Vector)
      const ids: Vector = { form: 'numbers', data: new Float64Array(batch.length).fill(id), nulls: null }
      this.#output.push({ ...batch, columns: [...grouped, ids, ...batch.columns.slice(keys.length + 1)] })
    }
  }

  advance(_input: number, watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }
}
