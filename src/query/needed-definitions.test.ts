import { expect, test } from 'vitest'
import type { KeptObjects } from '#catalog'
import { neededDefinitions } from './needed-definitions.ts'

const kept: KeptObjects = [
  { object: { kind: 'catalog', path: ['shop'] }, text: 'CREATE CATALOG shop' },
  { object: { kind: 'database', path: ['shop', 'eu'] }, text: 'CREATE DATABASE shop.eu' },
  { object: { kind: 'table', path: ['shop', 'eu', 'orders'] }, text: "CREATE TABLE shop.eu.orders (n INT) WITH ('connector' = 'print')" },
  {
    object: { kind: 'view', path: ['shop', 'eu', 'large ones'] },
    text: 'CREATE VIEW shop.eu.`large ones` AS SELECT * FROM shop.eu.orders',
  },
  { object: { kind: 'table', path: ['default_catalog', 'default_database', 'other'] }, text: 'CREATE TABLE other (n INT)' },
]

test.each([
  ['SELECT 1', []],
  ['INSERT INTO other SELECT 1', ['other']],
  ["INSERT INTO x SELECT 'other' -- other", []],
  ['INSERT INTO x SELECT * FROM `large ones`', ['shop', 'eu', 'orders', 'large ones']],
  ['INSERT INTO x SELECT * FROM orders', ['shop', 'eu', 'orders']],
])('%s', (script, names) => {
  expect(neededDefinitions(script, kept).map(({ object }) => object.path.at(-1))).toEqual(names)
})
