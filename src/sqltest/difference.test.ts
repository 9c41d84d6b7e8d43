import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AlignedRow, alignOrdered, alignUnordered } from './align-rows.ts'
import { differenceOf } from './difference.ts'
import type { ExpectationKind } from './test-file.ts'
import { cellsOf } from './text-table.ts'

function rowsOf(text: string): string[][] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [cellsOf(line.trim()) ?? []]))
}

/** What differs between two tables; those that are expected stand from line 10 on. */
function difference(kind: ExpectationKind, expected: string, given: string): string | null {
  const rows = rowsOf(expected).map((cells, index) => ({ cells, line: 10 + index }))
  return differenceOf({ kind, detail: '', rows }, { kind, detail: '', rows: rowsOf(given) })?.join('\n') ?? null
}

describe('rows in any order', () => {
  test('are the same in another order and with other quotes', () => {
    expect(difference('rows', "| a |\n| 'x' |\n| 2 |\n| 2 |", '| a |\n| 2 |\n| x |\n| 2 |')).toBeNull()
  })

  test('the column that changed is pointed at, and what is missing or too many is named', () => {
    const expected = '| id | name | n |\n| 1 | ada | 5 |\n| 2 | ben | 6 |\n| 3 | cy | 7 |'
    expect(difference('rows', expected, '| id | name | n |\n| 1 | ada | 5 |\n| 2 | benno | 6 |\n| 9 | dan | 1 |')).toBe(
      `    | id | name  | n |
    |  1 | ada   | 5 |
  - |  2 | ben   | 6 |   line 12
  + |  2 | benno | 6 |   name
           ^^^^^
  - |  3 | cy    | 7 |   line 13, missing
  + |  9 | dan   | 1 |   unexpected
1 as expected, 1 changed, 1 missing, 1 unexpected.`,
    )
  })

  test('a row that comes twice is one too many', () => {
    expect(difference('rows', '| a |\n| 1 |', '| a |\n| 1 |\n| 1 |')).toContain('  + | 1 |   unexpected\n1 as expected, 1 unexpected.')
  })
})

describe('rows in order', () => {
  test('say when nothing but the order is wrong', () => {
    expect(difference('rows in order', '| a |\n| 1 |\n| 2 |\n| 3 |', '| a |\n| 2 |\n| 1 |\n| 3 |')).toBe(
      `    | a |
  - | 1 |   line 11, missing
    | 2 |
  + | 1 |   unexpected
    | 3 |
The rows are as expected, but not their order.
2 as expected, 1 missing, 1 unexpected.`,
    )
  })

  test('many that are the same are left out', () => {
    const rows = (last: string): string => `| a | b |\n${Array.from({ length: 20 }, (_, n) => `| ${n} | x |`).join('\n')}\n| 20 | ${last} |`
    expect(difference('changelog', rows('x'), rows('y'))?.split('\n')).toEqual([
      '    | a  | b |',
      '    …',
      '    | 19 | x |',
      '  - | 20 | x |   line 31',
      '  + | 20 | y |   b',
      '           ^',
      '20 as expected, 1 changed.',
    ])
  })

  test('a difference of thousands is cut', () => {
    const rows = (from: number): string => `| a |\n${Array.from({ length: 3000 }, (_, n) => `| ${from + n} |`).join('\n')}`
    const lines = difference('rows in order', rows(0), rows(10_000))?.split('\n') ?? []
    expect(lines).toHaveLength(33)
    expect(lines.slice(-2)).toEqual(['    … and 5970 more lines', '3000 missing, 3000 unexpected.'])
  })
})

describe('columns, errors and files', () => {
  test('columns that differ are pointed at', () => {
    expect(difference('rows', '| id INT | a |\n| 1 | 2 |', '| id BIGINT | a |\n| 1 | 2 |')).toBe(
      'The columns differ.\n  - | id INT    | a |\n  + | id BIGINT | a |\n      ^^^^^^^^^',
    )
  })

  test('what is still to be filled in, and what has no rows', () => {
    expect(difference('rows', '', '| a |\n| 1 |')).toContain('run with --update to fill it in\n  + | a |\n  + | 1 |')
    expect(difference('rows', '| a |\n| 1 |', '')).toContain('no columns: the statements give no rows')
  })

  test.each([
    ['SQL_SYNTAX at 1:2', 'SQL_SYNTAX at 1:2', null],
    ['SQL_SYNTAX', 'SQL_SYNTAX at 1:2', null],
    ['SQL_SYNTAX at 1:2', 'SQL_SYNTAX at 1:3', ['  - error: SQL_SYNTAX at 1:2', '  + error: SQL_SYNTAX at 1:3']],
    ['SQL_SYN', 'SQL_SYNTAX at 1:2', ['  - error: SQL_SYN', '  + error: SQL_SYNTAX at 1:2']],
  ])('error %s, given %s', (expected, given, lines) => {
    expect(differenceOf({ kind: 'error', detail: expected, rows: [] }, { kind: 'error', detail: given, rows: [] })).toEqual(lines)
  })

  test('an error that did not come', () => {
    const expected = { kind: 'error', detail: 'X', rows: [] } as const
    expect(differenceOf(expected, { kind: 'rows', detail: '', rows: [] })).toEqual(['  - error: X', '  + no error, and no rows'])
    expect(differenceOf(expected, { kind: 'rows', detail: '', rows: [['a']] })).toEqual(['  - error: X', '  + rows:', '  + | a |'])
  })

  test('files are compared line by line', () => {
    const expected = { kind: 'files', detail: 'out', rows: [{ cells: ['1,x'], line: 5 }] } as const
    expect(differenceOf(expected, { kind: 'files', detail: 'out', rows: [['1,x']] })).toBeNull()
    expect(differenceOf(expected, { kind: 'files', detail: 'out', rows: [['2,x']] })).toEqual([
      '  - 1,x   line 5, missing',
      '  + 2,x   unexpected',
      '1 missing, 1 unexpected.',
    ])
  })
})

describe('whatever two tables hold', () => {
  const cells = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2', '3')), { maxLength: 8 })
  const ascending = (places: readonly number[]): number[] => places.toSorted((a, b) => a - b)

  test.each([
    ['in order', alignOrdered],
    ['in any order', alignUnordered],
  ])('every row of both is shown once, %s', (_, align) => {
    fc.assert(
      fc.property(cells, cells, (expected, given) => {
        const aligned = align(expected, given)
        expect(ascending(leftOf(aligned))).toEqual([...expected.keys()])
        expect(ascending(rightOf(aligned))).toEqual([...given.keys()])
        const same = aligned.filter((row) => row.kind === 'same')
        expect(same.map((row) => given[row.actual])).toEqual(same.map((row) => expected[row.expected]))
      }),
    )
  })

  test('those of an order stay in it', () => {
    fc.assert(
      fc.property(cells, cells, (expected, given) => {
        const aligned = alignOrdered(expected, given)
        expect([leftOf(aligned), rightOf(aligned)]).toEqual([[...expected.keys()], [...given.keys()]])
      }),
    )
  })
})

function leftOf(aligned: readonly AlignedRow[]): number[] {
  return aligned.flatMap((row) => ('expected' in row ? [row.expected] : []))
}

function rightOf(aligned: readonly AlignedRow[]): number[] {
  return aligned.flatMap((row) => ('actual' in row ? [row.actual] : []))
}
