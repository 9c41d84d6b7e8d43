/** Deals rows out to the shards of their keys. */
import type { DataType, Vector } from '#data'
import { hashRows } from '../state/row-hash.ts'

/** State of up to some 30 times the memory there is. */
export const shardCount = 64

export class DealtRows {
  /** The rows, shard by shard. */
  selection = new Int32Array(0)
  /** By shard: where its rows end; those of the next one begin there. */
  readonly ends = new Int32Array(shardCount)
  #hashes = new Int32Array(0)

  /** Deals out the rows with these keys; the ones before are forgotten. */
  deal(types: readonly DataType[], keys: readonly Vector[], rows: number): void {
    if (this.#hashes.length < rows) {
      this.#hashes = new Int32Array(rows)
      this.selection = new Int32Array(rows)
    }
    const [hashes, { selection, ends }] = [this.#hashes, this]
    hashRows(types, keys, null, rows, hashes)
    ends.fill(0)
    for (let row = 0; row < rows; row++) {
      const shard = shardOf(hashes[row] as number)
      hashes[row] = shard
      ends[shard] = (ends[shard] as number) + 1
    }
    let from = 0
    for (let shard = 0; shard < shardCount; shard++) {
      const count = ends[shard] as number
      ends[shard] = from
      from += count
    }
    for (let row = 0; row < rows; row++) {
      const shard = hashes[row] as number
      selection[ends[shard] as number] = row
      ends[shard] = (ends[shard] as number) + 1
    }
  }

  /** Visits the shards that got rows, each with the places in `selection` from which to before which they are. */
  forEach(visit: (shard: number, from: number, to: number) => void): void {
    let from = 0
    for (const [shard, to] of this.ends.entries()) {
      if (to > from) visit(shard, from, to)
      from = to
    }
  }
}

/** The bits that do not decide on the worker. */
function shardOf(hash: number): number {
  return (hash >>> 7) & (shardCount - 1)
}
