/**
 * Aggregation of groups that are updated for as long as rows arrive.
 *
 * State: a slot for each key with its row count and accumulators; it grows with distinct keys and shrinks when a retracting input
 * takes the last row of a key away.
 * Emits, once a batch for each key that the batch touched and whose result changed: +I for a new key, −U and +U for a known one (+U
 * alone where the receiver does without −U), −D when its last row is gone. Without keys there is one group, and it appears with the
 * first row.
 */
import {
  type Batch,
  batchRows,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  changeUpdateBefore,
  concatVectors,
  type DataType,
  sameValueAt,
  selectRows,
  type Vector,
} from '#data'
import { grownNumbers } from '../aggregates/accumulator.ts'
import type { Operator, Output } from '../operator.ts'
import { KeyTable } from '../state/key-table.ts'
import { type MeasureShape, Measures } from './measures.ts'

export interface GroupAggregateShape {
  /** Types of the key columns, which are the first columns of the input. */
  readonly keys: readonly DataType[]
  readonly measures: readonly MeasureShape[]
  readonly resultTypes: readonly DataType[]
  /** Whether the receiver wants −U before each +U. */
  readonly emitsUpdateBefore: boolean
}

const signOfChange = [1, -1, 1, -1] as const

export class GroupAggregate implements Operator {
  readonly #shape: GroupAggregateShape
  readonly #output: Output
  readonly #table: KeyTable
  readonly #measures: Measures
  /** Rows of each group. */
  #rows = new Float64Array(16)
  /** 1 where the group has been emitted. */
  #emitted = new Float64Array(16)
  /** The last batch that touched a slot, by number. */
  #touchedBy = new Float64Array(16)
  #batchNumber = 0
  #slots = new Int32Array(batchRows)
  #touched = new Int32Array(batchRows)

  constructor(shape: GroupAggregateShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable(shape.keys)
    this.#measures = new Measures(shape.measures)
  }

  push(_input: number, batch: Batch): void {
    const count = this.#resolve(batch)
    const touched = this.#touched.subarray(0, count)
    const before = this.#measures.results(touched, count)
    this.#measures.add(batch, this.#slots, false)
    this.#countRows(batch)
    this.#emit(touched, before)
  }

  /** Finds the slot of each row and lists the slots touched, in order of their first row. */
  #resolve(batch: Batch): number {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#touched = new Int32Array(batch.length)
    }
    const slots = this.#slots
    this.#table.resolve(batch.columns.slice(0, this.#shape.keys.length), batch.length, slots)
    const { capacity } = this.#table
    this.#measures.reserve(capacity)
    this.#rows = grownNumbers(this.#rows, capacity)
    this.#emitted = grownNumbers(this.#emitted, capacity)
    this.#touchedBy = grownNumbers(this.#touchedBy, capacity)
    const number = ++this.#batchNumber
    let count = 0
    for (let i = 0; i < batch.length; i++) {
      const slot = slots[i] as number
      if (this.#touchedBy[slot] === number) continue
      this.#touchedBy[slot] = number
      this.#touched[count++] = slot
    }
    return count
  }

  #countRows(batch: Batch): void {
    const { kinds } = batch
    const slots = this.#slots
    for (let i = 0; i < batch.length; i++) {
      const slot = slots[i] as number
      const sign = kinds === null ? 1 : signOfChange[(kinds[i] ?? 0) as 0 | 1 | 2 | 3]
      this.#rows[slot] = (this.#rows[slot] as number) + sign
    }
  }

  #emit(touched: Int32Array, before: readonly Vector[]): void {
    const after = this.#measures.results(touched, touched.length)
    const changes = new ChangeList(touched.length)
    for (let t = 0; t < touched.length; t++) {
      const slot = touched[t] as number
      const known = this.#emitted[slot] === 1
      const empty = this.#rows[slot] === 0
      if (known && empty) changes.add(t, changeDelete)
      else if (!known && !empty) changes.add(touched.length + t, changeInsert)
      else if (known && this.#differs(before, after, t)) {
        if (this.#shape.emitsUpdateBefore) changes.add(t, changeUpdateBefore)
        changes.add(touched.length + t, changeUpdateAfter)
      }
      this.#emitted[slot] = empty ? 0 : 1
    }
    if (changes.length > 0) this.#pushChanges(touched, before, after, changes)
    for (const slot of touched) if (this.#rows[slot] === 0) this.#remove(slot)
  }

  #differs(before: readonly Vector[], after: readonly Vector[], row: number): boolean {
    return before.some(
      (vector, index) => !sameValueAt(vector, row, after[index] as Vector, row, this.#shape.resultTypes[index] as DataType),
    )
  }

  #pushChanges(touched: Int32Array, before: readonly Vector[], after: readonly Vector[], changes: ChangeList): void {
    const { selection, kinds, length } = changes
    const keys = this.#table.keyVectors(touched, touched.length)
    const keyRows = selection.map((row) => (row >= touched.length ? row - touched.length : row))
    const columns = [
      ...keys.map((vector) => selectRows(vector, keyRows, length)),
      ...after.map((vector, index) =>
        selectRows(
          concatVectors(before[index] as Vector, touched.length, vector, touched.length, this.#shape.resultTypes[index] as DataType),
          selection,
          length,
        ),
      ),
    ]
    const appended = kinds.subarray(0, length).every((kind) => kind === changeInsert)
    this.#output.push({ length, columns, kinds: appended ? null : kinds.subarray(0, length), watermarks: null })
  }

  #remove(slot: number): void {
    this.#measures.clear(slot)
    this.#table.remove(slot)
    this.#touchedBy[slot] = 0
  }

  advance(_input: number, watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }
}

/** Rows to emit, each with its change kind. */
class ChangeList {
  readonly selection: Int32Array
  readonly kinds: Uint8Array
  length = 0

  constructor(slots: number) {
    this.selection = new Int32Array(slots * 2)
    this.kinds = new Uint8Array(slots * 2)
  }

  add(row: number, kind: number): void {
    this.selection[this.length] = row
    this.kinds[this.length++] = kind
  }
}
