-- Visits: views of one user belong together until nothing comes for half an hour.
-- millrace run examples/sessions.sql

CREATE TABLE page_views (
  viewed_at TIMESTAMP(3),
  user_id STRING,
  page STRING,
  referrer STRING,
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/page-views.json', 'format' = 'json');

SELECT user_id, window_start AS visit_start, window_time AS visit_end, COUNT(*) AS page_views, FIRST_VALUE(page) AS entered_at
FROM TABLE(SESSION(TABLE page_views PARTITION BY user_id, DESCRIPTOR(viewed_at), INTERVAL '30' MINUTE))
GROUP BY user_id, window_start, window_end, window_time
HAVING COUNT(*) >= 6;
