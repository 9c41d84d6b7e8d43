/** What a test says that fails: the whole text, since it is what people read. */
import { describe, expect, test } from 'vitest'
import { localTestWorld } from '#cli'
import { failuresOf, runText } from './world.ts'

const orders = `table orders
| id INT | name STRING |
| 1      | ada         |
| 2      | ben         |
`

describe('answers', () => {
  test('that are right, in any order, with values written in another way', async () => {
    const text = `${orders}
test: right
SELECT id, name FROM orders
rows:
| id | name  |
|  2 | 'ben' |
| 1  | ada   |
changelog:
| op | id | name |
| +I |  1 | ada  |
| +I |  2 | ben  |
`
    expect(await runText(text)).toMatchObject([{ outcome: 'passed', failures: [], unmet: [] }])
  })

  test('that differ', async () => {
    const text = `${orders}\ntest: wrong\nSELECT id, name FROM orders\nrows:\n| id | name |\n|  1 | ada  |\n|  2 | bob  |\n`
    expect(await failuresOf(text)).toBe(`a.sqltest:8: wrong: the rows differ (- expected, + given)
    | id | name |
    |  1 | ada  |
  - |  2 | bob  |   line 11
  + |  2 | ben  |   name
           ^^^^
1 as expected, 1 changed.`)
  })

  test('that are errors show the statement in the file', async () => {
    const text = `${orders}\ntest: broken\n\nSELECT id,\n# a comment\n  nam FROM orders WHERE '$dir' <> ''\nrows:\n| id |\n`
    expect(await failuresOf(text)).toBe(`a.sqltest:11: broken: expected rows, got an error
  error: column "nam" does not exist in table "orders"
    at a.sqltest:10:3
   10 |   nam FROM orders WHERE '$dir' <> ''
      |   ^^^
    The columns are id and name.
    hint: Use "name".
    code: SQL_COLUMN_NOT_FOUND`)
  })

  test('that should have been errors', async () => {
    expect(await failuresOf('test: fine\nSELECT 1 AS n\nerror: SQL_SYNTAX\n')).toBe(
      'a.sqltest:3: fine: the error differs (- expected, + given)\n  - error: SQL_SYNTAX\n  + rows:\n  + | n |\n  + | 1 |',
    )
  })

  test('of statements before', async () => {
    expect(await failuresOf('test: early\nCREATE VIEW v AS SELECT nope;\n\nrows:\n')).toContain(
      'a.sqltest:4: early: expected rows, got an error',
    )
    expect(await failuresOf(`${orders}\ntest: twice\nSELECT 1\nrows:\n| EXPR$0 |\n|      1 |\n\nSELEC 1\n`)).toContain(
      'a.sqltest:12: twice: the test could not go on\n  error: expected a statement, got "SELEC"\n    at a.sqltest:12:1',
    )
  })

  test('of an input table that cannot be created', async () => {
    expect(await failuresOf('test: a\ntable t\n| a NOTYPE |\n| 1 |\nSELECT 1\nrows:\n')).toContain(
      'a.sqltest:2: a: the test could not go on\n',
    )
  })

  test('grouped by a column that is none', async () => {
    const text = `${orders}\ntest: a\nSELECT id FROM orders\nchangelog by nope:\n| op | id |\n`
    expect(await failuresOf(text)).toContain('column "nope" of "changelog by" does not exist in the answer\n    It has "id".')
  })
})

describe('marks', () => {
  test.each(['notimpl', 'notyet', 'never'])('%s turns around what is right', async (mark) => {
    const text = (n: number): string => `test: a\n${mark}: it has to come\nSELECT 1 AS n\nrows:\n| n |\n| ${n} |\n`
    expect(await runText(text(2))).toMatchObject([{ outcome: 'gap', failures: [], unmet: [] }])
    expect(await failuresOf(text(1))).toBe(`a.sqltest:1: a: it passes, but says "${mark}: it has to come"\n  Take that line away.`)
  })
})

test('a test that does not end is ended', async () => {
  const text = `test: endless
CREATE TABLE t (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
SELECT COUNT(*) AS n FROM t
rows:
`
  const failures = await failuresOf(text, 'a.sqltest', { ...localTestWorld, runMsMax: 300 })
  expect(failures).toContain('a.sqltest:1: endless: the test could not go on\n  error: the test did not end within 0.3 s')
})

test('an error without a code is shown as a defect and ends only its test', async () => {
  const text = `test: a\nSELECT 1 AS n\nfiles out:\n\ntest: b\nSELECT 1 AS n\nrows:\n| n |\n| 1 |\n`
  const world = {
    ...localTestWorld,
    createFolder: async () => ({ ...(await localTestWorld.createFolder()), read: () => Promise.reject(new Error('the disk is gone')) }),
  }
  expect(await runText(text, 'a.sqltest', world)).toMatchObject([
    { outcome: 'failed', failures: [expect.stringContaining('error: the disk is gone\n    This is a defect in Millrace.')], unmet: [] },
    { outcome: 'passed' },
  ])
})
