import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { parseTestFile } from './parse-test-file.ts'

const complete = `# a comment
table orders
  WATERMARK FOR ts AS ts
| id INT | \`a b\` STRING | ts TIMESTAMP(3)     |
| 1      | 'x|y'         | 2024-01-01 00:00:00 |

test: first
SELECT 1 AS n
rows:
| n |
| 1 |
`

/** What is wrong with a text, and at which line. */
function troubleOf(text: string): string {
  try {
    parseTestFile('a.sqltest', text)
    return 'nothing'
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return `${error.position?.line}: ${error.code}: ${error.message}`
  }
}

describe('what a file says', () => {
  test('tables, files, scripts, steps, marks and their places', () => {
    const text = `table t
  PRIMARY KEY (k) NOT ENFORCED
| k INT | v ARRAY<INT> |
| 1     | [1, 2]       |
# a comment among rows
| ----- | ------------ |
restart
| 2     | NULL         |
restart
script pipeline.sql

test: one
notyet: the parser has to learn it
file in/a.csv:
1,x

CREATE VIEW v AS SELECT 1 AS n;
# left out of the statement
SELECT n FROM v
changelog of out by k, n:
| op | n |
| +I | 1 |

INSERT INTO u SELECT 1;
files out:
a: 1
b: 2
error: SQL_SYNTAX at 1:2
`
    const [one] = parseTestFile('a.sqltest', text).tests
    expect(one).toMatchObject({
      name: 'one',
      line: 12,
      gap: { kind: 'notyet', why: 'the parser has to learn it' },
      files: [{ name: 'in/a.csv', lines: ['1,x'] }],
      tables: [
        {
          name: 't',
          line: 1,
          declarations: ['PRIMARY KEY (k) NOT ENFORCED'],
          columns: [
            { name: 'k', type: 'INT' },
            { name: 'v', type: 'ARRAY<INT>' },
          ],
          batches: [[['1', '[1, 2]']], [], [['2', 'NULL']], []],
          restarts: [
            { line: 7, table: 't', afterRows: 1, rereads: false },
            { line: 9, table: 't', afterRows: 2, rereads: true },
          ],
        },
      ],
    })
    expect(one?.steps).toMatchObject([
      { script: { name: 'pipeline.sql', line: 10 } },
      {
        sql: 'CREATE VIEW v AS SELECT 1 AS n;\nSELECT n FROM v',
        sqlLines: [17, 19],
        expectation: { kind: 'changelog', detail: 'of out by k, n', line: 20, lineCount: 3 },
      },
      { sql: 'INSERT INTO u SELECT 1;', expectation: { kind: 'files', detail: 'out', rows: [{ cells: ['a: 1'] }, { cells: ['b: 2'] }] } },
      { sql: '', expectation: { kind: 'error', detail: 'SQL_SYNTAX at 1:2', line: 28, lineCount: 1 } },
    ])
  })

  test('line ends of Windows and a byte order mark are none of it', () => {
    const [one] = parseTestFile('a.sqltest', `\ufeff${complete.replaceAll('\n', '\r\n')}`).tests
    expect(one?.steps[0]?.sql).toBe('SELECT 1 AS n')
    expect(one?.tables[0]?.columns).toHaveLength(3)
  })

  test('SQL in small letters that begins like a directive is SQL', () => {
    const sql = 'select sum(n) over (order by ts\nrows between 1 preceding and current row) from t, lateral (\ntable u) as test'
    const [one] = parseTestFile('a.sqltest', `test: small\n${sql}\nrows:\n`).tests
    expect(one?.steps[0]?.sql).toBe(sql)
  })

  test('a file without tests is one', () => {
    expect(parseTestFile('a.sqltest', '# nothing yet\n').tests).toEqual([])
  })
})

describe('what is wrong is told with its line', () => {
  test.each([
    ['SELECT 1', '1: SQLTEST_LINE: expected a test, a table or a file, got "SELECT 1"'],
    ['rows:\n', '1: SQLTEST_LINE: expected "test: NAME" before this line, got "rows"'],
    ['notimpl: x', '1: SQLTEST_LINE: expected "test: NAME" before this line, got "notimpl:"'],
    ['test: a\nnever:\n', '2: SQLTEST_LINE: expected a reason after "never:", got nothing'],
    ['test: a\nSELECT 1\nrwos:\n| n |', '3: SQLTEST_LINE: expected SQL, or a line that begins with'],
    ['test: a\nSELECT 1\nrows\n', '3: SQLTEST_LINE: expected SQL, or a line that begins with'],
    ['test: a\nSELECT 1\nrows of a, b:\n', '3: SQLTEST_LINE: expected SQL, or a line that begins with'],
    ['test: a\nSELECT 1\n| n |\n', '3: SQLTEST_LINE: expected SQL, or "rows:" before rows, got "| n |"'],
    ['test: a\nSELECT 1\n\ntest: b', '1: SQLTEST_EXPECTATION_MISSING: test "a" does not say what it expects'],
    ['test: a\nSELECT 1', '1: SQLTEST_EXPECTATION_MISSING: test "a" does not say what it expects'],
    ['test: a\nSELECT 1\nrows:\n| n |\n| 1', '5: SQLTEST_ROW_CUT_OFF: the row has no end'],
    ["test: a\nSELECT 1\nrows:\n| n |\n| 'x |", '5: SQLTEST_ROW_CUT_OFF: the row has no end'],
    ['test: a\nSELECT 1\nrows:\n| n |\n| 1 | 2 |', '5: SQLTEST_ROW_CELLS: the row has 2 cells, expected 1 as in its header'],
    ['table t\n', '1: SQLTEST_LINE: expected the columns of table "t", got none'],
    ['table t\nrestart\n', '2: SQLTEST_LINE: expected the columns of table "t", got "restart"'],
    ['table t\n| a INT | |', '2: SQLTEST_COLUMN: expected the name and the type of a column, got ""'],
    ['table t\n| a INT |\n| 1 | 2 |', '3: SQLTEST_ROW_CELLS: the row has 2 cells, expected 1 as in its header'],
    ['table t\n| a INT |\n| 1', '3: SQLTEST_ROW_CUT_OFF: the row has no end'],
    ['table t\n| a INT |\n| x |', '3: SQLTEST_CELL: a cell of column "a" expects INT, got "x"'],
    ['table t\n| a ARRAY<INT> |\n| [1, |', '3: SQLTEST_CELL: a cell of column "a" expects ARRAY<INT>, got "[1,"'],
    ['file ../x:\n1\n', '1: SQLTEST_FILE_OUTSIDE: "../x" lies outside the folder of the test'],
    ['file /etc/x:\n1\n', '1: SQLTEST_FILE_OUTSIDE: "/etc/x" lies outside the folder of the test'],
    ['test: a\nrestart\n', '2: SQLTEST_RESTART_MISPLACED: a restart stands outside the rows of an input table'],
  ])('%j', (text, trouble) => {
    expect(troubleOf(text).slice(0, trouble.length)).toBe(trouble)
  })

  test('and with a word that was meant', () => {
    expect(() => parseTestFile('a', 'test: a\nSELECT 1\nchangelgo:\n')).toThrow(
      expect.objectContaining({ hint: 'Did you mean "changelog"?' }),
    )
  })
})

describe('whatever a file holds', () => {
  test('cut off anywhere, or with a piece put in anywhere, it is read or refused with a place', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('restart\n', '|', "'", '\n', 'rows:\n', 'test: x\n', '| a |\n', 'changelog by n:\n', '\r', '\0'),
    )
    fc.assert(
      fc.property(fc.nat(complete.length), fc.nat(complete.length), piece, (at, end, inserted) => {
        const text = `${complete.slice(0, at)}${inserted}${complete.slice(at, Math.max(at, end))}`
        expect(troubleOf(text)).toMatch(/^(?:nothing$|\d+: SQLTEST_)/)
      }),
    )
  })

  test.each([
    ['changelog by ', ' ', 'x'],
    ['changelog by ', 'a ', 'x'],
    ['', 'a ', ': b'],
    ['rows', ' ', '('],
    ['table ', ' ', '('],
    ['table a', ' ', '('],
    ['changelog ', 'by ', ':'],
    ['rows:\n| ', "a'", ' |'],
  ])('long lines are read at once: %j, %j and %j', { timeout: 2000 }, (before, repeated, after) => {
    expect(troubleOf(`test: a\nSELECT 1\n${before}${repeated.repeat(300_000)}${after}\n`)).not.toBe('')
  })
})
