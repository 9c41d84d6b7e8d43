-- A stream without a file: rows made by datagen, counted by the second.
-- millrace run examples/generated.sql

CREATE TABLE ticks (
  n BIGINT,
  `at` AS TO_TIMESTAMP_LTZ(n * 100, 3),
  WATERMARK FOR `at` AS `at`
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000000',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '49'
);

SELECT window_start, COUNT(*) AS ticks, SUM(n) AS total
FROM TABLE(TUMBLE(TABLE ticks, DESCRIPTOR(`at`), INTERVAL '1' SECOND))
GROUP BY window_start, window_end;
