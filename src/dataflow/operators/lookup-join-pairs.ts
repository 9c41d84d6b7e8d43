/** Builds the rows that a lookup join sends: left rows in their order, each with its partners. */
import { type Batch, batchRows, type DataType, selectBatchParts, selectRows, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { isWhole } from '../state/padded.ts'
import type { RowStore } from '../state/row-store.ts'
import type { JoinCondition } from './join-probe.ts'

export interface LookupPairsShape {
  /** left: rows without a partner are sent padded with NULLs. */
  readonly type: 'inner' | 'left'
  /** Types of the columns of the left rows and of their partners. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  readonly condition: JoinCondition | null
}

/** Left rows, in a batch or kept. */
export interface LeftRows {
  readonly length: number
  readonly kinds: Uint8Array | null
  readonly watermarks: Float64Array | null
  /** By row: the number of its key, or −1 where nothing can match. */
  readonly keys: Int32Array
  columns(rows: Int32Array, count: number): readonly Vector[]
}

/** The partners of each key, as lists of ids. */
export interface Partners {
  readonly store: RowStore
  first(key: number): number
  after(id: number): number
}

const none = -1

export class LookupPairs {
  readonly #shape: LookupPairsShape
  readonly #output: Output
  readonly #rows = new Int32Array(batchRows)
  /** The partner, or −1 at the end of the partners of a row that is sent in any case. */
  readonly #ids = new Int32Array(batchRows)
  #count = 0
  /** The last row that was sent with a partner. */
  #matchedRow = none

  constructor(shape: LookupPairsShape, output: Output) {
    this.#shape = shape
    this.#output = output
  }

  send(left: LeftRows, partners: Partners): void {
    const pads = this.#shape.type === 'left'
    this.#matchedRow = none
    for (let row = 0; row < left.length; row++) {
      const key = left.keys[row] as number
      let id = key < 0 ? none : partners.first(key)
      for (; id !== none; id = partners.after(id)) this.#add(row, id, left, partners)
      if (pads) this.#add(row, none, left, partners)
    }
    this.#flush(left, partners)
  }

  #add(row: number, id: number, left: LeftRows, partners: Partners): void {
    if (this.#count === batchRows) this.#flush(left, partners)
    this.#rows[this.#count] = row
    this.#ids[this.#count++] = id
  }

  #flush(left: LeftRows, partners: Partners): void {
    const count = this.#count
    this.#count = 0
    const length = this.#select(count, this.#meets(count, left, partners))
    if (length === 0) return
    const columns = [...left.columns(this.#rows, length), ...partners.store.gather(this.#ids, length, this.#shape.type === 'left')]
    this.#output.push({ length, columns, ...selectBatchParts({ ...left, columns: [] }, this.#rows, length) })
  }

  /** 1 for each candidate that meets the condition; null when all do. */
  #meets(count: number, left: LeftRows, partners: Partners): Uint8Array | null {
    const { condition } = this.#shape
    if (condition === null) return null
    const meets = new Uint8Array(count)
    const rows = new Int32Array(count)
    const ids = new Int32Array(count)
    const places = new Int32Array(count)
    let pairs = 0
    for (let i = 0; i < count; i++) {
      if (this.#ids[i] === none) continue
      rows[pairs] = this.#rows[i] as number
      ids[pairs] = this.#ids[i] as number
      places[pairs++] = i
    }
    if (pairs === 0) return meets
    const columns = [...left.columns(rows, pairs), ...partners.store.gather(ids, pairs)]
    const flags = condition({ length: pairs, columns, kinds: null, watermarks: null })
    for (let i = 0; i < pairs; i++) meets[places[i] as number] = flags[i] as number
    return meets
  }

  /** Moves the candidates that are sent to the front. */
  #select(count: number, meets: Uint8Array | null): number {
    let kept = 0
    for (let i = 0; i < count; i++) {
      const row = this.#rows[i] as number
      const id = this.#ids[i] as number
      if (id === none ? this.#matchedRow === row : meets !== null && meets[i] !== 1) continue
      if (id !== none) this.#matchedRow = row
      this.#rows[kept] = row
      this.#ids[kept++] = id
    }
    return kept
  }
}

/** The rows of a batch that is at hand. */
export function rowsOfBatch(batch: Batch, keys: Int32Array): LeftRows {
  const { length, kinds, watermarks } = batch
  const columns = (rows: Int32Array, count: number): readonly Vector[] =>
    isWhole(rows, count, length) ? batch.columns : batch.columns.map((vector) => selectRows(vector, rows, count))
  return { length, kinds, watermarks, keys, columns }
}
