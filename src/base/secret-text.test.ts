import { expect, test } from 'vitest'
import { shownOption, withoutSecrets } from './secret-text.ts'

test.each([
  ['password', 'x', '******'],
  ['properties.sasl.jaas.config', 'PlainLoginModule required password="x";', '******'],
  ['password', '${secret:kafka-prod}', '${secret:kafka-prod}'],
  ['password', '${secret:kafka-prod}x', '******'],
  ['url', 'redis://me:x@host:1/0', 'redis://******@host:1/0'],
  ['url', 'jdbc:postgresql://me:x@host/db', 'jdbc:postgresql://******@host/db'],
  ['url', 'redis://me:x/y@z@host:1/0', 'redis://******@host:1/0'],
  ['url', 'https://x@host/y', 'https://******@host/y'],
  ['url', 'jdbc:postgresql://host/db?user=a&password=x&ssl=true', 'jdbc:postgresql://host/db?user=a&password=******&ssl=true'],
  ['headers.authorization', 'Bearer x', '******'],
  ['path', '/data', '/data'],
])('%s = %s is shown as %s', (key, value, shown) => {
  expect(shownOption(key, value)).toBe(shown)
})

test('a text of SQL keeps its length without its secrets', () => {
  const sql =
    "CREATE TABLE t (a INT) WITH ('connector' = 'jdbc', 'password'='it''s', 'url' = 'redis://me:x@h'); SELECT 'password' = 'no option'"
  const shown = withoutSecrets(sql)
  expect(shown.length).toBe(sql.length)
  expect(shown).toContain("'connector' = 'jdbc', 'password'='*****', 'url' = '**************')")
})

test.each([
  ['the value has no end', "WITH ('connector' = 'kafka', 'password' = 'abc", "WITH ('connector' = 'kafka', 'password' = '***"],
  ['a key before it has no end', "WITH ('connector = 'kafka', 'password' = 'abc')", "WITH ('connector = 'kafka', 'password' = '***')"],
])('secrets are hidden where %s', (_name, sql, shown) => {
  expect(withoutSecrets(sql)).toBe(shown)
})

test('a text of quotes only is no work', () => {
  const sql = `${"'".repeat(1_000_001)} = 'x'`
  expect(withoutSecrets(sql)).toBe(sql)
})
