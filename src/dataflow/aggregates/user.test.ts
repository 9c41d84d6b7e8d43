import { expect, test } from 'vitest'
import { bigintType, valueAt, vectorOf } from '#data'
import { userTotal } from '../check/user-total.fixture.ts'
import { UserAccumulator } from './user.ts'

function add(accumulator: UserAccumulator, slot: number, value: number, sign: number): void {
  accumulator.add({ slots: Int32Array.of(slot), rows: 1, arguments: [vectorOf(bigintType, [value])], signs: Int8Array.of(sign) })
}

function resultsOf(accumulator: UserAccumulator, count: number): unknown[] {
  const slots = Int32Array.from({ length: count }, (_, slot) => slot)
  const vector = accumulator.results(slots, count)
  return Array.from(slots, (slot) => valueAt(vector, slot, bigintType))
}

test('an accumulator that was merged into an empty slot is another one', () => {
  const accumulator = new UserAccumulator(userTotal, [bigintType], bigintType)
  add(accumulator, 0, 5, 1)
  accumulator.merge(1, accumulator, 0)
  add(accumulator, 1, 2, 1)
  accumulator.merge(1, accumulator, 0)
  expect(resultsOf(accumulator, 2)).toEqual([5, 12])
})

test('a group whose rows were all passed over has the value of a new accumulator, one without rows none', () => {
  const zero = { ...userTotal, getValue: () => 0 }
  const accumulator = new UserAccumulator(zero, [bigintType], bigintType)
  add(accumulator, 0, 5, 0)
  add(accumulator, 1, 5, 1)
  accumulator.clear(1)
  expect(resultsOf(accumulator, 2)).toEqual([0, null])
})
