-- Instants in local time: the same moments in three zones. Only what is printed changes, never what is stored.
-- millrace run examples/time-zones.sql

CREATE TEMPORARY VIEW moments AS
SELECT TO_TIMESTAMP_LTZ(epoch, 0) AS moment FROM (VALUES (1772442000), (1774746000), (1774749600)) AS t (epoch);

SELECT moment FROM moments;
SET 'table.local-time-zone' = 'Europe/Berlin';
SELECT moment FROM moments;
SET 'table.local-time-zone' = 'Asia/Tokyo';
SELECT moment, CAST(moment AS DATE) AS local_day FROM moments;
