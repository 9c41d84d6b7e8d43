/** Views mean what they read now, and say so when they no longer can. */
import { describe, expect, test } from 'vitest'
import { MillraceError, systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'

const table = (columns: string) => `(${columns}) WITH ('connector' = 'datagen', 'number-of-rows' = '1')`
const start = `
  CREATE TABLE t ${table('a INT, b STRING')};
  CREATE VIEW v AS SELECT * FROM t;
  CREATE VIEW w AS SELECT * FROM v WHERE a > 1;`

/** Runs a script in a session of its own; the names of the columns that the last DESCRIBE showed. */
async function run(script: string): Promise<string> {
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: () => () => null }),
    settings: {},
    clock: systemClock,
    loadFunction: (definition) =>
      Promise.resolve({ ...definition, signature: { kind: 'scalar', parameters: [], result: { kind: 'boolean', nullable: true } } }),
  })
  let names = ''
  const listener = {
    table: (_schema: unknown, rows: readonly (readonly unknown[])[]) => {
      names = rows.map(([name]) => name).join(' ')
    },
  }
  await session.run(script, listener, new AbortController().signal)
  return names
}

async function failure(script: string): Promise<MillraceError> {
  try {
    await run(script)
  } catch (error) {
    if (error instanceof MillraceError) return error
    throw error
  }
  throw new TypeError('nothing failed')
}

describe('a view follows', () => {
  test.each([
    ['a column that its table gets', 'ALTER TABLE t ADD c INT;', 'a b c'],
    ['another table of the name', `DROP TABLE t; CREATE TABLE t ${table('a INT, z INT')};`, 'a z'],
    ['a temporary table that hides its own', `CREATE TEMPORARY TABLE t ${table('a INT')};`, 'a'],
    ['another query of the view that it reads', 'ALTER VIEW v AS SELECT 5 AS a, 6 AS y;', 'a y'],
    ['a table that is there again', `CREATE TEMPORARY TABLE t ${table('a INT')}; DESCRIBE w; DROP TEMPORARY TABLE t;`, 'a b'],
  ])('%s', async (_what, change, columns) => {
    expect(await run(`${start} DESCRIBE w; ${change} DESCRIBE w;`)).toBe(columns)
  })

  test('a temporary system function that hides a built-in one', async () => {
    const types = "CREATE VIEW u AS SELECT PI() AS p; DESCRIBE u; CREATE TEMPORARY SYSTEM FUNCTION PI AS 'f.ts#PI';"
    const { message } = await failure(`${types} SELECT * FROM u WHERE p > 3.0;`)
    expect(message).toBe('cannot compare BOOLEAN with DECIMAL(2, 1)')
  })
})

test('an error in a computed column is told of the column', async () => {
  const error = await failure(`CREATE TABLE t ${table('a INT, b AS 10 / (a - a)')};\n SELECT b FROM t;`)
  expect(error).toMatchObject({
    code: 'ENGINE_DIVISION_BY_ZERO',
    detail: 'It happened in column "b" of table "t": 10 / (`a` - `a`).',
    position: { line: 2, column: 2 },
  })
})

describe('a view that no longer holds', () => {
  const broken = `${start} DESCRIBE w; DROP TABLE t; CREATE TABLE t ${table('c INT')};`

  test('is named where it is used, and its own text is shown', async () => {
    const error = await failure(`CREATE TABLE t ${table('a INT')}; CREATE VIEW v AS SELECT 1 AS n,\n a FROM t;
      ALTER TABLE t RENAME a TO z;
      SELECT n FROM v;`)
    expect(error).toMatchObject({
      code: 'SQL_VIEW_BROKEN',
      message: 'view "v" cannot be read any more: column "a" does not exist in table "t"',
      position: { line: 4, column: 21 },
    })
    expect(error.detail).toBe(`Its query:
  1 | SELECT 1 AS n, a FROM \`default_catalog\`.\`default_database\`.\`t\`
    |                ^
The only column is z.`)
  })

  test('is named also where another view reads it', async () => {
    const error = await failure(`${broken} SELECT 1 FROM w;`)
    expect(error.message).toBe('view "w" cannot be read any more: column "a" does not exist in table "v"')
    const other = await failure(`${start} DROP TABLE t;\nSELECT 1 FROM w;`)
    expect(other.message).toMatch(/^view "v" cannot be read any more: table "default_catalog\.default_database\.t" does not exist$/)
    expect(other.position).toMatchObject({ line: 5, column: 15 })
  })

  test('because it reads itself', async () => {
    const error = await failure(`${start} ALTER VIEW v AS SELECT * FROM w;\n SELECT * FROM w;`)
    expect(error).toMatchObject({ code: 'SQL_VIEW_CIRCULAR', message: 'view "w" reads itself', position: { line: 5, column: 16 } })
  })

  test('for its data: the place in its text is said, and the statement is shown', async () => {
    const script = `CREATE TABLE t ${table('a INT')};\nCREATE VIEW v AS SELECT 10 /\n (a - a) AS x FROM t;\nSELECT x FROM v WHERE x > 1;`
    const error = await failure(script)
    expect(error).toMatchObject({ code: 'ENGINE_DIVISION_BY_ZERO', detail: 'It happened in view "v": 10 / (a - a).' })
    expect(script.slice(error.position?.start, error.position?.end)).toBe('SELECT x FROM v WHERE x > 1')
  })
})
