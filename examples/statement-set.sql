-- One scan, two files: a statement set reads its source once and commits its tables together.
-- The results are left in out/orders/ and then read back.
-- millrace run examples/statement-set.sql

CREATE TABLE orders (
  placed_at TIMESTAMP(3),
  order_id BIGINT,
  user_id STRING,
  product STRING,
  category STRING,
  quantity INT,
  price DECIMAL(10, 2),
  WATERMARK FOR placed_at AS placed_at
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/orders.csv', 'format' = 'csv');

CREATE TABLE revenue (
  category STRING,
  product STRING,
  placed_at TIMESTAMP(3),
  amount DECIMAL(20, 2)
) PARTITIONED BY (category) WITH ('connector' = 'filesystem', 'path' = 'out/orders/revenue', 'format' = 'csv');

CREATE TABLE large_orders (
  order_id BIGINT,
  amount DECIMAL(20, 2)
) WITH ('connector' = 'filesystem', 'path' = 'out/orders/large', 'format' = 'parquet');

EXECUTE STATEMENT SET
BEGIN
INSERT INTO revenue SELECT category, product, placed_at, quantity * price FROM orders;
INSERT INTO large_orders SELECT order_id, quantity * price FROM orders WHERE quantity * price >= 100;
END;

SELECT category, COUNT(*) AS orders, SUM(amount) AS amount FROM revenue GROUP BY category ORDER BY category;
SELECT * FROM large_orders ORDER BY amount DESC, order_id;
