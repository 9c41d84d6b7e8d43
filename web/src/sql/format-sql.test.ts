import { expect, test } from 'vitest'
import { formatSql } from './format-sql.ts'

test('a query is laid out, its words and texts as they were', () => {
  expect(formatSql("select `a b`, count(*) from orders where x = 'it''s' group by `a b` -- why")).toBe(
    "SELECT\n  `a b`,\n  count(*)\nFROM\n  orders\nWHERE\n  x = 'it''s'\nGROUP BY\n  `a b` -- why\n",
  )
})

test.each([
  "CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');",
  "SELECT window_start, SUM(p) FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(t), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;",
  "create connection k with ('connector' = 'kafka'); CREATE TABLE t (connection INT) using connection k with ('topic' = 'x');",
  "SET 'a.b' = 'c'; INSERT INTO x SELECT a[1], m['k'], 1.5e3, U&'\\00e9' FROM y;",
  'SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY b MEASURES A.x AS y PATTERN (A B+? C{2,}) DEFINE A AS A.x > 1)',
])('%s says the same afterwards, or stays', (text) => {
  const laidOut = formatSql(text)
  const bare = (sql: string): string => sql.replace(/\s+/g, '').toUpperCase()
  expect(bare(laidOut ?? text)).toBe(bare(text))
})

test('what is not to be read stays as it is', () => {
  expect(formatSql("SELECT 'open")).toBeUndefined()
})
