import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable, printableLines } from './printable.ts'

test.each([
  ['plain', 'plain'],
  ['two\nlines', 'two⏎lines'],
  ['a\tb', 'a b'],
  ['\u001b[31mred\u001b[0m', '\ufffd[31mred\ufffd[0m'],
  ['\u009b2J', '\ufffd2J'],
  ['back\b\u007f', 'back\ufffd\ufffd'],
  ['evil\u202etxt', 'evil\ufffdtxt'],
  ['half \ud800', 'half \ufffd'],
  ['👩‍👩‍👧 日本', '👩‍👩‍👧 日本'],
])('%j is shown as %j', (text, shown) => expect(printable(text)).toBe(shown))

test('nothing that a terminal obeys is left', () => {
  const details = fc.check(
    fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(printable(text)) && !/(?!\n)\p{Cc}/u.test(printableLines(text))),
  )
  expect(details.counterexample).toBeNull()
})
