-- name: airport delays
-- description: Departures and mean delay of each airport in ten seconds.
-- folder: flights
-- tag: demo
-- tag: event-time
-- owner: flight operations
-- checkpoint-interval: 1 s
-- state: running

INSERT INTO airport_delays
SELECT d.ended_at, d.origin, a.city, d.departures, ROUND(d.mean_delay, 1)
FROM (
  SELECT window_end AS ended_at, origin, COUNT(*) AS departures, AVG(CAST(delay AS DOUBLE)) AS mean_delay, PROCTIME() AS met_at
  FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(departed_at), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end, origin
) AS d
JOIN airports FOR SYSTEM_TIME AS OF d.met_at AS a ON a.iata = d.origin;
