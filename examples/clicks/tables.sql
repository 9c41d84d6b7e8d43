-- The tables of the example: clicks in Kafka, a dashboard in PostgreSQL and Redis, and all clicks as Parquet files on S3.
-- Both scripts beside this one begin with it: cat examples/clicks/tables.sql examples/clicks/dashboard.sql | millrace run -

CREATE TABLE clicks (
  id BIGINT,
  page STRING,
  person STRING,
  millis INT,
  clicked TIMESTAMP_LTZ(3),
  WATERMARK FOR clicked AS clicked - INTERVAL '2' SECOND
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = 'localhost:9092',
  'topic' = 'clicks',
  'properties.group.id' = 'dashboard',
  'scan.startup.mode' = 'earliest-offset',
  'scan.watermark.idle-timeout' = '1 min',
  'key.format' = 'raw',
  'key.fields' = 'page',
  'value.format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'clicks'
);

-- What is no click, such as a message that is no JSON.
CREATE TABLE dead_letters (
  table_name STRING, error_code STRING, error_message STRING, source_position STRING,
  message_key BYTES, message_value BYTES, failed_at TIMESTAMP_LTZ(3)
) WITH ('connector' = 'filesystem', 'path' = 'out/clicks/dead-letters', 'format' = 'json');

-- The table is there before: CREATE TABLE dashboard (minute_at TIMESTAMPTZ, page TEXT, clicks BIGINT, people BIGINT, PRIMARY KEY (minute_at, page))
CREATE TABLE dashboard (
  minute_at TIMESTAMP_LTZ(3),
  page STRING,
  clicks BIGINT,
  people BIGINT,
  PRIMARY KEY (minute_at, page) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://localhost:5432/shop',
  'table-name' = 'dashboard',
  'username' = '${secret:clicks-user}',
  'password' = '${secret:clicks-password}'
);

-- The newest numbers of each page, for whoever shows them: HGETALL page:/cart
CREATE TABLE pages (
  page STRING,
  clicks BIGINT,
  slowest INT,
  PRIMARY KEY (page) NOT ENFORCED
) WITH (
  'connector' = 'redis',
  'host' = 'localhost',
  'port' = '6379',
  'password' = '${secret:clicks-redis}',
  'data-structure' = 'hash',
  'key.pattern' = 'page:${page}'
);

-- Five minutes of clicks after five minutes of clicks, each marked with _SUCCESS once it is whole.
CREATE TABLE landed (
  id BIGINT,
  page STRING,
  person STRING,
  millis INT,
  clicked TIMESTAMP_LTZ(3),
  dt STRING,
  hm STRING
) PARTITIONED BY (dt, hm) WITH (
  'connector' = 'filesystem',
  'path' = 's3://clicks/landed',
  'format' = 'parquet',
  'sink.partition-commit.policy.kind' = 'success-file'
);
