-- Late data: readings come out of order. Ten seconds of patience keep most of them; what comes after its window was
-- printed is dropped and counted, which is said at the end.
-- millrace run examples/late-data.sql

CREATE TABLE readings (
  measured_at TIMESTAMP(3),
  sensor STRING,
  celsius DOUBLE,
  WATERMARK FOR measured_at AS measured_at - INTERVAL '10' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/readings.csv', 'format' = 'csv');

SELECT window_start, window_end, COUNT(*) AS readings, ROUND(AVG(celsius), 2) AS mean
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(measured_at), INTERVAL '30' SECOND))
GROUP BY window_start, window_end;
