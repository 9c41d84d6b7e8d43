-- Aggregate functions of your own, in TypeScript: a mean with weights over windows, and one that takes rows back.
-- From the root of the repository: millrace run examples/user-aggregates.sql

CREATE TEMPORARY FUNCTION weighted_mean AS 'weighted_mean' LANGUAGE TYPESCRIPT USING FILE 'examples/functions/statistics.ts';
CREATE TEMPORARY FUNCTION most_frequent AS 'most_frequent' LANGUAGE TYPESCRIPT USING FILE 'examples/functions/statistics.ts';

CREATE TEMPORARY VIEW purchases AS
SELECT * FROM (VALUES ('flour', 2.50, 4), ('flour', 3.00, 1), ('bread', 4.00, 2), ('bread', 4.50, 2), ('flour', 2.75, 1))
  AS p(product, price, amount);

SELECT product, weighted_mean(price, amount) AS price FROM purchases GROUP BY product;

-- How many kinds of purchases most products have: counts change as purchases come, so that earlier ones are taken back.
SELECT most_frequent(kinds) AS usual
FROM (SELECT product, CAST(COUNT(DISTINCT price) AS INT) AS kinds FROM purchases GROUP BY product);
