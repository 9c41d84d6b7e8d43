-- mean closing price of the last ten auctions of each seller
SELECT seller, AVG(final) AS average
FROM (
  SELECT seller, final, ROW_NUMBER() OVER (PARTITION BY seller ORDER BY expires DESC, id DESC) AS place
  FROM (
    SELECT A.id, A.seller, A.expires, MAX(B.price) AS final
    FROM auction A
    JOIN bid B ON A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires
    GROUP BY A.id, A.seller, A.expires
  )
)
WHERE place <= 10
GROUP BY seller;
