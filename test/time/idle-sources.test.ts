/** Sources that give nothing for a while hold nobody back, and only those. */
import { expect, test } from 'vitest'
import { timedRun } from './timed-run.fixture.ts'

const table = (name: string, options = ''): string => `
  CREATE TABLE ${name} (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'scripted'${options});`
const row = (id: number, second: number): readonly unknown[] => [id, second * 1000]

const union = (options = '') =>
  `${table('a')}${table('b', options)} CREATE VIEW both_of_them AS SELECT * FROM a UNION ALL SELECT * FROM b;
   SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE both_of_them, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`

const busy = [1, 5, 11, 21, 31, 41].map((second) => ({ atMs: second * 20, rows: [row(1, second)] }))
const scripts = { a: { steps: busy }, b: { steps: [{ atMs: 10, rows: [row(2, 2)] }] } }

test.each([
  ['an option of the table', union(`, 'scan.watermark.idle-timeout' = '300 ms'`), {}],
  ['a setting', union(), { 'table.exec.source.idle-timeout': '300 ms' }],
])('windows close without a source that is idle, by %s', async (_, sql, settings) => {
  for (const workers of ['1', '3']) {
    const { rows } = await timedRun({ sql, scripts, settings: { ...settings, 'parallelism.default': workers }, untilMs: 2000 })
    // The other source has its first row at 10 ms, so that it is idle from 310 ms on; the window of 31 s closes with the row of 41 s.
    expect(rows.map(({ row: values }) => values[0])).toEqual([3, 1, 1, 1])
    expect(Math.min(...rows.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(310)
  }
})

test('without a timeout nothing closes, nor does it for a shorter while', async () => {
  expect((await timedRun({ sql: union(), scripts, untilMs: 2000 })).rows).toEqual([])
  const slow = { ...scripts, b: { steps: [10, 250, 490, 730, 970].map((atMs, index) => ({ atMs, rows: [row(2, 2 + index)] })) } }
  const patient = await timedRun({ sql: union(`, 'scan.watermark.idle-timeout' = '300 ms'`), scripts: slow, untilMs: 1200 })
  expect(patient.rows).toEqual([])
})

test('a source that comes back is late only for what was closed without it', async () => {
  const back = { atMs: 1500, rows: [row(2, 12), row(2, 35), row(2, 55)] }
  const all = { ...scripts, b: { steps: [...scripts.b.steps, back] }, a: { steps: [...busy, { atMs: 1600, rows: [row(1, 52)] }] } }
  const { rows, report } = await timedRun({
    sql: union(`, 'scan.watermark.idle-timeout' = '300 ms'`),
    scripts: all,
    untilMs: 1700,
  })
  expect([rows.map(({ row: values }) => values[0]), report?.lateRows]).toEqual([[3, 1, 1, 1, 1], 2])
})

test.each(['JOIN', 'LEFT JOIN'])('a %s by interval goes on without an idle side, also out of memory', async (join) => {
  const sql = `${table('a')}${table('b', `, 'scan.watermark.idle-timeout' = '100 ms'`)}
    SELECT a.id, b.id FROM a ${join} b ON a.id = b.id AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '5' SECOND`
  for (const memory of ['', '0']) {
    const { rows } = await timedRun({
      sql,
      scripts: { a: { steps: busy }, b: { steps: [{ atMs: 10, rows: [row(1, 2)] }] } },
      settings: { 'taskmanager.memory.managed.size': memory },
      untilMs: 2000,
    })
    const lonely = join === 'JOIN' ? [] : [5, 11, 21, 31].map(() => [1, null])
    expect(rows.map(({ row: values }) => values)).toEqual([[1, 1], ...lonely])
  }
})

test('of several workers each tells when its sources are idle, and late rows are counted one by one', async () => {
  const back = Array.from({ length: 20 }, () => row(2, 12))
  const b = { worker: 1, steps: [...scripts.b.steps, { atMs: 1500, rows: [...back, row(2, 55)] }] }
  const late = `CREATE TABLE late_rows (operator_name STRING, row_time TIMESTAMP(3), watermark_time TIMESTAMP(3), late_row STRING) WITH ('connector' = 'scripted');`
  for (const table of ['', 'late_rows']) {
    const { rows, report, written } = await timedRun({
      sql:
        late +
        union(`, 'scan.watermark.idle-timeout' = '300 ms'`)
          .replace('COUNT(*) AS n', 'COUNT(*) AS n, id')
          .replace('GROUP BY', 'GROUP BY id,'),
      scripts: { a: { steps: busy, worker: 0 }, b },
      settings: { 'parallelism.default': '2', 'table.exec.late-rows.table': table },
      untilMs: 1700,
    })
    const counts = rows.map(({ row: values }) => values[0] as number).sort((one, other) => one - other)
    expect([counts, report?.lateRows, written.get('late_rows')?.length]).toEqual([[1, 1, 1, 1, 2], 20, table === '' ? undefined : 20])
  }
})

test('a split can be idle among others that are not', async () => {
  const sql = `${table('a', `, 'scan.watermark.idle-timeout' = '300 ms'`)} SELECT COUNT(*) AS n
    FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`
  const steps = Array.from({ length: 40 }, (_, second) => ({ atMs: second * 20, rows: [row(1, second)], split: 'x' }))
  const { rows } = await timedRun({ sql, scripts: { a: { steps, splits: ['x', 'y'] } }, untilMs: 2000 })
  expect(rows.map(({ row: values }) => values[0])).toEqual([10, 10, 10])
  expect(rows[0]?.atMs).toBeGreaterThanOrEqual(300)
  expect(rows[0]?.atMs).toBeLessThan(800)
})

test('where all sources are idle time stands still', async () => {
  const { rows } = await timedRun({
    sql: union(`, 'scan.watermark.idle-timeout' = '300 ms'`),
    scripts,
    settings: { 'table.exec.source.idle-timeout': '300 ms' },
    untilMs: 5000,
  })
  expect(rows).toHaveLength(4)
})
