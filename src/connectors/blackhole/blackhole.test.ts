import { expect, test } from 'vitest'
import { batchOf, bigintType, type Schema } from '#data'
import type { ConnectorTable } from '../connector.ts'
import { blackholeConnector } from './connector.ts'

const schema: Schema = [{ name: 'id', type: bigintType }]
const clock = { nowMs: () => 0, monotonicMs: () => 0 }

function tableOf(options: Record<string, string>): ConnectorTable {
  return {
    name: 'none',
    schema,
    options: { connector: 'blackhole', ...options },
    primaryKey: [],
    partitionedBy: [],
    timeZone: 'UTC',
    clock,
  }
}

test('every row and change is taken', async () => {
  const sink = blackholeConnector.sink?.(tableOf({}))
  expect(sink?.takes).toBe('all')
  const writer = await sink?.open({ schema, overwrite: false, signal: new AbortController().signal })
  expect(writer?.write(batchOf(schema, [[1], [2]], [0, 3]))).toBeUndefined()
  const record = await writer?.prepare()
  await writer?.commit(record)
  await writer?.close()
  expect(record).toBeNull()
})

test('options are checked', () => {
  expect(() => blackholeConnector.sink?.(tableOf({ 'print-identifier': 'a' }))).toThrow(
    'option "print-identifier" does not exist for table "none"',
  )
})
