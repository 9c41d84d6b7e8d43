/** What is measured: a script, how many rows it reads, and the same work for DuckDB on one thread where it can do it. */
import type { BenchData } from './prepare.ts'

export interface BenchCase {
  readonly name: string
  /** Rows or events that the script reads. */
  readonly rows: number
  readonly script: string
  /** The same answer as a DuckDB query. */
  readonly rival: string | null
}

export function benchCases(data: BenchData, events: number): BenchCase[] {
  return [
    {
      name: 'Parquet flights, daily count, sum and average per airport',
      rows: 3_000_000,
      script: `
        CREATE TABLE flights (\`date\` TIMESTAMP(3), delay BIGINT, distance BIGINT, origin STRING, destination STRING)
          WITH ('connector' = 'filesystem', 'path' = '${data.flights}', 'format' = 'parquet');
        CREATE TABLE sink (origin STRING, departed DATE, flights BIGINT, delay BIGINT, mean DOUBLE) WITH ('connector' = 'blackhole');
        INSERT INTO sink SELECT origin, CAST(\`date\` AS DATE), COUNT(*), SUM(CAST(delay AS BIGINT)), AVG(CAST(delay AS DOUBLE))
        FROM flights GROUP BY origin, CAST(\`date\` AS DATE);`,
      rival: `SELECT origin, CAST(date AS DATE), count(*), sum(delay), avg(delay) FROM '${data.flights}' GROUP BY ALL`,
    },
    ...(data.orders === null ? [] : [orderCase(data.orders)]),
    {
      name: 'JSON bids, three fields, filter',
      rows: data.bidCount,
      script: `
        CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, \`dateTime\` TIMESTAMP(3), extra STRING)
          WITH ('connector' = 'filesystem', 'path' = '${data.bids}', 'format' = 'json');
        CREATE TABLE sink (auction BIGINT, bidder BIGINT, price BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO sink SELECT auction, bidder, price FROM bids WHERE price > 1000000;`,
      rival: `SELECT auction, bidder, price FROM read_json('${data.bids}', format = 'newline_delimited') WHERE price > 1000000`,
    },
    ...nexmarkCases(events),
  ]
}

function orderCase(orders: string): BenchCase {
  return {
    name: 'CSV order lines, filter and hourly aggregate',
    rows: 541_909,
    script: `
      CREATE TABLE orders (InvoiceNo STRING, StockCode STRING, Description STRING, Quantity INT, InvoiceDate TIMESTAMP(3),
          UnitPrice DOUBLE, CustomerID STRING, Country STRING, WATERMARK FOR InvoiceDate AS InvoiceDate)
        WITH ('connector' = 'filesystem', 'path' = '${orders}', 'format' = 'csv', 'csv.header' = 'true');
      CREATE TABLE sink (country STRING, placed TIMESTAMP(3), lines BIGINT, revenue DOUBLE) WITH ('connector' = 'blackhole');
      INSERT INTO sink SELECT Country, window_start, COUNT(*), SUM(Quantity * UnitPrice)
      FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(InvoiceDate), INTERVAL '1' HOUR)) WHERE Quantity > 0
      GROUP BY Country, window_start, window_end;`,
    rival: `SELECT Country, date_trunc('hour', InvoiceDate), count(*), sum(Quantity * UnitPrice)
      FROM read_csv('${orders}', header = true) WHERE Quantity > 0 GROUP BY ALL`,
  }
}

const nexmarkTables = (events: number): string => `
  CREATE TABLE nexmark (
    event_type INT,
    person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, \`dateTime\` TIMESTAMP(3), extra STRING>,
    auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, \`dateTime\` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
    bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, \`dateTime\` TIMESTAMP(3), extra STRING>,
    \`dateTime\` AS CASE WHEN event_type = 0 THEN person.\`dateTime\` WHEN event_type = 1 THEN auction.\`dateTime\` ELSE bid.\`dateTime\` END,
    WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '4' SECOND
  ) WITH ('connector' = 'nexmark', 'events.num' = '${events}');
  CREATE VIEW person AS SELECT person.id, person.name, person.city, person.state, \`dateTime\` FROM nexmark WHERE event_type = 0;
  CREATE VIEW auction AS SELECT auction.id, auction.itemName, auction.seller, auction.category, \`dateTime\` FROM nexmark WHERE event_type = 1;
  CREATE VIEW bid AS SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, \`dateTime\`, bid.extra FROM nexmark WHERE event_type = 2;`

const nexmarkQueries: Readonly<Record<string, string>> = {
  q0: `CREATE TABLE sink (auction BIGINT, bidder BIGINT, price BIGINT, placed TIMESTAMP(3), extra STRING) WITH ('connector' = 'blackhole');
    INSERT INTO sink SELECT auction, bidder, price, \`dateTime\`, extra FROM bid;`,
  q1: `CREATE TABLE sink (auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), placed TIMESTAMP(3), extra STRING) WITH ('connector' = 'blackhole');
    INSERT INTO sink SELECT auction, bidder, 0.908 * price, \`dateTime\`, extra FROM bid;`,
  q2: `CREATE TABLE sink (auction BIGINT, price BIGINT) WITH ('connector' = 'blackhole');
    INSERT INTO sink SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;`,
  q7: `CREATE TABLE sink (auction BIGINT, bidder BIGINT, price BIGINT, placed TIMESTAMP(3), extra STRING) WITH ('connector' = 'blackhole');
    INSERT INTO sink SELECT B.auction, B.bidder, B.price, B.\`dateTime\`, B.extra FROM bid B JOIN (
      SELECT MAX(price) AS maxprice, window_end AS \`dateTime\`
      FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end
    ) B1 ON B.price = B1.maxprice WHERE B.\`dateTime\` BETWEEN B1.\`dateTime\` - INTERVAL '10' SECOND AND B1.\`dateTime\`;`,
  q8: `CREATE TABLE sink (id BIGINT, name STRING, stime TIMESTAMP(3)) WITH ('connector' = 'blackhole');
    INSERT INTO sink SELECT P.id, P.name, P.starttime FROM (
      SELECT id, name, window_start AS starttime, window_end AS endtime
      FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY id, name, window_start, window_end
    ) P JOIN (
      SELECT seller, window_start AS starttime, window_end AS endtime
      FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY seller, window_start, window_end
    ) A ON P.id = A.seller AND P.starttime = A.starttime AND P.endtime = A.endtime;`,
}

function nexmarkCases(events: number): BenchCase[] {
  const generator: BenchCase = {
    name: 'Nexmark generator alone, all columns',
    rows: events,
    script: `${nexmarkTables(events)}
      CREATE TABLE sink (event_type INT, person_id BIGINT, person_name STRING, auction_id BIGINT, item STRING, bid_price BIGINT, url STRING, extra STRING) WITH ('connector' = 'blackhole');
      INSERT INTO sink SELECT event_type, person.id, person.name, auction.id, auction.itemName, bid.price, bid.url, bid.extra FROM nexmark;`,
    rival: null,
  }
  const queries = Object.entries(nexmarkQueries).map(
    ([name, sql]): BenchCase => ({ name: `Nexmark ${name}`, rows: events, script: `${nexmarkTables(events)}\n${sql}`, rival: null }),
  )
  return [generator, ...queries]
}
