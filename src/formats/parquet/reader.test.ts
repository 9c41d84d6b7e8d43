import { describe, expect, test } from 'vitest'
import {
  batchRows,
  bigintType,
  boxExact,
  type DataType,
  doubleType,
  integerType,
  type Schema,
  stringType,
  timestampLtzType,
  timestampType,
} from '#data'
import type { FieldCondition } from '../format.ts'
import { memoryFile, type Rows, readFile, readRows, tableOf, writeRows } from './parquet.fixture.ts'
import { openParquetReader } from './reader.ts'

const schema: Schema = [
  { name: 'id', type: bigintType },
  { name: 'name', type: stringType },
  { name: 'score', type: doubleType },
]
const people: Rows = Array.from({ length: 10_000 }, (_, row) => [row, row % 7 === 0 ? null : `name-${row % 13}`, row / 4])
/** Row groups of a few hundred rows. */
const smallGroups = { 'parquet.block.size': '4kb' }

describe('what is read', () => {
  test('columns come in the order asked for, and others are not touched', async () => {
    const bytes = await writeRows(schema, people, { 'parquet.compression': 'UNCOMPRESSED' })
    const whole = memoryFile(bytes)
    const [id, name, score] = schema
    await readFile(
      whole,
      [score, id, name].flatMap((column) => column ?? []),
      { table: schema },
    )
    const file = memoryFile(bytes)
    const { rows } = await readFile(file, name === undefined ? [] : [name], { table: schema })
    expect(rows).toEqual(people.map(([, text]) => [text]))
    const volume = (reads: typeof file.reads) => reads.slice(1).reduce((sum, [, length]) => sum + length, 0)
    expect(volume(file.reads)).toBeLessThan(volume(whole.reads) / 5)
  })

  test('names are what they are, a byte order mark included', async () => {
    const marked: Schema = [{ name: '\ufeffid', type: bigintType }]
    expect((await readRows(await writeRows(marked, [[1]]), marked)).rows).toEqual([[1]])
  })

  test('no columns at all still have rows', async () => {
    const { rows, batches } = await readRows(await writeRows(schema, people), [])
    expect([rows.length, batches[0]?.length]).toEqual([people.length, batchRows])
  })

  test('an empty file has no rows', async () => {
    expect((await readRows(await writeRows(schema, []), schema)).rows).toEqual([])
  })

  test('batches are full within a row group, and small when they hold nested values', async () => {
    const flat = await readRows(await writeRows(schema, people), schema)
    expect(flat.batches.map(({ length }) => length)).toEqual([4096, 4096, 1808])
    const nested: Schema = [{ name: 'list', type: { kind: 'array', element: integerType, nullable: true } }]
    const lists = Array.from({ length: 3000 }, (_, row) => [[row, row]])
    const read = await readRows(await writeRows(nested, lists), nested)
    expect(read.batches.map(({ length }) => length)).toEqual([1024, 1024, 952])
  })

  test('reading goes on where it stood', async () => {
    for (const options of [{}, smallGroups]) {
      const bytes = await writeRows(schema, people, options)
      for (const batches of [0, 1, 2]) {
        const first = await readRows(bytes, schema, { batches })
        const rest = await readRows(bytes, schema, { position: first.position })
        expect([...first.rows, ...rest.rows]).toEqual(people)
      }
    }
  })

  test('an abort ends reading', async () => {
    const stop = new AbortController()
    const request = { columns: schema, conditions: [], position: null, signal: stop.signal }
    const reader = await openParquetReader(tableOf(schema), memoryFile(await writeRows(schema, people)), request)
    expect((await reader.read())?.length).toBe(4096)
    stop.abort()
    expect(await reader.read()).toBeNull()
  })
})

describe('how texts are packed', () => {
  const column: Schema = [{ name: 'name', type: stringType }]
  const formsOf = async (rows: Rows, options: Record<string, string> = {}) => {
    const read = await readRows(await writeRows(column, rows, options), column)
    expect(read.rows).toEqual(rows)
    return read.batches.map(({ forms }) => forms[0])
  }

  test('texts that repeat are codes, others bytes', async () => {
    expect(await formsOf(Array.from({ length: 5000 }, (_, row) => [`name-${row % 5}`]))).toEqual(['dictionary', 'dictionary'])
    expect(await formsOf(Array.from({ length: 5000 }, (_, row) => [`name-${row}`]))).toEqual(['bytes', 'bytes'])
  })

  test('a column that gives up its dictionary has one batch of strings', async () => {
    const rows = Array.from({ length: 150_000 }, (_, row) => [row < 70_000 ? `name-${row % 5}` : `much longer name ${row}`])
    const forms = await formsOf(rows, { 'parquet.page.size': '100kb' })
    expect(new Set(forms)).toEqual(new Set(['dictionary', 'text', 'bytes']))
    expect(forms.filter((form) => form === 'text').length).toBe(1)
  })

  test('pages that meet in a batch are copied together', async () => {
    const rows = Array.from({ length: 9000 }, (_, row) => [row % 11 === 0 ? null : `ünique ${row} ${'x'.repeat(row % 90)}`])
    expect(await formsOf(rows, { 'parquet.page.size': '3kb' })).toEqual(['bytes', 'bytes', 'bytes'])
    const binary: Schema = [{ name: 'name', type: { kind: 'varbinary', length: 200, nullable: true } }]
    const values = rows.map(([text]) => [text === null ? null : new TextEncoder().encode(String(text))])
    expect((await readRows(await writeRows(binary, values, { 'parquet.page.size': '3kb' }), binary)).rows).toEqual(values)
  })

  test('row groups share their words', async () => {
    const bytes = await writeRows(
      column,
      Array.from({ length: 9000 }, (_, row) => [`name-${row % 5}`]),
      { 'parquet.block.size': '1kb' },
      500,
    )
    const request = { columns: column, conditions: [], position: null, signal: new AbortController().signal }
    const reader = await openParquetReader(tableOf(column), memoryFile(bytes), request)
    const words = new Set<unknown>()
    for (let batch = await reader.read(); batch !== null; batch = await reader.read()) {
      const [vector] = batch.columns
      words.add(vector?.form === 'dictionary' ? vector.words : null)
    }
    expect([...words].map((list) => (list as string[]).length)).toEqual([5])
  })
})

describe('row groups that cannot match are not read', () => {
  const rowsRead = async (...conditions: readonly FieldCondition[]) => {
    const bytes = await writeRows(schema, people, { 'parquet.block.size': '1kb' }, 1000)
    return (await readRows(bytes, schema, { conditions })).rows.length
  }
  const cases: readonly [FieldCondition, number][] = [
    [{ column: 'id', operator: '=', values: [4321] }, 1000],
    [{ column: 'id', operator: '<', values: [1000] }, 1000],
    [{ column: 'id', operator: '<=', values: [1000] }, 2000],
    [{ column: 'id', operator: '>', values: [8999] }, 1000],
    [{ column: 'id', operator: '>=', values: [8999] }, 2000],
    [{ column: 'id', operator: 'in', values: [5, null, 9999] }, 2000],
    [{ column: 'id', operator: '=', values: [10n ** 18n] }, 0],
    [{ column: 'id', operator: '<>', values: [5] }, 10_000],
    [{ column: 'name', operator: '=', values: ['name-1'] }, 10_000],
    [{ column: 'name', operator: '>', values: ['z'] }, 0],
    [{ column: 'score', operator: '<', values: [100] }, 1000],
    // NaN is in no bound and above all numbers.
    [{ column: 'score', operator: '>', values: [1e9] }, 10_000],
    [{ column: 'score', operator: '=', values: [Number.NaN] }, 10_000],
    [{ column: 'other', operator: '=', values: [1] }, 10_000],
  ]
  test.each(cases)('%o', async (condition, rows) => {
    expect(await rowsRead(condition)).toBe(rows)
  })

  test('all conditions count, and columns of NULL alone match nothing', async () => {
    const ids: FieldCondition = { column: 'id', operator: '<', values: [3000] }
    expect(await rowsRead(ids, { column: 'id', operator: '>=', values: [2500] })).toBe(1000)
    const bytes = await writeRows(
      schema,
      Array.from({ length: 10 }, (_, row) => [row, null, null]),
    )
    const read = await readRows(bytes, schema, { conditions: [{ column: 'name', operator: '<>', values: ['a'] }] })
    expect(read.rows).toEqual([])
  })

  test('timestamps are compared in the units of the table', async () => {
    const times: Schema = [{ name: 'at', type: { kind: 'timestamp', precision: 6, nullable: true } }]
    const bytes = await writeRows(times, [[1_700_000_000_000_001]], { 'parquet.timestamp.time.unit': 'nanos' })
    const rows = async (operator: '=' | '>', value: number) =>
      (await readRows(bytes, times, { conditions: [{ column: 'at', operator, values: [value] }] })).rows.length
    expect(await rows('=', 1_700_000_000_000_001)).toBe(1)
    expect(await rows('>', 1_700_000_000_000_001)).toBe(0)
  })
})

describe('time stamps', () => {
  const of = (kind: 'timestamp' | 'timestamp-ltz', precision: number): DataType => ({ kind, precision, nullable: true })
  const readAs = async (bytes: Uint8Array, type: DataType, options = {}, timeZone = 'Europe/Berlin') =>
    (await readRows(bytes, [{ name: 'at', type }], { options, timeZone })).rows[0]?.[0]
  const winter = Date.UTC(2001, 0, 31, 12, 30, 0, 123)

  test('wall clocks stay as they are, in any zone', async () => {
    const bytes = await writeRows([{ name: 'at', type: timestampType }], [[winter]], {}, 1, 'Europe/Berlin')
    expect(await readAs(bytes, timestampType)).toBe(winter)
    expect(await readAs(bytes, timestampType, {}, 'Asia/Tokyo')).toBe(winter)
    expect(await readAs(bytes, timestampLtzType)).toBe(winter - 3_600_000)
  })

  test('instants become the wall clock of the session, or of UTC', async () => {
    const bytes = await writeRows([{ name: 'at', type: timestampLtzType }], [[winter]])
    expect(await readAs(bytes, timestampLtzType)).toBe(winter)
    expect(await readAs(bytes, timestampType)).toBe(winter + 3_600_000)
    expect(await readAs(bytes, timestampType, { 'parquet.utc-timezone': 'true' })).toBe(winter)
  })

  test('no row is left out where the clock is set back', async () => {
    // From 00:59 on, clocks in Berlin show 02:59, then 02:00 and 02:30.
    const instants = [0, 1, 31].map((minutes) => [Date.UTC(2021, 9, 31, 0, 59) + minutes * 60_000])
    const bytes = await writeRows([{ name: 'at', type: timestampLtzType }], instants)
    const rows = async (operator: '=' | '<', minutes: number) => {
      const conditions = [{ column: 'at', operator, values: [Date.UTC(2021, 9, 31, 2, minutes)] }]
      const read = await readRows(bytes, [{ name: 'at', type: timestampType }], { conditions, timeZone: 'Europe/Berlin' })
      return read.rows.length
    }
    expect([await rows('=', 0), await rows('<', 1), await rows('=', 59)]).toEqual([3, 3, 3])
  })

  test('INT96 holds instants, as Flink writes them', async () => {
    const nine = of('timestamp', 9)
    const value = BigInt(winter) * 1_000_000n + 456_789n
    const options = { 'parquet.write.int64.timestamp': 'false' }
    const bytes = await writeRows([{ name: 'at', type: nine }], [[value]], options, 1, 'Europe/Berlin')
    expect(await readAs(bytes, nine)).toBe(value)
    expect(await readAs(bytes, nine, { 'parquet.utc-timezone': 'true' })).toBe(value - 3_600_000_000_000n)
    const utc = await writeRows([{ name: 'at', type: nine }], [[value]], { ...options, 'parquet.utc-timezone': 'true' }, 1, 'Europe/Berlin')
    expect(await readAs(utc, nine, { 'parquet.utc-timezone': 'true' })).toBe(value)
  })

  test('finer digits than the table has are cut off, downwards', async () => {
    const micros = of('timestamp', 6)
    for (const value of [1_234_567_891n, -1_234_567_891n, 253_402_300_799_999_999n, -62_135_596_799_999_999n]) {
      const bytes = await writeRows([{ name: 'at', type: micros }], [[boxExact(value)]])
      const floor = (divisor: bigint) => Number(value / divisor - (value < 0n ? 1n : 0n))
      expect(await readAs(bytes, timestampType)).toBe(floor(1000n))
      expect(await readAs(bytes, of('timestamp', 0))).toBe(floor(1_000_000n) * 1000)
    }
    const bytes = await writeRows([{ name: 'at', type: of('timestamp', 9) }], [[-1n], [1_700_000_000_123_456_789n]])
    const read = await readRows(bytes, [{ name: 'at', type: timestampType }])
    expect(read.rows).toEqual([[-1], [1_700_000_000_123]])
  })
})
