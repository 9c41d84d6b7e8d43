-- Which workers have the rows of each operator, and how rows get there.
CREATE TABLE clicks (user_id INT, url STRING, cost DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE users (user_id INT, city STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
CREATE TABLE totals (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED) WITH ('connector' = 'print');
SET 'parallelism.default' = '3';

EXPLAIN SELECT city, COUNT(*) AS n, MAX(user_id) AS most FROM users WHERE user_id > 5 GROUP BY city;
-- Distinct values are not combined before they go.
EXPLAIN SELECT city, COUNT(DISTINCT user_id) AS n FROM users GROUP BY city;
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';
EXPLAIN SELECT city, COUNT(DISTINCT user_id) AS n FROM users GROUP BY city;
RESET 'table.optimizer.distinct-agg.split.enabled';
EXPLAIN SELECT window_start, url, SUM(cost) AS cost FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, url;
EXPLAIN SELECT * FROM (SELECT user_id, url, ROW_NUMBER() OVER (PARTITION BY url ORDER BY cost DESC) AS place FROM clicks) WHERE place <= 3;
EXPLAIN SELECT DISTINCT city FROM users ORDER BY city LIMIT 5;
EXPLAIN JSON_EXECUTION_PLAN INSERT INTO totals SELECT u.city, COUNT(*) FROM clicks AS c JOIN users AS u ON c.user_id = u.user_id GROUP BY u.city;

-- Files are written by all workers, the console by the first.
CREATE TABLE files (city STRING) WITH ('connector' = 'filesystem', 'path' = 'files', 'format' = 'csv');
CREATE TABLE console (city STRING) WITH ('connector' = 'print');
EXPLAIN STATEMENT SET BEGIN
  INSERT INTO files SELECT city FROM users;
  INSERT INTO console SELECT city FROM users;
END;
EXPLAIN INSERT OVERWRITE files SELECT city FROM users;

-- Of a table with a key each worker writes its keys, for which rows may have to go to another worker; where they are there already, its own.
CREATE TABLE counts (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED) WITH ('connector' = 'blackhole');
CREATE TABLE latest (n BIGINT, city STRING, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'blackhole');
EXPLAIN STATEMENT SET BEGIN
  INSERT INTO counts SELECT city, COUNT(*) FROM users GROUP BY city;
  INSERT INTO latest SELECT COUNT(*), city FROM users GROUP BY city;
  INSERT INTO console SELECT city FROM users;
END;
EXPLAIN JSON_EXECUTION_PLAN INSERT INTO latest SELECT COUNT(*), city FROM users GROUP BY city;
-- Final rows go by all of their columns.
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE pairs (city STRING, other INT) WITH ('connector' = 'filesystem', 'path' = 'pairs', 'format' = 'csv');
EXPLAIN JSON_EXECUTION_PLAN INSERT INTO pairs SELECT u.city, o.user_id FROM users AS u LEFT JOIN users AS o ON u.user_id = o.user_id + 1;
