-- bids of each bidder and session
SELECT B.bidder, COUNT(*) AS bids, SESSION_START(B.`dateTime`, INTERVAL '10' SECOND) AS began,
  SESSION_END(B.`dateTime`, INTERVAL '10' SECOND) AS ended
FROM bid B
GROUP BY B.bidder, SESSION(B.`dateTime`, INTERVAL '10' SECOND);
