-- highest bids of each window
SELECT B.auction, B.bidder, B.price, B.`dateTime`, B.extra
FROM bid B
JOIN (
  SELECT MAX(price) AS highest, window_end AS `dateTime`
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end
) W
ON B.price = W.highest
WHERE B.`dateTime` BETWEEN W.`dateTime` - INTERVAL '10' SECOND AND W.`dateTime`;
