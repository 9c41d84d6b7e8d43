import { expect, test } from 'vitest'
import { bringsLibraries, libraryUses } from './library-uses.ts'

const names = (script: string): string[] => libraryUses(script).map(({ kind, name }) => `${kind} ${name}`)

test('connectors and formats of tables are read with their places', () => {
  const script = `SET 'a' = 'b';
CREATE TEMPORARY TABLE IF NOT EXISTS t (n INT) WITH (
  'connector' = 'upsert-kafka', 'key.format' = 'json',
  'value.format' = 'avro-confluent' -- 'format' = 'csv'
);`
  expect(names(script)).toEqual(['connector upsert-kafka', 'format json', 'format avro-confluent'])
  expect(libraryUses(script)[0]?.position).toEqual({ start: 85, end: 99, line: 3, column: 17 })
  expect(script.slice(85, 99)).toBe("'upsert-kafka'")
})

test('a name may stand behind brackets, quotes and other statements', () => {
  expect(
    names("CREATE TABLE `WITH (` (a STRING COMMENT 'it''s (') WITH ('x' = '(', 'format' = 'a''b'); ALTER TABLE t SET ('format'='csv')"),
  ).toEqual(["format a'b", 'format csv'])
})

test('the database of a jdbc table is that of its address', () => {
  const table = (options: string): unknown => libraryUses(`CREATE TABLE t (n INT) WITH (${options})`)[0]?.database
  expect(table("'connector' = 'jdbc', 'url' = 'jdbc:PostgreSQL://h/d?password=x'")).toBe('postgresql')
  expect(table("'url' = '${secret:u}', 'connector' = 'jdbc'")).toBe('')
  expect(table("'connector' = 'http', 'url' = 'jdbc:mysql://h/d'")).toBe('')
})

test.each([
  "SELECT * FROM t WHERE ('connector' = 'nonsense')",
  "CREATE VIEW v AS SELECT ('format' = 'csv') AS x",
  "CREATE CATALOG c WITH ('format' = 'csv')",
  "CREATE TABLE t (n INT) WITH ('path' = '''connector'' = ''x''')",
  "/* CREATE TABLE t WITH ('connector' = 'x') */",
  "CREATE TABLE t WITH ('connector' = 'open",
])('nothing is named by %j', (script) => {
  expect(names(script)).toEqual([])
})

test.each([
  ["ADD JAR '/a.jar'; SELECT 1", true],
  ["CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR '/a.jar'", true],
  ["CREATE FUNCTION f AS 'a.B'; SELECT 'ADD JAR'", false],
])('%j brings JARs of its own: %s', (script, brings) => {
  expect(bringsLibraries(script)).toBe(brings)
})
