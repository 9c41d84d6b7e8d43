-- For a chart: how many flights have left, and how late they were.
CREATE VIEW departures AS
SELECT window_end AS ended_at, COUNT(*) AS departures, ROUND(AVG(CAST(delay AS DOUBLE)), 1) AS mean_delay
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(departed_at), INTERVAL '5' SECOND))
GROUP BY window_start, window_end;
