-- A funnel: how many visitors came, looked at a product, filled a cart and paid.
-- The answer is one row that every view may change; --format changelog shows each change.
-- millrace run examples/funnel.sql

CREATE TABLE page_views (
  viewed_at TIMESTAMP(3),
  user_id STRING,
  page STRING,
  referrer STRING,
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/page-views.json', 'format' = 'json');

CREATE TEMPORARY VIEW visitors AS
SELECT
  user_id,
  MAX(CASE WHEN page LIKE '/product/%' THEN 1 ELSE 0 END) AS looked,
  MAX(CASE WHEN page = '/cart' THEN 1 ELSE 0 END) AS filled,
  MAX(CASE WHEN page = '/pay' THEN 1 ELSE 0 END) AS paid
FROM page_views
GROUP BY user_id;

SELECT
  COUNT(*) AS came,
  SUM(looked) AS looked,
  SUM(filled) AS filled,
  SUM(paid) AS paid,
  ROUND(100.0 * SUM(paid) / COUNT(*), 1) AS percent_paid
FROM visitors;
