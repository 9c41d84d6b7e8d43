/**
 * DISTINCT: each different row once.
 *
 * State: a key table over all columns, and how often each row is there. It grows with different rows, and shrinks when a retracting
 * input takes the last copy of a row away.
 * Emits +I for the first copy of a row and −D when its last copy goes, at once; only +I over an input that only inserts.
 */
import { type Batch, changeDelete, changeInsert, changeUpdateBefore, type DataType, selectBatch } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { leaves } from './leaves.ts'

export interface DistinctShape {
  readonly types: readonly DataType[]
}

export class Distinct implements Operator {
  readonly #output: Output
  readonly #table: KeyTable
  #counts = new Float64Array(16)
  #slots = new Int32Array(0)
  #selection = new Int32Array(0)

  constructor(shape: DistinctShape, output: Output) {
    this.#output = output
    this.#table = new KeyTable(shape.types)
  }

  push(_input: number, batch: Batch): void {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#selection = new Int32Array(batch.length)
    }
    this.#table.resolve(batch.columns, batch.length, this.#slots)
    this.#counts = grownNumbers(this.#counts, this.#table.capacity)
    const count = batch.kinds === null ? this.#addAll(batch.length) : this.#changeAll(batch)
    if (count === 0) return
    const selected = count === batch.length ? batch : selectBatch(batch, this.#selection, count)
    this.#output.push(batch.kinds === null ? selected : { ...selected, kinds: insertsAndDeletes(selected.kinds, count) })
    if (batch.kinds !== null) this.#removeUnused(batch.length)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }

  /** Counts rows that all come; selects those that are new. */
  #addAll(rows: number): number {
    const counts = this.#counts
    let selected = 0
    for (let row = 0; row < rows; row++) {
      const slot = this.#slots[row] as number
      const before = counts[slot] as number
      counts[slot] = before + 1
      if (before === 0) this.#selection[selected++] = row
    }
    return selected
  }

  /** Counts rows that come and go; selects first copies that come and last copies that go. */
  #changeAll(batch: Batch): number {
    const counts = this.#counts
    let selected = 0
    for (let row = 0; row < batch.length; row++) {
      const slot = this.#slots[row] as number
      const before = counts[slot] as number
      const goes = leaves(batch, row)
      // State may have been dropped: what is not there cannot go.
      if (goes && before === 0) continue
      counts[slot] = goes ? before - 1 : before + 1
      if (before === (goes ? 1 : 0)) this.#selection[selected++] = row
    }
    return selected
  }

  #removeUnused(rows: number): void {
    for (let row = 0; row < rows; row++) {
      const slot = this.#slots[row] as number
      if (this.#counts[slot] === 0 && this.#table.isLive(slot)) this.#table.remove(slot)
    }
  }
}

/** What comes or goes alone is no update. */
function insertsAndDeletes(kinds: Uint8Array | null, count: number): Uint8Array | null {
  if (kinds === null) return null
  const changed = new Uint8Array(count)
  let any = 0
  for (let i = 0; i < count; i++) {
    const kind = kinds[i] === changeUpdateBefore || kinds[i] === changeDelete ? changeDelete : changeInsert
    changed[i] = kind
    any |= kind
  }
  return any === 0 ? null : changed
}
