-- A figure that grows through the hour: visitors since it began, every twenty minutes, by cumulating windows.
-- millrace run examples/growing-hour.sql

CREATE TABLE page_views (
  viewed_at TIMESTAMP(3),
  user_id STRING,
  page STRING,
  referrer STRING,
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/page-views.json', 'format' = 'json');

SELECT window_start, window_end, COUNT(DISTINCT user_id) AS visitors
FROM TABLE(CUMULATE(TABLE page_views, DESCRIPTOR(viewed_at), INTERVAL '20' MINUTE, INTERVAL '1' HOUR))
GROUP BY window_start, window_end;
