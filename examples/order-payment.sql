-- Orders matched with their payments: what was not paid in full within fifteen minutes needs a look.
-- millrace run examples/order-payment.sql

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

CREATE TABLE payments (
  paid_at TIMESTAMP(3),
  order_id BIGINT,
  amount DECIMAL(10, 2)
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/payments.csv', 'format' = 'csv');

SELECT
  o.order_id,
  o.quantity * o.price AS due,
  p.amount AS paid,
  CASE
    WHEN p.order_id IS NULL THEN 'not paid'
    WHEN p.amount < o.quantity * o.price THEN 'paid too little'
    ELSE 'paid late'
  END AS trouble
FROM (SELECT order_id, quantity, price, CAST(placed_at AS TIMESTAMP(3)) AS placed_at FROM orders) AS o
LEFT JOIN payments AS p ON p.order_id = o.order_id
WHERE p.order_id IS NULL OR p.amount < o.quantity * o.price OR p.paid_at > o.placed_at + INTERVAL '15' MINUTE
ORDER BY o.order_id;
