-- Visits: views of one user belong together until nothing comes for half an hour.
-- millrace run examples/sessions.sql

CREATE TABLE page_views (
  viewed_at TIMESTAMP(3),
  user_id STRING,
  page STRING,
  referrer STRING,
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/page-views.json', 'format' = 'json');

SELECT user_id, window_start AS visit_start, window_end AS counted_until, COUNT(*) AS page_views, COUNT(DISTINCT page) AS pages
FROM TABLE(SESSION(TABLE page_views PARTITION BY user_id, DESCRIPTOR(viewed_at), INTERVAL '30' MINUTE))
GROUP BY user_id, window_start, window_end
HAVING COUNT(*) >= 6;
