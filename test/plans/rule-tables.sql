-- The tables that the cases of optimiser rules speak of.
CREATE TABLE a (id INT, k INT, s STRING, x DOUBLE, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'a', 'format' = 'csv');
CREATE TABLE b (id INT, k INT, s STRING, y DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = 'b', 'format' = 'csv');
CREATE TABLE c (id INT, k INT, s STRING) WITH ('connector' = 'filesystem', 'path' = 'c', 'format' = 'csv');
CREATE TABLE keyed (id INT, k INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'keyed', 'format' = 'csv');
CREATE TABLE clicks (user_id INT, url STRING, kind STRING, ts TIMESTAMP(3), seen AS PROCTIME(), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'clicks', 'format' = 'csv');
CREATE TABLE visits (user_id INT, page STRING, vs TIMESTAMP(3), WATERMARK FOR vs AS vs)
WITH ('connector' = 'filesystem', 'path' = 'visits', 'format' = 'csv');
CREATE TABLE rates (currency STRING, rate DOUBLE, since TIMESTAMP(3), WATERMARK FOR since AS since, PRIMARY KEY (currency) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = 'rates', 'format' = 'csv');
CREATE TABLE nested (id INT, bid ROW<price INT, bidder STRING>) WITH ('connector' = 'nexmark');
CREATE TABLE out1 (k INT, n BIGINT) WITH ('connector' = 'print');
CREATE TABLE out2 (k INT, n BIGINT) WITH ('connector' = 'print');
CREATE VIEW per_k AS SELECT k, COUNT(*) AS n FROM a GROUP BY k;
