CREATE TEMPORARY TABLE orders (kind STRING, price DOUBLE, placed TIMESTAMP(3), WATERMARK FOR placed AS placed) WITH ('connector' = 'datagen');

-- A column that the condition holds equal to a constant is that constant above it, and decides CASE.
EXPLAIN PLAN FOR
SELECT CASE kind WHEN 'sale' THEN price WHEN 'refund' THEN -price END AS amount, UPPER(kind) AS kind FROM orders WHERE kind = 'refund';

-- Equal zeros print differently, so a number with a point is left alone.
EXPLAIN PLAN FOR SELECT CAST(price AS STRING) AS price FROM orders WHERE price = 0e0;

