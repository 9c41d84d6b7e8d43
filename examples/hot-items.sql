-- Hot items: the three auctions with the most bids in the last ten seconds, every five seconds.
-- The bids come from the generator of the Nexmark benchmark, the same ones on every run.
-- millrace run examples/hot-items.sql

CREATE TABLE nexmark (
  event_type INT,
  auction ROW<id BIGINT, itemName STRING, category BIGINT, seller BIGINT, `dateTime` TIMESTAMP(3)>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3)>,
  event_time AS CASE WHEN event_type = 1 THEN auction.`dateTime` ELSE bid.`dateTime` END,
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'nexmark', 'events.num' = '100000', 'first-event.rate' = '1000');

CREATE TEMPORARY VIEW bids AS
SELECT bid.auction AS auction, bid.price AS price, event_time FROM nexmark WHERE event_type = 2;

SELECT window_start, window_end, place, auction, bids, highest
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY bids DESC, auction) AS place
  FROM (
    SELECT window_start, window_end, auction, COUNT(*) AS bids, MAX(price) AS highest
    FROM TABLE(HOP(TABLE bids, DESCRIPTOR(event_time), INTERVAL '5' SECOND, INTERVAL '10' SECOND))
    GROUP BY window_start, window_end, auction
  )
)
WHERE place <= 3;
