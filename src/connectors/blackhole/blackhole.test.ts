import { expect, test } from 'vitest'
import { type Batch, batchOf, bigintType, decimalType, doubleType, integerType, type Schema, stringType, type Vector } from '#data'
import type { ConnectorTable } from '../connector.ts'
import { unwatchedWrite } from '../requests.fixture.ts'
import { blackholeConnector } from './connector.ts'
import { RowDigest } from './row-digest.ts'

const schema: Schema = [{ name: 'id', type: bigintType }]
const clock = { nowMs: () => 0, monotonicMs: () => 0 }

function tableOf(options: Record<string, string>): ConnectorTable {
  return {
    name: 'none',
    schema,
    options: { connector: 'blackhole', ...options },
    primaryKey: [],
    partitionedBy: [],
    metadataColumns: [],
    timeZone: 'UTC',
    clock,
  }
}

async function recordOf(options: Record<string, string>): Promise<unknown> {
  const sink = blackholeConnector.sink?.(tableOf(options))
  expect(sink?.takes).toBe(options['digest'] === 'true' ? 'all' : 'newest')
  const writer = await sink?.open({ schema, overwrite: false, ...unwatchedWrite, signal: new AbortController().signal })
  expect(writer?.write(batchOf(schema, [[1], [2]], [0, 3]))).toBeUndefined()
  const record = await writer?.prepare()
  await writer?.commit(record)
  await writer?.close()
  return record
}

test('every row and change is taken', async () => {
  expect(await recordOf({})).toBeNull()
})

test('rows are written and digested when it is asked for', async () => {
  expect(await recordOf({ digest: 'true' })).toEqual({ rows: 0, digest: expect.stringMatching(/^[0-9a-f]{16}$/) })
})

test('options are checked', () => {
  expect(() => blackholeConnector.sink?.(tableOf({ 'print-identifier': 'a' }))).toThrow(
    'option "print-identifier" does not exist for table "none"',
  )
})

const columns: Schema = [
  { name: 'id', type: bigintType },
  { name: 'name', type: stringType },
  { name: 'weight', type: doubleType },
]
const rows = [
  [1, 'apple', 0.5],
  [2, 'päärynä', null],
  [null, '', -0],
  [4, null, 4],
]

function digestOf(...batches: readonly Batch[]): string {
  const digest = new RowDigest(columns)
  for (const batch of batches) digest.add(batch)
  return `${digest.rows} ${digest.digest}`
}

test('the digest of rows depends on neither their order nor their batches', () => {
  const whole = digestOf(batchOf(columns, rows))
  expect(whole).toMatch(/^4 /)
  expect(digestOf(batchOf(columns, rows.slice(2)), batchOf(columns, rows.slice(0, 2)))).toBe(whole)
})

test('rows that are taken back leave nothing', () => {
  const [first = [], ...rest] = rows
  const changes = batchOf(columns, [first, [9, 'plum', 1], [9, 'plum', 1], ...rest], [0, 2, 1, 0, 0, 0])
  expect(digestOf(changes)).toBe(digestOf(batchOf(columns, rows)))
  expect(digestOf(batchOf(columns, [first, first], [0, 3]))).toBe('0 0000000000000000')
})

test('every value, NULL and place counts', () => {
  const digests = [
    [1, 'a', 2],
    [2, 'a', 1],
    [1, 'b', 2],
    [1, 'a', null],
    [null, 'a', 2],
    [1, null, 2],
    [1, '', 2],
    [0, 'a', 2],
    [1, 'a\u0000', 2],
    [1, 'aaaaaaaaaaaa', 2],
  ].map((row) => digestOf(batchOf(columns, [row])))
  expect(new Set(digests).size).toBe(digests.length)
})

test('the form of a column does not count', () => {
  const nulls = Uint8Array.of(0, 0, 1)
  const bytes = new TextEncoder().encode('appleplum')
  const texts: Vector[] = [
    { form: 'text', data: ['plum', 'apple', 'gone'], nulls },
    { form: 'dictionary', codes: Int32Array.of(1, 0, 7), words: ['apple', 'plum'], nulls },
    { form: 'bytes', data: bytes, starts: Int32Array.of(5, 0, 3), ends: Int32Array.of(9, 5, 9), nulls },
  ]
  const numbers: Vector[] = [
    { form: 'numbers', data: Float64Array.of(7, 0, 12), nulls },
    { form: 'integers', data: Int32Array.of(7, 0, 5), nulls },
    { form: 'wide', data: [7n, 0n, 2n ** 60n], nulls },
  ]
  const digests = texts.flatMap((text) =>
    numbers.map((number) => {
      const digest = new RowDigest([
        { name: 'text', type: stringType },
        { name: 'number', type: bigintType },
      ])
      digest.add({ length: 3, columns: [text, number], kinds: null, watermarks: null })
      return digest.digest
    }),
  )
  expect(new Set(digests).size).toBe(1)
})

test('more columns than one header has bits for', () => {
  const many: Schema = Array.from({ length: 60 }, (_, index) => ({ name: `c${index}`, type: integerType }))
  const digests = many.map((_, hole) => {
    const digest = new RowDigest(many)
    digest.add(batchOf(many, [many.map((_column, index) => (index === hole ? null : 0))]))
    return digest.digest
  })
  expect(new Set(digests).size).toBe(60)
})

test('exact integers beyond the safe ones', () => {
  const decimals: Schema = [{ name: 'd', type: decimalType(38, 0) }]
  const digests = [10n ** 30n, 10n ** 30n + 1n, -(10n ** 30n)].map((value) => {
    const digest = new RowDigest(decimals)
    digest.add(batchOf(decimals, [[value]]))
    return digest.digest
  })
  expect(new Set(digests).size).toBe(3)
})
