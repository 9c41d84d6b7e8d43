SELECT id, amount FROM orders;

SELECT * FROM orders WHERE amount >= 10 AND customer = 'Ann';

SELECT o.id AS order_id, quantity + 1, amount * 2, UPPER(customer) AS who FROM orders AS o;

SELECT DISTINCT customer FROM orders;

SELECT 1 AS one, 'text', 1.50, 1e3, 3000000000, TRUE, NULL, DATE '2020-01-31', TIMESTAMP '2020-01-31 10:00:00.5', INTERVAL '1 10:00' DAY TO MINUTE;

SELECT CASE WHEN quantity > 10 THEN 'many' WHEN quantity IS NULL THEN NULL ELSE 'few' END, CASE product WHEN 'a' THEN 1 ELSE 2.5 END FROM orders;

SELECT id FROM orders WHERE product IN ('a', 'b') OR quantity NOT BETWEEN 1 AND 3 OR customer NOT LIKE 'A%' OR placed_at > '2020-01-01 00:00:00';

SELECT address.street, address.geo.lat, tags[1], properties['k'], items[1].sku FROM events;

SELECT placed_at + INTERVAL '1' DAY, INTERVAL '1' HOUR + placed_at, placed_at - INTERVAL '2' MONTH, -quantity, NOT quantity > 1 FROM orders;

SELECT EXTRACT(YEAR FROM placed_at), FLOOR(placed_at TO DAY), CEIL(amount), TIMESTAMPDIFF(SECOND, placed_at, placed_at), TRIM(customer), TRIM(LEADING 'x' FROM customer) FROM orders;

SELECT ARRAY[1, 2.5], MAP['a', 1, 'b', 2], ROW(1, 'x'), (1, 2) FROM orders;

SELECT COALESCE(customer, 'nobody'), IF(quantity > 1, 1, 2), CAST(amount AS STRING), TRY_CAST(customer AS INT), JSON_VALUE(customer, '$.a' RETURNING INT NULL ON EMPTY), JSON_OBJECT('k' VALUE quantity) FROM orders;

SELECT (quantity, product) = (1, 'a') FROM orders WHERE (quantity, product) IN ((1, 'a'), (2, 'b'));

VALUES (1, 'a'), (2, NULL), (3000000000, 'long');

SELECT id AS a, amount AS a FROM orders;

SELECT id FROM orders ORDER BY amount DESC, 1 LIMIT 10 OFFSET 5;

SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer ORDER BY n DESC NULLS FIRST LIMIT 3;

SELECT id FROM orders ORDER BY placed_at;

SELECT x FROM (SELECT id AS x FROM orders ORDER BY amount) LIMIT 5;

WITH big AS (SELECT * FROM orders WHERE amount > 100), few(a) AS (SELECT id FROM big) SELECT big.id, few.a FROM big JOIN few ON big.id = few.a;

SELECT * FROM big_orders;

SELECT file, ts FROM events;

TABLE customers;

SELECT id FROM orders /*+ OPTIONS('path' = 'other') */;
