/** Which statements may compute for long without a pause: their runs have a thread of their own. */
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'
import { ProgramCatcher } from '../simulation/program-catcher.fixture.ts'

const tables = `
  CREATE TABLE t (id INT, k INT, list ARRAY<INT>, pt AS PROCTIME(), ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '10', 'fields.list.length' = '2');
  CREATE TABLE f (id INT, k INT) WITH ('connector' = 'filesystem', 'path' = 'f.csv', 'format' = 'csv', 'lookup.cache' = 'FULL');
  CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');`

async function stretchesOf(query: string, mode = 'streaming'): Promise<string | undefined> {
  const catcher = new ProgramCatcher(new EmbeddedEngine({ clock: systemClock, userFunction: () => () => null }))
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: catcher,
    settings: { 'execution.runtime-mode': mode },
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  await session.run(`${tables}\nINSERT INTO nowhere ${query}`, {}, new AbortController().signal)
  return catcher.caught?.stretches
}

const six = (name: string): string => `(VALUES (1), (2), (3), (4), (5), (6)) AS ${name} (${name}${name})`

test.each([
  ['a join without keys', 'SELECT a.id FROM t AS a JOIN f AS b ON a.k < b.k'],
  ['rows of VALUES with one another, many times', `SELECT aa FROM ${['a', 'b', 'c', 'd', 'e', 'g', 'h'].map(six).join(', ')}`],
  ['lists', 'SELECT x FROM t CROSS JOIN UNNEST(list) AS u (x)'],
  ['a pattern', 'SELECT a FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.id AS a PATTERN (A B) DEFINE A AS A.id > 0) AS m'],
])('%s', async (_name, query) => {
  expect(await stretchesOf(query)).toBe('long')
})

test('a join by keys, where they are alike', async () => {
  expect(await stretchesOf('SELECT a.id FROM t AS a JOIN f AS b ON a.k = b.k')).toBe('long where keys are alike')
})

const greatest = 'SELECT id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY id) AS place FROM t) WHERE place < 3'

test.each([
  ['VALUES', 'SELECT n FROM (VALUES (1), (2)) AS v (n) ORDER BY n'],
  ['few rows of VALUES with one another', `SELECT aa FROM ${six('a')}, ${six('b')}`],
  ['the greatest of each group', greatest],
  ['what is read, filtered and aggregated', 'SELECT COUNT(*) FROM t WHERE id > 3 GROUP BY k'],
])('not %s', async (_name, query) => {
  expect(await stretchesOf(query.replace('COUNT(*)', 'CAST(COUNT(*) AS INT)'))).toBe('short')
})

test.each([greatest, 'SELECT CAST(COUNT(*) AS INT) FROM t GROUP BY k'])('what is shown at the end only: %s', async (query) => {
  expect(await stretchesOf(query, 'batch')).toBe('long')
})
