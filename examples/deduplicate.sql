-- Deduplication: the first order of each user, whatever comes after.
-- millrace run examples/deduplicate.sql

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

SELECT user_id, placed_at, order_id, product
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY placed_at ASC) AS nth FROM orders)
WHERE nth = 1;
