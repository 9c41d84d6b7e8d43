/** The measures of an aggregation: accumulators and the columns of the input batch that feed them. */
import { type Batch, flagsIn, type Vector } from '#data'
import { type Accumulator, signsOf } from '../aggregates/accumulator.ts'
import { type AggregateShape, createAccumulator } from '../aggregates/create.ts'
import { type SavedColumns, savedTogether } from '../state/saved-columns.ts'

export interface MeasureShape {
  readonly aggregate: AggregateShape
  /** Places of the argument columns in the input batch. */
  readonly arguments: readonly number[]
  /** Place of a boolean column: only rows where it is true count. */
  readonly filter: number | null
}

export class Measures {
  readonly #shapes: readonly MeasureShape[]
  readonly accumulators: readonly Accumulator[]
  #signs = new Int8Array(0)
  #filter = new Uint8Array(0)
  /** Takes in states that come. */
  #scratch: Measures | null = null

  constructor(shapes: readonly MeasureShape[]) {
    this.#shapes = shapes
    this.accumulators = shapes.map((shape) => createAccumulator(shape.aggregate))
  }

  /** The state of all measures, slot by slot. */
  get saved(): SavedColumns {
    return savedTogether(this.accumulators.map((accumulator) => accumulator.saved))
  }

  reserve(slots: number): void {
    for (const accumulator of this.accumulators) accumulator.reserve(slots)
  }

  /** Adds each row to its slot. Rows with a negative slot are passed over. */
  add(batch: Batch, slots: Int32Array, skipsRows: boolean): void {
    const rows = batch.length
    if (this.#signs.length < rows) {
      this.#signs = new Int8Array(rows)
      this.#filter = new Uint8Array(rows)
    }
    this.#shapes.forEach((shape, index) => {
      const vectors = shape.arguments.map((column) => batch.columns[column] as Vector)
      const filter = this.#filterOf(batch, shape.filter, skipsRows ? slots : null)
      const signs = signsOf(rows, batch.kinds, filter, shape.aggregate.keepsNulls === true ? [] : vectors, this.#signs)
      this.accumulators[index]?.add({ slots, rows, arguments: vectors, signs })
    })
  }

  /** Adds to each slot the states that stand in the columns from `place` on, as `saved` gives them. */
  addStates(batch: Batch, slots: Int32Array, place: number): void {
    const { length } = batch
    const scratch = this.#scratch ?? new Measures(this.#shapes)
    this.#scratch = scratch
    scratch.reserve(length)
    const rows = Int32Array.from({ length }, (_, row) => row)
    scratch.saved.load(rows, batch.columns.slice(place), length)
    for (const row of rows) {
      const slot = slots[row] as number
      if (slot >= 0) this.merge(slot, scratch, row)
      scratch.clear(row)
    }
  }

  #filterOf(batch: Batch, column: number | null, slots: Int32Array | null): Uint8Array | null {
    if (column === null && slots === null) return null
    const filter = this.#filter
    if (column === null) filter.fill(1, 0, batch.length)
    else {
      const vector = batch.columns[column] as Vector
      const data = flagsIn(vector)
      const { nulls } = vector
      for (let i = 0; i < batch.length; i++) filter[i] = data[i] === 1 && (nulls === null || nulls[i] === 0) ? 1 : 0
    }
    if (slots !== null) for (let i = 0; i < batch.length; i++) if ((slots[i] as number) < 0) filter[i] = 0
    return filter
  }

  merge(slot: number, from: Measures, fromSlot: number): void {
    this.accumulators.forEach((accumulator, index) => {
      accumulator.merge(slot, from.accumulators[index] as Accumulator, fromSlot)
    })
  }

  clear(slot: number): void {
    for (const accumulator of this.accumulators) accumulator.clear(slot)
  }

  results(slots: Int32Array, count: number): Vector[] {
    return this.accumulators.map((accumulator) => accumulator.results(slots, count))
  }
}
