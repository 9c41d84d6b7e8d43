-- A dashboard of a web shop: page views (PV) and different visitors (UV) of each ten minutes.
-- A window is printed once the watermark, one minute behind the latest view, has passed its end.
-- millrace run examples/dashboard.sql

CREATE TABLE page_views (
  viewed_at TIMESTAMP(3),
  user_id STRING,
  page STRING,
  referrer STRING,
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/page-views.json', 'format' = 'json');

SELECT
  window_start,
  window_end,
  COUNT(*) AS page_views,
  COUNT(DISTINCT user_id) AS visitors,
  COUNT(*) FILTER (WHERE page = '/pay') AS payments
FROM TABLE(TUMBLE(TABLE page_views, DESCRIPTOR(viewed_at), INTERVAL '10' MINUTE))
GROUP BY window_start, window_end;
