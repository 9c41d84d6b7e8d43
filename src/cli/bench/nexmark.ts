/** Queries of the Nexmark benchmark, as its Flink edition writes them, over the built-in generator. */
import { type BenchSuite, blackhole } from './suite.ts'

/** Events of a second of event time: a window of ten seconds holds a million. */
const eventsPerSecond = 100_000

export function nexmarkSuite(events: number): BenchSuite {
  return {
    name: 'nexmark',
    input: `${events.toLocaleString('en-US')} events, generated; ${eventsPerSecond.toLocaleString('en-US')} a second of event time`,
    rows: events,
    prepare: prepare(events),
    queries: [
      {
        name: 'q0',
        shows: 'passes bids through',
        statement: `${blackhole('q0', bidColumns)}INSERT INTO q0 SELECT auction, bidder, price, \`dateTime\`, extra FROM bid;`,
      },
      {
        name: 'q1',
        shows: 'converts a currency',
        statement: `${blackhole('q1', bidColumns.replace('price BIGINT', 'price DECIMAL(23, 3)'))}
INSERT INTO q1 SELECT auction, bidder, 0.908 * price AS price, \`dateTime\`, extra FROM bid;`,
      },
      {
        name: 'q2',
        shows: 'filters bids',
        statement: `${blackhole('q2', 'auction BIGINT, price BIGINT')}INSERT INTO q2 SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;`,
      },
      { name: 'q7', shows: 'highest bid of each window', statement: q7 },
      { name: 'q8', shows: 'new sellers of each window', statement: q8 },
    ],
  }
}

const bidColumns = `auction BIGINT, bidder BIGINT, price BIGINT, \`dateTime\` TIMESTAMP(3), extra VARCHAR`

function prepare(events: number): string {
  return `
CREATE TABLE nexmark (
  event_type INT,
  person ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, \`dateTime\` TIMESTAMP(3), extra VARCHAR>,
  auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, \`dateTime\` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, \`dateTime\` TIMESTAMP(3), extra VARCHAR>,
  \`dateTime\` AS CASE WHEN event_type = 0 THEN person.\`dateTime\` WHEN event_type = 1 THEN auction.\`dateTime\` ELSE bid.\`dateTime\` END,
  WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'events.num' = '${events}', 'first-event.rate' = '${eventsPerSecond}');

CREATE VIEW person AS
SELECT person.id, person.name, person.city, person.state, \`dateTime\` FROM nexmark WHERE event_type = 0;

CREATE VIEW auction AS
SELECT auction.id, auction.itemName, auction.seller, auction.category, \`dateTime\` FROM nexmark WHERE event_type = 1;

CREATE VIEW bid AS
SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, \`dateTime\`, bid.extra FROM nexmark WHERE event_type = 2;
`
}

const q7 = `${blackhole('q7', bidColumns)}
INSERT INTO q7
SELECT B.auction, B.bidder, B.price, B.\`dateTime\`, B.extra
FROM bid B
JOIN (
  SELECT MAX(price) AS maxprice, window_end AS \`dateTime\`
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end
) B1
ON B.price = B1.maxprice
WHERE B.\`dateTime\` BETWEEN B1.\`dateTime\` - INTERVAL '10' SECOND AND B1.\`dateTime\`;`

const q8 = `${blackhole('q8', 'id BIGINT, name VARCHAR, stime TIMESTAMP(3)')}
INSERT INTO q8
SELECT P.id, P.name, P.starttime
FROM (
  SELECT id, name, window_start AS starttime, window_end AS endtime
  FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND))
  GROUP BY id, name, window_start, window_end
) P
JOIN (
  SELECT seller, window_start AS starttime, window_end AS endtime
  FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND))
  GROUP BY seller, window_start, window_end
) A
ON P.id = A.seller AND P.starttime = A.starttime AND P.endtime = A.endtime;`
