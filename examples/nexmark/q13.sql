-- looks a text up for each bid
SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value`
FROM arriving_bid B
JOIN side_input FOR SYSTEM_TIME AS OF B.arrived AS S ON MOD(B.auction, 10000) = S.key;
