import { expect, test } from 'vitest'
import { jobTextOf } from './job-text.ts'
import { clearingOf, effectsOf, neededScripts, neededSetUp } from './set-up.ts'

const orders = "CREATE TEMPORARY TABLE orders (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${rate}');"
const paid = 'CREATE TEMPORARY VIEW paid AS SELECT id FROM orders WHERE id > ${least};'

test('a text needs the settings, and of what was made the newest of what it reaches', () => {
  const earlier = [
    "SET 'table.local-time-zone' = 'UTC'; SELECT 1",
    orders,
    paid,
    "CREATE TEMPORARY TABLE others (a INT) WITH ('connector' = 'x')",
  ]
  const needed = neededSetUp(earlier, 'SELECT * FROM paid')
  expect(needed).toEqual(["SET 'table.local-time-zone' = 'UTC'", orders.slice(0, -1), paid.slice(0, -1)])
  expect(neededSetUp([orders, orders.replace('BIGINT', 'INT')], 'SELECT id FROM `orders`')).toEqual([
    orders.replace('BIGINT', 'INT').slice(0, -1),
  ])
  const shared = "CREATE TEMPORARY CONNECTION shared WITH ('connector' = 'x')"
  const using = 'CREATE TEMPORARY TABLE t (a INT) USING CONNECTION shared'
  expect(neededSetUp([shared, orders, using], 'SELECT a FROM t')).toEqual([shared, using])
  expect(neededSetUp([orders], orders)).toEqual([])
  expect(neededSetUp([orders], "SELECT 'orders' -- orders")).toEqual([])
})

test('each statement that a text needs comes with the values that its own cell ran with', () => {
  const earlier = [
    { text: orders, variables: { rate: '5', least: '1' } },
    { text: paid, variables: { rate: '7', least: '2' } },
  ]
  expect(neededScripts(earlier, 'SELECT * FROM paid')).toEqual([
    { text: orders.slice(0, -1), variables: { rate: '5' } },
    { text: paid.slice(0, -1), variables: { least: '2' } },
  ])
})

test('what others find changes by all but questions, and by what cannot be read', () => {
  expect(
    ['SELECT 1', 'SHOW TABLES; DESCRIBE t', orders, 'INSERT INTO a SELECT 1', 'SELEC'].map((text) => effectsOf(text).isActing),
  ).toEqual([false, false, true, true, true])
})

test('what a text makes for its session is cleared away before it is made again', () => {
  expect(clearingOf(["CREATE TEMPORARY CONNECTION k WITH ('connector' = 'x')"])).toEqual(['DROP TEMPORARY CONNECTION IF EXISTS `k`'])
  expect(clearingOf([orders, paid, 'CREATE TEMPORARY TABLE IF NOT EXISTS t (a INT)', 'CREATE TABLE kept (a INT)'])).toEqual([
    'DROP TEMPORARY TABLE IF EXISTS `orders`',
    'DROP TEMPORARY VIEW IF EXISTS `paid`',
  ])
})

test('a job writes what a query gives to a table of its columns', () => {
  const columns = [
    { name: 'id', type: 'BIGINT NOT NULL' },
    { name: 'a`b', type: 'STRING' },
  ]
  const text = jobTextOf([orders], '-- All of them.\nSELECT * FROM orders;', columns)
  expect(text).toBe(
    `${orders}\n\n-- Rows go to the log of the job; name another connector to keep them.\nCREATE TEMPORARY TABLE notebook_result (\n  \`id\` BIGINT,\n  \`a\`\`b\` STRING\n) WITH ('connector' = 'print');\n\n-- All of them.\nINSERT INTO notebook_result\nSELECT * FROM orders;`,
  )
  expect(jobTextOf([orders], 'INSERT INTO sink SELECT id FROM orders', columns)).toBe(`${orders}\n\nINSERT INTO sink SELECT id FROM orders`)
  expect(jobTextOf([], 'SELECT 1', [])).toContain('-- A job writes to a table')
})
