-- Three million real flights: the ten busiest airports of the first half of 2001, with their names and mean delays.
-- millrace run examples/flights-busiest.sql

CREATE TABLE flights (
  `date` TIMESTAMP(3),
  delay BIGINT,
  distance BIGINT,
  origin STRING,
  destination STRING
) WITH ('connector' = 'filesystem', 'path' = 'node_modules/vega-datasets/data/flights-3m.parquet', 'format' = 'parquet');

CREATE TABLE airports (
  iata STRING,
  name STRING,
  city STRING,
  state STRING,
  country STRING,
  latitude DOUBLE,
  longitude DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = 'node_modules/vega-datasets/data/airports.csv',
  'format' = 'csv',
  'csv.ignore-first-line' = 'true'
);

SELECT f.origin, a.name, a.city, f.departures, f.mean_delay
FROM (SELECT origin, COUNT(*) AS departures, ROUND(AVG(CAST(delay AS DOUBLE)), 2) AS mean_delay FROM flights GROUP BY origin) AS f
JOIN airports AS a ON a.iata = f.origin
ORDER BY f.departures DESC
LIMIT 10;
