/** Where an operator hands rows that came too late, if anyone wants them. */
import type { Batch } from '#data'

export interface LateRows {
  /** A row of a batch, of which the watermark had closed what it belongs to. The batch is only valid during the call. */
  take(batch: Batch, row: number, watermarkMs: number): void
}

/** Hands over the rows that are not at the first `count` places of an ascending selection. */
export function takeUnselected(late: LateRows | undefined, batch: Batch, selection: Int32Array, count: number, watermarkMs: number): void {
  if (late === undefined || count === batch.length) return
  const { length, watermarks } = batch
  for (let row = 0, next = 0; row < length; row++) {
    if (next < count && selection[next] === row) next += 1
    else late.take(batch, row, watermarks === null ? watermarkMs : (watermarks[row] as number))
  }
}
