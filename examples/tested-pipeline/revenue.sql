-- A pipeline with tests: the revenue of each half hour and category, and the products that bring most.
-- It reads examples/data/orders.csv and leaves its results in out/revenue/.
-- millrace run examples/tested-pipeline/revenue.sql
-- millrace test examples/tested-pipeline

CREATE TABLE orders (
  placed_at TIMESTAMP(3),
  order_id BIGINT,
  user_id STRING,
  product STRING,
  category STRING,
  quantity INT,
  price DECIMAL(10, 2),
  WATERMARK FOR placed_at AS placed_at - INTERVAL '5' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/orders.csv', 'format' = 'csv');

CREATE TABLE revenue (
  ends TIMESTAMP(3),
  category STRING,
  orders BIGINT,
  amount DECIMAL(20, 2)
) WITH ('connector' = 'filesystem', 'path' = 'out/revenue', 'format' = 'csv');

CREATE TABLE best_products (
  product STRING,
  amount DECIMAL(20, 2),
  PRIMARY KEY (product) NOT ENFORCED
) WITH ('connector' = 'print');

EXECUTE STATEMENT SET
BEGIN
INSERT INTO revenue
SELECT window_end, category, COUNT(*), SUM(quantity * price)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '30' MINUTE))
GROUP BY window_start, window_end, category;

INSERT INTO best_products
SELECT product, amount
FROM (
  SELECT product, amount, ROW_NUMBER() OVER (ORDER BY amount DESC) AS place
  FROM (SELECT product, SUM(quantity * price) AS amount FROM orders GROUP BY product)
)
WHERE place <= 2;
END;
