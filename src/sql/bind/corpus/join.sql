SELECT o.id, p.method FROM orders AS o JOIN payments AS p ON o.id = p.order_id;

SELECT * FROM orders LEFT JOIN customers ON customer = name AND age > 18;

SELECT o.id, c.city FROM orders o, customers c WHERE o.customer = c.name AND o.amount > 5;

SELECT o.id, p.amount FROM orders o, payments p WHERE o.id = p.order_id AND p.paid_at BETWEEN o.placed_at AND o.placed_at + INTERVAL '4' HOUR;

SELECT a.id, b.id, c.name FROM orders a, orders b, customers c WHERE a.id = b.id + 1 AND b.customer = c.name;

SELECT * FROM orders JOIN payments USING (amount);

SELECT amount, id, order_id FROM orders FULL JOIN payments USING (amount);

SELECT o.id FROM orders o NATURAL JOIN payments p;

SELECT o.id FROM orders o JOIN payments p ON o.quantity = p.order_id AND o.id <> p.order_id;

SELECT o.id, r.rate FROM (SELECT id, customer AS currency, placed_at FROM orders) AS o JOIN rates FOR SYSTEM_TIME AS OF o.placed_at AS r ON o.currency = r.currency;

SELECT o.id, c.city FROM orders AS o LEFT JOIN customers FOR SYSTEM_TIME AS OF o.processed AS c ON o.customer = c.name;

SELECT user_id, tag FROM events CROSS JOIN UNNEST(tags) AS t(tag);

SELECT user_id, sku, price FROM events, UNNEST(items) AS i WHERE price > 1;

SELECT user_id, k, v, n FROM events LEFT JOIN UNNEST(properties) WITH ORDINALITY AS p(k, v, n) ON TRUE;

SELECT * FROM UNNEST(ARRAY[1, 2, 3]) AS t(x);

SELECT id FROM orders WHERE customer IN (SELECT name FROM customers WHERE age > 18);

SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM payments);

SELECT id FROM orders AS o WHERE EXISTS (SELECT 1 FROM payments AS p WHERE p.order_id = o.id AND p.amount < o.amount) AND quantity > 1;

SELECT id FROM orders AS o WHERE NOT EXISTS (SELECT * FROM payments WHERE order_id = o.id);

SELECT id, (SELECT MAX(amount) FROM payments WHERE order_id = o.id) AS paid, (SELECT COUNT(*) FROM payments WHERE order_id = o.id) AS n FROM orders AS o;

SELECT id, (SELECT city FROM customers LIMIT 1) FROM orders WHERE amount > (SELECT AVG(amount) FROM payments);

SELECT id FROM orders UNION ALL SELECT order_id FROM payments UNION ALL SELECT age FROM customers;

SELECT customer FROM orders UNION SELECT name FROM customers ORDER BY customer LIMIT 3;

SELECT customer FROM orders INTERSECT SELECT name FROM customers;

SELECT customer FROM orders EXCEPT SELECT name FROM customers;

SELECT L.n, R.n FROM (SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '5' MINUTE)) GROUP BY window_start, window_end) L JOIN (SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(paid_at), INTERVAL '5' MINUTE)) GROUP BY window_start, window_end) R ON L.window_start = R.window_start AND L.window_end = R.window_end;

SELECT slug(customer), word FROM orders, LATERAL TABLE(words(product)) AS w(word);

SELECT total_length(product) FROM orders;
