/**
 * Aggregates over all values of a group in order of arrival: ARRAY_AGG, the JSON aggregates, and LISTAGG when rows may go again. State
 * is the rows (tuples of the arguments) and the last result; its bound is the count of rows.
 */
import { type DataType, type Vector, valueAt, vectorOf } from '#data'
import { type SavedColumns, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'
import { Arrivals, savedArrivals, type Tuple, tuplesType } from './arrivals.ts'

/** What is made of the tuples of a group; null is NULL. */
export type ListFinish = (tuples: readonly Tuple[]) => unknown

export interface ListShape {
  readonly arguments: readonly DataType[]
  readonly result: DataType
  readonly finish: ListFinish
  /** The same primitive for equal tuples. */
  readonly keyOf: (tuple: Tuple) => unknown
}

/** Over rows that only come. */
export class ListAccumulator implements Accumulator {
  readonly #shape: ListShape
  readonly #lists: (Tuple[] | undefined)[] = []
  /** Of all lists. */
  #tuples = 0
  readonly #results: FinishedResults
  readonly saved: SavedColumns

  constructor(shape: ListShape) {
    this.#shape = shape
    this.#results = new FinishedResults(shape, (slot) => this.#lists[slot] ?? [])
    this.saved = savedValue(
      tuplesType(shape.arguments),
      (slot) => this.#lists[slot],
      (slot, tuples) => {
        this.#lists[slot] = (tuples as Tuple[] | null) ?? undefined
        this.#tuples += this.#lists[slot]?.length ?? 0
      },
    )
  }

  get stateBytes(): number {
    return this.#tuples * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: vectors }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      if (signs !== null && signs[i] === 0) continue
      this.#append(slots[i] as number, tupleAt(vectors, i, this.#shape.arguments))
    }
  }

  #append(slot: number, tuple: Tuple): void {
    const list = this.#lists[slot]
    if (list === undefined) this.#lists[slot] = [tuple]
    else list.push(tuple)
    this.#tuples += 1
    this.#results.forget(slot)
  }

  merge(slot: number, from: ListAccumulator, fromSlot: number): void {
    for (const tuple of from.#lists[fromSlot] ?? []) this.#append(slot, tuple)
  }

  clear(slot: number): void {
    this.#tuples -= this.#lists[slot]?.length ?? 0
    this.#lists[slot] = undefined
    this.#results.forget(slot)
  }

  results(slots: Int32Array, count: number): Vector {
    return this.#results.of(slots, count)
  }
}

/** Over rows that may go again. */
export class RetractableListAccumulator implements Accumulator {
  readonly #shape: ListShape
  readonly #groups: (Arrivals | undefined)[] = []
  /** Of all groups. */
  #tuples = 0
  readonly #results: FinishedResults
  readonly saved: SavedColumns

  constructor(shape: ListShape) {
    this.#shape = shape
    this.#results = new FinishedResults(shape, (slot) => this.#groups[slot]?.tuples() ?? [])
    this.saved = savedArrivals(
      shape.arguments,
      (slot) => this.#groups[slot],
      (slot, tuple, sign) => this.#change(slot, tuple, sign),
    )
  }

  get stateBytes(): number {
    return this.#tuples * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: vectors }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign !== 0) this.#change(slots[i] as number, tupleAt(vectors, i, this.#shape.arguments), sign)
    }
  }

  #change(slot: number, tuple: Tuple, sign: number): void {
    if (sign > 0) this.#group(slot).add(tuple)
    else this.#group(slot).remove(tuple)
    this.#tuples += sign
    this.#results.forget(slot)
  }

  #group(slot: number): Arrivals {
    this.#groups[slot] ??= new Arrivals(this.#shape.keyOf)
    return this.#groups[slot]
  }

  merge(slot: number, from: RetractableListAccumulator, fromSlot: number): void {
    const group = from.#groups[fromSlot]
    if (group === undefined) return
    this.#group(slot).merge(group)
    this.#tuples += group.size
    this.#results.forget(slot)
  }

  clear(slot: number): void {
    this.#tuples -= this.#groups[slot]?.size ?? 0
    this.#groups[slot] = undefined
    this.#results.forget(slot)
  }

  results(slots: Int32Array, count: number): Vector {
    return this.#results.of(slots, count)
  }
}

/** Results are kept until their group changes: a group that is updated is asked for its result before and after. */
class FinishedResults {
  readonly #shape: ListShape
  readonly #tuplesOf: (slot: number) => readonly Tuple[]
  readonly #known: unknown[] = []

  constructor(shape: ListShape, tuplesOf: (slot: number) => readonly Tuple[]) {
    this.#shape = shape
    this.#tuplesOf = tuplesOf
  }

  forget(slot: number): void {
    this.#known[slot] = undefined
  }

  of(slots: Int32Array, count: number): Vector {
    const { finish, result } = this.#shape
    const values = Array.from({ length: count }, (_, index) => {
      const slot = slots[index] as number
      this.#known[slot] ??= finish(this.#tuplesOf(slot))
      return this.#known[slot]
    })
    return vectorOf(result, values)
  }
}

function tupleAt(vectors: readonly Vector[], row: number, types: readonly DataType[]): Tuple {
  return types.map((type, index) => valueAt(vectors[index] as Vector, row, type))
}
