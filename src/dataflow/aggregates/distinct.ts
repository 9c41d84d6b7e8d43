/** DISTINCT inside an aggregate: passes a value on when it is first seen in its group, and takes it back when its last row goes. */
import type { Vector } from '#data'
import { type SavedColumns, savedTogether } from '../state/saved-columns.ts'
import type { Accumulator, AccumulatorInput } from './accumulator.ts'
import { type DistinctInput, type DistinctShape, DistinctValues, signsOfMember } from './distinct-values.ts'

export class DistinctAccumulator implements Accumulator {
  readonly #inner: Accumulator
  readonly #values: DistinctValues
  readonly saved: SavedColumns

  constructor(inner: Accumulator, shape: Omit<DistinctShape, 'members'>) {
    this.#inner = inner
    this.#values = new DistinctValues({ ...shape, members: 1 })
    this.saved = savedTogether([inner.saved, this.#values.saved])
  }

  get stateBytes(): number {
    return this.#inner.stateBytes + this.#values.stateBytes
  }

  reserve(slots: number): void {
    this.#inner.reserve(slots)
    this.#values.reserve(slots)
  }

  add({ slots, rows, arguments: values, signs }: AccumulatorInput): void {
    const members = new Int32Array(rows)
    for (let row = 0; row < rows; row++) members[row] = signs === null || signs[row] !== 0 ? 1 : 0
    const input: DistinctInput = { slots, rows, arguments: values, members, signs }
    this.#values.add(input)
    this.#addChanges(input)
  }

  #addChanges(input: DistinctInput): void {
    const { slots, rows, arguments: values } = input
    this.#inner.add({ slots, rows, arguments: values, signs: signsOfMember(0, input, new Int8Array(rows)) })
  }

  merge(slot: number, from: DistinctAccumulator, fromSlot: number): void {
    this.#addChanges(this.#values.merge(slot, from.#values, fromSlot))
  }

  clear(slot: number): void {
    this.#inner.clear(slot)
    this.#values.clear(slot)
  }

  results(slots: Int32Array, count: number, room?: Vector): Vector {
    return this.#inner.results(slots, count, room)
  }
}
