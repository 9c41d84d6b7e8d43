/**
 * UNNEST and table functions: each row together with the elements of a collection that is computed from it.
 *
 * State: none.
 * Emits for each row of a batch one row per element, in order, with the change and watermark of the row; `keepsEmpty` emits a row
 * without elements once, with NULLs (LEFT JOIN ... ON TRUE).
 */
import { assert } from '#base'
import { type Batch, batchRows, selectBatchParts, selectRows, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { selectPadded } from '../state/padded.ts'

/** The elements of all rows of a batch: element i belongs to row `rows[i]`, and rows ascend. */
export interface Elements {
  readonly count: number
  readonly rows: Int32Array
  readonly columns: readonly Vector[]
}

export interface UnnestShape {
  readonly elementsOf: (batch: Batch) => Elements
  readonly keepsEmpty: boolean
  /** Places of the input columns that are still needed; all when left out. */
  readonly kept?: readonly number[]
}

export class Unnest extends PassingOperator {
  readonly #shape: UnnestShape

  constructor(shape: UnnestShape, output: Output) {
    super(output)
    this.#shape = shape
  }

  push(_input: number, batch: Batch): void {
    const elements = this.#shape.elementsOf(batch)
    const pairs = this.#shape.keepsEmpty ? padEmpty(elements, batch.length) : allPairs(elements)
    const kept = this.#shape.kept === undefined ? batch.columns : this.#shape.kept.map((column) => batch.columns[column] as Vector)
    for (let from = 0; from < pairs.count; from += batchRows) {
      const length = Math.min(batchRows, pairs.count - from)
      const rows = pairs.rows.subarray(from, from + length)
      const picked = pairs.elements.subarray(from, from + length)
      const columns = [...kept.map((vector) => selectRows(vector, rows, length)), ...selectPadded(elements.columns, picked, length)]
      this.output.push({ length, columns, ...selectBatchParts(batch, rows, length) })
    }
  }
}

interface Pairs {
  readonly count: number
  readonly rows: Int32Array
  /** −1 where a row has no element. */
  readonly elements: Int32Array
}

function allPairs({ count, rows }: Elements): Pairs {
  const elements = new Int32Array(count)
  for (let i = 0; i < count; i++) elements[i] = i
  return { count, rows, elements }
}

function padEmpty({ count, rows }: Elements, length: number): Pairs {
  const pairRows = new Int32Array(count + length)
  const elements = new Int32Array(count + length)
  let to = 0
  let at = 0
  for (let row = 0; row < length; row++) {
    const first = at
    for (; at < count && rows[at] === row; at++, to++) {
      pairRows[to] = row
      elements[to] = at
    }
    if (at > first) continue
    pairRows[to] = row
    elements[to++] = -1
  }
  assert(at === count, 'elements come in the order of their rows')
  return { count: to, rows: pairRows, elements }
}
