-- Views over one stream of three kinds: only the fields asked for are read, and the kind decides the CASE.
CREATE TABLE nexmark (
  event_type INT,
  person ROW<id BIGINT, name STRING, `dateTime` TIMESTAMP(3)>,
  bid ROW<auction BIGINT, price BIGINT, `dateTime` TIMESTAMP(3)>,
  `dateTime` AS CASE WHEN event_type = 0 THEN person.`dateTime` ELSE bid.`dateTime` END,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'events.num' = '100');
CREATE VIEW bid AS SELECT bid.auction, bid.price, `dateTime` FROM nexmark WHERE event_type = 2;
SELECT auction, `dateTime` FROM bid WHERE price > 10;
SELECT auction, window_end, MAX(price) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY auction, window_start, window_end;
-- A column that has the name already keeps it.
SELECT r.price, `r.price` AS kind, chance, chance AS again FROM (SELECT bid AS r, event_type AS `r.price`, RAND() AS chance FROM nexmark);
