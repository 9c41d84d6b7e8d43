-- Prices compared: of each shop and product the latest offer counts, and of those the lowest wins.
-- millrace run examples/price-comparison.sql

CREATE TABLE offers (
  offered_at TIMESTAMP(3),
  shop STRING,
  product STRING,
  price DECIMAL(10, 2)
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/offers.csv', 'format' = 'csv');

CREATE TEMPORARY VIEW latest AS
SELECT shop, product, price
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY shop, product ORDER BY offered_at DESC) AS age FROM offers)
WHERE age = 1;

SELECT product, shop AS cheapest_shop, price, dearest
FROM (
  SELECT l.product, l.shop, l.price, m.dearest, ROW_NUMBER() OVER (PARTITION BY l.product ORDER BY l.price, l.shop) AS place
  FROM latest AS l
  JOIN (SELECT product, MAX(price) AS dearest FROM latest GROUP BY product) AS m ON m.product = l.product
)
WHERE place = 1
ORDER BY product;
