import { expect, test } from 'vitest'
import { ReusedArrays } from './array-supply.ts'

test('gives the same arrays again after a restart, longer ones where they are asked for, and none twice before', () => {
  const arrays = new ReusedArrays()
  const first = arrays.integers(10)
  const second = arrays.integers(20)
  expect(second).not.toBe(first)
  expect(arrays.restart().integers(5)).toBe(first)
  expect(arrays.integers(21).length).toBeGreaterThanOrEqual(21)
  expect(arrays.bytes(3).length).toBeGreaterThanOrEqual(3)
  expect(arrays.numbers(3).length).toBeGreaterThanOrEqual(3)
})
