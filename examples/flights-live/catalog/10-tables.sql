-- Real flights of 2001 that leave now: `millrace demo` brings these tables and the jobs beside them about on a server of its own.

-- Counts, fifty a second.
CREATE TABLE ticks (
  n BIGINT,
  ticked_at AS PROCTIME()
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '50',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '9007199254740991'
);

-- The first hundred thousand flights of that year, in their order.
CREATE TABLE flights_of_2001 (
  n BIGINT,
  origin STRING,
  destination STRING,
  delay BIGINT,
  distance BIGINT
) WITH ('connector' = 'filesystem', 'path' = 'out/demo/flights-of-2001', 'format' = 'csv');

CREATE TABLE airports (
  iata STRING,
  name STRING,
  city STRING,
  state STRING,
  country STRING,
  latitude DOUBLE,
  longitude DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = 'node_modules/vega-datasets/data/airports.csv',
  'format' = 'csv',
  'csv.ignore-first-line' = 'true'
);

-- Flights as they leave. About the last hour of them is kept.
CREATE TABLE flights (
  departed_at TIMESTAMP_LTZ(3),
  origin STRING,
  destination STRING,
  delay BIGINT,
  distance BIGINT,
  WATERMARK FOR departed_at AS departed_at - INTERVAL '1' SECOND
) WITH (
  'connector' = 'topic',
  'path' = 'out/demo/topics',
  'topic' = 'flights',
  'format' = 'json',
  'retention.size' = '16 mb',
  'segment.size' = '2 mb'
);

CREATE TABLE airport_delays (
  ended_at TIMESTAMP_LTZ(3),
  airport STRING,
  city STRING,
  departures BIGINT,
  mean_delay DOUBLE,
  WATERMARK FOR ended_at AS ended_at
) WITH (
  'connector' = 'topic',
  'path' = 'out/demo/topics',
  'topic' = 'airport_delays',
  'format' = 'json',
  'retention.size' = '16 mb',
  'segment.size' = '2 mb'
);

-- Nobody has filled it yet: a job of your own may.
CREATE TABLE late_flights (
  departed_at TIMESTAMP_LTZ(3),
  origin STRING,
  destination STRING,
  delay BIGINT
) WITH (
  'connector' = 'topic',
  'path' = 'out/demo/topics',
  'topic' = 'late_flights',
  'format' = 'json',
  'retention.size' = '16 mb',
  'segment.size' = '2 mb'
);
