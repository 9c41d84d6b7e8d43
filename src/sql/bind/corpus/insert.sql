INSERT INTO totals SELECT customer, COUNT(*), SUM(amount) FROM orders GROUP BY customer;

INSERT INTO totals (amount, customer) SELECT quantity, product FROM orders;

INSERT INTO by_day PARTITION (`day` = '2020-01-31') SELECT product, amount FROM orders;

INSERT OVERWRITE by_day SELECT product, amount, DATE_FORMAT(placed_at, 'yyyy-MM-dd') FROM orders;

INSERT INTO log VALUES ('a'), ('bc');

EXECUTE STATEMENT SET BEGIN
  INSERT INTO log SELECT customer FROM big_orders;
  INSERT INTO totals SELECT customer, 1, amount FROM big_orders;
END;

INSERT INTO log /*+ OPTIONS('print-identifier' = 'x') */ SELECT customer FROM orders;

CREATE TABLE copies WITH ('connector' = 'print') AS SELECT id, amount * 2 AS twice FROM orders;

EXPLAIN SELECT id FROM orders;
