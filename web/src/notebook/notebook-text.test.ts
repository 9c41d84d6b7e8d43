import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cell, NotebookSpec } from './notebook-spec.ts'
import { readNotebook, writeMarkdown, writeSql } from './notebook-text.ts'

const parts = (cells: readonly Cell[]): string[][] => cells.map(({ kind, text }) => [kind, text])
const sql = (text: string): Cell => ({ id: 'x', kind: 'sql', text, view: 'table', chart: null })
const text = (written: string): Cell => ({ id: 'x', kind: 'markdown', text: written })
const spec = (cells: Cell[]): NotebookSpec => ({ title: 'A "title"', folder: '', tags: [], variables: { city: 'Oslo\n"x"' }, cells })
const cells = [text('# One'), text('Two\n\n```\ncode\n```'), sql('SELECT 1;\n\nSELECT 2;'), sql("SELECT '```sql';"), text('- end')]

describe('Markdown', () => {
  test('comes back as it was written', () => {
    const read = readNotebook('file.md', writeMarkdown(spec(cells)))
    expect(parts(read.cells)).toEqual(parts(cells))
    expect([read.title, read.variables]).toEqual(['A "title"', { city: 'Oslo\n"x"' }])
  })

  test('of others is read by its fences, and a fence that is never closed ends with the file', () => {
    const read = readNotebook('notes on flights.md', '\uFEFFIntro\r\n```sql\r\nSELECT 1\r\n```\r\nThen\n```js\nx\n```\n```SQL\nSELECT 2')
    expect(parts(read.cells)).toEqual([
      ['markdown', 'Intro'],
      ['sql', 'SELECT 1'],
      ['markdown', 'Then\n```js\nx\n```'],
      ['sql', 'SELECT 2'],
    ])
    expect(read.title).toBe('notes on flights')
  })

  test('holds any SQL', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[`\n a-z;']{0,40}[a-z]$/), (given) => {
        const read = readNotebook('a.md', writeMarkdown(spec([sql(given)])))
        expect(parts(read.cells)).toEqual([['sql', given]])
      }),
    )
  })
})

describe('SQL', () => {
  test('comes back with its texts', () => {
    const read = readNotebook('file.sql', writeSql(spec(cells)))
    expect(parts(read.cells)).toEqual(parts(cells))
    expect(writeSql(spec(cells))).toContain('-- %% markdown\n-- # One')
  })

  test('of others is a cell for each statement', () => {
    const read = readNotebook('job.sql', "-- First.\nCREATE TABLE a (b INT);\nINSERT INTO a VALUES (1);\nSELECT ';'")
    expect(read.cells.map(({ text: each }) => each.trim())).toEqual([
      '-- First.\nCREATE TABLE a (b INT);',
      'INSERT INTO a VALUES (1);',
      "SELECT ';'",
    ])
  })
})
