import { describe, expect, it } from 'vitest'
import { MillraceError, systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { changeNames, rowAt, type Schema } from '#data'
import { EmbeddedEngine, type Engine, EngineAround } from '#engines'
import type { ScalarFunction, TableFunction } from './function-types.ts'
import { QuerySession } from './session.ts'
import { UserFunctions } from './user-functions.ts'

const functions = new UserFunctions((file) => {
  if (file !== 'text.ts') return Promise.reject(new TypeError(`no module ${file}`))
  return Promise.resolve({
    shorten: {
      parameters: ['STRING', 'INT'],
      returns: 'STRING',
      evaluate: (text, length) => text.slice(0, length),
    } satisfies ScalarFunction<[text: string, length: number], string>,
    to_words: {
      parameters: ['STRING'],
      returns: 'TABLE<word STRING, size INT>',
      evaluate: (text) => text.split(' ').map((word) => [word, word.length]),
    } satisfies TableFunction<[text: string], [word: string, size: number]>,
    fails: {
      parameters: ['INT'],
      returns: 'INT',
      evaluate: () => {
        throw new TypeError('it broke')
      },
    },
    wrong: { parameters: 'STRING' },
    wrong_type: { parameters: ['STRNG'], returns: 'INT', evaluate: () => 1 },
    wrong_row: { parameters: [], returns: 'TABLE<a>', evaluate: () => [] },
    formless: { parameters: ['MAP<STRING, VARIANT NOT NULL>'], returns: 'INT', evaluate: () => 1 },
    unreadable: {
      parameters: [],
      get returns(): string {
        throw new TypeError('not today')
      },
    },
    nowhere: undefined,
    text: { parameters: [], returns: 'INT', evaluate: () => 'abc' },
    nothing: { parameters: [], returns: 'INT', evaluate: () => undefined },
    no_null: { parameters: [], returns: 'INT NOT NULL', evaluate: () => null },
    far: { parameters: [], returns: 'INT', evaluate: () => 2 ** 40 },
    half: { parameters: [], returns: 'BIGINT', evaluate: () => 1.5 },
    later: { parameters: [], returns: 'INT', evaluate: () => Promise.resolve(1) },
    symbol: { parameters: [], returns: 'STRING', evaluate: () => Symbol('x') },
    long: { parameters: [], returns: 'ARRAY<BIGINT>', evaluate: () => [5n, -(2n ** 63n), null] },
    price: { parameters: [], returns: 'DECIMAL(3, 2)', evaluate: () => 1000 },
    no_rows: { parameters: [], returns: 'TABLE<a INT>', evaluate: () => 5 },
    null_row: { parameters: [], returns: 'TABLE<a INT>', evaluate: () => [[1], null] },
    wide_row: { parameters: [], returns: 'TABLE<a INT>', evaluate: () => [[1, 2]] },
  })
})

function embedded(): EmbeddedEngine {
  return new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) })
}

/** Counts what it compiles. */
class CountingEngine extends EngineAround {
  compiled = 0

  override compile(...given: Parameters<EngineAround['compile']>): ReturnType<EngineAround['compile']> {
    this.compiled += 1
    return super.compile(...given)
  }
}

function open(settings: Record<string, string> = {}, engine: Engine = embedded()): QuerySession {
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine,
    settings,
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  })
}

/** The changes of all queries of a script, such as `+I 1,a`. */
async function changesOf(session: QuerySession, script: string): Promise<string[]> {
  const changes: string[] = []
  let schema: Schema = []
  await session.run(
    script,
    {
      opened: (query) => {
        schema = query.schema
      },
      changes: (batch) => {
        for (let row = 0; row < batch.length; row++)
          changes.push(`${changeNames[(batch.kinds?.[row] ?? 0) as 0]} ${rowAt(batch, schema, row).join()}`)
      },
      table: (_schema, rows) => changes.push(...rows.map((row) => `= ${row.join()}`)),
    },
    new AbortController().signal,
  )
  return changes
}

describe('a session', () => {
  it('runs the statements of a script one after another', async () => {
    const script = `CREATE VIEW v AS SELECT a * 2 AS b FROM (VALUES (1), (2)) AS t(a); SELECT b FROM v WHERE b > 2; SHOW VIEWS;`
    expect(await changesOf(open(), script)).toEqual(['+I 4', '= v'])
  })

  it.each([
    ['LIKE', 'a_b', ['a.b', 'a_b']],
    ['LIKE', 'a\\_b', ['a_b']],
    ['LIKE', '%B%', ['A.B', 'B']],
    ['ILIKE', 'a_b', ['A.B', 'a.b', 'a_b']],
    ['NOT LIKE', 'a%', ['A.B', 'B']],
  ])('shows what is %s %j', async (operator, pattern, expected) => {
    const views = ['a_b', 'a.b', 'A.B', 'B'].map((name) => `CREATE VIEW \`${name}\` AS SELECT 1 AS n;`)
    const shown = await changesOf(open(), `${views.join(' ')} SHOW VIEWS ${operator} '${pattern}'`)
    expect(shown.toSorted()).toEqual(expected.map((name) => `= ${name}`))
  })

  it('refuses a pattern with a backslash that escapes nothing', async () => {
    await expect(changesOf(open(), "SHOW VIEWS LIKE 'a\\b'")).rejects.toThrow('has a backslash that escapes nothing')
  })

  it('runs nothing of a text that does not parse', async () => {
    await expect(changesOf(open(), 'SHOW TABLES; SELEC 1;')).rejects.toThrow('expected a statement, got "SELEC"')
  })

  it('reviews a text in one go: what is wrong with it, or the plans of its queries, each compiled once', async () => {
    const engine = new CountingEngine(embedded())
    const text = 'CREATE TEMPORARY VIEW v AS SELECT 1 AS a;\nSELECT COUNT(*) FROM v GROUP BY a;\nSELECT a FROM v;'
    const { errors, graphs } = await open({}, engine).review(text)
    expect([errors, graphs.length, engine.compiled]).toEqual([[], 2, 2])
    expect(Object.values(graphs[0]?.clauses ?? {})).toMatchObject([{ text: 'COUNT(*) … GROUP BY a', line: 2, column: 8 }])
    const wrong = await open().review('SELECT 1; SELECT nope')
    expect([wrong.errors.length, wrong.graphs]).toEqual([1, []])
  })

  it('finds all errors of a script, each with its place', async () => {
    const errors = await open().check('SELECT a FROM nowhere;\nCREATE VIEW v AS SELECT 1 AS b;\nSELECT c FROM v;')
    expect(errors.map((error) => [error.code, error.position?.line, error.position?.column])).toEqual([
      ['SQL_TABLE_NOT_FOUND', 1, 15],
      ['SQL_COLUMN_NOT_FOUND', 3, 8],
    ])
  })

  it('places errors that only data can cause in the text', async () => {
    const error = await changesOf(open(), "SHOW TABLES;\nSELECT CAST(a AS INT) FROM (VALUES (CAST(NULL AS STRING)), ('x')) AS t(a);").catch(
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(MillraceError)
    expect((error as MillraceError).position).toEqual({ start: 20, end: 21, line: 2, column: 8 })
  })

  it('gives only final rows in batch mode', async () => {
    const script = `SELECT k, COUNT(*) FROM (VALUES ('a'), ('a'), ('b')) AS t(k) GROUP BY k`
    expect(await changesOf(open({ 'execution.runtime-mode': 'batch' }), script)).toEqual(['+I a,2', '+I b,1'])
  })

  it.each([
    ['SELECT COUNT(*), COUNT(DISTINCT v), SUM(v), MAX(k) FROM t WHERE v > 9', ['+I 0,0,,']],
    ['SELECT n FROM (SELECT COUNT(*) AS n FROM t WHERE v > 9) WHERE n > 0', []],
    ['SELECT (SELECT COUNT(*) FROM t WHERE v > 9)', ['+I 0']],
    ['SELECT k, COUNT(*) FROM t WHERE v > 9 GROUP BY k', []],
    ['SELECT COUNT(*) FROM t', ['+I 2']],
  ])('has one group without keys of no rows, too, where inputs end: %s', async (query, rows) => {
    const script = `CREATE TEMPORARY VIEW t AS SELECT * FROM (VALUES ('a', 1), ('b', 2)) AS t(k, v); ${query}`
    expect(await changesOf(open({ 'execution.runtime-mode': 'batch' }), script)).toEqual(rows)
  })

  it('has no group of no rows yet where inputs may go on', async () => {
    expect(await changesOf(open(), 'SELECT COUNT(*) FROM (VALUES (1)) AS t(v) WHERE v > 9')).toEqual([])
  })

  it('refuses settings that do not exist or do not suit', async () => {
    expect(() => open({ 'table.local-time-zon': 'UTC' })).toThrow('setting "table.local-time-zon" does not exist')
    await expect(changesOf(open(), "SET 'table.local-time-zone' = 'Mars/Base'")).rejects.toThrow('expects a time zone')
    for (const key of ['__proto__', 'constructor', 'toString'])
      await expect(changesOf(open(), `SET '${key}' = 'x'`)).rejects.toThrow(`setting "${key}" does not exist`)
  })

  it('refuses to reset a setting that does not exist', async () => {
    await expect(changesOf(open(), "RESET 'table.local-time-zon'")).rejects.toThrow('setting "table.local-time-zon" does not exist')
    expect(await changesOf(open(), "SET 'pipeline.name' = 'x'; RESET 'pipeline.name'; SET")).toEqual([])
  })

  it('completes columns of tables in scope', () => {
    const session = open()
    const names = session.complete('SELECT a FROM (SELECT 1 AS amount, 2 AS age) AS t WHERE a', 57).map((completion) => completion.text)
    expect(names).toContain('amount')
    expect(names).toContain('age')
  })

  it('completes connections where a table uses one', async () => {
    const session = open()
    await changesOf(session, "CREATE CONNECTION kafka WITH ('connector' = 'kafka'); CREATE CONNECTION `of us` WITH ('connector' = 'jdbc')")
    const offered = (text: string) => session.complete(text, text.length).filter(({ kind }) => kind === 'connection')
    expect(offered('CREATE TABLE t (a INT) USING CONNECTION ').map(({ text }) => text)).toEqual(['kafka', '`of us`'])
    expect(offered('CREATE TABLE t (a INT) USING CONNECTION default_database.k').map(({ text }) => text)).toEqual(['kafka'])
    expect(session.complete('CREATE TABLE t (a INT) US', 25).map(({ text }) => text)).toContain('USING CONNECTION')
  })

  it('completes names that are reserved words', async () => {
    const session = open()
    await changesOf(session, 'CREATE TEMPORARY VIEW `order` AS SELECT 1 AS `group`;')
    const texts = (text: string, offset: number) => session.complete(text, offset).map((completion) => completion.text)
    expect(texts('SELECT  FROM `order`', 7)).toContain('`group`')
    expect(texts('SELECT * FROM ', 14)).toContain('`order`')
  })

  it.each([
    ["CREATE TABLE t (a INT) WITH ('connector' = 'kafka', |)", ["'topic'", "'properties.bootstrap.servers'", "'format'"], ["'connector'"]],
    ["CREATE TABLE t (a INT) WITH ('sc|', 'connector' = 'kafka')", ['scan.startup.mode'], ['topic']],
    ["CREATE TABLE t (a INT) WITH ('format' = 'csv', 'connector' = 'filesystem', 'csv.|", ['csv.field-delimiter'], ['path']],
    ["CREATE TABLE t (a INT) WITH ('connector' = 'k|')", ['kafka'], ['redis']],
    ["CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'scan.startup.mode' = |)", ["'earliest-offset'"], ["'kafka'"]],
    ["CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'key.format' = '|')", ['json', 'avro'], ['kafka']],
    ["CREATE TABLE t (a INT) WITH ('connector' = 'nothing', '|", ['statistics.row-count'], ['topic']],
    ["CREATE CONNECTION c WITH ('connector' = 'jdbc', 'u|')", ['url', 'username'], ['topic']],
  ])('completes options and their values: %s', async (marked, offered, others) => {
    const { found } = await open().completeWithOptions(marked.replace('|', ''), marked.indexOf('|'))
    const texts = found.map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(offered))
    for (const other of others) expect(texts).not.toContain(other)
  })
})

describe('what is completed goes', () => {
  it.each([
    ['SELECT * FROM or|', 'or'],
    ['SELECT t.am| FROM t', 'am'],
    ['SELECT * FROM `my or|', '`my or'],
    ['SELECT * FROM `my or|`', '`my or'],
    ['SELECT |', ''],
    ['SELECT größe|', 'größe'],
    ["CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'scan.st|", 'scan.st'],
    ["CREATE TABLE t (a INT) WITH ('connector' = 'kafka', |)", ''],
    ["SELECT 'it''s' AS a, '|", ''],
    ["SELECT 1 -- it's a comm|", ''],
  ])('in the place of the word before: %s', async (marked, replaced) => {
    const offset = marked.indexOf('|')
    const { from } = await open().completeWithOptions(marked.replace('|', ''), offset)
    expect(marked.slice(from, offset)).toBe(replaced)
  })
})

describe('CREATE TABLE AS', () => {
  const print = "WITH ('connector' = 'blackhole')"

  it('is explained, and leaves nothing behind then', async () => {
    const [plan, ...rest] = await changesOf(open(), `EXPLAIN CREATE TABLE t ${print} AS SELECT 1 AS a; SHOW TABLES`)
    expect(plan).toContain('Sink(table=[default_catalog.default_database.t]')
    expect(rest).toEqual([])
    expect(await open().explain(`CREATE TABLE t ${print} AS SELECT 1 AS a; INSERT INTO t SELECT 2`)).toContain('-- INSERT, line 1')
  })

  it('creates no table when the query cannot fill it', async () => {
    const session = open()
    await expect(changesOf(session, "CREATE TABLE t WITH ('connector' = 'datagen') AS SELECT 1 AS a")).rejects.toThrow('cannot be written')
    expect(await changesOf(session, 'SHOW TABLES')).toEqual([])
  })

  it('with IF NOT EXISTS fills the table that is there, by the rules of INSERT', async () => {
    const create = `CREATE TABLE t (x INT, y STRING) ${print}; CREATE TABLE IF NOT EXISTS t ${print} AS`
    await expect(changesOf(open(), `${create} SELECT 1 AS a`)).rejects.toThrow('takes 2 columns')
    await expect(changesOf(open(), `${create} SELECT 'a' AS x, 'b' AS y`)).rejects.toThrow('INT')
    expect(await changesOf(open(), `${create} SELECT 1 AS a, 'b' AS c; SHOW COLUMNS FROM t LIKE 'x'`)).toEqual(['= x,INT,true,,,'])
  })
})

it('gives no id twice to jobs of sessions that share an engine', async () => {
  const started: string[] = []
  const engine = embedded()
  const start = engine.start.bind(engine)
  engine.start = (jobId, program, results) => {
    started.push(jobId)
    return start(jobId, program, results)
  }
  await Promise.all([1, 2, 3].map(() => changesOf(open({}, engine), 'SELECT 1; SELECT 2')))
  expect(new Set(started).size).toBe(6)
})

it('compiles each query of a script to explain once', async () => {
  const engine = embedded()
  const compile = engine.compile.bind(engine)
  let compiled = 0
  engine.compile = (plan, tables, settings) => {
    compiled++
    return compile(plan, tables, settings)
  }
  await open({}, engine).explain('SELECT 1; EXPLAIN SELECT 2')
  expect(compiled).toBe(2)
})

describe('functions of users', () => {
  const create = (name: string): string => `CREATE FUNCTION ${name} AS '${name}' LANGUAGE TYPESCRIPT USING FILE 'text.ts';`

  it('are called for each row, and give rows when they say so', async () => {
    const script = `${create('shorten')} ${create('to_words')} SELECT shorten('abc', 2), word, size FROM LATERAL TABLE(to_words('x yz'))`
    expect(await changesOf(open(), script)).toEqual(['+I ab,x,1', '+I ab,yz,2'])
  })

  it('name themselves and their place when they throw', async () => {
    await expect(changesOf(open(), `${create('fails')} SELECT fails(1)`)).rejects.toThrow('function fails stopped with an error: it broke')
  })

  it.each([
    ['text', 'the text "abc", expected INT'],
    ['nothing', 'undefined, expected INT'],
    ['no_null', 'null, expected INT NOT NULL'],
    ['far', 'the number 1099511627776, expected INT'],
    ['half', 'the number 1.5, expected BIGINT'],
    ['later', 'a promise, expected INT'],
    ['symbol', 'a symbol, expected STRING'],
    ['price', 'the number 1000, expected DECIMAL(3, 2)'],
  ])('never give what is not of their type: %s', async (name, trouble) => {
    await expect(changesOf(open(), `${create(name)} SELECT ${name}()`)).rejects.toThrow(`function ${name} gave ${trouble}`)
  })

  it.each(['no_rows', 'null_row', 'wide_row'])('give lists of rows: %s', async (name) => {
    const script = `${create(name)} SELECT a FROM LATERAL TABLE(${name}())`
    await expect(changesOf(open(), script)).rejects.toThrow(`function ${name} gave`)
  })

  it('may write whole numbers as bigint', async () => {
    expect(await changesOf(open(), `${create('long')} SELECT CARDINALITY(long()), long()[1] + 1, long()[2], long()[3]`)).toEqual([
      '+I 3,6,-9223372036854775808,',
    ])
  })

  it('are refused when their file, export or declaration is missing', async () => {
    const from = (name: string, file: string): string => `CREATE FUNCTION f AS '${name}' LANGUAGE TYPESCRIPT USING FILE '${file}'`
    await expect(changesOf(open(), from('shorten', 'other.ts'))).rejects.toThrow('could not load the function file "other.ts"')
    await expect(changesOf(open(), from('shortn', 'text.ts'))).rejects.toThrow('does not export "shortn"')
    await expect(changesOf(open(), from('wrong', 'text.ts'))).rejects.toThrow('expected "parameters" as a list of SQL types')
    await expect(changesOf(open(), from('nowhere', 'text.ts'))).rejects.toThrow('expected an object')
  })

  it.each([
    ['wrong_type', 'expected "parameters" as a list of SQL types', 'In "STRNG": expected a data type, got "STRNG".'],
    ['wrong_row', 'expected "returns" as a SQL type', 'In "ROW<a>": expected a data type, got ">".'],
    ['formless', 'expected "parameters" as a list of SQL types', 'VARIANT has no form in TypeScript.'],
    ['unreadable', 'expected fields that can be read', 'not today.'],
  ])('are refused at their statement when they say what cannot be: %s', async (name, message, detail) => {
    const error = await changesOf(open(), `SHOW TABLES;\n${create(name)}`).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'QUERY_FUNCTION_DECLARATION', message: expect.stringContaining(message), detail })
    expect(error).toMatchObject({ position: { line: 2, column: 17 } })
  })
})
