import { expect, test } from 'vitest'
import { readCorpus } from './corpus/corpus.fixture.ts'
import { type Expectation, expectedAt } from './expectation.ts'

/** Asks at the `|` of a text, which is not part of it. */
function at(marked: string): Expectation {
  const offset = marked.indexOf('|')
  return expectedAt(marked.slice(0, offset) + marked.slice(offset + 1), offset)
}

/** The tables in scope, as `name`, `name alias` or `alias(columns)`. */
function tablesAt(marked: string): string[] {
  return at(marked).tables.map(({ name, alias, columns }) => {
    return [name.join('.'), alias, columns && `(${columns.join(', ')})`].filter(Boolean).join(' ')
  })
}

test.each([
  ['|', ['SELECT', 'INSERT', 'CREATE', 'WITH', 'SHOW', 'EXPLAIN', 'SET']],
  ['SEL|', ['SELECT']],
  ['SELECT 1; |', ['SELECT', 'DROP']],
  ['SELECT a |', ['FROM', 'AS', 'AND', 'IS NULL', 'BETWEEN', 'LIKE', 'NOT IN']],
  ['SELECT a FROM t |', ['WHERE', 'GROUP BY', 'JOIN', 'LEFT JOIN', 'ORDER BY', 'LIMIT', 'UNION', 'FOR SYSTEM_TIME AS OF']],
  ['SELECT a FROM t LEFT |', ['JOIN', 'OUTER JOIN']],
  ['SELECT a FROM t GROUP |', ['BY']],
  ['SELECT a FROM t ORDER |', ['BY']],
  ['SELECT a FROM t WHERE a IS |', ['NULL', 'NOT NULL', 'TRUE', 'DISTINCT FROM']],
  ['SELECT a FROM t JOIN u |', ['ON', 'USING']],
  ['SELECT SUM(a) |', ['OVER', 'FILTER', 'FROM']],
  ['SELECT SUM(a) OVER (|', ['PARTITION BY', 'ORDER BY', 'ROWS', 'RANGE']],
  ['SELECT CASE |', ['WHEN']],
  ['SELECT CASE WHEN a |', ['THEN', 'AND', 'OR']],
  ['SELECT EXTRACT(|', ['YEAR', 'HOUR']],
  ["SELECT INTERVAL '1' |", ['DAY', 'MINUTE']],
  ['SELECT CAST(a AS |', ['BIGINT', 'STRING', 'ARRAY', 'ROW', 'TIMESTAMP_LTZ']],
  ['CREATE |', ['TABLE', 'TEMPORARY', 'VIEW', 'CATALOG', 'FUNCTION', 'OR REPLACE']],
  ['CREATE TABLE |', ['IF NOT EXISTS']],
  ['CREATE TABLE t (a INT, |', ['PRIMARY KEY', 'WATERMARK FOR', 'CONSTRAINT']],
  ['CREATE TABLE t (a |', ['INT', 'AS', 'TIMESTAMP']],
  ['CREATE TABLE t (a INT |', ['NOT NULL', 'PRIMARY KEY', 'METADATA', 'COMMENT']],
  ['CREATE TABLE t (a INT) |', ['WITH', 'COMMENT', 'PARTITIONED BY', 'LIKE', 'AS']],
  ['INSERT |', ['INTO', 'OVERWRITE']],
  ['INSERT INTO t |', ['SELECT', 'VALUES', 'PARTITION']],
  ['SHOW |', ['TABLES', 'DATABASES', 'CREATE TABLE', 'CURRENT CATALOG']],
  ['ALTER TABLE t |', ['ADD', 'MODIFY', 'DROP', 'RENAME TO', 'SET']],
  ['EXPLAIN |', ['PLAN FOR', 'CHANGELOG_MODE', 'SELECT', 'INSERT']],
  ['EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; |', ['END', 'INSERT']],
])('%s expects these keywords', (text, keywords) => {
  expect(at(text).keywords).toEqual(expect.arrayContaining(keywords))
})

test.each([
  ['SELECT a FROM |', ['WHERE', 'SELECT', 'AND']],
  ['SELECT a FROM t WHERE |', ['FROM', 'WHERE', 'GROUP BY']],
  ['SELECT a |', ['SELECT', 'TABLE', 'WHEN']],
  ['CREATE TABLE t (a INT) WITH (|', ['SELECT', 'WITH']],
])('%s does not expect these keywords', (text, keywords) => {
  for (const keyword of keywords) expect(at(text).keywords).not.toContain(keyword)
})

test.each([
  ['SELECT |', ['column', 'function']],
  ['SELECT a, | FROM t', ['column', 'function']],
  ['SELECT a FROM |', ['table']],
  ['SELECT a FROM t JOIN |', ['table']],
  ['SELECT a FROM t WHERE f(|', ['column', 'function']],
  ['SELECT a FROM t ORDER BY |', ['column', 'function']],
  ['SELECT CAST(a AS |', ['type']],
  ['SELECT a FROM TABLE(|', ['function']],
  ['SELECT SUM(a) OVER |', ['window']],
  ['INSERT INTO |', ['table']],
  ['INSERT INTO t (|', ['column']],
  ["CREATE TABLE t (a INT) WITH ('|", ['connector-option']],
  ["CREATE TABLE t (a INT) WITH ('connector' = 'kafka', '|')", ['connector-option']],
  ['CREATE TABLE t (a INT, PRIMARY KEY (|', ['column']],
  ['DROP TABLE |', ['table']],
  ['DROP VIEW |', ['view']],
  ['DROP FUNCTION |', ['function']],
  ['CREATE TABLE t (a INT) USING CONNECTION |', ['connection']],
  ['DROP CONNECTION |', ['connection']],
  ['ALTER CONNECTION k|', ['connection']],
  ['DESCRIBE CONNECTION |', ['connection']],
  ['USE CATALOG |', ['catalog']],
  ['USE |', ['database']],
  ['DESCRIBE |', ['table']],
  ['SHOW CREATE VIEW |', ['view']],
  ['SHOW TABLES FROM |', ['database']],
  ["SET '|", ['setting']],
  ['SET tab|', ['setting']],
  ['RESET |', ['setting']],
  ['SELECT /*+ |', ['hint']],
])('%s expects names of these kinds', (text, kinds) => {
  expect(at(text).kinds).toEqual(expect.arrayContaining(kinds))
})

test.each([
  ['SELECT | FROM orders', ['orders']],
  ['SELECT | FROM orders AS o JOIN db.rates r ON TRUE', ['orders o', 'db.rates r']],
  ['SELECT a FROM orders o WHERE |', ['orders o']],
  ['SELECT a FROM orders o JOIN rates r ON |', ['orders o', 'rates r']],
  ['SELECT a FROM orders o, LATERAL TABLE(f(|', ['orders o']],
  ['SELECT o.| FROM orders o', ['orders o']],
  ['SELECT COUNT(|) FROM orders', ['orders']],
  ['SELECT a, (SELECT | FROM inner_t i) FROM outer_t', ['inner_t i', 'outer_t']],
  ['SELECT a FROM outer_t o WHERE EXISTS (SELECT 1 FROM inner_t WHERE |', ['inner_t', 'outer_t o']],
  ['SELECT | FROM (SELECT id, x + 1 AS y FROM t) s', ['s (id, y)']],
  ['SELECT | FROM (VALUES (1, 2)) AS v(a, b)', ['v (a, b)']],
  ['SELECT a FROM t1; SELECT | FROM t2; SELECT b FROM t3', ['t2']],
  ['SELECT EXTRACT(YEAR FROM |) FROM t', ['t']],
  ['INSERT INTO target (|', ['target']],
  ['INSERT INTO target SELECT | FROM source', ['source', 'target']],
  ['CREATE TABLE t (id INT, ts TIMESTAMP(3), WATERMARK FOR |', ['t (id, ts)']],
  ['CREATE TABLE t (id INT, ts TIMESTAMP(3), PRIMARY KEY (|', ['t (id, ts)']],
  ['ALTER TABLE t DROP |', ['t']],
])('%s has these tables in scope', (text, tables) => {
  expect(tablesAt(text)).toEqual(tables)
})

test('names with dots and half-typed words are told apart', () => {
  expect(at('SELECT o.am| FROM orders o')).toMatchObject({ qualifier: ['o'], prefix: 'am', start: 9, kinds: ['column'] })
  expect(at('SELECT a FROM db.|')).toMatchObject({ qualifier: ['db'], prefix: '', kinds: ['table'] })
  expect(at('SELECT a FROM `my ta|')).toMatchObject({ prefix: 'my ta', quote: '`', kinds: expect.arrayContaining(['table']) })
  expect(at("CREATE TABLE t (a INT) WITH ('conn|' = 'x')")).toMatchObject({ prefix: 'conn', quote: "'", keywords: [] })
  expect(at('WITH w AS (SELECT 1 AS x) SELECT * FROM |').commonTables).toEqual([{ name: ['w'], columns: ['x'] }])
})

test('nothing is expected inside a comment', () => {
  for (const text of ['SELECT 1 -- and |', 'SELECT /* a | b */ 1']) {
    expect(at(text)).toMatchObject({ keywords: [], kinds: [], tables: [] })
  }
})

test('every place of a text has an answer, and before a keyword that keyword is expected', () => {
  const text = readCorpus('statements.sql')
  for (let offset = 0; offset <= text.length; offset += 7) expectedAt(text, offset)
  const query = 'SELECT a FROM t WHERE b IS NULL GROUP BY a HAVING c ORDER BY a LIMIT 1'
  for (const keyword of ['FROM', 'WHERE', 'IS NULL', 'GROUP BY', 'HAVING', 'ORDER BY', 'LIMIT']) {
    expect(expectedAt(query, query.indexOf(keyword)).keywords).toContain(keyword)
  }
})
