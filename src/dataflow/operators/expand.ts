/**
 * GROUPING SETS: each row once for every set, with NULL in the keys that the set leaves out and the id of the set.
 *
 * State: none.
 * Emits each batch once per set, in the order of the sets, or each row, where the order of rows counts; rows keep their change and
 * watermark.
 */
import { type Batch, type DataType, selectBatchParts, selectRows, type Vector, vectorOf } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'

export interface ExpandShape {
  /** Types of the key columns, which are the first columns of the input; the column after them takes the id. */
  readonly keys: readonly DataType[]
  /** For each set its id and, for each key, whether it is grouped by. */
  readonly sets: readonly { readonly id: number; readonly kept: readonly boolean[] }[]
  /** Whether rows stay in the order in which they came: their watermarks do not go back then. */
  readonly inOrder: boolean
}

export class Expand extends PassingOperator {
  readonly #shape: ExpandShape
  /** A column of NULLs for each key, as long as the longest batch so far. */
  #nulls: readonly Vector[] = []
  #length = 0

  constructor(shape: ExpandShape, output: Output) {
    super(output)
    this.#shape = shape
  }

  push(_input: number, batch: Batch): void {
    if (this.#shape.inOrder) this.#pushInOrder(batch)
    else this.#pushBySets(batch)
  }

  #pushInOrder(batch: Batch): void {
    const { keys, sets } = this.#shape
    const length = batch.length * sets.length
    const selection = Int32Array.from({ length }, (_, row) => Math.floor(row / sets.length))
    const columns = batch.columns.map((vector, place) => {
      if (place === keys.length) return idsOf(sets, length)
      const repeated = selectRows(vector, selection, length)
      if (place > keys.length || sets.every(({ kept }) => kept[place] === true)) return repeated
      const nulls = Uint8Array.from({ length }, (_, row) =>
        sets[row % sets.length]?.kept[place] === true ? (repeated.nulls?.[row] ?? 0) : 1,
      )
      return { ...repeated, nulls }
    })
    this.output.push({ length, columns, ...selectBatchParts(batch, selection, length) })
  }

  #pushBySets(batch: Batch): void {
    const { keys, sets } = this.#shape
    if (batch.length > this.#length) {
      this.#length = batch.length
      const none = Array.from({ length: batch.length }, () => null)
      this.#nulls = keys.map((type) => vectorOf(type, none))
    }
    for (const { id, kept } of sets) {
      const grouped = keys.map((_, key) => (kept[key] === true ? batch.columns[key] : this.#nulls[key]) as Vector)
      const ids: Vector = { form: 'numbers', data: new Float64Array(batch.length).fill(id), nulls: null }
      this.output.push({ ...batch, columns: [...grouped, ids, ...batch.columns.slice(keys.length + 1)] })
    }
  }
}

/** The ids of the sets, over and over. */
function idsOf(sets: ExpandShape['sets'], length: number): Vector {
  return { form: 'numbers', data: Float64Array.from({ length }, (_, row) => sets[row % sets.length]?.id ?? 0), nulls: null }
}
