SELECT COUNT(*) FROM orders;

SELECT customer, COUNT(*) AS orders, SUM(amount) AS total, AVG(quantity), MIN(placed_at) FROM orders GROUP BY customer;

SELECT UPPER(customer) AS who, SUM(quantity) * 2 + 1 AS x FROM orders GROUP BY UPPER(customer);

SELECT customer, COUNT(DISTINCT product) AS products, COUNT(*) FILTER (WHERE amount > 10) AS big FROM orders GROUP BY customer HAVING COUNT(*) > 3 AND customer <> 'x';

SELECT quantity + 1, quantity + 1 + COUNT(*) FROM orders GROUP BY quantity + 1;

SELECT SUM(amount), customer IS NULL FROM orders GROUP BY customer;

SELECT customer, product, SUM(amount) AS total, GROUPING(customer) AS g, GROUPING_ID(customer, product) FROM orders GROUP BY GROUPING SETS ((customer, product), (customer), ());

SELECT customer, product, COUNT(*) FROM orders GROUP BY ROLLUP (customer, product);

SELECT customer, product, COUNT(*) FROM orders GROUP BY CUBE (customer, product);

SELECT customer, LISTAGG(product, ', '), FIRST_VALUE(product), STDDEV_POP(quantity), VAR_SAMP(quantity), COLLECT(product) FROM orders GROUP BY customer;

SELECT COUNT(*) FROM (SELECT customer, SUM(amount) AS s FROM orders GROUP BY customer) WHERE s > 100;

SELECT customer FROM orders GROUP BY customer ORDER BY SUM(amount) DESC LIMIT 5;

SELECT DISTINCT customer, COUNT(*) FROM orders GROUP BY customer, product;

SELECT amount > (SELECT AVG(amount) FROM orders) FROM orders;

SELECT customer, SUM(amount) FROM orders GROUP BY customer HAVING SUM(amount) > (SELECT AVG(amount) FROM payments);
