/** Queries with state of every kind that runs are killed in. */
import type { KilledQuery } from './killed-run.ts'

export const killedQueries = {
  'no state': { columns: 'auction BIGINT, price BIGINT', query: 'SELECT auction, price FROM bid WHERE MOD(auction, 5) = 0' },
  'tumbling windows': {
    columns: 'ends TIMESTAMP(3), auction BIGINT, bids BIGINT, bidders BIGINT, total BIGINT',
    query: `SELECT window_end, auction, COUNT(*), COUNT(DISTINCT bidder), SUM(price)
      FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(moment), INTERVAL '2' SECOND)) GROUP BY window_start, window_end, auction`,
  },
  'hopping windows of windows': {
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
  'a join with versions': {
    columns: 'auction BIGINT, bidder BIGINT, price BIGINT, category BIGINT',
    query: `SELECT B.auction, B.bidder, B.price, S.category FROM bid AS B
      LEFT JOIN seller FOR SYSTEM_TIME AS OF B.moment AS S ON B.bidder = S.seller`,
  },
  'different rows': { columns: 'auction BIGINT, channel STRING', query: 'SELECT DISTINCT auction, channel FROM bid' },
  'sums over the rows before': {
    columns: 'bidder BIGINT, moment TIMESTAMP(3), total BIGINT',
    query: `SELECT bidder, moment, SUM(price) OVER (PARTITION BY bidder ORDER BY moment RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW)
      FROM bid WHERE MOD(bidder, 10) = 3`,
  },
  'the best of each window': {
    columns: 'ends TIMESTAMP(3), place BIGINT, auction BIGINT, price BIGINT',
    query: `SELECT window_end, place, auction, price FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY price DESC) AS place
        FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(moment), INTERVAL '1' SECOND)))
      WHERE place <= 5`,
  },
} as const satisfies Readonly<Record<string, KilledQuery>>
