-- Nested data: fields of rows, elements of arrays, values of maps. A basket without items keeps its row.
-- millrace run examples/baskets.sql

CREATE TABLE baskets (
  basket_id BIGINT,
  buyer ROW<user_id STRING, country STRING>,
  items ARRAY<ROW<product STRING, quantity INT>>,
  tags MAP<STRING, STRING>
) WITH ('connector' = 'filesystem', 'path' = 'examples/data/baskets.json', 'format' = 'json');

SELECT b.basket_id, b.buyer.country AS country, b.tags['channel'] AS channel, i.product, i.quantity
FROM baskets AS b
LEFT JOIN UNNEST(b.items) AS i (product, quantity) ON TRUE;
