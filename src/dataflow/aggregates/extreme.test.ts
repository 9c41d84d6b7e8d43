import { expect, test } from 'vitest'
import { doubleType, valueAt, vectorOf } from '#data'
import { NumberExtremeAccumulator } from './extreme.ts'

/** What two slots make of their values when the second is merged into the first. */
function extremeOf(wanted: 'min' | 'max', first: readonly number[], second: readonly number[]): unknown {
  const accumulator = new NumberExtremeAccumulator(doubleType, wanted)
  accumulator.reserve(2)
  const values = [...first, ...second]
  const slots = Int32Array.from(values, (_, i) => (i < first.length ? 0 : 1))
  accumulator.add({ slots, rows: values.length, arguments: [vectorOf(doubleType, values)], signs: null })
  accumulator.merge(0, accumulator, 1)
  return valueAt(accumulator.results(Int32Array.of(0), 1), 0, doubleType)
}

// NaN is the greatest number, whichever way the values come together.
test.each([
  ['min', [Number.NaN, 1], [], 1],
  ['min', [Number.NaN], [1], 1],
  ['min', [1], [Number.NaN], 1],
  ['min', [Number.NaN], [Number.NaN], Number.NaN],
  ['max', [Number.NaN, 1], [], Number.NaN],
  ['max', [Number.NaN], [1], Number.NaN],
  ['max', [1], [Number.NaN], Number.NaN],
] as const)('%s of %j and %j is %d', (wanted, first, second, result) => {
  expect(extremeOf(wanted, first, second)).toBe(result)
})
