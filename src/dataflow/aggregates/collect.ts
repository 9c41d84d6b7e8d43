/**
 * COLLECT: the multiset of the values of a group. State is a count by value; its bound is the count of distinct values. The state is the
 * result itself: a multiset that was given out is left as it is, and copied when its group changes again.
 */
import { bigintType, type DataType, type Vector, valueAt, vectorOf } from '#data'
import { type SavedColumns, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'
import { tuplesType } from './arrivals.ts'

interface Bag {
  counts: Map<unknown, number>
  isGivenOut: boolean
  /** By key, the value that stands for all equal ones. Primitives are their own keys and stand for themselves. */
  readonly values: Map<unknown, unknown>
  /** Values that went before they came, by key, with their counts. */
  readonly owed: Map<unknown, { readonly value: unknown; count: number }>
}

export class CollectAccumulator implements Accumulator {
  readonly #element: DataType
  readonly #result: DataType
  /** The same primitive for equal values. */
  readonly #keyOf: (value: unknown) => unknown
  readonly #bags: (Bag | undefined)[] = []
  /** Distinct values of all bags. */
  #values = 0
  readonly saved: SavedColumns

  constructor(element: DataType, result: DataType, keyOf: (value: unknown) => unknown) {
    this.#element = element
    this.#result = result
    this.#keyOf = keyOf
    this.saved = savedValue(
      tuplesType([element, bigintType]),
      (slot) => entriesOf(this.#bags[slot]),
      (slot, entries) => {
        for (const [value, count] of (entries as [unknown, number][] | null) ?? []) this.#change(slot, value, count)
      },
    )
  }

  get stateBytes(): number {
    return this.#values * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign !== 0) this.#change(slots[i] as number, valueAt(vector as Vector, i, this.#element), sign)
    }
  }

  #change(slot: number, value: unknown, by: number): void {
    const bag = this.#bagAt(slot)
    const key = this.#keyOf(value)
    const representative = key === value ? value : (bag.values.get(key) ?? value)
    const known = sizeOf(bag)
    const count = (bag.counts.get(representative) ?? 0) - (bag.owed.get(key)?.count ?? 0) + by
    bag.owed.delete(key)
    if (count > 0) {
      bag.counts.set(representative, count)
      if (key !== value) bag.values.set(key, representative)
    } else {
      bag.counts.delete(representative)
      bag.values.delete(key)
      if (count < 0) bag.owed.set(key, { value, count: -count })
    }
    this.#values += sizeOf(bag) - known
  }

  /** The bag of a slot, free to change. */
  #bagAt(slot: number): Bag {
    this.#bags[slot] ??= { counts: new Map(), isGivenOut: false, values: new Map(), owed: new Map() }
    const bag = this.#bags[slot]
    if (bag.isGivenOut) {
      bag.counts = new Map(bag.counts)
      bag.isGivenOut = false
    }
    return bag
  }

  merge(slot: number, from: CollectAccumulator, fromSlot: number): void {
    for (const [value, count] of entriesOf(from.#bags[fromSlot])) this.#change(slot, value, count)
  }

  clear(slot: number): void {
    this.#values -= sizeOf(this.#bags[slot])
    this.#bags[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    const values = Array.from({ length: count }, (_, index) => {
      const bag = this.#bags[slots[index] as number]
      if (bag === undefined) return new Map()
      bag.isGivenOut = true
      return bag.counts
    })
    return vectorOf(this.#result, values)
  }
}

function sizeOf(bag: Bag | undefined): number {
  return bag === undefined ? 0 : bag.counts.size + bag.owed.size
}

/** Values with their counts, negative for those that went before they came. */
function entriesOf(bag: Bag | undefined): [value: unknown, count: number][] {
  return bag === undefined
    ? []
    : [...bag.counts, ...Array.from(bag.owed.values(), ({ value, count }): [unknown, number] => [value, -count])]
}
