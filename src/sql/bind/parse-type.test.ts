import { expect, test } from 'vitest'
import { printType } from '#data'
import { parseType } from './parse-type.ts'

test('a text that names a type', () => {
  expect(printType(parseType('DECIMAL(10, 2) NOT NULL'))).toBe('DECIMAL(10, 2) NOT NULL')
  expect(printType(parseType(' ROW<a INT, b ARRAY<STRING>> '))).toBe('ROW<`a` INT, `b` ARRAY<STRING>>')
})

test.each([
  ['', 'SQL_SYNTAX'],
  ['INT INT', 'SQL_SYNTAX'],
  ['INT)', 'SQL_SYNTAX'],
  ['STRNG', 'SQL_SYNTAX'],
  ['`TEXT`', 'SQL_TYPE_NOT_FOUND'],
  ['ROW<"a" INT>', 'SQL_DOUBLE_QUOTES'],
])('%j names none', (text, code) => {
  expect(() => parseType(text)).toThrow(expect.objectContaining({ code }))
})
