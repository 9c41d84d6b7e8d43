import { expect, test } from 'vitest'
import { cut, padded, textWidth } from './text-width.ts'

test.each([
  ['', 0],
  ['abc', 3],
  ['äöü', 3],
  ['e\u0301', 1],
  ['日本語', 6],
  ['한국', 4],
  ['👍', 2],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['ｱ', 1],
  ['Ａ', 2],
])('%j takes %i cells', (text, width) => expect(textWidth(text)).toBe(width))

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['日本語', 1, '…'],
  ['abc', 0, ''],
  ['x'.repeat(1_000_000), 4, 'xxx…'],
])('%j cut to %i cells', (text, width, shown) => {
  expect(cut(text, width)).toBe(shown)
  expect(textWidth(cut(text, width))).toBeLessThanOrEqual(width)
})

test('padding fills up to the width on either side', () => {
  expect(padded('ab', 4)).toBe('ab  ')
  expect(padded('ab', 4, true)).toBe('  ab')
  expect(padded('日本', 3)).toBe('日…')
  expect(padded('日本語', 4)).toBe('日… ')
})
