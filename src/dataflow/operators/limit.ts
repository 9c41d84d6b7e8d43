/**
 * LIMIT and OFFSET without ORDER BY, over an input that only inserts: the first rows that come. (Over a retracting input, a Top without
 * sort columns does the same: a row that goes makes room for the next.)
 *
 * State: a count of rows.
 * Emits rows as they come, until there are enough; `isSatisfied` then tells that no further input is needed.
 */
import { assert } from '#base'
import { type Batch, selectBatch } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'

export interface LimitShape {
  /** Rows passed over first. */
  readonly offset: number
  readonly limit: number
}

export class Limit extends PassingOperator {
  readonly #shape: LimitShape
  readonly #progress = { seen: 0 }
  readonly state: readonly StatePart[] = [new ScalarsPart('progress', this.#progress)]

  constructor(shape: LimitShape, output: Output) {
    super(output)
    this.#shape = shape
  }

  /** Whether all rows have been emitted that ever will be. */
  get isSatisfied(): boolean {
    return this.#progress.seen >= this.#shape.offset + this.#shape.limit
  }

  push(_input: number, batch: Batch): void {
    assert(batch.kinds === null || batch.kinds.subarray(0, batch.length).every((kind) => kind === 0), 'rows only come')
    const { offset, limit } = this.#shape
    const { seen } = this.#progress
    const from = Math.max(0, offset - seen)
    const to = Math.min(batch.length, offset + limit - seen)
    this.#progress.seen = seen + batch.length
    if (from >= to) return
    if (from === 0 && to === batch.length) this.output.push(batch)
    else {
      const selection = Int32Array.from({ length: to - from }, (_, i) => from + i)
      this.output.push(selectBatch(batch, selection, to - from))
    }
  }
}
