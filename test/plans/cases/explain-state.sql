-- What each kind of relation keeps, and what bounds it.
CREATE TABLE clicks (user_id INT, url STRING, cost DECIMAL(10, 2), ts TIMESTAMP(3), seen AS PROCTIME(), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE visits (user_id INT, page STRING, vs TIMESTAMP(3), WATERMARK FOR vs AS vs) WITH ('connector' = 'datagen');
CREATE TABLE rates (currency STRING, rate DOUBLE, since TIMESTAMP(3), WATERMARK FOR since AS since, PRIMARY KEY (currency) NOT ENFORCED) WITH ('connector' = 'datagen');
CREATE TABLE users (user_id INT, city STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
SELECT url FROM clicks WHERE user_id > 5 LIMIT 3;
SELECT user_id, COUNT(DISTINCT url) AS n, LISTAGG(url) AS urls FROM clicks GROUP BY user_id;
SELECT COUNT(*) AS n FROM clicks;
SELECT /*+ STATE_TTL('clicks' = '0 s') */ DISTINCT user_id FROM clicks;
SELECT MAX(n) AS most FROM (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id);
SELECT user_id, window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY user_id, window_start, window_end;
SELECT url, window_start FROM TABLE(SESSION(TABLE clicks PARTITION BY user_id, DESCRIPTOR(ts), INTERVAL '1' HOUR));
SELECT c.url, v.page FROM clicks AS c JOIN visits AS v ON c.user_id = v.user_id;
SELECT c.url, v.page FROM clicks AS c JOIN visits AS v ON c.user_id = v.user_id AND v.vs BETWEEN c.ts AND c.ts + INTERVAL '1' HOUR;
SELECT c.url, u.city FROM clicks AS c JOIN users AS u ON c.user_id = u.user_id;
SELECT c.url, u.city FROM clicks AS c JOIN users FOR SYSTEM_TIME AS OF c.seen AS u ON c.user_id = u.user_id;
SELECT c.url, r.rate FROM clicks AS c JOIN rates FOR SYSTEM_TIME AS OF c.ts AS r ON c.url = r.currency;
SELECT user_id, url FROM (SELECT user_id, url, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY cost) AS rn FROM clicks) WHERE rn <= 3;
SELECT user_id, n FROM (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id) ORDER BY n DESC LIMIT 3;
SELECT url, SUM(cost) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) AS s FROM clicks;
SELECT url, COUNT(*) OVER (PARTITION BY user_id ORDER BY ts) AS n FROM clicks;
SELECT url FROM clicks ORDER BY ts;
SELECT * FROM clicks MATCH_RECOGNIZE (PARTITION BY user_id ORDER BY ts MEASURES A.url AS url PATTERN (A B) DEFINE B AS B.cost > A.cost) AS m;
SELECT * FROM clicks MATCH_RECOGNIZE (PARTITION BY user_id ORDER BY ts MEASURES A.url AS url PATTERN (A B) WITHIN INTERVAL '1' HOUR DEFINE B AS B.cost > A.cost) AS m;
SET 'table.exec.state.ttl' = '1 d';
SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id;
SELECT /*+ STATE_TTL('c' = '2 h') */ c.url, v.page FROM clicks AS c JOIN visits AS v ON c.user_id = v.user_id;
SET 'execution.runtime-mode' = 'batch';
SELECT city, COUNT(*) AS n FROM users GROUP BY city
