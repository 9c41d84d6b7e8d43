/**
 * Window table functions whose rows are not aggregated at once: each row is copied into each of its windows.
 *
 * State: the watermark.
 * Emits each row with window_start, window_end and window_time behind its columns, once per window, earliest window first. Rows keep
 * their change and watermark; lateness is judged by whoever closes the windows.
 */
import { type Batch, batchRows, numbersIn, selectBatchParts, selectRows, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { lastWindowEndOf, type SliceShape, sliceEndOf, sliceLengthOf, type WindowClock, windowStartOf, windowTimeMs } from './slices.ts'

export interface WindowAssignShape {
  /** Place of the time column: a timestamp in milliseconds. */
  readonly time: number
  readonly slices: SliceShape
  readonly clock: WindowClock | null
}

export class WindowAssign extends PassingOperator {
  readonly #shape: WindowAssignShape

  constructor(shape: WindowAssignShape, output: Output) {
    super(output)
    this.#shape = shape
  }

  push(_input: number, batch: Batch): void {
    const { slices, time, clock } = this.#shape
    if (slices.kind === 'attached') return
    const vector = batch.columns[time] as Vector
    const times = numbersIn(vector)
    const step = sliceLengthOf(slices)
    const rows: number[] = []
    const ends: number[] = []
    for (let row = 0; row < batch.length; row++) {
      if (vector.nulls !== null && vector.nulls[row] === 1) continue
      const at = times[row] as number
      const local = clock === null ? at : clock.toLocalMs(at)
      const slice = sliceEndOf(slices, local)
      const last = lastWindowEndOf(slices, slice)
      const first = slices.kind === 'hop' ? last - (Math.ceil((last - local) / step) - 1) * step : slice
      for (let end = first; end <= last; end += step) {
        rows.push(row)
        ends.push(end)
      }
    }
    for (let from = 0; from < rows.length; from += batchRows)
      this.#emit(batch, rows.slice(from, from + batchRows), ends.slice(from, from + batchRows))
  }

  #emit(batch: Batch, rows: readonly number[], ends: readonly number[]): void {
    const { slices, clock } = this.#shape
    if (slices.kind === 'attached') return
    const { length } = rows
    const selection = Int32Array.from(rows)
    const instants = (of: (end: number) => number): Vector => ({ form: 'numbers', data: Float64Array.from(ends, of), nulls: null })
    const columns = [
      ...batch.columns.map((vector) => selectRows(vector, selection, length)),
      instants((end) => windowStartOf(slices, end)),
      instants((end) => end),
      instants((end) => windowTimeMs(clock, end)),
    ]
    this.output.push({ length, columns, ...selectBatchParts(batch, selection, length) })
  }
}
