/**
 * FIRST_VALUE and LAST_VALUE. Over rows that only come, state is one boxed value a group; over rows that may go again, it is all rows of
 * a group. NULL does not count.
 */
import { type DataType, type Vector, valueAt, vectorOf, withNullable } from '#data'
import { type SavedColumns, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'
import { Arrivals, savedArrivals, type Tuple } from './arrivals.ts'

export class FirstLastAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #wanted: 'first' | 'last'
  readonly #values: unknown[] = []
  readonly saved: SavedColumns

  constructor(type: DataType, wanted: 'first' | 'last') {
    this.#type = type
    this.#wanted = wanted
    this.saved = savedValue(
      withNullable(type, true),
      (slot) => this.#values[slot],
      (slot, value) => {
        this.#values[slot] = value
      },
    )
  }

  get stateBytes(): number {
    return this.#values.length * boxedBytes
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

export class RetractableFirstLastAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #wanted: 'first' | 'last'
  readonly #keyOf: (tuple: Tuple) => unknown
  readonly #groups: (Arrivals | undefined)[] = []
  /** Rows of all groups. */
  #rows = 0
  readonly saved: SavedColumns

  constructor(type: DataType, wanted: 'first' | 'last', keyOf: (tuple: Tuple) => unknown) {
    this.#type = type
    this.#wanted = wanted
    this.#keyOf = keyOf
    this.saved = savedArrivals(
      [type],
      (slot) => this.#groups[slot],
      (slot, tuple, sign) => this.#change(slot, tuple, sign),
    )
  }

  get stateBytes(): number {
    return this.#rows * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign !== 0) this.#change(slots[i] as number, [valueAt(vector as Vector, i, this.#type)], sign)
    }
  }

  #change(slot: number, tuple: Tuple, sign: number): void {
    const group = this.#group(slot)
    if (sign > 0) group.add(tuple)
    else group.remove(tuple)
    this.#rows += sign
  }

  #group(slot: number): Arrivals {
    this.#groups[slot] ??= new Arrivals(this.#keyOf)
    return this.#groups[slot]
  }

  merge(slot: number, from: RetractableFirstLastAccumulator, fromSlot: number): void {
    const group = from.#groups[fromSlot]
    if (group === undefined) return
    this.#group(slot).merge(group)
    this.#rows += group.size
  }

  clear(slot: number): void {
    this.#rows -= this.#groups[slot]?.size ?? 0
    this.#groups[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    const wanted = this.#wanted
    return vectorOf(
      this.#type,
      Array.from({ length: count }, (_, index) => this.#groups[slots[index] as number]?.[wanted]?.[0] ?? null),
    )
  }
}
