-- What an updating answer is made of: run with --format changelog to see each row inserted, taken back and put anew.
-- millrace run examples/changelog.sql --format changelog

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

SELECT category, COUNT(*) AS orders, SUM(quantity) AS pieces FROM orders GROUP BY category;
