-- Conditions go to the side of a join that they speak of; the optional side keeps its own above.
CREATE TABLE a (k INT, x INT, y STRING) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
CREATE TABLE b (k INT, z INT) WITH ('connector' = 'filesystem', 'path' = '/nowhere', 'format' = 'csv');
SELECT a.x, b.z FROM a JOIN b ON a.k = b.k WHERE a.x > 1 AND b.z < 5 AND a.x < b.z;
SELECT a.x, b.z FROM a LEFT JOIN b ON a.k = b.k WHERE a.x > 1 AND b.z < 5;
