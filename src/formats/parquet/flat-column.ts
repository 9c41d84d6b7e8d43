/** Reads a column of single values: one leaf, at most optional. */
import type { Vector } from '#data'
import type { HybridDecoder } from './hybrid.ts'
import type { LeafReader } from './leaf-reader.ts'
import { grown } from './leaf-values.ts'

/** What reads one wanted column of a row group. */
export interface ColumnReader {
  /** Goes on until `rows` rows are there; false when `load` has to come first. */
  fill(rows: number): boolean
  load(): Promise<void>
  /** The rows since the vector before; valid until the next `fill`. */
  vector(rows: number): Vector
}

const scratch = new Int32Array(1024)

export class FlatColumn implements ColumnReader {
  readonly #leaf: LeafReader
  #rows = 0
  #nulls = new Uint8Array(0)
  #spareNulls = new Uint8Array(0)
  #nullCount = 0

  constructor(leaf: LeafReader) {
    this.#leaf = leaf
    leaf.values.clear()
  }

  fill(rows: number): boolean {
    const leaf = this.#leaf
    while (this.#rows < rows) {
      const state = leaf.openPage()
      if (state === 'missing') return false
      if (state === 'end') throw leaf.context.damaged(`column "${leaf.node.name}" has fewer rows than its row group`)
      const count = Math.min(rows - this.#rows, leaf.left)
      const definitions = leaf.page?.definitions ?? null
      const nulls = definitions === null ? 0 : this.#takeNulls(definitions, count)
      leaf.take(count - nulls)
      leaf.left -= count
      this.#rows += count
      this.#nullCount += nulls
    }
    return true
  }

  load(): Promise<void> {
    return this.#leaf.load()
  }

  vector(rows: number): Vector {
    const nulls = this.#nullCount === 0 ? null : this.#nulls
    const vector = this.#leaf.values.vector(rows, nulls)
    this.#leaf.values.clear()
    if (nulls !== null) {
      // The vector still needs these flags, so the next batch fills those of the batch before, which must be 0.
      this.#nulls = this.#spareNulls.fill(0)
      this.#spareNulls = nulls
    }
    this.#rows = 0
    this.#nullCount = 0
    return vector
  }

  /** Marks the rows of level 0 as NULL and counts them. */
  #takeNulls(definitions: HybridDecoder, count: number): number {
    this.#nulls = grown(this.#nulls, this.#rows + count)
    let nulls = 0
    for (let done = 0; done < count; ) {
      const at = this.#rows + done
      const repeated = definitions.takeRepeated(count - done)
      if (repeated > 0) {
        if (definitions.repeatedValue > 1) throw this.#leaf.levelTooHigh(definitions.repeatedValue, 1)
        if (definitions.repeatedValue === 0) {
          this.#nulls.fill(1, at, at + repeated)
          nulls += repeated
        }
        done += repeated
        continue
      }
      const packed = definitions.takePacked(scratch, 0, Math.min(count - done, scratch.length))
      for (let index = 0; index < packed; index++) {
        const isNull = 1 - (scratch[index] as number)
        this.#nulls[at + index] = isNull
        nulls += isNull
      }
      done += packed
    }
    return nulls
  }
}
