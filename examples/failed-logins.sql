-- A risk rule: addresses with five or more failed logins within a minute, looked at every ten seconds.
-- millrace run examples/failed-logins.sql

CREATE TABLE logins (
  `at` TIMESTAMP(3),
  address STRING,
  account STRING,
  outcome STRING,
  WATERMARK FOR `at` AS `at` - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/logins.csv', 'format' = 'csv');

SELECT address, window_start, window_end, COUNT(*) AS failures, COUNT(DISTINCT account) AS accounts
FROM TABLE(HOP(TABLE logins, DESCRIPTOR(`at`), INTERVAL '10' SECOND, INTERVAL '1' MINUTE))
WHERE outcome = 'failed'
GROUP BY window_start, window_end, address
HAVING COUNT(*) >= 5;
