-- Dead rows: lines that are not JSON are set aside and counted instead of stopping the run, and so are fields that
-- cannot be read. What can be read of a row is judged in SQL, into one table of good rows and one of bad ones.
-- millrace run examples/dead-rows.sql

CREATE TABLE dirty_orders (
  id BIGINT,
  item STRING,
  quantity INT,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/data/dirty-orders.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE TABLE good_orders (id BIGINT, item STRING, total DECIMAL(20, 2)) WITH ('connector' = 'print', 'print-identifier' = 'good');
CREATE TABLE bad_orders (id BIGINT, reason STRING) WITH ('connector' = 'print', 'print-identifier' = 'bad');

EXECUTE STATEMENT SET
BEGIN
INSERT INTO good_orders SELECT id, item, quantity * price FROM dirty_orders WHERE quantity IS NOT NULL AND price IS NOT NULL;
INSERT INTO bad_orders SELECT id, 'no quantity or price' FROM dirty_orders WHERE quantity IS NULL OR price IS NULL;
END;
