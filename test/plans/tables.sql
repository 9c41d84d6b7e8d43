-- The tables that the statements of the corpus speak of.
CREATE TABLE orders (
  id BIGINT NOT NULL,
  customer STRING,
  product STRING,
  amount DECIMAL(10, 2),
  quantity INT,
  placed_at TIMESTAMP(3),
  processed AS PROCTIME(),
  WATERMARK FOR placed_at AS placed_at - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'orders', 'format' = 'json');

CREATE TABLE payments (
  order_id BIGINT,
  paid_with STRING,
  amount DECIMAL(10, 2),
  paid_at TIMESTAMP(3),
  WATERMARK FOR paid_at AS paid_at - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'payments', 'format' = 'json');

CREATE TABLE customers (
  name STRING,
  city STRING,
  age INT,
  PRIMARY KEY (name) NOT ENFORCED
) WITH ('connector' = 'filesystem', 'path' = 'customers.csv', 'format' = 'csv');

CREATE TABLE rates (
  currency STRING,
  rate DECIMAL(20, 6),
  valid_from TIMESTAMP(3),
  WATERMARK FOR valid_from AS valid_from,
  PRIMARY KEY (currency) NOT ENFORCED
) WITH ('connector' = 'filesystem', 'path' = 'rates', 'format' = 'csv');

CREATE TABLE events (
  user_id INT,
  tags ARRAY<STRING>,
  items ARRAY<ROW<sku STRING, price DOUBLE>>,
  properties MAP<STRING, STRING>,
  address ROW<street STRING, geo ROW<lat DOUBLE, lon DOUBLE>>,
  ts_ms BIGINT,
  file STRING METADATA FROM 'file.path' VIRTUAL,
  ts AS TO_TIMESTAMP_LTZ(ts_ms, 3),
  WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'events', 'format' = 'json');

CREATE TABLE totals (
  customer STRING NOT NULL,
  orders BIGINT,
  amount DECIMAL(20, 2),
  PRIMARY KEY (customer) NOT ENFORCED
) WITH ('connector' = 'print');

CREATE TABLE log (line STRING) WITH ('connector' = 'print');

CREATE TABLE by_day (product STRING, amount DECIMAL(10, 2), `day` STRING) PARTITIONED BY (`day`)
WITH ('connector' = 'filesystem', 'path' = 'by_day', 'format' = 'csv');

CREATE VIEW big_orders AS SELECT id, customer, amount FROM orders WHERE amount > 100;

CREATE TABLE nexmark (
  event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, `dateTime` TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING>,
  `dateTime` AS CASE WHEN event_type = 0 THEN person.`dateTime` WHEN event_type = 1 THEN auction.`dateTime` ELSE bid.`dateTime` END,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark');

CREATE VIEW person AS SELECT person.id, person.name, person.emailAddress, person.creditCard, person.city, person.state, `dateTime`, person.extra
FROM nexmark WHERE event_type = 0;

CREATE VIEW auction AS SELECT auction.id, auction.itemName, auction.description, auction.initialBid, auction.reserve, `dateTime`, auction.expires, auction.seller, auction.category, auction.extra
FROM nexmark WHERE event_type = 1;

CREATE VIEW bid AS SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, `dateTime`, bid.extra FROM nexmark WHERE event_type = 2;
