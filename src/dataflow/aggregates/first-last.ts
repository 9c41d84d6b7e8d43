/** FIRST_VALUE and LAST_VALUE over rows that only come: one boxed value a group. NULL does not count. */
import { type DataType, type Vector, valueAt, vectorOf } from '#data'
import type { Accumulator, AccumulatorInput } from './accumulator.ts'

export class FirstLastAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #wanted: 'first' | 'last'
  readonly #values: unknown[] = []

  constructor(type: DataType, wanted: 'first' | 'last') {
    this.#type = type
    this.#wanted = wanted
  }

  reserve(slots: number): void {
    while (this.#values.length < slots) this.#values.push(null)
  }

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      if (signs !== null && signs[i] === 0) continue
      const slot = slots[i] as number
      if (this.#wanted === 'first' && this.#values[slot] !== null) continue
      this.#values[slot] = valueAt(vector as Vector, i, this.#type)
    }
  }

  merge(slot: number, from: FirstLastAccumulator, fromSlot: number): void {
    const value = from.#values[fromSlot] ?? null
    if (value === null || (this.#wanted === 'first' && this.#values[slot] !== null)) return
    this.#values[slot] = value
  }

  clear(slot: number): void {
    this.#values[slot] = null
  }

  results(slots: Int32Array, count: number): Vector {
    return vectorOf(
      this.#type,
      Array.from({ length: count }, (_, index) => this.#values[slots[index] as number] ?? null),
    )
  }
}
