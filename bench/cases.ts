/** What is measured: a script, how many rows it reads, and the same work for DuckDB on one thread where it can do it. */
import type { BenchData } from './prepare.ts'

export interface BenchCase {
  readonly name: string
  /** Rows that the script reads. */
  readonly rows: number
  readonly script: string
  /** The same answer as a DuckDB query. */
  readonly rival: string
}

export function benchCases(data: BenchData): BenchCase[] {
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
