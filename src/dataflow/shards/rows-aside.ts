/** Keeps rows for shards that are out of memory: those of a batch together, of which each shard knows its own. */
import { type Batch, keepRows, selectBatchParts, type Vector } from '#data'
import { boxedBytes } from '../aggregates/accumulator.ts'
import type { DealtRows } from './dealt-rows.ts'
import type { Progress } from './progress.ts'
import type { Shard } from './shard.ts'

export interface ComingRows {
  readonly input: number
  readonly batch: Batch
  /** How far the inputs had come before. */
  readonly progress: Progress
  /** Whether no others may come in the same batch. */
  readonly isCut: boolean
}

export class RowsAside {
  /** Of what is kept, until whoever lets the shards write it says that they have. */
  bytes = 0
  #selection = new Int32Array(0)

  /** Takes the rows that were dealt out to shards out of memory. */
  take({ input, batch, progress, isCut }: ComingRows, dealt: DealtRows, shards: readonly Shard[]): void {
    if (this.#selection.length < batch.length) this.#selection = new Int32Array(batch.length)
    const selection = this.#selection
    let count = 0
    dealt.forEach((index, from, to) => {
      if (shards[index]?.isInMemory !== false) return
      selection.set(dealt.selection.subarray(from, to), count)
      count += to - from
    })
    if (count === 0) return
    const columns = batch.columns.map((column) => keepRows(column, selection, count))
    const kept = { input, columns, ...selectBatchParts(batch, selection, count), progress: progress.copy(), isCut }
    let at = 0
    dealt.forEach((index, from, to) => {
      const shard = shards[index]
      if (shard?.isInMemory !== false) return
      shard.wait(kept, at, at + to - from)
      at += to - from
    })
    for (const column of columns) this.bytes += keptBytes(column, count)
  }
}

/** About how many bytes so many values take. */
function keptBytes(vector: Vector, count: number): number {
  switch (vector.form) {
    case 'bytes':
      return vector.data.length + count * 8
    case 'flags':
    case 'integers':
    case 'numbers':
    case 'dictionary':
      return count * 8
    default:
      return count * boxedBytes
  }
}
