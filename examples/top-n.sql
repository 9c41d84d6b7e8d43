-- Best sellers: the two products of each category with the highest sales, while orders come in.
-- millrace run examples/top-n.sql

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

SELECT category, place, product, sales
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY category ORDER BY sales DESC, product) AS place
  FROM (SELECT category, product, SUM(quantity * price) AS sales FROM orders GROUP BY category, product)
)
WHERE place <= 2
ORDER BY category, place;
