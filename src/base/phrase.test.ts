import { expect, test } from 'vitest'
import { counted, listed } from './phrase.ts'

test('the last of several stands behind a word', () => {
  expect(listed([])).toBe('')
  expect(listed(['a'])).toBe('a')
  expect(listed(['a', 'b'])).toBe('a and b')
  expect(listed(['a', 'b', 'c'], 'or')).toBe('a, b or c')
})

test('a long list says how many are left out', () => {
  expect(listed(['a', 'b', 'c', 'd'], 'and', 2)).toBe('a, b and 2 more')
  expect(listed(['a', 'b'], 'and', 2)).toBe('a and b')
})

test('one is no plural, and none is', () => {
  expect([0, 1, 2].map((count) => counted(count, 'column'))).toEqual(['0 columns', '1 column', '2 columns'])
})
