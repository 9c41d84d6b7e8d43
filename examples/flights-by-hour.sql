-- When to fly: departures and mean delay of New Year's Day 2001, hour by hour, from three million flights.
-- Only the row groups and columns that are asked for are read.
-- millrace run examples/flights-by-hour.sql

CREATE TABLE flights (
  `date` TIMESTAMP(3),
  delay BIGINT,
  distance BIGINT,
  origin STRING,
  destination STRING,
  WATERMARK FOR `date` AS `date`
) WITH ('connector' = 'filesystem', 'path' = 'node_modules/vega-datasets/data/flights-3m.parquet', 'format' = 'parquet');

SELECT window_start AS `hour`, COUNT(*) AS departures, ROUND(AVG(CAST(delay AS DOUBLE)), 1) AS mean_delay
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(`date`), INTERVAL '1' HOUR))
WHERE `date` < TIMESTAMP '2001-01-02 00:00:00'
GROUP BY window_start, window_end;
