import { expect, test } from 'vitest'
import { connectionChanges } from './connection-changes.ts'

const base = "CREATE CONNECTION k WITH ('connector' = 'kafka', 'a' = '1', 'b' = '2')"

test.each([
  [base, []],
  ["CREATE CONNECTION k WITH ('connector' = 'kafka', 'a' = 'it''s', 'c' = '3', 'b' = '2')", ["SET ('a' = 'it''s', 'c' = '3')"]],
  ["CREATE CONNECTION k WITH ('connector' = 'kafka', 'a' = '1')", ["RESET ('b')"]],
  [base.replace('WITH', "COMMENT 'of us' WITH"), ["COMMENT 'of us'"]],
])('%s', (wanted, changes) => {
  expect(connectionChanges('k', base, wanted)).toEqual(changes.map((change) => `ALTER CONNECTION k ${change}`))
})

test('a comment goes, and another connector is another connection', () => {
  expect(connectionChanges('k', base.replace('WITH', "COMMENT 'x' WITH"), base)).toEqual(["ALTER CONNECTION k COMMENT ''"])
  expect(connectionChanges('k', base, base.replace("'kafka'", "'jdbc'"))).toBeNull()
})
