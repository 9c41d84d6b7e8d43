-- name: replay flights
-- description: Real flights of 2001 leave now, fifty a second.
-- folder: flights
-- tag: demo
-- owner: flight operations
-- checkpoint-interval: 1 s
-- state: running

INSERT INTO flights
SELECT CAST(t.ticked_at AS TIMESTAMP_LTZ(3)), f.origin, f.destination, f.delay, f.distance
FROM ticks AS t
JOIN flights_of_2001 FOR SYSTEM_TIME AS OF t.ticked_at AS f ON f.n = MOD(t.n, 100000);
