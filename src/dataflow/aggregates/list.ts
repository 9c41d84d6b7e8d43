/**
 * Aggregates over all values of a group in order of arrival: LISTAGG, ARRAY_AGG, COLLECT, the JSON aggregates, and FIRST_VALUE and
 * LAST_VALUE when rows may go again. State is the list of values (tuples of the arguments); its bound is the count of rows.
 */
import { type DataType, type Vector, valueAt, vectorOf } from '#data'
import type { Accumulator, AccumulatorInput } from './accumulator.ts'

/** What is made of the tuples of a group; null is NULL. */
export type ListFinish = (tuples: readonly (readonly unknown[])[]) => unknown

export interface ListShape {
  readonly arguments: readonly DataType[]
  readonly result: DataType
  readonly finish: ListFinish
  /** Tells equal values apart from others; finds the tuple that a retraction takes back. */
  readonly keyOf: (values: readonly unknown[]) => unknown
}

export class ListAccumulator implements Accumulator {
  readonly #shape: ListShape
  readonly #lists: (unknown[][] | undefined)[] = []
  /** Retractions that came before their rows, as keys. */
  readonly #owed: (unknown[] | undefined)[] = []

  constructor(shape: ListShape) {
    this.#shape = shape
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: vectors }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign === 0) continue
      const tuple = this.#shape.arguments.map((type, index) => valueAt(vectors[index] as Vector, i, type))
      if (sign > 0) this.#append(slots[i] as number, tuple)
      else this.#remove(slots[i] as number, tuple)
    }
  }

  #append(slot: number, tuple: unknown[]): void {
    const owed = this.#owed[slot]
    if (owed !== undefined) {
      const at = owed.indexOf(this.#shape.keyOf(tuple))
      if (at >= 0) {
        owed.splice(at, 1)
        if (owed.length === 0) this.#owed[slot] = undefined
        return
      }
    }
    const list = this.#lists[slot]
    if (list === undefined) this.#lists[slot] = [tuple]
    else list.push(tuple)
  }

  #remove(slot: number, tuple: unknown[]): void {
    const key = this.#shape.keyOf(tuple)
    const list = this.#lists[slot] ?? []
    const at = list.findIndex((other) => this.#shape.keyOf(other) === key)
    if (at >= 0) list.splice(at, 1)
    else {
      const owed = this.#owed[slot]
      if (owed === undefined) this.#owed[slot] = [key]
      else owed.push(key)
    }
  }

  merge(slot: number, from: ListAccumulator, fromSlot: number): void {
    for (const tuple of from.#lists[fromSlot] ?? []) this.#append(slot, tuple)
  }

  clear(slot: number): void {
    this.#lists[slot] = undefined
    this.#owed[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    const { finish, result } = this.#shape
    return vectorOf(
      result,
      Array.from({ length: count }, (_, index) => finish(this.#lists[slots[index] as number] ?? [])),
    )
  }
}
