-- Drops in a price: it falls by more than 5 % within half an hour, at least two times in a row, and rises again.
-- millrace run examples/price-drops.sql

CREATE TABLE prices (
  quoted_at TIMESTAMP(3),
  symbol STRING,
  price DECIMAL(10, 2),
  WATERMARK FOR quoted_at AS quoted_at - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/prices.csv', 'format' = 'csv');

SELECT symbol, fell_at, lowest_at, top, bottom, quotes
FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol
  ORDER BY quoted_at
  MEASURES
    START_ROW.quoted_at AS fell_at,
    LAST(DOWN.quoted_at) AS lowest_at,
    START_ROW.price AS top,
    LAST(DOWN.price) AS bottom,
    COUNT(*) AS quotes
  AFTER MATCH SKIP TO LAST UP
  PATTERN (START_ROW DOWN{2,} UP) WITHIN INTERVAL '30' MINUTE
  DEFINE
    DOWN AS price < LAST(price, 1),
    UP AS UP.price > LAST(DOWN.price) AND LAST(DOWN.price) < 0.95 * START_ROW.price
) AS drops;
