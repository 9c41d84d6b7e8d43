-- Landing: a stream of orders becomes Parquet files, a folder for each day and each five minutes of it. Small files are held back, so
-- that each folder gets one, at the moment when all of its orders are there; _SUCCESS says so to others. docs/guide/landing.md tells more.
-- millrace run examples/landing.sql

CREATE TABLE orders (
  id BIGINT,
  placed_at AS TO_TIMESTAMP_LTZ(1709294400000 + id * 2000, 3),
  WATERMARK FOR placed_at AS placed_at - INTERVAL '10' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000000',
  'fields.id.kind' = 'sequence',
  'fields.id.start' = '0',
  'fields.id.end' = '999'
);

CREATE TABLE landed (
  id BIGINT,
  placed_at TIMESTAMP_LTZ(3),
  city STRING,
  amount DECIMAL(10, 2),
  dt STRING,
  hm STRING,
  file STRING METADATA FROM 'file.path' VIRTUAL
) PARTITIONED BY (dt, hm) WITH (
  'connector' = 'filesystem',
  'path' = 'landed-orders',
  'format' = 'parquet',
  'auto-compaction' = 'true',
  'sink.partition-commit.trigger' = 'partition-time',
  'sink.partition-commit.delay' = '5 min',
  'sink.partition-commit.policy.kind' = 'success-file',
  'partition.time-extractor.timestamp-pattern' = '$dt $hm:00'
);

-- A stream that goes on has INSERT INTO; an overwrite makes the same of the folder each time that the example is run.
INSERT OVERWRITE landed
SELECT
  id,
  placed_at,
  CASE MOD(id, 3) WHEN 0 THEN 'Oslo' WHEN 1 THEN 'Lima' ELSE 'Kyoto' END,
  CAST(MOD(id * 37, 10000) / 100.0 AS DECIMAL(10, 2)),
  DATE_FORMAT(placed_at, 'yyyy-MM-dd'),
  DATE_FORMAT(TO_TIMESTAMP_LTZ(1709294400000 + id * 2000 - MOD(id * 2000, 300000), 3), 'HH:mm')
FROM orders;

SELECT dt, hm, COUNT(*) AS orders, COUNT(DISTINCT file) AS files, SUM(amount) AS total
FROM landed
GROUP BY dt, hm
ORDER BY dt, hm;
