import { type Batch, changeDelete, changeUpdateBefore } from '#data'

/** Whether a row of a batch is taken away, by −U or −D. */
export function leaves(batch: Batch, row: number): boolean {
  if (batch.kinds === null) return false
  const kind = batch.kinds[row]
  return kind === changeUpdateBefore || kind === changeDelete
}
