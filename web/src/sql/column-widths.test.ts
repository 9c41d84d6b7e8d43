import { expect, test } from 'vitest'
import { firstWidths, grown } from './column-widths.ts'

const columns = [
  { name: 'id', type: 'BIGINT' },
  { name: 'a', type: 'INT' },
]

test('columns begin with room for their names and types', () => {
  expect(firstWidths(columns)).toEqual([10, 6])
})

test('they grow with what is seen, up to a bound, and never shrink', () => {
  const widths = firstWidths(columns)
  const next = grown(widths, [[1, 'x'.repeat(20)]])
  expect(next).toEqual([10, 20])
  expect(grown(next, [[1, 2]])).toBe(next)
  expect(grown(next, [['y'.repeat(999), null]])).toEqual([48, 20])
})
