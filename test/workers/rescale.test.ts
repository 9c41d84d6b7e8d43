/** Durable runs that several workers share, killed and started again with other numbers of workers: nothing is lost, nothing twice. */
import { describe, expect, test } from 'vitest'
import { type KilledQuery, runKilled } from '../recovery/killed-run.ts'

const events = 200_000
/** By life. */
const workers = [2, 2, 3, 1, 2]

const queries: Readonly<Record<string, KilledQuery>> = {
  'no state': { columns: 'auction BIGINT, price BIGINT', query: 'SELECT auction, price FROM bid WHERE MOD(auction, 5) = 0' },
  'tumbling windows': {
    columns: 'ends TIMESTAMP(3), auction BIGINT, bids BIGINT, bidders BIGINT, total BIGINT',
    query: `SELECT window_end, auction, COUNT(*), COUNT(DISTINCT bidder), SUM(price)
      FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(moment), INTERVAL '2' SECOND)) GROUP BY window_start, window_end, auction`,
  },
  'windows of windows, in two exchanges': {
    columns: 'ends TIMESTAMP(3), most BIGINT',
    query: `SELECT window_end, MAX(bids) FROM (
        SELECT window_start, window_end, auction, COUNT(*) AS bids
        FROM TABLE(HOP(TABLE bid, DESCRIPTOR(moment), INTERVAL '1' SECOND, INTERVAL '4' SECOND)) GROUP BY window_start, window_end, auction)
      GROUP BY window_start, window_end`,
  },
  sessions: {
    columns: 'ends TIMESTAMP(3), bidder BIGINT, bids BIGINT',
    query: `SELECT window_end, bidder, COUNT(*) FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(moment), INTERVAL '1' SECOND))
      GROUP BY window_start, window_end, bidder`,
  },
  'a join of two streams': {
    columns: 'auction BIGINT, bidder BIGINT, price BIGINT, item STRING',
    query: 'SELECT B.auction, B.bidder, B.price, A.itemName FROM bid AS B JOIN auction AS A ON B.auction = A.id WHERE A.category = 10',
  },
  'different rows': { columns: 'auction BIGINT, channel STRING', query: 'SELECT DISTINCT auction, channel FROM bid' },
  'sums over the rows before': {
    columns: 'bidder BIGINT, moment TIMESTAMP(3), total BIGINT',
    query: `SELECT bidder, moment, SUM(price) OVER (PARTITION BY bidder ORDER BY moment RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW)
      FROM bid WHERE MOD(bidder, 10) = 3`,
  },
}

describe.each(Object.keys(queries))('%s', (name) => {
  const query = queries[name] as KilledQuery

  test('with 2, 2, 3, 1 and 2 workers', { timeout: 120_000 }, async () => {
    const undisturbed = await runKilled(query, events, () => null)
    expect(undisturbed.rows.length).toBeGreaterThan(0)
    let kills = 0
    const killed = await runKilled(query, events, () => (++kills < workers.length ? (kills - 1) * Math.random() * 60 : null), {
      workers: (life) => workers[life - 1] ?? 2,
    })
    expect(killed.lives).toBeGreaterThan(1)
    expect(killed.rows).toEqual(undisturbed.rows)
    expect(killed.leftovers).toEqual([])
  })
})
