-- HAVING on keys filters rows before they are grouped; unused measures are dropped.
CREATE TABLE a (k INT, x INT, y STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
SELECT k FROM (SELECT k, COUNT(*) AS n, SUM(x) AS s FROM a GROUP BY k HAVING k > 3) WHERE n > 1;
