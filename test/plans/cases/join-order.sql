-- Joins are ordered by what sources say of their rows, or tables themselves, and only then by where they stand.
CREATE TABLE country (id INT, name STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE customer (id INT, country INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1000');
CREATE TABLE purchase (id INT, customer INT, price INT) WITH ('connector' = 'datagen', 'number-of-rows' = '50000');
CREATE TABLE endless (id INT, customer INT, price INT) WITH ('connector' = 'datagen', 'statistics.row-count' = '100000');

SELECT c.name, p.price FROM country AS c JOIN customer AS u ON c.id = u.country JOIN purchase AS p ON u.id = p.customer;
SET 'table.optimizer.join-reorder-enabled' = 'true';
SELECT c.name, p.price FROM country AS c JOIN customer AS u ON c.id = u.country JOIN purchase AS p ON u.id = p.customer;
SELECT c.name, p.price FROM country AS c JOIN customer AS u ON c.id = u.country JOIN endless AS p ON u.id = p.customer WHERE c.name = 'x';
