-- Three million flights of 2001, read once and written four ways: `millrace demo` runs this file and shows what it writes.
-- Alone, from the root of the repository: millrace run examples/flights-demo.sql
-- The results are left in out/flights/, and are added to by every run.

CREATE TABLE flights (
  `date` TIMESTAMP(3),
  delay BIGINT,
  distance BIGINT,
  origin STRING,
  destination STRING,
  WATERMARK FOR `date` AS `date` - INTERVAL '1' MINUTE
) WITH (
  'connector' = 'filesystem',
  'path' = 'node_modules/vega-datasets/data/flights-3m.parquet',
  'format' = 'parquet'
);

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

CREATE TABLE daily_delays (
  `day` DATE,
  airport STRING,
  name STRING,
  city STRING,
  state STRING,
  departures BIGINT,
  mean_delay DOUBLE
) WITH ('connector' = 'filesystem', 'path' = 'out/flights/daily-delays', 'format' = 'parquet');

CREATE TABLE worst_routes (
  week DATE,
  place BIGINT,
  origin STRING,
  destination STRING,
  flights BIGINT,
  mean_delay DOUBLE
) WITH ('connector' = 'filesystem', 'path' = 'out/flights/worst-routes', 'format' = 'csv', 'csv.header' = 'true');

CREATE TABLE alarms (
  `hour` TIMESTAMP(3),
  airport STRING,
  city STRING,
  departures BIGINT,
  mean_delay DOUBLE,
  usual_delay DOUBLE
) WITH ('connector' = 'filesystem', 'path' = 'out/flights/alarms', 'format' = 'csv', 'csv.header' = 'true');

CREATE TABLE set_aside (
  `day` DATE,
  reason STRING,
  flights BIGINT
) WITH ('connector' = 'filesystem', 'path' = 'out/flights/set-aside', 'format' = 'csv', 'csv.header' = 'true');

-- Nobody leaves more than an hour early, and after a day it is another flight: such rows are counted, not averaged.
CREATE TEMPORARY VIEW judged AS
SELECT
  *,
  CASE WHEN delay < -60 THEN 'left over an hour early' WHEN delay > 1440 THEN 'over a day late' END AS reason
FROM flights;

CREATE TEMPORARY VIEW good AS
SELECT `date`, CAST(delay AS DOUBLE) AS delay, origin, destination FROM judged WHERE reason IS NULL;

CREATE TEMPORARY VIEW daily AS
SELECT window_start, origin, COUNT(*) AS departures, AVG(delay) AS mean_delay
FROM TABLE(TUMBLE(TABLE good, DESCRIPTOR(`date`), INTERVAL '1' DAY))
GROUP BY window_start, window_end, origin;

CREATE TEMPORARY VIEW hourly AS
SELECT window_start, origin, COUNT(*) AS departures, AVG(delay) AS mean_delay
FROM TABLE(TUMBLE(TABLE good, DESCRIPTOR(`date`), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin;

-- What is usual at an airport: the mean of the seven days before.
CREATE TEMPORARY VIEW usual AS
SELECT window_end, origin, AVG(delay) AS mean_delay
FROM TABLE(HOP(TABLE good, DESCRIPTOR(`date`), INTERVAL '1' DAY, INTERVAL '7' DAY))
GROUP BY window_start, window_end, origin;

-- Weeks begin on Monday, four days after the Thursday on which 1970 began.
CREATE TEMPORARY VIEW weekly_routes AS
SELECT window_start, window_end, origin, destination, COUNT(*) AS flights, AVG(delay) AS mean_delay
FROM TABLE(TUMBLE(TABLE good, DESCRIPTOR(`date`), INTERVAL '7' DAY, INTERVAL '4' DAY))
GROUP BY window_start, window_end, origin, destination;

EXECUTE STATEMENT SET
BEGIN

INSERT INTO daily_delays
SELECT CAST(d.window_start AS DATE), d.origin, a.name, a.city, a.state, d.departures, ROUND(d.mean_delay, 1)
FROM daily AS d
JOIN airports AS a ON a.iata = d.origin;

INSERT INTO worst_routes
SELECT CAST(window_start AS DATE), place, origin, destination, flights, ROUND(mean_delay, 1)
FROM (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY mean_delay DESC, origin, destination) AS place
  FROM weekly_routes
  WHERE flights >= 10
)
WHERE place <= 10;

INSERT INTO alarms
SELECT h.window_start, h.origin, a.city, h.departures, ROUND(h.mean_delay, 1), ROUND(u.mean_delay, 1)
FROM hourly AS h
JOIN usual AS u ON u.origin = h.origin AND u.window_end = FLOOR(h.window_start TO DAY)
JOIN airports AS a ON a.iata = h.origin
WHERE h.departures >= 10 AND h.mean_delay >= 30 AND h.mean_delay >= 3 * u.mean_delay;

INSERT INTO set_aside
SELECT CAST(window_start AS DATE), reason, COUNT(*)
FROM TABLE(TUMBLE(TABLE judged, DESCRIPTOR(`date`), INTERVAL '1' DAY))
WHERE reason IS NOT NULL
GROUP BY window_start, window_end, reason;

END;
