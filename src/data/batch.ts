/**
 * A batch: some thousand rows as columns. Operators pass batches on by plain calls, and a batch is only valid during the call that
 * hands it over: its arrays may be filled again afterwards, so whoever keeps a row must copy it.
 */
import type { Vector } from './vector.ts'

/** What happened to a row; the numbers are those of Flink's RowKind. */
export const changeInsert = 0
export const changeUpdateBefore = 1
export const changeUpdateAfter = 2
export const changeDelete = 3

/** How change kinds are written in a changelog, by number. */
export const changeNames: readonly ['+I', '-U', '+U', '-D'] = ['+I', '-U', '+U', '-D']

export interface Batch {
  readonly length: number
  readonly columns: readonly Vector[]
  /** The change kind of each row; null in a stream that only inserts. */
  readonly kinds: Uint8Array | null
  /**
   * For each row the watermark in force just before it, in epoch milliseconds, or null when the whole batch stands under the
   * watermark announced last. Makes lateness independent of where batches are cut.
   */
  readonly watermarks: Float64Array | null
}

/** Rows that a source or operator aims to put into one batch. */
export const batchRows = 4096

/** The watermark before the first event, and after the last. */
export const watermarkNone = Number.NEGATIVE_INFINITY
export const watermarkEnd = Number.POSITIVE_INFINITY
