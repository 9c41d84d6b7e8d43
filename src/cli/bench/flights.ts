/** Aggregates over three million real flights, from Parquet. */
import { type BenchSuite, digestSink } from './suite.ts'

const rows = 3_000_000

/** `data` is the folder of vega-datasets' files. */
export function flightsSuite(data: string): BenchSuite {
  return {
    name: 'flights',
    input: `${rows.toLocaleString('en-US')} flights from Parquet`,
    rows,
    prepare: `
CREATE TABLE flights (
  \`date\` TIMESTAMP(3),
  delay BIGINT,
  distance BIGINT,
  origin STRING,
  destination STRING,
  WATERMARK FOR \`date\` AS \`date\`
) WITH ('connector' = 'filesystem', 'path' = '${data.replaceAll("'", "''")}/flights-3m.parquet', 'format' = 'parquet');`,
    reading: null,
    queries: [
      { name: 'daily', shows: 'count, sum and mean of each airport and day', statement: daily },
      { name: 'airports', shows: 'the same of each airport, updated with every batch', statement: airports },
      { name: 'filter', shows: 'flights over an hour late', statement: filter },
    ],
  }
}

const daily = `CREATE TABLE sink ${digestSink} AS
SELECT window_start, origin, COUNT(*) AS departures, SUM(delay) AS total, AVG(CAST(delay AS DOUBLE)) AS mean
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(\`date\`), INTERVAL '1' DAY))
GROUP BY window_start, window_end, origin;`

const airports = `CREATE TABLE sink ${digestSink} AS
SELECT origin, COUNT(*) AS departures, SUM(delay) AS total, AVG(CAST(delay AS DOUBLE)) AS mean FROM flights GROUP BY origin;`

const filter = `CREATE TABLE sink ${digestSink} AS
SELECT \`date\`, origin, destination, delay FROM flights WHERE delay > 60;`
