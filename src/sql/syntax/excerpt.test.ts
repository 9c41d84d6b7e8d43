import { expect, test } from 'vitest'
import { formatPosition } from './excerpt.ts'

/** Shows the place of `marked` in a text, its first time. */
function show(text: string, marked: string): string[] {
  const start = text.indexOf(marked)
  const before = text.slice(0, start)
  const line = before.split('\n').length
  const position = { start, end: start + marked.length, line, column: start - before.lastIndexOf('\n') }
  return formatPosition(text, { position }).split('\n')
}

test('the line is shown with its number and carets under the place', () => {
  expect(show('SELECT 1,\n  amout\nFROM t', 'amout')).toEqual(['  2 |   amout', '    |   ^^^^^'])
})

test('a place that goes on over lines is marked to the end of its first line', () => {
  expect(show('SELECT a +\n b', 'a +\n b')).toEqual(['  1 | SELECT a +', '    |        ^^^'])
})

test('an empty place at the end of the text gets one caret', () => {
  const position = { start: 8, end: 8, line: 1, column: 9 }
  expect(formatPosition('SELECT a', { position })).toBe('  1 | SELECT a\n    |         ^')
})

test('nothing is shown without a place', () => {
  expect(formatPosition('SELECT a', { position: undefined })).toBe('')
})

test('a tab reaches to the next multiple of four', () => {
  expect(show('a\tb\tx', 'x')).toEqual(['  1 | a   b   x', '    |         ^'])
})

test('wide characters count as two, marks on letters as none, and line ends of Windows are not shown', () => {
  expect(show("SELECT '世界', x\r\n", 'x')).toEqual(["  1 | SELECT '世界', x", '    |                ^'])
  expect(show("SELECT '世界', x", '世界')).toEqual(["  1 | SELECT '世界', x", '    |         ^^^^'])
  expect(show("SELECT '🎉', x", 'x')).toEqual(["  1 | SELECT '🎉', x", '    |              ^'])
  expect(show("SELECT 'e\u0301', x", 'x')).toEqual(["  1 | SELECT 'e\u0301', x", '    |             ^'])
})

test('control characters are shown as dots', () => {
  expect(show('SELECT \u0007 x', 'x')).toEqual(['  1 | SELECT · x', '    |          ^'])
})

test('a long line is cut around the place, and the carets stay under it', () => {
  const words = Array.from({ length: 400 }, (_, i) => `word${i}`)
  for (const word of ['word0', 'word9', 'word77', 'word200', 'word399']) {
    const [line = '', carets = ''] = show(words.join(' '), word)
    expect(line.length).toBeLessThanOrEqual(110)
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe(word)
    expect(line.endsWith('…')).toBe(word !== 'word399')
    expect(line.includes('| …')).toBe(words.indexOf(word) > 20)
  }
})

test('a place that is longer than the line allows is marked as far as it is shown', () => {
  const [line = '', carets = ''] = show(`SELECT '${'x'.repeat(5_000)}'`, 'x'.repeat(5_000))
  expect(line.length).toBeLessThanOrEqual(110)
  expect(carets.trimEnd().length).toBeLessThanOrEqual(line.length)
  expect(carets).toContain('^^^^^')
})

test('secrets in options are stars, whatever the place is', () => {
  const text = "CREATE TABLE t (a INT) WITH ('password' = 'x1y2', 'connectr' = 'jdbc')"
  expect(show(text, "'connectr'").join('\n')).toContain("WITH ('password' = '****', 'connectr' = 'jdbc')")
  expect(show(text, 'x1y2').join('\n')).not.toContain('x1y2')
})
