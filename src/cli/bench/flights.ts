/** Aggregates over three million real flights, from Parquet. */
import { type BenchSuite, blackhole } from './suite.ts'

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
    queries: [
      { name: 'daily', shows: 'count, sum and mean of each airport and day', statement: daily },
      { name: 'airports', shows: 'the same of each airport, updated with every batch', statement: airports },
      { name: 'filter', shows: 'flights over an hour late', statement: filter },
    ],
  }
}

const daily = `${blackhole('daily', '`day` TIMESTAMP(3), origin STRING, departures BIGINT, total BIGINT, mean DOUBLE')}
INSERT INTO daily
SELECT window_start, origin, COUNT(*), SUM(delay), AVG(CAST(delay AS DOUBLE))
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(\`date\`), INTERVAL '1' DAY))
GROUP BY window_start, window_end, origin;`

const airports = `${blackhole('airports', 'origin STRING, departures BIGINT, total BIGINT, mean DOUBLE')}
INSERT INTO airports
SELECT origin, COUNT(*), SUM(delay), AVG(CAST(delay AS DOUBLE)) FROM flights GROUP BY origin;`

const filter = `${blackhole('late', '`date` TIMESTAMP(3), origin STRING, destination STRING, delay BIGINT')}
INSERT INTO late SELECT \`date\`, origin, destination, delay FROM flights WHERE delay > 60;`
