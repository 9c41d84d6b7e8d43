-- A stream made wider: views of a product with the name and country of the user, where they are known.
-- millrace run examples/enrich.sql

CREATE TABLE page_views (
  viewed_at TIMESTAMP(3),
  user_id STRING,
  page STRING,
  referrer STRING,
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/page-views.json', 'format' = 'json');

CREATE TABLE users (
  user_id STRING,
  name STRING,
  country STRING
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/users.csv', 'format' = 'csv', 'csv.ignore-first-line' = 'true');

SELECT v.viewed_at, v.user_id, COALESCE(u.name, 'a guest') AS name, u.country, SUBSTRING(v.page FROM 10) AS product
FROM page_views AS v
LEFT JOIN users AS u ON u.user_id = v.user_id
WHERE v.page LIKE '/product/%'
ORDER BY v.viewed_at
LIMIT 12;
