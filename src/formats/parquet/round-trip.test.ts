/** What is written can be read, by ourselves and through DuckDB. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bigintType, type DataType, decimalType, doubleType, integerType, type Schema, stringType, timestampType } from '#data'
import { anyType, flatType, randomTable } from '../random-rows.fixture.ts'
import { type Rows, readRows, writeRows } from './parquet.fixture.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'millrace-parquet-'))
let duckdb: DuckDBInstance

beforeAll(async () => {
  duckdb = await DuckDBInstance.create(':memory:', { threads: '1' })
})
afterAll(() => {
  duckdb.closeSync()
  rmSync(directory, { recursive: true })
})

/** Has DuckDB read a file and write all of it again. */
async function rewritten(bytes: Uint8Array, settings: string): Promise<Uint8Array> {
  const from = path.join(directory, 'from.parquet')
  const to = path.join(directory, 'to.parquet')
  writeFileSync(from, bytes)
  const connection = await duckdb.connect()
  try {
    await connection.run(`COPY (FROM '${from}') TO '${to}' (FORMAT parquet, ${settings})`)
  } finally {
    connection.closeSync()
  }
  return readFileSync(to)
}

function isWritable(type: DataType): boolean {
  switch (type.kind) {
    case 'interval-year-month':
    case 'interval-day-time':
    case 'null':
      return false
    case 'array':
    case 'multiset':
      return isWritable(type.element)
    case 'map':
      return isWritable(type.key) && isWritable(type.value)
    case 'row':
      return type.fields.every((field) => isWritable(field.type))
    default:
      return true
  }
}

const settings = fc.record({
  'parquet.compression': fc.constantFrom('SNAPPY', 'ZSTD', 'GZIP', 'BROTLI', 'UNCOMPRESSED'),
  'parquet.page.size': fc.constantFrom('1kb', '1mb'),
  'parquet.block.size': fc.constantFrom('1kb', '8kb', '32mb'),
  'parquet.enable.dictionary': fc.constantFrom('true', 'false'),
  'parquet.write.int64.timestamp': fc.constantFrom('true', 'false'),
})

/** Repeats random rows, so that pages and row groups end where they like. */
function repeated(rows: Rows, times: number): Rows {
  return Array.from({ length: times }, () => rows).flat()
}

describe('random tables', () => {
  const tableOf = (type: fc.Arbitrary<DataType>) =>
    randomTable(type.filter(isWritable)).map(({ schema, rows }) => ({ schema, rows: rows.filter((row) => isTimely(row, schema)) }))

  test('of all types come back', async () => {
    await fc.assert(
      fc.asyncProperty(tableOf(anyType), settings, fc.integer({ min: 1, max: 300 }), async ({ schema, rows }, options, times) => {
        const all = repeated(rows, times)
        expect((await readRows(await writeRows(schema, all, options, 97), schema)).rows).toEqual(all)
      }),
      { numRuns: 80 },
    )
  }, 60_000)

  test('of many distinct flat values come back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(flatType.filter(isWritable), { minLength: 1, maxLength: 4 }),
        settings,
        fc.nat(),
        async (types, options, seed) => {
          const schema: Schema = types.map((type, index) => ({ name: `c${index}`, type }))
          const values = schema.map(({ type }) =>
            fc.sample(randomTable(fc.constant(type)), { numRuns: 60, seed }).flatMap((table) => table.rows.map(([value]) => value)),
          )
          const length = Math.min(...values.map((column) => column.length))
          const rows = Array.from({ length }, (_, row) => values.map((column) => column[row])).filter((row) => isTimely(row, schema))
          const all = repeated(rows, 5)
          expect((await readRows(await writeRows(schema, all, options), schema)).rows).toEqual(all)
        },
      ),
      { numRuns: 20 },
    )
  }, 60_000)

  test('are the same after DuckDB has read and written them', async () => {
    const codec = fc.constantFrom('uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw')
    const version = fc.constantFrom('V1', 'V2')
    const group = fc.constantFrom(2048, 122_880)
    await fc.assert(
      fc.asyncProperty(
        tableOf(anyType),
        settings,
        codec,
        version,
        group,
        async ({ schema, rows }, options, compression, parquetVersion, groupRows) => {
          // DuckDB folds the case of names, and reads time stamps of its own range only.
          const named = schema.map(({ type }, index) => ({ name: `c${index}`, type: withPlainNames(type) }))
          const all = repeated(
            rows.filter((row) => isTimely(row, named)),
            9,
          )
          const bytes = await writeRows(named, all, { ...options, 'parquet.write.int64.timestamp': 'true' })
          const theirs = await rewritten(
            bytes,
            `COMPRESSION ${compression}, PARQUET_VERSION ${parquetVersion}, ROW_GROUP_SIZE ${groupRows}`,
          )
          expect((await readRows(theirs, named)).rows).toEqual(all)
        },
      ),
      { numRuns: 60 },
    )
  }, 120_000)
})

function withPlainNames(type: DataType): DataType {
  switch (type.kind) {
    case 'array':
      return { ...type, element: withPlainNames(type.element) }
    case 'map':
      return { ...type, value: withPlainNames(type.value) }
    case 'row':
      return { ...type, fields: type.fields.map((field, index) => ({ name: `f${index}`, type: withPlainNames(field.type) })) }
    default:
      return type
  }
}

/** Whether all time stamps of a row in nanoseconds fit into 64 bits, and are not what DuckDB takes for infinity. */
function isTimely(row: readonly unknown[], schema: Schema): boolean {
  const fits = (value: unknown, type: DataType): boolean => {
    if (value === null) return true
    switch (type.kind) {
      case 'timestamp':
        return type.precision <= 6 || (Number(value) > -9.2e18 && Number(value) < 9.2e18)
      case 'array':
        return (value as unknown[]).every((element) => fits(element, type.element))
      case 'row':
        return type.fields.every((field, index) => fits((value as unknown[])[index], field.type))
      case 'map':
        return [...(value as Map<unknown, unknown>).values()].every((element) => fits(element, type.value))
      default:
        return true
    }
  }
  return schema.every(({ type }, index) => fits(row[index], type))
}

test('a file of DuckDB, value by value', async () => {
  const file = path.join(directory, 'values.parquet')
  const connection = await duckdb.connect()
  await connection.run(`COPY (SELECT * FROM (VALUES
    (true, (-128)::TINYINT, 32767::SMALLINT, (-2147483648)::INTEGER, 9223372036854775807::BIGINT, 0.5::FLOAT, (-1e300)::DOUBLE,
     1.50::DECIMAL(3, 2), (-99999999999.99)::DECIMAL(13, 2), 12345678901234567890123456.789::DECIMAL(38, 3), 'ü', '\\x00\\xFF'::BLOB,
     DATE '1969-12-31', TIME '23:59:59.999', TIMESTAMP '2001-01-31 12:30:00.123456', TIMESTAMP_NS '1969-12-31 23:59:59.999999999',
     TIMESTAMPTZ '2001-01-31 12:30:00+00', [1, NULL, 3], {'a': 1, 'b': NULL}, MAP {'k': 1.5::DOUBLE}),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
    t(bool, i8, i16, i32, i64, f32, f64, d3, d13, d38, text, blob, day, clock, us, ns, instant, list, struct, map)) TO '${file}'`)
  connection.closeSync()
  const plain = (kind: 'boolean' | 'tinyint' | 'smallint' | 'float' | 'date'): DataType => ({ kind, nullable: true })
  const of = (kind: 'time' | 'timestamp' | 'timestamp-ltz', precision: number): DataType => ({ kind, precision, nullable: true })
  const schema: Schema = [
    { name: 'bool', type: plain('boolean') },
    { name: 'i8', type: plain('tinyint') },
    { name: 'i16', type: plain('smallint') },
    { name: 'i32', type: integerType },
    { name: 'i64', type: bigintType },
    { name: 'f32', type: plain('float') },
    { name: 'f64', type: doubleType },
    { name: 'd3', type: decimalType(3, 2) },
    { name: 'd13', type: decimalType(15, 2) },
    { name: 'd38', type: decimalType(38, 3) },
    { name: 'text', type: stringType },
    { name: 'blob', type: { kind: 'varbinary', length: 10, nullable: true } },
    { name: 'day', type: plain('date') },
    { name: 'clock', type: of('time', 3) },
    { name: 'us', type: of('timestamp', 6) },
    { name: 'ns', type: of('timestamp', 9) },
    { name: 'instant', type: of('timestamp-ltz', 3) },
    { name: 'list', type: { kind: 'array', element: integerType, nullable: true } },
    {
      name: 'struct',
      type: {
        kind: 'row',
        fields: [
          { name: 'b', type: integerType },
          { name: 'a', type: integerType },
        ],
        nullable: true,
      },
    },
    { name: 'map', type: { kind: 'map', key: stringType, value: doubleType, nullable: true } },
  ]
  const { rows } = await readRows(readFileSync(file), schema)
  expect(rows).toEqual([
    [
      true,
      -128,
      32767,
      -2147483648,
      9223372036854775807n,
      0.5,
      -1e300,
      150,
      -9999999999999,
      12345678901234567890123456789n,
      'ü',
      Uint8Array.of(0, 255),
      -1,
      86_399_999,
      980_944_200_123_456,
      -1,
      980_944_200_000,
      [1, null, 3],
      [null, 1],
      new Map([['k', 1.5]]),
    ],
    Array.from({ length: 20 }, () => null),
  ])
})

test('values of our files, as DuckDB prints them', async () => {
  const of = (kind: 'time' | 'timestamp' | 'timestamp-ltz', precision: number): DataType => ({ kind, precision, nullable: true })
  const cases: readonly [DataType, unknown, string][] = [
    [{ kind: 'tinyint', nullable: true }, -5, '-5'],
    [bigintType, -9223372036854775808n, '-9223372036854775808'],
    [decimalType(9, 4), -12345, '-1.2345'],
    [decimalType(18, 4), 123456789012345678n, '12345678901234.5678'],
    [decimalType(38, 0), -(10n ** 38n) + 1n, `-${'9'.repeat(38)}`],
    [stringType, 'naïve', 'naïve'],
    [{ kind: 'varbinary', length: 4, nullable: true }, Uint8Array.of(1, 255), '\\x01\\xFF'],
    [{ kind: 'date', nullable: true }, -1, '1969-12-31'],
    [of('time', 3), 1, '00:00:00.001'],
    [timestampType, -1, '1969-12-31 23:59:59.999'],
    [of('timestamp', 6), 1, '1970-01-01 00:00:00.000001'],
    [of('timestamp', 9), 1, '1970-01-01 00:00:00.000000001'],
    [{ kind: 'array', element: integerType, nullable: true }, [1, null], '[1, NULL]'],
    [{ kind: 'map', key: stringType, value: integerType, nullable: true }, new Map([['a', 1]]), '{a=1}'],
    [{ kind: 'multiset', element: stringType, nullable: true }, new Map([['a', 2]]), '{a=2}'],
    [{ kind: 'row', fields: [{ name: 'x', type: stringType }], nullable: true }, ['y'], "{'x': y}"],
  ]
  const schema: Schema = cases.map(([type], index) => ({ name: `c${index}`, type }))
  const file = path.join(directory, 'ours.parquet')
  writeFileSync(file, await writeRows(schema, [cases.map(([, value]) => value)]))
  const connection = await duckdb.connect()
  const result = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM '${file}'`)
  connection.closeSync()
  expect(result.getRows()).toEqual([cases.map(([, , text]) => text)])
})
