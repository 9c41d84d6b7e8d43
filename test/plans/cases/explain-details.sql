-- The details that EXPLAIN takes, and how safely each sink gets its rows.
CREATE TABLE clicks (user_id INT, url STRING, cost DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE users (user_id INT, city STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
CREATE TABLE totals (user_id INT, n BIGINT, PRIMARY KEY (user_id) NOT ENFORCED) WITH ('connector' = 'print');
CREATE TABLE files (user_id INT, url STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere/out', 'format' = 'json');
EXPLAIN CHANGELOG_MODE SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id;
EXPLAIN ESTIMATED_COST SELECT c.url, u.city FROM clicks AS c JOIN users AS u ON c.user_id = u.user_id WHERE c.user_id > 5 AND u.city <> 'x';
EXPLAIN PLAN_ADVICE SELECT c.url, n FROM clicks AS c CROSS JOIN (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id) AS q WHERE RAND() < 0.5;
EXPLAIN PLAN_ADVICE SELECT url FROM clicks WHERE user_id > 5;
EXPLAIN PLAN_ADVICE INSERT INTO totals SELECT q.user_id, r.n FROM (SELECT user_id, MIN(url) AS url FROM clicks GROUP BY user_id) AS q JOIN (SELECT url, COUNT(*) AS n FROM clicks GROUP BY url) AS r ON q.url = r.url;
EXPLAIN CHANGELOG_MODE, PLAN_ADVICE INSERT INTO totals SELECT CHAR_LENGTH(url), COUNT(*) FROM clicks GROUP BY url;
EXPLAIN JSON_EXECUTION_PLAN INSERT INTO files SELECT user_id, UPPER(url) FROM clicks WHERE user_id > 5;
EXPLAIN GENERATED_CODE SELECT UPPER(url) AS u, user_id + 1 AS v FROM clicks WHERE user_id > 5 AND url <> 'x';
EXPLAIN GENERATED_CODE SELECT user_id FROM users;
-- Equal parts are one, unless a setting says otherwise.
EXPLAIN SELECT q.n FROM (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id) AS q WHERE q.n IN (SELECT MAX(n) FROM (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id) AS r);
SET 'table.optimizer.reuse-sub-plan-enabled' = 'false';
EXPLAIN SELECT q.n FROM (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id) AS q WHERE q.n IN (SELECT MAX(n) FROM (SELECT user_id, COUNT(*) AS n FROM clicks GROUP BY user_id) AS r);
SET 'execution.checkpointing.dir' = '/nowhere/checkpoints';
EXPLAIN EXECUTE STATEMENT SET BEGIN
INSERT INTO totals SELECT user_id, COUNT(*) FROM clicks GROUP BY user_id;
INSERT INTO files SELECT user_id, url FROM clicks;
END
