/**
 * PERCENTILE: what lies at shares of the way from the least to the greatest number of a group, between two numbers on the straight line
 * from one to the other. State is a count by number, and the shares that the first row of the group asked for; its bound is the count of
 * distinct numbers.
 */
import { assert } from '#base'
import { bigintType, type DataType, doubleType, type Vector, valueAt, vectorOf } from '#data'
import { dataflowErrors } from '../errors.ts'
import { type SavedColumns, savedTogether, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'
import { tuplesType } from './arrivals.ts'

interface Group {
  shares: readonly number[]
  /** Below zero for numbers that went before they came. */
  readonly counts: Map<number, number>
  /** The result, until the group changes. */
  known: unknown
}

export class PercentileAccumulator implements Accumulator {
  readonly #arguments: readonly DataType[]
  readonly #result: DataType
  readonly #groups: (Group | undefined)[] = []
  /** Distinct numbers of all groups. */
  #numbers = 0
  readonly saved: SavedColumns

  /** Arguments are a DOUBLE, a share or a list of shares, and perhaps how often the number counts. */
  constructor(args: readonly DataType[], result: DataType) {
    this.#arguments = args
    this.#result = result
    this.saved = savedTogether([
      savedValue(
        { kind: 'array', element: doubleType, nullable: true },
        (slot) => this.#groups[slot]?.shares,
        (slot, shares) => {
          if (shares !== null) this.#groups[slot] = { shares: shares as number[], counts: new Map(), known: undefined }
        },
      ),
      savedValue(
        tuplesType([doubleType, bigintType]),
        (slot) => [...(this.#groups[slot]?.counts ?? [])],
        (slot, entries) => {
          const group = this.#groups[slot]
          if (group === undefined) return
          for (const [value, count] of entries as [number, number][]) this.#numbers += change(group, value, count)
        },
      ),
    ])
  }

  get stateBytes(): number {
    return this.#numbers * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: vectors }: AccumulatorInput): void {
    for (let row = 0; row < rows; row++) {
      const sign = signs === null ? 1 : (signs[row] as number)
      if (sign === 0) continue
      const [value, share, times = 1] = this.#arguments.map((type, place) => valueAt(vectors[place] as Vector, row, type))
      const group = this.#group(slots[row] as number, share)
      if (value === null || times === null || Number(times) <= 0) continue
      this.#numbers += change(group, value as number, sign * Number(times))
    }
  }

  #group(slot: number, share: unknown): Group {
    this.#groups[slot] ??= { shares: sharesOf(share), counts: new Map(), known: undefined }
    return this.#groups[slot]
  }

  merge(slot: number, from: PercentileAccumulator, fromSlot: number): void {
    const added = from.#groups[fromSlot]
    if (added === undefined) return
    const group = this.#group(slot, added.shares)
    for (const [value, count] of added.counts) this.#numbers += change(group, value, count)
  }

  clear(slot: number): void {
    this.#numbers -= this.#groups[slot]?.counts.size ?? 0
    this.#groups[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    const values = Array.from({ length: count }, (_, index) => {
      const group = this.#groups[slots[index] as number]
      if (group === undefined) return null
      group.known ??= this.#resultOf(group)
      return group.known
    })
    return vectorOf(this.#result, values)
  }

  #resultOf({ shares, counts }: Group): unknown {
    const total = counts.values().reduce((sum, count) => sum + count, 0)
    if (total <= 0 || shares.length === 0) return null
    const sorted = [...counts].sort(([a], [b]) => compareNumbers(a, b))
    const values = shares.map((share) => numberAt(sorted, share * (total - 1) + 1))
    return this.#result.kind === 'array' ? values : values[0]
  }
}

/** Returns how many distinct numbers more there are. */
function change(group: Group, value: number, by: number): number {
  const before = group.counts.size
  const count = (group.counts.get(value) ?? 0) + by
  if (count === 0) group.counts.delete(value)
  else group.counts.set(value, count)
  group.known = undefined
  return group.counts.size - before
}

function sharesOf(share: unknown): readonly number[] {
  const shares = (Array.isArray(share) ? share : [share]) as readonly number[]
  const odd = shares.find((each) => !(each >= 0 && each <= 1))
  if (odd !== undefined) throw dataflowErrors.DATAFLOW_PERCENTAGE({ got: odd })
  return shares
}

/** NaN is the greatest number. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a - b || 0
}

/** The number at a place, counted from 1, among numbers with their counts. */
function numberAt(sorted: readonly (readonly [value: number, count: number])[], place: number): number {
  const [lower, higher] = [Math.floor(place), Math.ceil(place)]
  let before = 0
  for (const [index, [value, count]] of sorted.entries()) {
    before += count
    if (before < lower) continue
    if (before >= higher) return value
    return (higher - place) * value + (place - lower) * (sorted[index + 1]?.[0] ?? value)
  }
  assert(false, 'the last number stands at the last place')
}
