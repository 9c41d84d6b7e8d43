/**
 * Which worker holds a key. Keys fall into groups by their hash, and workers own groups: to go on with another number of workers is to
 * give the groups to others.
 */
import type { DataType, Vector } from '#data'
import { hashRows } from '../state/row-hash.ts'

/** No more workers than groups are of use. */
const keyGroups = 128

export class KeyGroups {
  readonly #types: readonly DataType[]
  readonly #workers: number
  #hashes = new Int32Array(0)

  constructor(types: readonly DataType[], workers: number) {
    this.#types = types
    this.#workers = workers
  }

  /** The worker of the key in each row; valid until the next call. Columns are those of the key. */
  workersOf(columns: readonly Vector[], rows: number): Int32Array {
    if (this.#hashes.length < rows) this.#hashes = new Int32Array(rows)
    const hashes = this.#hashes
    const workers = this.#workers
    hashRows(this.#types, columns, null, rows, hashes)
    for (let row = 0; row < rows; row++) hashes[row] = (((hashes[row] as number) & (keyGroups - 1)) * workers) >>> 7
    return hashes
  }
}
