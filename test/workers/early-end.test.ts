/** Inputs that do not end are read no longer than somebody needs their rows. */
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine, localHost } from '#engines'
import { QuerySession } from '#query'

const tables = `
  CREATE TABLE endless (id INT, k INT) WITH ('connector' = 'datagen', 'rows-per-second' = '0');
  CREATE TABLE four (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '4');
  CREATE TABLE nowhere (id INT) WITH ('connector' = 'blackhole');`

const host = localHost({ clock: systemClock, openBlobs, random: () => 0.5, waitingBytesMax: 1 << 16 })

/** Runs a statement to its end; gives the rows that it wrote. */
async function rowsOut(statement: string, workers: number): Promise<number> {
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, workers: host, userFunction: () => () => null }),
    settings: { 'parallelism.default': String(workers) },
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  let rows = -1
  await session.run(
    `${tables}${statement}`,
    {
      changes: () => undefined,
      ended: (report) => {
        rows = report.rowsOut
      },
    },
    AbortSignal.timeout(20_000),
  )
  return rows
}

test.each([
  [
    'in one part of a union',
    'INSERT INTO nowhere SELECT id FROM (SELECT id FROM endless WHERE k > 5 LIMIT 3) UNION ALL SELECT id FROM four',
    7,
  ],
  ['through a union', 'INSERT INTO nowhere SELECT id FROM (SELECT id FROM endless UNION ALL SELECT k FROM endless) LIMIT 6', 6],
  ['below an aggregate', 'INSERT INTO nowhere SELECT MAX(id) FROM (SELECT id, k FROM endless LIMIT 5) GROUP BY k', 5],
  [
    'on the side of a join',
    'INSERT INTO nowhere SELECT e.id FROM (SELECT id FROM endless LIMIT 5) AS e LEFT JOIN four AS f ON e.id = f.id + 0.5',
    5,
  ],
  ['below collections', 'INSERT INTO nowhere SELECT e FROM (SELECT e FROM endless CROSS JOIN UNNEST(ARRAY[id, k]) AS t(e) LIMIT 9)', 9],
])('a LIMIT %s', async (_, statement, rows) => {
  expect(await rowsOut(statement, 1)).toBe(rows)
  expect(await rowsOut(statement, 3)).toBe(rows)
})
