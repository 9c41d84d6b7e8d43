import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellsOf, isSameCell, printTable, readCell, writeCell } from './text-table.ts'

describe('cells', () => {
  test('come back as they were written, whatever they hold', () => {
    const text = fc.option(fc.oneof(fc.string(), fc.constantFrom('', 'NULL', "'", "''", '|', ' a ', '---', "it's", 'a\nb', "'x'")))
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), (rows) => {
        // A back slash before an n reads as a line end, and blanks that are not plain ones are trimmed by nobody.
        fc.pre(rows.every((row) => row.every((cell) => cell === null || !/\\|[^\S\n ]|\r/.test(cell))))
        const lines = printTable(rows.map((row) => row.map(writeCell)))
        expect(lines.map((line) => cellsOf(line)?.map(readCell))).toEqual(rows)
      }),
    )
  })

  test.each([
    ['| 1 | a |', ['1', 'a']],
    ["| 'a|b' | '' |", ["'a|b'", "''"]],
    ["| it's | |", ["it's", '']],
    ['| 1 | a', null],
    ['| 1 | a | ', ['1', 'a']],
    ["| 1 | 'a |", null],
    ["| 1 | 'a'' |", null],
  ])('%s', (line, cells) => {
    expect(cellsOf(line)).toEqual(cells)
  })

  test.each([
    ['a', "'a'", true],
    ["'it''s'", "it's", true],
    ['NULL', "'NULL'", false],
    ['1', '1.0', false],
    ['1', undefined, false],
  ])('%s and %s are the same: %s', (a, b, same) => {
    expect(isSameCell(a, b)).toBe(same)
  })
})

test('a table is aligned, numbers to the right', () => {
  const rows = [
    ['id', 'name'],
    ['1', 'a'],
    ['10', 'NULL'],
  ]
  expect(printTable(rows)).toEqual(['| id | name |', '|  1 | a    |', '| 10 | NULL |'])
})
