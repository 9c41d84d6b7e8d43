-- From Kafka into a dashboard by minutes in PostgreSQL, into the newest numbers by page in Redis, and into Parquet files on S3. Killed at
-- any moment, whatever part of it, it goes on when it is started again: nothing is lost, nothing is counted or written twice.
-- cat examples/clicks/tables.sql examples/clicks/dashboard.sql | millrace run - --data-dir state/dashboard

SET 'table.local-time-zone' = 'UTC';
SET 'table.exec.dead-letters.table' = 'dead_letters';

EXECUTE STATEMENT SET BEGIN
  INSERT INTO dashboard
  SELECT window_start, page, COUNT(*), COUNT(DISTINCT person)
  FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(clicked), INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end, page;

  INSERT INTO pages SELECT page, COUNT(*), MAX(millis) FROM clicks GROUP BY page;

  INSERT INTO landed
  SELECT
    id, page, person, millis, clicked,
    DATE_FORMAT(clicked, 'yyyy-MM-dd'),
    DATE_FORMAT(clicked, 'HH') || '-' || LPAD(CAST(MINUTE(clicked) - MOD(MINUTE(clicked), 5) AS STRING), 2, '0')
  FROM clicks;
END;
