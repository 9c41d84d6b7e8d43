import { expect, test } from 'vitest'
import { isWanted, type LogLine, linesMax, withNewer, withOlder } from './log-lines.ts'

const line = (at: number): LogLine => ({ cursor: String(at), at, version: 1, attempt: 1, level: 'info', source: 'job', text: `line ${at}` })
const cursors = (lines: readonly LogLine[]): string => lines.map(({ cursor }) => cursor).join(' ')

test('lines that come are added once, in order', () => {
  const first = withNewer([], [line(1), line(2)])
  expect(cursors(withNewer(first, [line(2), line(3)]))).toBe('1 2 3')
  expect(withNewer(first, [line(2)])).toBe(first)
})

test('older pages come before, newest first as they are read', () => {
  expect(cursors(withOlder([line(5)], [line(5), line(4), line(3)]))).toBe('3 4 5')
})

test('no more than the bound is kept', () => {
  const many = Array.from({ length: linesMax }, (_, at) => line(at))
  const more = withNewer(many, [line(linesMax), line(linesMax + 1)])
  expect([more.length, more[0]?.cursor]).toEqual([linesMax, '2'])
})

test('lines are judged by level and words', () => {
  expect(isWanted(line(1), 'LINE 1', undefined)).toBe(true)
  expect(isWanted(line(1), 'line 2', undefined)).toBe(false)
  expect(isWanted(line(1), undefined, 'error')).toBe(false)
})
