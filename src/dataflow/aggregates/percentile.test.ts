import { expect, test } from 'vitest'
import { type DataType, doubleType, integerType, valueAt, vectorOf, withNullable } from '#data'
import { Random } from '../check/random-changes.fixture.ts'
import { PercentileAccumulator } from './percentile.ts'

const shareType: DataType = { kind: 'array', element: withNullable(doubleType, false), nullable: false }
const types = [doubleType, shareType, integerType]
const resultType: DataType = { kind: 'array', element: doubleType, nullable: true }
const shares = [0, 0.25, 0.5, 1]
const slots = 3

/** The number at a share of the way through a sorted list. */
function expected(values: readonly number[]): number[] | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  return shares.map((share) => {
    const place = share * (sorted.length - 1)
    const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
    return below + (place - Math.floor(place)) * (above - below)
  })
}

function change(accumulator: PercentileAccumulator, slot: number, sign: number, value: number | null, times: number | null): void {
  const vectors = [value, shares, times].map((each, place) => vectorOf(types[place] as DataType, [each]))
  accumulator.add({ slots: Int32Array.of(slot), rows: 1, arguments: vectors, signs: Int8Array.of(sign) })
}

test('percentiles are those of the numbers that are left, each as often as it counts', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(seed)
    let accumulator = new PercentileAccumulator(types, resultType)
    const kept: { value: number | null; times: number | null }[][] = [[], [], []]
    for (let step = 0; step < 60; step++) {
      const slot = random.below(slots)
      const [rows, roll] = [kept[slot] ?? [], random.below(20)]
      if (roll < 12) {
        const row = { value: random.pick([null, 1, 2, 2.5, -7, 100]), times: random.pick([1, 2, 0, -1, null]) }
        change(accumulator, slot, 1, row.value, row.times)
        rows.push(row)
      } else if (roll < 17 && rows.length > 0) {
        const [row] = rows.splice(random.below(rows.length), 1)
        change(accumulator, slot, -1, row?.value ?? null, row?.times ?? null)
      } else if (roll < 19) {
        const from = (slot + 1) % slots
        accumulator.merge(slot, accumulator, from)
        rows.push(...(kept[from] ?? []))
      } else {
        accumulator.clear(slot)
        kept[slot] = []
      }
      if (random.below(8) === 0) {
        const entries = Int32Array.from({ length: slots }, (_, each) => each)
        const saved = accumulator.saved.save(entries, slots)
        accumulator = new PercentileAccumulator(types, resultType)
        accumulator.saved.load(entries, saved, slots)
      }
      const results = accumulator.results(Int32Array.of(0, 1, 2), slots)
      for (const [place, group] of kept.entries()) {
        const values = group.flatMap(({ value, times }) =>
          value === null ? [] : Array.from({ length: Math.max(0, times ?? 0) }, () => value),
        )
        const [got, wanted] = [valueAt(results, place, resultType) as number[] | null, expected(values)]
        expect(got === null, `seed ${seed}, step ${step}`).toBe(wanted === null)
        for (const [index, each] of wanted?.entries() ?? []) expect(got?.[index], `seed ${seed}, step ${step}`).toBeCloseTo(each, 9)
      }
    }
  }
})

test('percentages beyond 0 and 1 are refused', () => {
  const accumulator = new PercentileAccumulator([doubleType, doubleType], doubleType)
  const vectors = [vectorOf(doubleType, [1]), vectorOf(doubleType, [1.5])]
  const add = (): void => accumulator.add({ slots: Int32Array.of(0), rows: 1, arguments: vectors, signs: null })
  expect(add).toThrow('function PERCENTILE expects percentages from 0 to 1, got 1.5')
})
