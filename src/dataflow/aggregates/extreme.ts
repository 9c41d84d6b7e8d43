/**
 * MIN and MAX. Over rows that only come, state is the best value of a group. Over rows that may go again, it is all values of a group
 * with their counts (value-heap.ts).
 */
import {
  bigintType,
  comparator,
  type DataType,
  numbersIn,
  numberVector,
  plainFormOf,
  type Vector,
  valueAt,
  vectorOf,
  withNullable,
} from '#data'
import { grownNumbers } from '../state/grown.ts'
import { type SavedColumns, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'
import { tuplesType } from './arrivals.ts'
import { ValueHeap } from './value-heap.ts'

/**
 * Numbers only, append-only: one number a group, and a bigint for the few groups that need one. As in Flink, NaN is neither better nor
 * worse than a number: it stays where it comes first, and replaces nothing. (Over rows that may go again it is the greatest number.)
 */
export class NumberExtremeAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #sign: 1 | -1
  #best = new Float64Array(16)
  #seen = new Uint8Array(16)
  /** The best value of slots whose best is no safe number. */
  readonly #wide = new Map<number, bigint>()
  readonly saved: SavedColumns

  constructor(type: DataType, wanted: 'min' | 'max') {
    this.#type = type
    this.#sign = wanted === 'max' ? 1 : -1
    this.saved = savedValue(
      withNullable(type, true),
      (slot) => this.#bestAt(slot),
      (slot, value) => {
        if (value !== null) this.#offer(slot, value as number | bigint)
      },
    )
  }

  get stateBytes(): number {
    return this.#best.byteLength + this.#seen.byteLength + this.#wide.size * boxedBytes
  }

  reserve(slots: number): void {
    this.#best = grownNumbers(this.#best, slots)
    if (this.#seen.length >= slots) return
    const seen = new Uint8Array(this.#best.length)
    seen.set(this.#seen)
    this.#seen = seen
  }

  add(input: AccumulatorInput): void {
    const { slots, rows, signs } = input
    const vector = input.arguments[0] as Vector
    if (vector.form === 'wide' || this.#wide.size > 0) {
      this.#addWide(input, vector)
      return
    }
    const best = this.#best
    const seen = this.#seen
    const sign = this.#sign
    const data = numbersIn(vector)
    for (let i = 0; i < rows; i++) {
      if (signs !== null && signs[i] === 0) continue
      const slot = slots[i] as number
      const value = data[i] as number
      if (seen[slot] === 0) {
        seen[slot] = 1
        best[slot] = value
      } else if (isBetter(value, best[slot] as number, sign)) best[slot] = value
    }
  }

  #addWide({ slots, rows, signs }: AccumulatorInput, vector: Vector): void {
    for (let i = 0; i < rows; i++) {
      if (signs === null || signs[i] !== 0) this.#offer(slots[i] as number, valueAt(vector, i, this.#type) as number | bigint)
    }
  }

  #offer(slot: number, value: number | bigint): void {
    const best = this.#bestAt(slot)
    if (best !== null && !isBetter(value, best, this.#sign)) return
    this.#seen[slot] = 1
    if (typeof value === 'bigint') this.#wide.set(slot, value)
    else {
      this.#wide.delete(slot)
      this.#best[slot] = value
    }
  }

  #bestAt(slot: number): number | bigint | null {
    return this.#seen[slot] === 0 ? null : (this.#wide.get(slot) ?? (this.#best[slot] as number))
  }

  merge(slot: number, from: NumberExtremeAccumulator, fromSlot: number): void {
    const value = from.#bestAt(fromSlot)
    if (value !== null) this.#offer(slot, value)
  }

  clear(slot: number): void {
    this.#seen[slot] = 0
    this.#wide.delete(slot)
  }

  results(slots: Int32Array, count: number, room?: Vector): Vector {
    const isWide = this.#wide.size > 0
    const bestAt = (row: number): number | bigint | null => {
      const slot = slots[row] as number
      if (this.#seen[slot] === 0) return null
      return (isWide ? this.#wide.get(slot) : undefined) ?? (this.#best[slot] as number)
    }
    return numberVector(this.#type, count, bestAt, room)
  }
}

function isBetter(value: number | bigint, best: number | bigint, sign: 1 | -1): boolean {
  return sign === 1 ? value > best : value < best
}

/** Any type, append-only: one boxed value a group. */
export class ExtremeAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #compare: (a: unknown, b: unknown) => number
  readonly #sign: 1 | -1
  readonly #best: unknown[] = []
  readonly saved: SavedColumns

  constructor(type: DataType, wanted: 'min' | 'max') {
    this.#type = type
    this.#compare = comparator(type)
    this.#sign = wanted === 'max' ? 1 : -1
    this.saved = savedValue(
      withNullable(type, true),
      (slot) => this.#best[slot],
      (slot, value) => {
        this.#best[slot] = value
      },
    )
  }

  get stateBytes(): number {
    return this.#best.length * boxedBytes
  }

  reserve(slots: number): void {
    while (this.#best.length < slots) this.#best.push(null)
  }

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      if (signs !== null && signs[i] === 0) continue
      this.#offer(slots[i] as number, valueAt(vector as Vector, i, this.#type))
    }
  }

  #offer(slot: number, value: unknown): void {
    const best = this.#best[slot]
    if (best === null || this.#sign * this.#compare(value, best) > 0) this.#best[slot] = value
  }

  merge(slot: number, from: ExtremeAccumulator, fromSlot: number): void {
    const value = from.#best[fromSlot]
    if (value !== null && value !== undefined) this.#offer(slot, value)
  }

  clear(slot: number): void {
    this.#best[slot] = null
  }

  results(slots: Int32Array, count: number): Vector {
    const values: unknown[] = []
    for (let i = 0; i < count; i++) values.push(this.#best[slots[i] as number] ?? null)
    return vectorOf(this.#type, values)
  }
}

/** Any type that is ordered, with retraction: all values of a group. Its bound is the count of distinct values. */
export class RetractableExtremeAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #isBetter: (a: unknown, b: unknown) => boolean
  readonly #groups: (ValueHeap | undefined)[] = []
  /** Values of all groups. */
  #values = 0
  readonly saved: SavedColumns

  constructor(type: DataType, wanted: 'min' | 'max') {
    this.#type = type
    const compare = comparator(type)
    this.#isBetter = wanted === 'max' ? (a, b) => compare(a, b) > 0 : (a, b) => compare(a, b) < 0
    this.saved = savedValue(
      tuplesType([type, bigintType]),
      (slot) => {
        const group = this.#groups[slot]
        return group === undefined ? null : [...group.entries]
      },
      (slot, saved) => {
        for (const [value, count] of (saved as [unknown, number][] | null) ?? []) this.#change(slot, value, count)
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
      if (sign !== 0) this.#change(slots[i] as number, valueAt(vector as Vector, i, this.#type), sign)
    }
  }

  #change(slot: number, value: unknown, by: number): void {
    this.#groups[slot] ??= new ValueHeap(this.#isBetter)
    const group = this.#groups[slot]
    const before = group.size
    group.change(value, by)
    this.#values += group.size - before
  }

  merge(slot: number, from: RetractableExtremeAccumulator, fromSlot: number): void {
    for (const [value, count] of from.#groups[fromSlot]?.entries ?? []) this.#change(slot, value, count)
  }

  clear(slot: number): void {
    this.#values -= this.#groups[slot]?.size ?? 0
    this.#groups[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    return vectorOf(
      this.#type,
      Array.from({ length: count }, (_, index) => this.#groups[slots[index] as number]?.best() ?? null),
    )
  }
}

export function supportsNumberExtreme(type: DataType): boolean {
  const form = plainFormOf(type)
  return form === 'integers' || form === 'numbers'
}
