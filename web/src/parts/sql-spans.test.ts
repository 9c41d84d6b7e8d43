import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sqlSpans } from './sql-spans.ts'

function told(text: string): string[] {
  return sqlSpans(text).flatMap(({ kind, text: part }) => (kind === 'plain' ? [] : [`${kind} ${part}`]))
}

test('keywords, functions, texts, numbers, names and comments are told apart', () => {
  expect(told("SELECT COUNT(*), my_fn(`a b`, 'x', 1.5) FROM t WHERE a IN (1) -- done")).toEqual([
    'keyword SELECT',
    'function COUNT',
    'function my_fn',
    'name `a b`',
    "string 'x'",
    'number 1.5',
    'keyword FROM',
    'keyword WHERE',
    'keyword IN',
    'number 1',
    'comment -- done',
  ])
})

test('a table with its columns is no call', () => {
  expect(told('INSERT INTO t (a)')).toEqual(['keyword INSERT', 'keyword INTO'])
})

test('the parts of any text are the text', () => {
  const pieces = fc.constantFrom('SELECT', ' ', '\n', "'", '`', '--', '/*', '*/', 'a', '1', '(', ')', ';', '"', 'é', '😀')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (words) => {
      const text = words.join('')
      expect(
        sqlSpans(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
    }),
  )
})
