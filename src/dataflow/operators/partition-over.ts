/**
 * Functions with OVER in batches, where all rows of a partition are there: each row goes on with the values of its functions.
 *
 * Algebra: rows come sorted by partition and then by their order, each partition in one piece.
 * State: the rows of one partition, while it comes; whoever sorts the rows sends them all at once, so that nothing of this is saved.
 * Emits the rows in their order, as inserts, when their partition has come.
 */
import { type Batch, batchRows, type DataType, sameValueAt, type Vector, vectorOf } from '#data'
import type { Operator, Output } from '../operator.ts'
import { RowStore } from '../state/row-store.ts'
import { PartitionFunctions, type PartitionMeasureShape } from './partition-functions.ts'

export interface PartitionOverShape {
  readonly types: readonly DataType[]
  /** How many columns go on, the first ones; the others are arguments. */
  readonly passed: number
  readonly partitionBy: readonly number[]
  /** Rows that are equal in these columns of a partition stand at one place of the order. */
  readonly orderBy: readonly number[]
  /** Rows before and after the current one; null: all of them. A range has its equals, too, and no other distances than zero. */
  readonly frame: { readonly unit: 'rows' | 'range'; readonly preceding: number | null; readonly following: number | null }
  readonly measures: readonly PartitionMeasureShape[]
}

export class PartitionOver implements Operator {
  readonly #shape: PartitionOverShape
  readonly #output: Output
  readonly #store: RowStore
  readonly #functions: PartitionFunctions
  #ids: number[] = []
  #batchIds = new Int32Array(0)

  constructor(shape: PartitionOverShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#store = new RowStore(shape.types)
    this.#functions = new PartitionFunctions(shape)
  }

  get stateBytes(): number {
    return this.#store.stateBytes
  }

  push(_input: number, { length, columns }: Batch): void {
    if (this.#batchIds.length < length) this.#batchIds = new Int32Array(length)
    const ids = this.#batchIds
    this.#store.append(columns, null, length, ids)
    const last = this.#ids.at(-1)
    if (last !== undefined && length > 0 && !this.#isSame(this.#store.gather(Int32Array.of(last), 1), 0, columns, 0)) this.#flush()
    for (let row = 0; row < length; row++) {
      if (row > 0 && !this.#isSame(columns, row - 1, columns, row)) this.#flush()
      this.#ids.push(ids[row] as number)
    }
  }

  #isSame(columns: readonly Vector[], row: number, others: readonly Vector[], other: number): boolean {
    const { partitionBy, types } = this.#shape
    return partitionBy.every((place) =>
      sameValueAt(columns[place] as Vector, row, others[place] as Vector, other, types[place] as DataType),
    )
  }

  #flush(): void {
    const ids = Int32Array.from(this.#ids)
    this.#ids = []
    if (ids.length === 0) return
    const values = this.#functions.valuesOf(this.#store.gather(ids, ids.length), ids.length)
    for (let from = 0; from < ids.length; from += batchRows) {
      const part = ids.subarray(from, from + batchRows)
      const columns = [
        ...this.#store.gather(part, part.length).slice(0, this.#shape.passed),
        ...this.#shape.measures.map(({ result }, place) => vectorOf(result, (values[place] ?? []).slice(from, from + batchRows))),
      ]
      this.#output.push({ length: part.length, columns, kinds: null, watermarks: null })
    }
    for (const id of ids) this.#store.free(id)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#flush()
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#flush()
    this.#output.finish()
  }
}
