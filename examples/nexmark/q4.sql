-- mean closing price of each category
SELECT category, AVG(final) AS average
FROM (
  SELECT A.category, MAX(B.price) AS final
  FROM auction A
  JOIN bid B ON A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires
  GROUP BY A.id, A.category
)
GROUP BY category;
