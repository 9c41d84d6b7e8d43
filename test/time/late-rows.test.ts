/** Rows that come too late are counted, and go to a table where one is named. */
import { expect, test } from 'vitest'
import type { Script } from './scripted-source.fixture.ts'
import { timedRun } from './timed-run.fixture.ts'

const tables = `
  CREATE TABLE t (id INT, k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'scripted');
  CREATE TABLE u (id INT, k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'scripted');`
const lateTable = (options = '', columns = 'operator_name STRING, row_time TIMESTAMP(3), watermark_time TIMESTAMP(3), late_row STRING') =>
  `CREATE TABLE late_rows (${columns}) WITH ('connector' = 'scripted'${options});`

/** Three rows of three windows, then one that is late by far, and one that is not. */
const rows = [
  [1, 1, 1000],
  [2, 1, 12_000],
  [3, 2, 31_000],
  [4, 1, 11_000],
  [5, 1, 32_000],
] as const
const never: Script = { steps: [{ atMs: 0, rows }] }
const scripts = { t: never, u: never }
const ending = { t: { ...never, ends: true }, u: { ...never, ends: true } }
const tumble = (table = 't'): string => `(SELECT * FROM TABLE(TUMBLE(TABLE ${table}, DESCRIPTOR(ts), INTERVAL '10' SECOND)))`

const dropping: Readonly<Record<string, string>> = {
  windows: `SELECT k, COUNT(id) FROM ${tumble()} GROUP BY k, window_start, window_end`,
  'windows of a second stage': `SELECT k, COUNT(*) FROM (SELECT id, k, window_start, window_end FROM ${tumble()} WHERE window_start > TIMESTAMP '2000-01-01 00:00:00' OR id > 0) GROUP BY k, window_start, window_end`,
  'hopping windows': `SELECT k, COUNT(id) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end`,
  sessions: `SELECT k, COUNT(id) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY k, window_start, window_end`,
  'rows in sessions': `SELECT id, window_start FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND))`,
  'the best of windows': `SELECT id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY id) AS place FROM ${tumble()}) WHERE place <= 2`,
  'frames of all rows before': 'SELECT id, SUM(id) OVER (PARTITION BY k ORDER BY ts) AS s FROM t',
  'frames of some rows before': 'SELECT id, SUM(id) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM t',
  matches: `SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.id AS a PATTERN (A B) DEFINE B AS B.id > A.id) AS m`,
  'an order by time': 'SELECT id FROM t ORDER BY ts',
}

const workersOf = [
  ['1', '', ''],
  ['1', '0', ''],
  ['3', '', ''],
  ['3', '', `, 'shared' = 'true'`],
] as const
const cases = workersOf.flatMap((shape) => [[...shape, scripts] as const, [...shape, ending] as const])

test.each(Object.entries(dropping))('%s give their late rows to the table, wherever they are', async (_, query) => {
  for (const [workers, memory, options, read] of cases) {
    const settings = {
      'parallelism.default': workers,
      'taskmanager.memory.managed.size': memory,
      'table.exec.late-rows.table': 'late_rows',
    }
    const sql = `${tables}${lateTable(options)}CREATE TABLE o WITH ('connector' = 'scripted') AS ${query}`
    // An order of rows that end is no order by time.
    if (read === ending && query.endsWith('ORDER BY ts')) continue
    const { report, written } = await timedRun({ sql, scripts: read, settings, ...(read === ending ? {} : { untilMs: 300 }) })
    const late = written.get('late_rows') ?? []
    expect([workers, memory, options, report?.lateRows, late.length]).toEqual([workers, memory, options, 1, 1])
    const [[name, rowTime, watermark, row] = []] = late
    expect(name).toMatch(/^[A-Z]\w+\(/)
    // Of rows that carry a window the operator knows its time, or the end of the window.
    expect([11_000, 19_999, 20_000]).toContain(rowTime)
    expect(watermark).toBe(26_000)
    expect(JSON.parse(String(row))).toMatchObject(query.includes('COUNT(*)') ? { k: 1 } : { id: 4 })
  }
})

test('a join of windows gives those of both sides', async () => {
  const query = `SELECT l.id AS a, r.id AS b FROM ${tumble('t')} AS l JOIN ${tumble('u')} AS r ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end`
  const sql = `${tables}${lateTable()}CREATE TABLE o WITH ('connector' = 'scripted') AS ${query}`
  const late = { steps: [{ atMs: 100, rows: [[6, 1, 14_000]] }] }
  const { report, written } = await timedRun({
    sql,
    scripts: { t: { steps: [...never.steps, ...late.steps] }, u: { steps: [...never.steps, ...late.steps] } },
    settings: { 'table.exec.late-rows.table': 'late_rows' },
    untilMs: 300,
  })
  const found = (written.get('late_rows') ?? []).map(([, , , row]) => Object.values(JSON.parse(String(row)) as object)[0] as number)
  expect(found).toHaveLength(report?.lateRows ?? -1)
  expect(found.filter((id) => id === 6)).toHaveLength(2)
})

test('all statements of a set write to it, and a query that is shown does', async () => {
  const settings = { 'table.exec.late-rows.table': 'default_database.`late_rows`' }
  const set = `CREATE TABLE a (k INT, n BIGINT) WITH ('connector' = 'scripted'); CREATE TABLE b (id INT, n INT) WITH ('connector' = 'scripted');
    EXECUTE STATEMENT SET BEGIN INSERT INTO a ${dropping['windows']}; INSERT INTO b ${dropping['frames of all rows before']}; END`
  const { written } = await timedRun({ sql: `${tables}${lateTable()}${set}`, scripts, settings, untilMs: 300 })
  expect(
    written
      .get('late_rows')
      ?.map(([name]) => String(name).split('(')[0])
      .sort(),
  ).toEqual(['OverAggregate', 'WindowAggregate'])
  const shown = await timedRun({ sql: `${tables}${lateTable()}${dropping['windows']}`, scripts, settings, untilMs: 300 })
  expect([shown.rows.length, shown.written.get('late_rows')?.length]).toEqual([2, 1])
})

test('nothing is written without the setting, and no table is asked for where no time is known', async () => {
  const { report, written } = await timedRun({ sql: `${tables}${lateTable()}${dropping['windows']}`, scripts, untilMs: 300 })
  expect([report?.lateRows, written.size]).toEqual([1, 0])
  const settings = { 'table.exec.late-rows.table': 'nothing' }
  expect((await timedRun({ sql: 'SELECT 1', scripts, settings })).rows).toHaveLength(1)
})

test('EXPLAIN shows the table', async () => {
  const settings = { 'table.exec.late-rows.table': 'late_rows' }
  const { rows: shown } = await timedRun({ sql: `${tables}${lateTable()}EXPLAIN ${dropping['windows']}`, scripts, settings })
  expect(shown[0]?.row[0]).toContain(
    'Sink(table=[default_catalog.default_database.late_rows], fields=[operator_name, row_time, watermark_time, late_row], takes=[late rows])',
  )
})

test('a limit still ends a run', async () => {
  const settings = { 'table.exec.late-rows.table': 'late_rows' }
  expect((await timedRun({ sql: `${tables}${lateTable()}SELECT id FROM t LIMIT 2`, scripts, settings })).rows).toHaveLength(2)
})

test.each([
  ['', 'table "late_rows" for late rows does not exist'],
  [lateTable('', 'operator_name STRING, row_time TIMESTAMP(3), watermark_time TIMESTAMP(3)'), 'it has no column "late_row"'],
  [
    lateTable('', 'operator_name STRING, row_time STRING, watermark_time TIMESTAMP(3), late_row STRING'),
    'column "row_time" is not declared as row_time TIMESTAMP(3)',
  ],
  [
    lateTable('', 'operator_name STRING, row_time TIMESTAMP(6), watermark_time TIMESTAMP(3), late_row STRING'),
    'column "row_time" does not count milliseconds',
  ],
  [
    lateTable('', 'operator_name STRING, row_time TIMESTAMP(3) NOT NULL, watermark_time TIMESTAMP(3), late_row STRING'),
    'column "row_time" is NOT NULL, and a late row may have no time',
  ],
  [
    lateTable('', 'operator_name STRING, row_time TIMESTAMP(3), watermark_time TIMESTAMP(3), late_row STRING, more INT'),
    'nothing is known for column "more"',
  ],
  [
    lateTable(
      '',
      'operator_name STRING, row_time TIMESTAMP(3), watermark_time TIMESTAMP(3), late_row STRING, PRIMARY KEY (late_row) NOT ENFORCED',
    ),
    'it has a primary key',
  ],
])('a table that cannot take them is refused when the statement is planned: %s', async (table, message) => {
  const settings = { 'table.exec.late-rows.table': 'late_rows' }
  await expect(timedRun({ sql: `${tables}${table}${dropping['windows']}`, scripts, settings, untilMs: 300 })).rejects.toThrow(message)
})
