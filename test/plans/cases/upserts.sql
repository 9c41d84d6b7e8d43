-- Tables of upserts are made full changes above their watermark and below everything else; the key stays, whoever wants it.
CREATE TABLE users (id INT, name STRING, age INT, ts TIMESTAMP_LTZ(3), WATERMARK FOR ts AS ts, PRIMARY KEY (id) NOT ENFORCED)
  WITH ('connector' = 'topic', 'path' = '/nowhere', 'topic' = 'users', 'changelog' = 'upsert', 'key.format' = 'json', 'value.format' = 'json');
CREATE TABLE rows_of_users (id INT, name STRING, age INT, PRIMARY KEY (id) NOT ENFORCED)
  WITH ('connector' = 'topic', 'path' = '/nowhere', 'topic' = 'users', 'format' = 'debezium-json');
SELECT name FROM users WHERE age > 3;
SELECT name, COUNT(*) FROM rows_of_users GROUP BY name;
