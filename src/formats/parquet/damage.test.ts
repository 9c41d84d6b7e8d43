/** Files that are cut off, damaged or made to do harm: an error that says what is wrong, quickly and without much memory. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { bigintType, bytesType, type DataType, decimalType, doubleType, integerType, type Schema, stringType } from '#data'
import { FileContext } from './errors.ts'
import { handmadeFile, handmadePage, withFooter } from './handmade.fixture.ts'
import { readMetadata } from './metadata.ts'
import { memoryFile, type Rows, readFile, readRows, writeRows } from './parquet.fixture.ts'
import { schemaTree } from './schema-tree.ts'

const schema: Schema = [
  { name: 'id', type: bigintType },
  { name: 'name', type: stringType },
  { name: 'tags', type: { kind: 'array', element: stringType, nullable: true } },
]
const rows: Rows = Array.from({ length: 300 }, (_, row) => [row * 1000, `name-${row % 40}`, row % 3 === 0 ? null : ['a', `b${row}`]])

async function failureOf(reading: Promise<unknown>): Promise<MillraceError> {
  try {
    await reading
  } catch (error) {
    if (error instanceof MillraceError) return error
    throw error
  }
  return new MillraceError('NONE', { blame: 'internal', message: 'nothing failed' }, {})
}

describe('files that end early', () => {
  test('say so, wherever they end', async () => {
    const bytes = await writeRows(schema, rows)
    for (let length = 0; length < bytes.length; length += 7) {
      const failure = await failureOf(readRows(bytes.slice(0, length), schema))
      expect(failure.code).toBe('FORMATS_PARQUET_FILE_UNREADABLE')
    }
  })

  test('name the file', async () => {
    const bytes = await writeRows(schema, rows)
    const failure = await failureOf(readFile(memoryFile(bytes.slice(0, -1), 'orders/part-1.parquet'), schema))
    expect([failure.message, failure.detail]).toEqual([
      'could not read a file as Parquet',
      'File "orders/part-1.parquet": it does not end with "PAR1".',
    ])
  })

  test('may shrink while they are read', async () => {
    const file = memoryFile(await writeRows(schema, rows))
    const shrunk = {
      ...file,
      read: async (offset: number, length: number) => (await file.read(offset, length)).slice(0, offset === 4 ? 5 : length),
    }
    expect((await failureOf(readFile(shrunk, schema))).detail).toMatch(/it ends \d+ bytes early/)
  })
})

/** A file without check sums, so that damage reaches the decoders. */
async function duckdbFile(codec: string, version: string): Promise<Uint8Array> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-parquet-')), 'a.parquet')
  const duckdb = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await duckdb.connect()
  await connection.run(`COPY (SELECT i * 1000 AS id, CASE WHEN i % 5 > 0 THEN 'name-' || (i % 40) END AS name,
    CASE WHEN i % 3 > 0 THEN ['a', 'b' || i] END AS tags FROM range(300) t(i)) TO '${file}' (COMPRESSION ${codec}, PARQUET_VERSION ${version})`)
  connection.closeSync()
  duckdb.closeSync()
  const bytes = new Uint8Array(readFileSync(file))
  rmSync(path.dirname(file), { recursive: true })
  return bytes
}

describe('files with wrong bytes', () => {
  const codecs = ['uncompressed', 'snappy', 'zstd', 'gzip', 'brotli', 'lz4_raw']
  test.each(codecs.map((codec, index) => [codec, index % 2 === 0 ? 'V1' : 'V2']).concat([['uncompressed', 'V2']]))(
    '%s %s: either rows or an error of the file',
    async (codec, version) => {
      const bytes = await duckdbFile(codec ?? '', version ?? '')
      const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      await fc.assert(
        fc.asyncProperty(damage, async (places) => {
          const damaged = bytes.slice()
          for (const [at, byte] of places) damaged[at] = byte
          const failure = await failureOf(readRows(damaged, schema))
          expect(failure.code).toMatch(/^(NONE|FORMATS_PARQUET_)/)
        }),
        { numRuns: 300 },
      )
    },
    60_000,
  )

  test('a page with a check sum shows every change', async () => {
    const bytes = await writeRows(schema, rows, { 'parquet.compression': 'UNCOMPRESSED' })
    const damaged = bytes.slice()
    const at = Buffer.from(bytes).indexOf('name-17')
    damaged[at] = 77
    expect((await failureOf(readRows(damaged, schema))).detail).toBe('File "memory.parquet": the check sum of a page is wrong.')
  })

  test('the real flights, damaged', async () => {
    const bytes = new Uint8Array(readFileSync('node_modules/vega-datasets/data/flights-3m.parquet'))
    const damaged = bytes.slice()
    damaged.fill(0, 100_000, 100_200)
    const columns: Schema = [{ name: 'date', type: { kind: 'timestamp', precision: 3, nullable: true } }]
    expect((await failureOf(readRows(damaged, columns))).code).toBe('FORMATS_PARQUET_FILE_UNREADABLE')
  })
})

/** One text of so many bytes, behind its length. */
function longText(length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length).fill(1, 4)
  new DataView(bytes.buffer).setUint32(0, length, true)
  return bytes
}

describe('sizes that cannot be', () => {
  const column: Schema = [{ name: 'id', type: bigintType }]
  const body = new Uint8Array(16)
  const huge = 2_000_000_000
  const dataPage = { kind: 0, values: 2, encoding: 0 }
  const cases: readonly [what: string, bytes: Uint8Array, detail: RegExp, type?: DataType][] = [
    [
      'a page that unpacks to gigabytes',
      handmadeFile({ values: 2, codec: 1 }, handmadePage({ ...dataPage, unpacked: huge }, body)),
      /a page takes 2000000000 bytes, more than 536870912/,
    ],
    [
      'a page that takes gigabytes',
      handmadeFile({ values: 2 }, handmadePage({ ...dataPage, bytes: huge }, body)),
      /a page takes 2000000000 bytes, more than 536870912/,
    ],
    [
      'a snappy page that cannot unpack to so much',
      handmadeFile({ values: 2, codec: 1 }, handmadePage({ ...dataPage, unpacked: 100_000_000 }, body)),
      /a page of 16 bytes should unpack to 100000000 bytes/,
    ],
    [
      'a page of more values than bytes',
      handmadeFile({ values: huge }, handmadePage({ ...dataPage, values: huge }, body)),
      /a page ends before its values do/,
    ],
    [
      'a page that is longer than its column',
      handmadeFile({ values: 2 }, handmadePage({ ...dataPage, bytes: 100_000 }, body)),
      /a page goes on \d+ bytes behind the end of its column/,
    ],
    [
      'a dictionary of more words than bytes',
      handmadeFile({ values: 2 }, handmadePage({ kind: 2, values: huge, encoding: 0 }, body)),
      /a dictionary of 2000000000 words has 16 bytes/,
    ],
    [
      'a dictionary of more words than its bytes can hold',
      handmadeFile({ values: 2 }, handmadePage({ kind: 2, values: 16, encoding: 0 }, body)),
      /a dictionary of 16 words has 16 bytes/,
    ],
    [
      'a dictionary of millions of words of nothing',
      handmadeFile({ values: 2, physical: 6 }, handmadePage({ kind: 2, values: 17_000_000, encoding: 0 }, new Uint8Array(68_000_000))),
      /a dictionary has 17000000 words, more than 16777216/,
      stringType,
    ],
    [
      'a page without the dictionary that it uses',
      handmadeFile({ values: 2 }, handmadePage({ ...dataPage, encoding: 8 }, body)),
      /a page uses a dictionary that does not exist/,
    ],
    ['a column behind the end', handmadeFile({ values: 2, bytes: huge }, body), /a column should lie at bytes 4 to 2000000004/],
    [
      'a column of negative length',
      handmadeFile({ values: 2, bytes: -5 }, body),
      /a column has no number of values or no place in the file/,
    ],
    ['a page of nothing', handmadeFile({ values: 2 }, new Uint8Array(40)), /a page header has no unpacked size/],
    [
      'a page of less than nothing',
      handmadeFile({ values: 2 }, handmadePage({ ...dataPage, values: -7 }, body)),
      /a page header has -7 as its number of values/,
    ],
    [
      'blocks of a negative length',
      handmadeFile({ values: 2, physical: 7, length: -8 }, handmadePage(dataPage, body)),
      /values of a column are -8 bytes long/,
      bytesType,
    ],
    [
      'blocks without an end',
      handmadeFile({ values: 2, physical: 7, length: 2 ** 50 }, handmadePage(dataPage, body)),
      /values of a column are 1125899906842624 bytes long/,
      bytesType,
    ],
    [
      'a decimal of a million bytes',
      handmadeFile({ values: 1, physical: 6, converted: 5, precision: 38 }, handmadePage({ ...dataPage, values: 1 }, longText(1_000_000))),
      /a decimal takes 1000000 bytes/,
      decimalType(38, 0),
    ],
    [
      'a level that no value has',
      handmadeFile({ values: 2, optional: true }, handmadePage(dataPage, Uint8Array.of(2, 0, 0, 0, 4, 7, ...body))),
      /a page has a level 7, but none is above 1/,
    ],
    [
      'a word of a megabyte in every row of a batch, and then another page',
      handmadeFile(
        { values: 4000, physical: 6 },
        handmadePage({ kind: 2, values: 1, encoding: 0 }, longText(1_000_000)),
        handmadePage({ kind: 0, values: 3999, encoding: 8 }, Uint8Array.of(1, 0xbe, 0x3e, 0)),
        handmadePage({ kind: 0, values: 1, encoding: 0 }, longText(1)),
      ),
      /the texts of 4000 rows take more than 536870912 bytes/,
      bytesType,
    ],
  ]
  test.each(cases)('%s', async (_what, bytes, detail, type = bigintType) => {
    const failure = await failureOf(readRows(bytes, [{ name: 'id', type }]))
    expect(failure.code).toBe('FORMATS_PARQUET_FILE_UNREADABLE')
    expect(failure.detail).toMatch(detail)
  })

  test('instants beyond those that a number counts in milliseconds', async () => {
    const bytes = handmadeFile(
      { values: 1, converted: 9 },
      handmadePage({ ...dataPage, values: 1 }, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 16)),
    )
    const instant = (precision: number): DataType => ({ kind: 'timestamp-ltz', precision, nullable: true })
    const failure = await failureOf(readRows(bytes, [{ name: 'id', type: instant(3) }]))
    expect(failure.message).toBe('cannot read a Parquet file that uses time stamps beyond the year 287396')
    expect((await readRows(bytes, [{ name: 'id', type: instant(6) }])).rows).toEqual([[2n ** 60n * 1000n]])
  })

  test('what the runtime says of broken bytes is kept from the user', async () => {
    const file = { name: 'f', size: 100, read: () => Promise.reject(new RangeError('Invalid string length')) }
    const failure = await failureOf(readFile(file, column))
    expect([failure.detail, (failure.cause as Error).message]).toEqual([
      'File "f": its bytes do not fit together.',
      'Invalid string length',
    ])
  })

  test('a footer of more nodes or row groups than any file has', async () => {
    const lists = (id: number, element: readonly number[]) => [
      (id << 4) | 9,
      0xfc,
      0x81,
      0x80,
      0x80,
      1,
      ...Array<readonly number[]>(2_097_153).fill(element).flat(),
    ]
    const schemaOf = withFooter(body, Uint8Array.from([...lists(2, [0]), 0x16, 2, 0]))
    expect((await failureOf(readRows(schemaOf, column))).detail).toMatch(/its schema has more than \d+ nodes/)
    const groups = withFooter(body, Uint8Array.from([0x29, 0x1c, 0x48, 1, 0x72, 0x15, 0, 0, 0x16, 2, ...lists(1, [0x36, 0, 0]), 0]))
    expect((await failureOf(readRows(groups, []))).detail).toMatch(/it has more than \d+ row groups/)
  })

  test('a footer of nested structs without end', async () => {
    const nested = new Uint8Array(100_000).fill(0x1c)
    const bytes = Buffer.concat([Buffer.from('PAR1'), nested, Buffer.from([0xa0, 0x86, 0x01, 0]), Buffer.from('PAR1')])
    const context = new FileContext('f')
    const failure = await failureOf(readMetadata(memoryFile(new Uint8Array(bytes)), context))
    expect(failure.detail).toBe('File "f": its metadata is nested too deeply.')
  })

  test('a schema of groups within groups', () => {
    const element = { name: 'g', physical: null, length: 0, repetition: 'OPTIONAL', childCount: 1, logical: null } as const
    const elements = Array.from({ length: 100_000 }, () => element)
    expect(() => schemaTree(elements, new FileContext('f'))).toThrow('could not read a file as Parquet')
  })
})

describe('tables that do not fit a file', () => {
  const bytesOf = () => writeRows(schema, rows.slice(0, 2))

  test('a column that is not there', async () => {
    const failure = await failureOf(readRows(await bytesOf(), [{ name: 'Name', type: stringType }]))
    expect([failure.code, failure.message, failure.detail, failure.hint]).toEqual([
      'FORMATS_PARQUET_COLUMN_NOT_FOUND',
      'column "Name" of table "t" is not in a Parquet file',
      'The columns of file "memory.parquet" are id, name and tags.',
      'Use "name".',
    ])
  })

  const cases: readonly [string, DataType, string][] = [
    ['id', integerType, 'Expected INT, got INT64 in file "memory.parquet".'],
    ['id', { kind: 'timestamp', precision: 3, nullable: false }, 'Expected TIMESTAMP(3), got INT64 in file "memory.parquet".'],
    ['name', doubleType, 'Expected DOUBLE, got BYTE_ARRAY (STRING) in file "memory.parquet".'],
    ['tags', stringType, 'Expected STRING, got a group (LIST) in file "memory.parquet".'],
    ['tags', { kind: 'array', element: bigintType, nullable: true }, 'Expected BIGINT, got BYTE_ARRAY (STRING) in file "memory.parquet".'],
  ]
  test.each(cases)('%s as another type', async (name, type, detail) => {
    const failure = await failureOf(readRows(await bytesOf(), [{ name, type }]))
    expect([failure.code, failure.detail]).toEqual(['FORMATS_PARQUET_COLUMN_MISMATCH', detail])
  })

  test('text that is not UTF-8', async () => {
    const binary: Schema = [{ name: 'text', type: { kind: 'varbinary', length: 9, nullable: true } }]
    const text: Schema = [{ name: 'text', type: stringType }]
    const failure = await failureOf(readRows(await writeRows(binary, [[Uint8Array.of(0xc3, 0x28)]]), text))
    expect([failure.code, failure.hint]).toEqual(['FORMATS_PARQUET_TEXT_UNREADABLE', 'Declare the column as BYTES.'])
  })

  test('types that Parquet cannot hold', async () => {
    const interval: Schema = [{ name: 'i', type: { kind: 'interval-day-time', nullable: true } }]
    expect((await failureOf(writeRows(interval, []))).message).toBe(
      'format "parquet" cannot hold type INTERVAL DAY TO SECOND(3) of column "i"',
    )
    const map: Schema = [{ name: 'm', type: { kind: 'map', key: stringType, value: stringType, nullable: true } }]
    expect((await failureOf(writeRows(map, [[new Map([[null, 'a']])]]))).code).toBe('FORMATS_PARQUET_KEY_MISSING')
    const nanos: Schema = [{ name: 't', type: { kind: 'timestamp', precision: 9, nullable: true } }]
    expect((await failureOf(writeRows(nanos, [[10n ** 20n]]))).code).toBe('FORMATS_PARQUET_VALUE_OUT_OF_RANGE')
  })
})
