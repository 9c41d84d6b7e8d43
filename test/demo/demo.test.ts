/** The numbers that the demo in the terminal ends with, compared with DuckDB's over the same files: every row of every table. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'

const data = path.resolve('node_modules/vega-datasets/data')
let folder: string
let printed: string
let duck: DuckDBConnection

/** Views of the input, and of what the demo should have made of it. */
const expected = `
CREATE VIEW airports AS SELECT * FROM '${data}/airports.csv';
CREATE VIEW flights AS SELECT * FROM '${data}/flights-3m.parquet';
CREATE VIEW good AS SELECT * FROM flights WHERE delay BETWEEN -60 AND 1440;

CREATE VIEW expected_daily AS
SELECT CAST(f.date AS DATE) AS day, f.origin AS airport, a.name, a.city, a.state, COUNT(*) AS departures, AVG(f.delay) AS mean_delay
FROM good f JOIN airports a ON a.iata = f.origin
GROUP BY ALL;

CREATE VIEW expected_routes AS
SELECT week, place, origin, destination, flights, mean_delay
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY week ORDER BY mean_delay DESC, origin, destination) AS place
  FROM (
    SELECT CAST(DATE_TRUNC('week', date) AS DATE) AS week, origin, destination, COUNT(*) AS flights, AVG(delay) AS mean_delay
    FROM good GROUP BY ALL HAVING COUNT(*) >= 10
  )
)
WHERE place <= 10;

CREATE VIEW expected_alarms AS
WITH hourly AS (
  SELECT DATE_TRUNC('hour', date) AS hour, origin, COUNT(*) AS departures, AVG(delay) AS mean_delay FROM good GROUP BY ALL
), days AS (
  SELECT CAST(date AS DATE) AS day, origin, SUM(delay) AS delay, COUNT(*) AS flights FROM good GROUP BY ALL
), usual AS (
  SELECT h.day, d.origin, SUM(d.delay) / SUM(d.flights) AS usual_delay
  FROM (SELECT DISTINCT CAST(date AS DATE) AS day FROM good) h
  JOIN days d ON d.day BETWEEN h.day - 7 AND h.day - 1
  GROUP BY ALL
)
SELECT h.hour, h.origin AS airport, a.city, h.departures, h.mean_delay, u.usual_delay
FROM hourly h
JOIN usual u ON u.origin = h.origin AND u.day = CAST(h.hour AS DATE)
JOIN airports a ON a.iata = h.origin
WHERE h.departures >= 10 AND h.mean_delay >= 30 AND h.mean_delay >= 3 * u.usual_delay;

CREATE VIEW expected_aside AS
SELECT CAST(date AS DATE) AS day, CASE WHEN delay < 0 THEN 'left over an hour early' ELSE 'over a day late' END AS reason, COUNT(*) AS flights
FROM flights WHERE delay NOT BETWEEN -60 AND 1440
GROUP BY ALL;
`

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-demo-'))
  const { stdout } = await promisify(execFile)(path.resolve('bin/millrace'), ['demo', '--terminal'], { cwd: folder })
  printed = stdout
  duck = await (await DuckDBInstance.create(':memory:')).connect()
  await duck.run(expected)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Columns that tell the rows of a table apart, columns that must be equal, and columns that the demo rounds to one digit. */
interface Comparison {
  readonly files: string
  readonly view: string
  readonly keys: readonly string[]
  readonly equal: readonly string[]
  readonly rounded: readonly string[]
}

test.each<[table: string, comparison: Comparison]>([
  [
    'daily delays',
    {
      files: 'daily-delays/*.parquet',
      view: 'expected_daily',
      keys: ['day', 'airport'],
      equal: ['name', 'city', 'state', 'departures'],
      rounded: ['mean_delay'],
    },
  ],
  [
    'worst routes',
    {
      files: 'worst-routes/*.csv',
      view: 'expected_routes',
      keys: ['week', 'place'],
      equal: ['origin', 'destination', 'flights'],
      rounded: ['mean_delay'],
    },
  ],
  [
    'alarms',
    {
      files: 'alarms/*.csv',
      view: 'expected_alarms',
      keys: ['hour', 'airport'],
      equal: ['city', 'departures'],
      rounded: ['mean_delay', 'usual_delay'],
    },
  ],
  ['set aside', { files: 'set-aside/*.csv', view: 'expected_aside', keys: ['day', 'reason'], equal: ['flights'], rounded: [] }],
])('%s: every row is there once, with the right numbers', async (_table, { files, view, keys, equal, rounded }) => {
  const wrong = [
    ...equal.map((column) => `g.${column} IS DISTINCT FROM e.${column}`),
    ...rounded.map((column) => `ABS(g.${column} - e.${column}) > 0.0500001`),
    ...keys.map((column) => `g.${column} IS NULL OR e.${column} IS NULL`),
  ]
  const on = keys.map((column) => `g.${column} = e.${column}`).join(' AND ')
  const given = `'${folder}/out/flights/${files}'`
  const differences = await duck.runAndReadAll(`SELECT * FROM ${given} g FULL JOIN ${view} e ON ${on} WHERE ${wrong.join(' OR ')} LIMIT 5`)
  expect(differences.getRowsJson()).toEqual([])
  const counts = await duck.runAndReadAll(`SELECT (SELECT COUNT(*) FROM ${given}), (SELECT COUNT(*) FROM ${view})`)
  const [[got, wanted] = []] = counts.getRowsJson()
  expect(got).toBe(wanted)
  expect(Number(got)).toBeGreaterThan(50)
})

test('says rows, seconds, rows a second, where the results are and what to try next', () => {
  expect(printed).toMatch(/3,003,376 rows in [\d.]+ s: [\d,]+ rows a second, [\d,]+ MB of memory at most\./)
  expect(printed).toMatch(/out\/flights\/alarms +[\d,]+ rows {2}CSV/)
  expect(printed).toContain('What next:')
  for (const line of printed.slice(printed.indexOf('rows a second')).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})
