import { expect, test } from 'vitest'
import { OutputLines } from './output-lines.ts'

function linesOf(limits = { lengthMax: 10, linesPerSecondMax: 3, lengthPerSecondMax: 100 }) {
  const clock = { ms: 0, nowMs: () => 0, monotonicMs: () => clock.ms }
  const taken: string[] = []
  const notes: string[] = []
  const lines = new OutputLines(
    clock,
    (line) => taken.push(line),
    (note) => notes.push(note),
    limits,
  )
  return { clock, taken, notes, lines, add: (text: string) => lines.add(Buffer.from(text)) }
}

test('lines are put together from pieces, also where a piece ends within a character', () => {
  const { taken, lines, add } = linesOf()
  add('a')
  add('b\r\nc\n\nd')
  const [first = 0, ...rest] = Buffer.from('ü\n')
  lines.add(Buffer.from([first]))
  lines.add(Buffer.from(rest))
  add('e')
  expect(taken).toEqual(['ab', 'c', ''])
  lines.end()
  expect(taken).toEqual(['ab', 'c', ''])
})

test('a long line is cut, and told how long it was', () => {
  const { taken, add, lines } = linesOf()
  add('0123456789')
  add('abc')
  add('def\n')
  add('9876543210\n')
  add('0123456789x')
  lines.end()
  expect(taken).toEqual(['0123456789… (6 more characters)', '9876543210', '0123456789… (1 more characters)'])
})

test('what is more than a second may have is left out and counted', () => {
  const { clock, taken, notes, add, lines } = linesOf()
  add('1\n2\n3\n4\n5\n')
  expect([taken, notes]).toEqual([['1', '2', '3'], []])
  clock.ms += 1000
  add('6\n')
  expect([taken, notes]).toEqual([['1', '2', '3', '6'], ['2 lines left out: the process prints more than is kept']])
  add('7\n8\n9\n')
  lines.end()
  expect(notes.at(-1)).toBe('1 line left out: the process prints more than is kept')
  const wide = linesOf({ lengthMax: 100, linesPerSecondMax: 100, lengthPerSecondMax: 5 })
  wide.add('abc\ndef\nghi\n')
  expect(wide.taken).toEqual(['abc'])
})
