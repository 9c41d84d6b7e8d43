import { expect, test } from 'vitest'
import type { KeptObjects } from '#catalog'
import { spellOutConnections } from './spell-out-connections.ts'

const path = (name: string) => ['default_catalog', 'default_database', name]
const kept: KeptObjects = [
  {
    object: { kind: 'table', path: path('orders') },
    text: "CREATE TABLE `default_catalog`.`default_database`.`orders` (\n  `n` INT\n)\nUSING CONNECTION `default_catalog`.`default_database`.`kafka`\nWITH (\n  'topic' = 'orders'\n)",
  },
  { object: { kind: 'view', path: path('v') }, text: 'CREATE VIEW `default_catalog`.`default_database`.`v` AS SELECT 1 AS `connection`' },
  {
    object: { kind: 'connection', path: path('kafka') },
    text: "CREATE CONNECTION `default_catalog`.`default_database`.`kafka` COMMENT 'it''s ours' WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = 'a:1')",
  },
  {
    object: { kind: 'connection', path: ['lake', 'silver', 'files'] },
    text: "CREATE CONNECTION lake.silver.files WITH ('connector' = 'filesystem')",
  },
]
const spelled = (script: string): string => spellOutConnections(script, kept).script

test('a kept table has the options of its connection and its own, and the connection is gone', () => {
  const { kept: found } = spellOutConnections('INSERT INTO orders SELECT 1', kept)
  expect(found.map(({ object }) => object.kind)).toEqual(['table', 'view'])
  expect(found[0]?.text).toBe(
    "CREATE TABLE `default_catalog`.`default_database`.`orders` (\n  `n` INT\n)\nWITH (\n  'connector' = 'kafka',\n  'properties.bootstrap.servers' = 'a:1',\n  'topic' = 'orders'\n)",
  )
  expect(found[1]).toBe(kept[1])
})

test('so has a table of the script, and all else of it stays as it is written', () => {
  const rest = "SET 'a' = 'b'; -- USING CONNECTION kafka\nSOMETHING OF FLINK ALONE (CONNECTION);\nINSERT INTO x SELECT 1 -- end"
  const table = "CREATE TEMPORARY TABLE x (n INT) USING CONNECTION kafka WITH ('topic' = 'it''s; x')"
  const made =
    "CREATE TEMPORARY TABLE x (\n  n INT\n)\nWITH (\n  'connector' = 'kafka',\n  'properties.bootstrap.servers' = 'a:1',\n  'topic' = 'it''s; x'\n)"
  expect(spelled(`${table};\n${rest}`)).toBe(`${made};\n${rest}`)
  expect(spelled(rest)).toBe(rest)
})

test('names are those of the database that is in use', () => {
  const using = (name: string): string => `CREATE TABLE x (n INT) USING CONNECTION ${name}`
  expect(spelled(`USE CATALOG lake; USE silver; ${using('files')}`)).toContain("'connector' = 'filesystem'")
  expect(spelled(`USE lake.silver; ${using('default_catalog.default_database.kafka')}`)).toContain("'connector' = 'kafka'")
  expect(() => spelled(using('files'))).toThrow('connection "files" does not exist')
  expect(() => spelled(using('kafak'))).toThrow(expect.objectContaining({ hint: 'Use "kafka".' }))
})

test('a connection of the script itself is for what comes behind it', () => {
  const own = "CREATE TEMPORARY CONNECTION mine WITH ('connector' = 'print')"
  expect(spelled(`${own}; CREATE TABLE x (n INT) USING CONNECTION mine; INSERT INTO x SELECT 1`)).toMatch(
    /^;? *CREATE TABLE x \(\n {2}n INT\n\)\nWITH \(\n {2}'connector' = 'print'\n\); INSERT INTO x SELECT 1$/,
  )
})

test('an option with two values is refused', () => {
  expect(() => spelled("CREATE TABLE x (n INT) USING CONNECTION kafka WITH ('properties.bootstrap.servers' = 'b:2')")).toThrow(
    'option "properties.bootstrap.servers" of table "x" has another value in connection "kafka"',
  )
})
