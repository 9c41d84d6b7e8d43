-- MATCH_RECOGNIZE reads only what its conditions and the measures that somebody asks for need.
CREATE TABLE t (k INT, ts TIMESTAMP(3), p INT, q INT, unused STRING, WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
SELECT b FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.q AS a, LAST(B.p) AS b, SUM(B.q) AS s PATTERN (A B+ C) DEFINE B AS B.p < LAST(p, 1), C AS C.p > B.p) AS m;
