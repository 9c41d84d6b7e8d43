-- Functions of your own, in TypeScript: one that gives a value for each row, and one that gives rows.
-- From the root of the repository: millrace run examples/user-functions.sql

CREATE TEMPORARY FUNCTION mask AS 'mask' LANGUAGE TYPESCRIPT USING FILE 'examples/functions/text.ts';
CREATE TEMPORARY FUNCTION words AS 'words' LANGUAGE TYPESCRIPT USING FILE 'examples/functions/text.ts';

CREATE TEMPORARY VIEW messages AS
SELECT * FROM (VALUES ('4929-1111-2222-3333', 'the mill grinds'), ('4929-4444-5555-6666', 'water drives the mill')) AS m(card, message);

SELECT mask(card, 4) AS card, message FROM messages;

SELECT word, COUNT(*) AS seen, MAX(size) AS size
FROM messages CROSS JOIN LATERAL TABLE(words(message)) AS w(word, size)
GROUP BY word
ORDER BY seen DESC, word;
