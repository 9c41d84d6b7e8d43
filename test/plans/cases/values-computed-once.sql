-- What gives another value each time is computed once: its projection stays apart, and conditions stay above it.
EXPLAIN PLAN FOR
SELECT chance, chance AS again FROM (SELECT RAND() AS chance FROM (VALUES (1), (2)) AS t(n));

EXPLAIN PLAN FOR
SELECT chance FROM (SELECT RAND() AS chance FROM (VALUES (1), (2)) AS t(n)) WHERE chance > 0.5;

-- What gives the same value each time is computed where it is used.
EXPLAIN PLAN FOR
SELECT twice, twice + 1 AS more FROM (SELECT n * 2 AS twice FROM (VALUES (1), (2)) AS t(n)) WHERE twice > 2;
