-- The smallest script: a query without a table.
-- millrace run examples/hello.sql

SELECT
  1 + 1 AS two,
  UPPER('streams') AS loud,
  TIMESTAMP '2026-03-02 09:00:00' + INTERVAL '90' MINUTE AS later,
  CAST('12.50' AS DECIMAL(10, 2)) * 3 AS total;
