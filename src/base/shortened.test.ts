import { expect, test } from 'vitest'
import { shortened } from './shortened.ts'

test('a text that fits stays', () => {
  expect(shortened('abc', 3)).toBe('abc')
  expect(shortened('', 3)).toBe('')
})

test('a longer one ends in an ellipsis', () => {
  expect(shortened('abcd', 3)).toBe('ab…')
})

test('no character is cut in half', () => {
  expect(shortened('a😀bcd', 4)).toBe('a😀…')
  expect(shortened('ab😀cd', 4)).toBe('ab…')
})
