/**
 * The BITMAP aggregates: the numbers of a group, or those that all, some or an odd count of its bitmaps have. State is a count by number,
 * and the count of values that are not NULL; its bound is the count of distinct numbers.
 */
import { bigintType, type DataType, integerType, readBitmap, type Vector, valueAt, vectorOf, writeBitmap } from '#data'
import { type SavedColumns, savedNumber, savedTogether, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'
import { tuplesType } from './arrivals.ts'

export type BitmapRule = 'all' | 'some' | 'odd'

interface Group {
  /** How many values hold the number, below zero where it went before it came. */
  readonly counts: Map<number, number>
  values: number
  /** The result, until the group changes. */
  known: unknown
}

export class BitmapAccumulator implements Accumulator {
  readonly #rule: BitmapRule
  readonly #argument: DataType
  readonly #result: DataType
  readonly #groups: (Group | undefined)[] = []
  /** Distinct numbers of all groups. */
  #numbers = 0
  readonly saved: SavedColumns

  /** The argument is a bitmap or a number; the result is a bitmap or the count of its numbers. */
  constructor(rule: BitmapRule, argument: DataType, result: DataType) {
    this.#rule = rule
    this.#argument = argument
    this.#result = result
    this.saved = savedTogether([
      savedNumber(
        (slot) => this.#groups[slot]?.values ?? 0,
        (slot, values) => {
          if (values !== 0) this.#group(slot).values = values
        },
      ),
      savedValue(
        tuplesType([integerType, bigintType]),
        (slot) => Array.from(this.#groups[slot]?.counts ?? [], ([number, count]) => [number | 0, count]),
        (slot, entries) => {
          for (const [number, count] of (entries ?? []) as [number, number][]) {
            this.#numbers += change(this.#group(slot), number >>> 0, count)
          }
        },
      ),
    ])
  }

  get stateBytes(): number {
    return this.#numbers * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    for (let row = 0; row < rows; row++) {
      const sign = signs === null ? 1 : (signs[row] as number)
      if (sign === 0) continue
      const value = valueAt(vector as Vector, row, this.#argument)
      const group = this.#group(slots[row] as number)
      group.values += sign
      const numbers = typeof value === 'number' ? [value >>> 0] : (readBitmap(value as Uint8Array) ?? [])
      for (const number of numbers) this.#numbers += change(group, number, sign)
      group.known = undefined
    }
  }

  #group(slot: number): Group {
    this.#groups[slot] ??= { counts: new Map(), values: 0, known: undefined }
    return this.#groups[slot]
  }

  merge(slot: number, from: BitmapAccumulator, fromSlot: number): void {
    const added = from.#groups[fromSlot]
    if (added === undefined) return
    const group = this.#group(slot)
    group.values += added.values
    for (const [number, count] of added.counts) this.#numbers += change(group, number, count)
    group.known = undefined
  }

  clear(slot: number): void {
    this.#numbers -= this.#groups[slot]?.counts.size ?? 0
    this.#groups[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    const values = Array.from({ length: count }, (_, index) => {
      const group = this.#groups[slots[index] as number]
      if (group === undefined || group.values <= 0) return null
      group.known ??= this.#resultOf(group)
      return group.known
    })
    return vectorOf(this.#result, values)
  }

  #resultOf({ counts, values }: Group): unknown {
    const isIn = (count: number): boolean => (this.#rule === 'all' ? count === values : this.#rule === 'odd' ? count % 2 !== 0 : count > 0)
    const numbers = Array.from(counts).flatMap(([number, count]) => (isIn(count) ? [number] : []))
    return this.#result.kind === 'bitmap' ? writeBitmap(numbers.sort((a, b) => a - b)) : numbers.length
  }
}

/** Returns how many distinct numbers more there are. */
function change(group: Group, number: number, by: number): number {
  const before = group.counts.size
  const count = (group.counts.get(number) ?? 0) + by
  if (count === 0) group.counts.delete(number)
  else group.counts.set(number, count)
  return group.counts.size - before
}
