import { expect, test } from 'vitest'
import { excerptAt } from './excerpt.ts'

const text = 'SELECT a\nFROM orders\nWHERE b'

test.each([
  [7, 8, ['SELECT ', 'a', '']],
  [14, 20, ['FROM ', 'orders', '']],
  [14, 28, ['FROM ', 'orders', '']],
  [9, 9, ['', 'F', 'ROM orders']],
  [text.length, text.length, ['WHERE b', ' ', '']],
])('from %d to %d', (start, end, [before, marked, after]) => {
  expect(excerptAt(text, { start, end })).toEqual({ before, marked, after })
})

test('a place outside of the text has no excerpt', () => {
  expect(excerptAt(text, { start: 99, end: 100 })).toBeUndefined()
  expect(excerptAt(text, { start: -1, end: 3 })).toBeUndefined()
})

test('long lines are cut around the place', () => {
  const found = excerptAt('x'.repeat(10_000), { start: 5000, end: 9000 })
  expect([found?.before.length, found?.marked.length, found?.after.length]).toEqual([161, 160, 160])
})
