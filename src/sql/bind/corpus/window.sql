SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '10' MINUTE));

SELECT window_start, window_end, SUM(amount) AS total FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end;

SELECT product, window_start, window_end, window_time, COUNT(*) FROM TABLE(HOP(DATA => TABLE orders, TIMECOL => DESCRIPTOR(placed_at), SLIDE => INTERVAL '5' MINUTE, SIZE => INTERVAL '1' HOUR)) GROUP BY product, window_start, window_end, window_time;

SELECT window_start, window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '10' MINUTE, INTERVAL '1' DAY, INTERVAL '2' HOUR)) GROUP BY window_start, window_end;

SELECT customer, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE orders PARTITION BY customer, DESCRIPTOR(placed_at), INTERVAL '30' MINUTE)) GROUP BY customer, window_start, window_end;

SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(processed), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;

SELECT TUMBLE_START(placed_at, INTERVAL '1' HOUR) AS s, TUMBLE_END(placed_at, INTERVAL '1' HOUR) AS e, product, SUM(amount) FROM orders GROUP BY TUMBLE(placed_at, INTERVAL '1' HOUR), product;

SELECT UPPER(customer), SESSION_ROWTIME(placed_at, INTERVAL '1' HOUR), COUNT(*) FROM orders GROUP BY SESSION(placed_at, INTERVAL '1' HOUR), UPPER(customer);

SELECT window_start, window_end, product, total, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY total DESC) AS rn FROM (
    SELECT window_start, window_end, product, SUM(amount) AS total
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, product))
WHERE rn <= 3;

SELECT window_start, window_end, SUM(n) FROM TABLE(TUMBLE(TABLE (SELECT window_time AS rowtime, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '5' MINUTE)) GROUP BY window_start, window_end, window_time), DESCRIPTOR(rowtime), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end;

SELECT window_start, window_end, product, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end, GROUPING SETS ((product), ());

SELECT id, SUM(amount) OVER (PARTITION BY customer ORDER BY placed_at RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) AS hour_total FROM orders;

SELECT id, COUNT(*) OVER w AS c, AVG(amount) OVER w AS a FROM orders WINDOW w AS (PARTITION BY customer ORDER BY placed_at ROWS BETWEEN 10 PRECEDING AND CURRENT ROW);

SELECT id, LAG(amount, 1) OVER (PARTITION BY customer ORDER BY placed_at) AS before FROM orders;

SELECT id, amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY placed_at DESC) AS rn FROM orders) WHERE rn = 1;

SELECT id, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY amount DESC, quantity) AS rn FROM orders) AS t WHERE t.rn BETWEEN 2 AND 5 AND id > 7;

SELECT id FROM orders QUALIFY RANK() OVER (PARTITION BY product ORDER BY amount DESC) <= 3;
