/** Tests of a script as it is: its tables read the rows of the test, and what it writes stays in the test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failuresOf } from './world.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-scripts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const tables = `-- A pipeline.
CREATE TABLE orders (id BIGINT, amount DECIMAL(10, 2), at_ TIMESTAMP(3), WATERMARK FOR at_ AS at_)
  WITH ('connector' = 'filesystem', 'path' = '/nowhere/orders', 'format' = 'csv', 'csv.field-delimiter' = ';');
CREATE TABLE totals (id BIGINT, total DECIMAL(38, 2), PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'print');
CREATE TABLE big (order_id BIGINT) WITH ('connector' = 'filesystem', 'path' = '/nowhere/large', 'format' = 'csv');
`
const inserts = `EXECUTE STATEMENT SET BEGIN
INSERT INTO totals SELECT id, SUM(amount) FROM orders GROUP BY id;
INSERT INTO big SELECT id FROM orders WHERE amount > 5;
END;
`

/** Runs a text beside a script. */
async function failures(script: string, text: string): Promise<string> {
  await writeFile(path.join(folder, 'pipeline.sql'), script)
  return (await failuresOf(text, path.join(folder, 'a.sqltest'))).replaceAll(folder, 'FOLDER')
}

const rows = `table orders
| id | amount |
| 1  | 4.50   |
restart
| 1  | 6.00   |
`

describe('a script', () => {
  test('is run with the rows of the test, and what it writes can be expected', async () => {
    const text = `script pipeline.sql
test: all
${rows}rows of totals:
| id BIGINT | total DECIMAL(38, 2) |
|         1 |                10.50 |
changelog of totals by id:
| op | id | total |
| +I |  1 |  4.50 |
| -U |  1 |  4.50 |
| +U |  1 | 10.50 |
rows of big:
| order_id |
|        1 |
`
    expect(await failures(tables + inserts, text)).toBe('')
  })

  test('whose tables use a connection reads and writes nothing outside either', async () => {
    const connected = `CREATE CONNECTION lake WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
      CREATE TABLE orders (id BIGINT, amount DECIMAL(10, 2)) USING CONNECTION lake WITH ('csv.field-delimiter' = ';');
      CREATE TABLE big (order_id BIGINT) USING CONNECTION lake;
      INSERT INTO big SELECT id FROM orders WHERE amount > 5;`
    const text = `script pipeline.sql\ntest: a\n${rows}rows of big:\n| order_id |\n|        1 |\n`
    expect(await failures(connected, text)).toBe('')
  })

  test('may only define, and statements of the test read its tables', async () => {
    const text = `script pipeline.sql\n${rows}\ntest: a\nSELECT SUM(amount) AS total FROM orders\nrows:\n| total |\n| 10.50 |\n`
    expect(await failures(tables, text)).toBe('')
  })

  test('whose rows differ', async () => {
    const text = `test: a\n${rows}script pipeline.sql\nrows of big:\n| order_id |\n|        2 |\n`
    expect(await failures(tables + inserts, text)).toContain(
      'FOLDER/a.sqltest:8: a: the rows differ (- expected, + given)\n    | order_id |\n  - |        2 |',
    )
  })
})

describe('what is wrong is told', () => {
  test('an error of the script, in the script', async () => {
    const text = `script pipeline.sql\ntest: a\n${rows}rows of big:\n`
    expect(await failures(`${tables}INSERT INTO big SELECT idd FROM orders;\n`, text)).toBe(`FOLDER/a.sqltest:1: a: the test could not go on
  error: column "idd" does not exist in table "orders"
    at FOLDER/pipeline.sql:6:24
    6 | INSERT INTO big SELECT idd FROM orders;
      |                        ^^^
    The columns are id, amount and at_.
    hint: Use "id".
    code: SQL_COLUMN_NOT_FOUND`)
  })

  test('a script that does not parse or does not exist', async () => {
    const text = `script pipeline.sql\ntest: a\n${rows}rows of big:\n`
    expect(await failures('SELEC 1', text)).toContain('expected a statement, got "SELEC"\n    at FOLDER/pipeline.sql:1:1')
    expect(await failures('', text.replace('pipeline', 'missing'))).toContain('error: file "FOLDER/missing.sql" does not exist')
  })

  test('a table that nothing is written to, and a column that is none', async () => {
    expect(await failures(tables, 'script pipeline.sql\ntest: a\nrows of big:\n| id |\n')).toContain('nothing was written to table "big"')
    const text = `script pipeline.sql\ntest: a\n${rows.replace('amount', 'amout ')}rows of big:\n`
    expect(await failures(tables + inserts, text)).toContain('table "orders" of the script has no column "amout" to be filled')
  })
})
