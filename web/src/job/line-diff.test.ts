import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines } from './line-diff.ts'

function told(left: string, right: string): string[] {
  return diffLines(left, right).map((row) => (row.isSame ? `= ${row.left}` : `${row.left ?? '·'} | ${row.right ?? '·'}`))
}

test.each([
  ['a\nb\nc', 'a\nb\nc', ['= a', '= b', '= c']],
  ['a\nb\nc', 'a\nx\nc', ['= a', 'b | x', '= c']],
  ['a\nc', 'a\nb\nc', ['= a', '· | b', '= c']],
  ['a\nb\nc', 'c', ['a | ·', 'b | ·', '= c']],
  ['a\nb\nc\nd', 'b\nd\ne', ['a | ·', '= b', 'c | ·', '= d', '· | e']],
])('%j and %j', (left, right, rows) => {
  expect(told(left, right)).toEqual(rows)
})

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 }).map((all) => all.join('\n'))

test('each side of the rows is its text, and equal rows are as many as can be', () => {
  fc.assert(
    fc.property(lines, lines, (left, right) => {
      const rows = diffLines(left, right)
      const side = (read: (row: (typeof rows)[number]) => string | null): string => rows.flatMap((row) => read(row) ?? []).join('\n')
      expect(side((row) => row.left)).toBe(left)
      expect(side((row) => row.right)).toBe(right)
      expect(rows.filter(({ isSame }) => isSame).length).toBe(longestCommon(left.split('\n'), right.split('\n')))
    }),
  )
})

test('line numbers count on each side', () => {
  expect(diffLines('a\nb', 'b').map((row) => [row.leftLine, row.rightLine])).toEqual([
    [1, 1],
    [2, 1],
  ])
})

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let last = Array.from({ length: b.length + 1 }, () => 0)
  for (const line of a) {
    const next = [0]
    for (const [at, other] of b.entries()) next.push(line === other ? (last[at] ?? 0) + 1 : Math.max(last[at + 1] ?? 0, next[at] ?? 0))
    last = next
  }
  return last.at(-1) ?? 0
}
