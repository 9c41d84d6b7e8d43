-- Topics without a server: orders go to a topic in out/topics, and the newest total of each customer to another one.
-- Run it again and the orders are there twice, since a topic keeps what it has. examples/topics.ts does the same by program.
-- millrace run examples/topics.sql

CREATE TABLE orders (
  id BIGINT,
  customer STRING,
  amount DECIMAL(10, 2),
  place INT METADATA FROM 'partition' VIRTUAL
) WITH (
  'connector' = 'topic', 'path' = 'out/topics', 'topic' = 'orders', 'partitions' = '3',
  'key.format' = 'raw', 'key.fields' = 'customer', 'value.format' = 'json',
  'scan.bounded.mode' = 'latest-offset', 'retention.time' = '7 d'
);

CREATE TABLE totals (
  customer STRING,
  total DECIMAL(38, 2),
  PRIMARY KEY (customer) NOT ENFORCED
) WITH (
  'connector' = 'topic', 'path' = 'out/topics', 'topic' = 'totals', 'changelog' = 'upsert',
  'key.format' = 'raw', 'value.format' = 'json', 'scan.bounded.mode' = 'latest-offset'
);

INSERT INTO orders (id, customer, amount)
VALUES (1, 'ann', 20.00), (2, 'ben', 5.50), (3, 'ann', 1.25), (4, 'cleo', 9.00), (5, 'ben', 4.50);

INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer;

SELECT customer, total FROM totals ORDER BY customer;
