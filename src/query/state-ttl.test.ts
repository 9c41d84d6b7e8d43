/** `table.exec.state.ttl` and STATE_TTL hints, from the statement to the answer. The clock is set by the rows: each comes at its hour. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { changeNames, rowAt, type Schema } from '#data'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from './session.ts'
import { UserFunctions } from './user-functions.ts'

type HourlyRow = readonly [key: string, number: number, hour: number]

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-ttl-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A view whose rows come one by one, each when the clock shows its hour. */
function createTable(name: string, rows: readonly HourlyRow[]): string {
  const place = path.join(folder, name)
  mkdirSync(place, { recursive: true })
  for (const [index, [key, number, hour]] of rows.entries()) {
    writeFileSync(path.join(place, `${String(index).padStart(2, '0')}.json`), JSON.stringify({ key, number, hour }))
  }
  const columns = '`key` STRING, number INT, `hour` INT, seen AS PROCTIME()'
  const table = `CREATE TABLE rows_of_${name} (${columns}) WITH ('connector' = 'filesystem', 'path' = '${place}', 'format' = 'json');`
  return `${table} CREATE VIEW ${name} AS SELECT \`key\`, number, seen FROM rows_of_${name} WHERE comes_at(\`hour\`);`
}

/** What the last query of a script gives, change by change, or what EXPLAIN says. */
async function run(script: string): Promise<readonly string[]> {
  let nowMs = 0
  const functions = new UserFunctions(() =>
    Promise.resolve({
      comes_at: {
        parameters: ['INT'],
        returns: 'BOOLEAN',
        evaluate: (hour: number) => {
          nowMs = hour * 3_600_000
          return true
        },
      },
    }),
  )
  const clock = { nowMs: () => nowMs, monotonicMs: () => systemClock.monotonicMs() }
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock, userFunction: (user) => functions.callable(user) }),
    settings: {},
    clock,
    loadFunction: (definition) => functions.load(definition),
  })
  let schema: Schema = []
  const lines: string[] = []
  await session.run(
    `CREATE FUNCTION comes_at AS 'clock.ts#comes_at' LANGUAGE TYPESCRIPT; ${script}`,
    {
      opened: (query) => {
        schema = query.schema
        lines.splice(0)
      },
      changes: (batch) => {
        for (let row = 0; row < batch.length; row++) {
          lines.push([changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3], ...rowAt(batch, schema, row)].join(' '))
        }
      },
      table: (_schema, rows) => lines.push(...rows.map((row) => String(row[0]))),
    },
    new AbortController().signal,
  )
  return lines
}

const ttl = (duration: string): string => `SET 'table.exec.state.ttl' = '${duration}';`
const hourly: readonly HourlyRow[] = [
  ['a', 1, 0],
  ['a', 1, 1],
  ['a', 1, 2],
]
const countedUp = ['+I a 1', '-U a 1', '+U a 2', '-U a 2', '+U a 3']
const countedAnew = ['+I a 1', '+I a 1', '+I a 1']
const counts = (hint = ''): string => `SELECT ${hint} \`key\`, COUNT(*) FROM t GROUP BY \`key\`;`
const ranked = (order: string, last: number): string =>
  `SELECT number FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY \`key\` ORDER BY ${order}) AS place FROM t) WHERE place <= ${last};`

describe('the setting for the time to live of state', () => {
  test('keeps it for good by default', async () => {
    expect(await run(`${createTable('t', hourly)} ${counts()}`)).toEqual(countedUp)
  })

  test('counts for the queries that follow, until it is set anew', async () => {
    const table = createTable('t', hourly)
    expect(await run(`${table} ${ttl('1 h')} ${counts()}`)).toEqual(countedAnew)
    expect(await run(`${table} ${ttl('61 min')} ${counts()}`)).toEqual(countedUp)
    expect(await run(`${table} ${ttl('1 h')} RESET 'table.exec.state.ttl'; ${counts()}`)).toEqual(countedUp)
  })

  test('is no matter in a batch, which ends', async () => {
    const batch = "SET 'execution.runtime-mode' = 'batch';"
    expect(await run(`${createTable('t', hourly)} ${ttl('1 h')} ${batch} ${counts()}`)).toEqual(['+I a 3'])
  })

  test('holds for GROUPING SETS, DISTINCT, deduplication, Top-N and OVER', async () => {
    const script = `${createTable('t', hourly)} ${ttl('1 h')}`
    const queries = {
      sets: 'SELECT COUNT(*) FROM t GROUP BY ROLLUP (number) HAVING number IS NULL;',
      distinct: 'SELECT DISTINCT number FROM t;',
      first: ranked('seen', 1),
      last: ranked('seen DESC', 1),
      top: ranked('number', 1),
      over: 'SELECT SUM(number) OVER (PARTITION BY `key` ORDER BY seen) FROM t;',
    }
    for (const [name, query] of Object.entries(queries)) {
      expect({ name, changes: await run(`${script} ${query}`) }).toEqual({ name, changes: ['+I 1', '+I 1', '+I 1'] })
    }
  })

  test('is put off for who follows by rows that come again', async () => {
    const rows: HourlyRow[] = Array.from({ length: 10 }, (_, hour) => ['a', hour < 9 ? 1 : 2, hour])
    const query = 'SELECT `key`, COUNT(*) FROM (SELECT DISTINCT `key`, number FROM t) GROUP BY `key`;'
    const changes = await run(`${createTable('t', rows)} ${ttl('2 h')} ${query}`)
    expect(changes.at(-1)).toBe('+U a 2')
    expect(changes.filter((change) => change === '+I a 1')).toHaveLength(1)
  })

  test('leaves DISTINCT to insert alone where nobody follows who keeps state, or who takes updates', async () => {
    const table = createTable('t', hourly)
    const options = `'connector' = 'filesystem', 'path' = '${path.join(folder, 'out')}', 'format' = 'csv'`
    const insert = `CREATE TABLE f (number INT) WITH (${options}); INSERT INTO f SELECT a.number FROM (SELECT DISTINCT number FROM t) AS a, t;`
    await run(`${table} ${ttl('2 h')} ${insert}`)
    expect(await run(`${table} ${ttl('2 h')} SELECT DISTINCT number FROM t;`)).toEqual(['+I 1'])
  })

  test('counts from the last row kept where the first rows to come are kept, else for each row', async () => {
    const rows: HourlyRow[] = Array.from({ length: 10 }, (_, hour) => ['a', hour + 1, hour])
    const script = `${createTable('t', rows)} ${ttl('3 h')}`
    expect(await run(`${script} ${ranked('seen', 2)}`)).toEqual(['+I 1', '+I 2', '+I 5', '+I 6', '+I 9', '+I 10'])
    expect(await run(`${script} ${ranked('number', 2)}`)).toEqual(['+I 1', '+I 2', '+I 4', '+I 5', '+I 7', '+I 8', '+I 10'])
  })

  test('is a duration', async () => {
    await expect(run(ttl('soon'))).rejects.toMatchObject({ code: 'QUERY_SETTING_VALUE' })
  })
})

describe('a hint for the time to live of state', () => {
  test('overrides the setting, in both directions', async () => {
    const table = createTable('t', hourly)
    expect(await run(`${table} ${ttl('1 h')} ${counts("/*+ STATE_TTL('t' = '2 h') */")}`)).toEqual(countedUp)
    expect(await run(`${table} ${ttl('1 h')} ${counts("/*+ STATE_TTL('t' = '0 s') */")}`)).toEqual(countedUp)
    expect(await run(`${table} ${counts("/*+ STATE_TTL('t' = '1 h') */")}`)).toEqual(countedAnew)
  })

  test('gives each side of a join its own, also where one side ends and is read first', async () => {
    const tables = `${createTable('l', [['a', 1, 1]])} ${createTable('r', [['a', 2, 0]])} ${ttl('1 h')}`
    const joined = (type: string, hint = ''): Promise<readonly string[]> =>
      run(`${tables} SELECT ${hint} l.number, r.number FROM l ${type} JOIN r ON l.\`key\` = r.\`key\`;`)
    expect(await joined('FULL')).toEqual(['+I  2', '+I 1 '])
    expect(await joined('FULL', "/*+ STATE_TTL('r' = '2 h') */")).toEqual(['+I  2', '-D  2', '+I 1 2'])
    expect(await joined('FULL', "/*+ STATE_TTL('l' = '2 h') */")).toEqual(['+I  2', '+I 1 '])
    expect(await joined('LEFT')).toEqual(['+I 1 '])
    expect(await joined('LEFT', "/*+ STATE_TTL('r' = '2 h') */")).toEqual(['+I 1 2'])
    expect(await joined('LEFT', "/*+ STATE_TTL('l' = '2 h') */")).toEqual(['+I 1 '])
  })

  test('is for the side that it names', async () => {
    const rows: HourlyRow[] = Array.from({ length: 3 }, (_, hour) => ['a', hour + 1, hour])
    const joined = (hint: string): Promise<readonly string[]> =>
      run(`${createTable('t', rows)} ${ttl('1 h')} SELECT ${hint} x.number, y.number FROM t AS x JOIN t AS y ON x.\`key\` = y.\`key\`;`)
    expect(await joined("/*+ STATE_TTL('x' = '2 h') */")).toEqual(['+I 1 1', '+I 1 2', '+I 2 2', '+I 2 3', '+I 3 3'])
    expect(await joined("/*+ STATE_TTL('y' = '2 h') */")).toEqual(['+I 1 1', '+I 2 1', '+I 2 2', '+I 3 2', '+I 3 3'])
  })

  test('is for the table that ends where that stands on the left', async () => {
    const tables = `${createTable('l', [['a', 1, 0]])} ${createTable('t', [['a', 2, 1]])} ${ttl('1 h')}`
    const joined = (hint: string): Promise<readonly string[]> =>
      run(
        `${tables} SELECT ${hint} l.number, c FROM l JOIN (SELECT \`key\`, COUNT(*) AS c FROM t GROUP BY \`key\`) AS r ON l.\`key\` = r.\`key\`;`,
      )
    expect(await joined('')).toEqual([])
    expect(await joined("/*+ STATE_TTL('r' = '2 h') */")).toEqual([])
    expect(await joined("/*+ STATE_TTL('l' = '2 h') */")).toEqual(['+I 1 1'])
  })

  test('is told by EXPLAIN with the setting, as what bounds state', async () => {
    const tables = `${createTable('t', hourly)} ${createTable('u', hourly)} ${ttl('1 h')}`
    const stateOf = async (query: string): Promise<string> => {
      const text = (await run(`${tables} EXPLAIN ${query}`)).join('\n')
      return text.slice(text.indexOf('== State'))
    }
    expect(await stateOf(counts())).toContain('one entry per key; dropped 1 h after it was written last')
    expect(await stateOf(counts("/*+ STATE_TTL('t' = '0 s') */"))).toContain('kept for good, as its STATE_TTL hint says')
    expect(await stateOf("SELECT /*+ STATE_TTL('u' = '2 d') */ * FROM t FULL JOIN u ON t.number = u.number;")).toContain(
      '; left rows are dropped 1 h after they were written last, right rows dropped 2 d after they were written last',
    )
  })
})
