/**
 * Tables that take changes by key, written by one worker and by three in any order of their turns: they hold the rows of the query, and
 * each key has one writer.
 */
import { describe, expect, test } from 'vitest'
import { Dice } from '../oracle/random-query.ts'
import { Simulation } from '../simulation/simulation.fixture.ts'

const seeds = 15
const sums = '(SELECT COALESCE(k, -1) AS id, SUM(n) AS g FROM orders GROUP BY COALESCE(k, -1))'
const amounts = '(SELECT n AS g, COUNT(*) AS x FROM payments GROUP BY n)'
const paid = '(SELECT COALESCE(k, -1) AS id, SUM(n) AS y FROM payments GROUP BY COALESCE(k, -1))'

/** Each gives at most one row for each id. */
const queries: Readonly<Record<string, string>> = {
  'an aggregate': `SELECT id, g AS x FROM ${sums}`,
  'a filter that updates leave and enter': `SELECT id, g AS x FROM ${sums} WHERE g > 5`,
  'a join under the key': `SELECT a.id, p.y AS x FROM ${sums} AS a JOIN ${paid} AS p ON a.id = p.id`,
  'a join under the key, with another condition': `SELECT a.id, p.y AS x FROM ${sums} AS a JOIN ${paid} AS p ON a.id = p.id AND a.g > p.y`,
  'a join that rows of a key move through': `SELECT a.id, b.x FROM ${sums} AS a JOIN ${amounts} AS b ON a.g = b.g`,
  'an outer join that they move through': `SELECT a.id, b.x FROM ${sums} AS a LEFT JOIN ${amounts} AS b ON a.g = b.g`,
  'a semi-join that they move through': `SELECT id, g AS x FROM ${sums} WHERE g IN (SELECT g FROM ${amounts})`,
  'an anti-join that they move through': `SELECT id, g AS x FROM ${sums} AS a WHERE NOT EXISTS (SELECT 1 FROM ${amounts} AS b WHERE b.g = a.g)`,
  'the greatest of groups that they move through': `SELECT id, g AS x FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY MOD(g, 3) ORDER BY g DESC, id) AS place FROM ${sums}) WHERE place <= 1`,
}

interface Written {
  readonly rows: readonly string[]
  /** Writers by key, and all of them. */
  readonly writersOfKeys: readonly number[]
  readonly writers: number
}

async function compile(query: string, table: string): Promise<(seed: number, workers: number) => Promise<Written>> {
  const simulation = await Simulation.of({ sql: `CREATE TABLE written ${table};\nINSERT INTO written ${query}` })
  return async (seed, workers) => {
    const world = simulation.begin(seed, false)
    await simulation.live({ blow: null, workers, hasMemory: true, checkpointMs: null }, new Dice(seed))
    const [rows = []] = Object.values(world.rows())
    const byKey = new Map<unknown, Set<string>>()
    const changes = [...world.written.values()].flatMap(({ committed }) => committed)
    for (const { row, work } of changes) byKey.set(row[0], (byKey.get(row[0]) ?? new Set()).add(work))
    return { rows, writersOfKeys: [...byKey.values()].map(({ size }) => size), writers: new Set(changes.map(({ work }) => work)).size }
  }
}

describe.each(Object.entries(queries))('%s', (_name, query) => {
  test('comes to the same rows', { timeout: 60_000 }, async () => {
    const plain = await compile(query, "(id INT, x BIGINT) WITH ('connector' = 'simulated')")
    const keyed = await compile(
      query,
      "(id INT, x BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'simulated', 'takes' = 'upsert')",
    )
    let writers = 0
    for (let seed = 1; seed <= seeds; seed++) {
      const { rows } = await plain(seed, 1)
      expect((await keyed(seed, 1)).rows, `seed ${seed}`).toEqual(rows)
      const shared = await keyed(seed, 3)
      expect(shared.rows, `seed ${seed}, shared`).toEqual(rows)
      expect(Math.max(0, ...shared.writersOfKeys)).toBeLessThanOrEqual(1)
      writers = Math.max(writers, shared.writers)
    }
    expect(writers).toBeGreaterThan(1)
  })
})
