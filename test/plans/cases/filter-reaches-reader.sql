-- A filter above a projection and a view reaches the scan; the watermark that nobody looks at is gone.
CREATE TABLE orders (id BIGINT, amount DECIMAL(10, 2), placed TIMESTAMP(3), note STRING, WATERMARK FOR placed AS placed - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
CREATE VIEW big_orders AS SELECT id, amount * 2 AS doubled, note FROM orders WHERE amount > 100;
SELECT id FROM big_orders WHERE doubled < 1000 AND note = 'x';
