import { expect, test } from 'vitest'
import { plainLine } from './plain-line.ts'

test.each([
  [
    '# Live orders\n\nLook at them **as they come**, with `⇧ ⏎` or *Run all*.',
    'Live orders Look at them as they come, with ⇧ ⏎ or Run all.',
  ],
  ['- one\n- [two](https://example.org)\n> three', 'one two three'],
  ['SELECT a * b, snake_case_name FROM t -- 2 * 3', 'SELECT a * b, snake_case_name FROM t -- 2 * 3'],
  ['SELECT * FROM a, (SELECT * FROM b)', 'SELECT * FROM a, (SELECT * FROM b)'],
  ['', ''],
])('%j', (text, line) => {
  expect(plainLine(text)).toBe(line)
})
