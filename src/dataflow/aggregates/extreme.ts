/**
 * MIN and MAX. Over rows that only come, state is the best value of a group. Over rows that may go again, it is a heap of the values
 * seen with their counts: the best that is still there is found at the top, and what left is dropped when it gets there.
 */
import { comparator, type DataType, numbersIn, plainFormOf, type Vector, valueAt, vectorOf } from '#data'
import { type Accumulator, type AccumulatorInput, grownNumbers } from './accumulator.ts'

/** Numbers only, append-only: one number a group, and a bigint for the few groups that need one. NaN is the greatest number. */
export class NumberExtremeAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #sign: 1 | -1
  #best = new Float64Array(16)
  #seen = new Uint8Array(16)
  /** The best value of slots whose best is no safe number. */
  readonly #wide = new Map<number, bigint>()

  constructor(type: DataType, wanted: 'min' | 'max') {
    this.#type = type
    this.#sign = wanted === 'max' ? 1 : -1
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

  results(slots: Int32Array, count: number): Vector {
    return vectorOf(
      this.#type,
      Array.from({ length: count }, (_, i) => this.#bestAt(slots[i] as number)),
    )
  }
}

function isBetter(value: number | bigint, best: number | bigint, sign: 1 | -1): boolean {
  return sign === 1
    ? value > best || (Number.isNaN(value) && !Number.isNaN(best))
    : value < best || (Number.isNaN(best) && !Number.isNaN(value))
}

/** Any type, append-only: one boxed value a group. */
export class ExtremeAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #compare: (a: unknown, b: unknown) => number
  readonly #sign: 1 | -1
  readonly #best: unknown[] = []

  constructor(type: DataType, wanted: 'min' | 'max') {
    this.#type = type
    this.#compare = comparator(type)
    this.#sign = wanted === 'max' ? 1 : -1
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
    return vectorOf(
      this.#type,
      Array.from({ length: count }, (_, index) => this.#best[slots[index] as number] ?? null),
    )
  }
}

/** Values of one group with their counts, and a heap that orders them. */
interface ValueHeap {
  /** By comparable key; how often each value is there. */
  readonly counts: Map<unknown, number>
  readonly heap: unknown[]
}

/** Any type, with retraction: all values of a group. Its bound is the count of distinct values. */
export class RetractableExtremeAccumulator implements Accumulator {
  readonly #type: DataType
  readonly #better: (a: unknown, b: unknown) => boolean
  readonly #keyOf: (value: unknown) => unknown
  readonly #groups: (ValueHeap | undefined)[] = []

  constructor(type: DataType, wanted: 'min' | 'max', keyOf: (value: unknown) => unknown) {
    this.#type = type
    const compare = comparator(type)
    this.#better = wanted === 'max' ? (a, b) => compare(a, b) > 0 : (a, b) => compare(a, b) < 0
    this.#keyOf = keyOf
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      const sign = signs === null ? 1 : (signs[i] as number)
      if (sign !== 0) this.#change(slots[i] as number, valueAt(vector as Vector, i, this.#type), sign)
    }
  }

  /** Counts may pass below zero while a retraction overtakes its row; such values are not there. */
  #change(slot: number, value: unknown, by: number): void {
    let group = this.#groups[slot]
    if (group === undefined) {
      group = { counts: new Map(), heap: [] }
      this.#groups[slot] = group
    }
    const key = this.#keyOf(value)
    const before = group.counts.get(key)
    const after = (before ?? 0) + by
    if (after === 0) group.counts.delete(key)
    else group.counts.set(key, after)
    if (after > 0 && (before ?? 0) <= 0) pushHeap(group.heap, value, this.#better)
  }

  merge(slot: number, from: RetractableExtremeAccumulator, fromSlot: number): void {
    const group = from.#groups[fromSlot]
    if (group === undefined) return
    const done = new Set<unknown>()
    for (const value of group.heap) {
      const key = this.#keyOf(value)
      if (done.has(key)) continue
      done.add(key)
      const count = group.counts.get(key) ?? 0
      if (count !== 0) this.#change(slot, value, count)
    }
  }

  clear(slot: number): void {
    this.#groups[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    return vectorOf(
      this.#type,
      Array.from({ length: count }, (_, index) => this.#bestOf(slots[index] as number)),
    )
  }

  #bestOf(slot: number): unknown {
    const group = this.#groups[slot]
    while (group !== undefined && group.heap.length > 0) {
      const top = group.heap[0]
      if ((group.counts.get(this.#keyOf(top)) ?? 0) > 0) return top
      popHeap(group.heap, this.#better)
    }
    return null
  }
}

export function supportsNumberExtreme(type: DataType): boolean {
  const form = plainFormOf(type)
  return form === 'integers' || form === 'numbers'
}

function pushHeap(heap: unknown[], value: unknown, better: (a: unknown, b: unknown) => boolean): void {
  let at = heap.push(value) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!better(value, heap[parent])) break
    heap[at] = heap[parent]
    at = parent
  }
  heap[at] = value
}

function popHeap(heap: unknown[], better: (a: unknown, b: unknown) => boolean): void {
  const last = heap.pop()
  const { length } = heap
  if (length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= length) break
    if (child + 1 < length && better(heap[child + 1], heap[child])) child++
    if (!better(heap[child], last)) break
    heap[at] = heap[child]
    at = child
  }
  heap[at] = last
}
