-- Bids joined with the auctions they are for: the mean price of each category, kept up to date.
-- millrace run examples/auction-categories.sql

CREATE TABLE nexmark (
  event_type INT,
  auction ROW<id BIGINT, itemName STRING, category BIGINT, seller BIGINT, `dateTime` TIMESTAMP(3)>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3)>,
  event_time AS CASE WHEN event_type = 1 THEN auction.`dateTime` ELSE bid.`dateTime` END,
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'nexmark', 'events.num' = '100000', 'first-event.rate' = '1000');

SELECT a.category, COUNT(*) AS bids, AVG(b.price) AS mean_price, MAX(b.price) AS highest
FROM (SELECT bid.auction AS auction, bid.price AS price FROM nexmark WHERE event_type = 2) AS b
JOIN (SELECT auction.id AS id, auction.category AS category FROM nexmark WHERE event_type = 1) AS a ON a.id = b.auction
GROUP BY a.category
ORDER BY a.category;
