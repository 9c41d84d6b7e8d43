/** Files that are cut off, damaged or made to do harm: an error that says what is wrong, quickly and without much memory. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { bigintType, type DataType, doubleType, integerType, type Schema, stringType } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { FileContext } from './errors.ts'
import { readMetadata } from './metadata.ts'
import { memoryFile, type Rows, readFile, readRows, writeRows } from './parquet.fixture.ts'
import { schemaTree } from './schema-tree.ts'
import { ThriftWriter } from './thrift-writer.ts'

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

describe('sizes that cannot be', () => {
  /** A file of one column whose footer and page are written by hand. */
  function fileOf(page: Uint8Array, chunk: { readonly values: number; readonly bytes?: number; readonly codec?: number }): Uint8Array {
    const footer = new ByteWriter()
    const thrift = new ThriftWriter(footer)
    thrift.struct(() => {
      thrift.structs(2, [0, 1], (index) => {
        if (index === 1) thrift.i32(1, 2)
        if (index === 1) thrift.i32(3, 0)
        thrift.text(4, index === 0 ? 'root' : 'id')
        if (index === 0) thrift.i32(5, 1)
      })
      thrift.i64(3, chunk.values)
      thrift.structs(4, [0], () => {
        thrift.structs(1, [0], () =>
          thrift.structField(3, () => {
            thrift.i32(4, chunk.codec ?? 0)
            thrift.i64(5, chunk.values)
            thrift.i64(7, chunk.bytes ?? page.length)
            thrift.i64(9, 4)
          }),
        )
        thrift.i64(3, chunk.values)
      })
    })
    const out = new ByteWriter()
    out.text('PAR1')
    out.bytes(page)
    out.bytes(footer.data, 0, footer.length)
    for (let shift = 0; shift < 32; shift += 8) out.byte((footer.length >>> shift) & 255)
    out.text('PAR1')
    return out.data.slice(0, out.length)
  }

  function pageOf(
    header: { kind: number; unpacked: number; bytes: number; values: number; encoding: number },
    body: Uint8Array,
  ): Uint8Array {
    const out = new ByteWriter()
    const thrift = new ThriftWriter(out)
    thrift.struct(() => {
      thrift.i32(1, header.kind)
      thrift.i32(2, header.unpacked)
      thrift.i32(3, header.bytes)
      thrift.structField(header.kind === 2 ? 7 : 5, () => {
        thrift.i32(1, header.values)
        thrift.i32(2, header.encoding)
      })
    })
    out.bytes(body)
    return out.data.slice(0, out.length)
  }

  const column: Schema = [{ name: 'id', type: bigintType }]
  const body = new Uint8Array(16)
  const huge = 2_000_000_000
  const cases: readonly [what: string, bytes: Uint8Array, detail: RegExp][] = [
    [
      'a page that unpacks to gigabytes',
      fileOf(pageOf({ kind: 0, unpacked: huge, bytes: 16, values: 2, encoding: 0 }, body), { values: 2, codec: 1 }),
      /should unpack to 2000000000 bytes/,
    ],
    [
      'a snappy page that cannot unpack to so much',
      fileOf(pageOf({ kind: 0, unpacked: 100_000_000, bytes: 16, values: 2, encoding: 0 }, body), { values: 2, codec: 1 }),
      /a page of 16 bytes should unpack to 100000000 bytes/,
    ],
    [
      'a page of more values than bytes',
      fileOf(pageOf({ kind: 0, unpacked: 16, bytes: 16, values: huge, encoding: 0 }, body), { values: huge }),
      /a page ends before its values do/,
    ],
    [
      'a page that is longer than its column',
      fileOf(pageOf({ kind: 0, unpacked: huge, bytes: huge, values: 2, encoding: 0 }, body), { values: 2 }),
      /a page goes on \d+ bytes behind the end of its column/,
    ],
    [
      'a dictionary of more words than bytes',
      fileOf(pageOf({ kind: 2, unpacked: 16, bytes: 16, values: huge, encoding: 0 }, body), { values: 2 }),
      /a dictionary of 2000000000 words has 16 bytes/,
    ],
    [
      'a page without the dictionary that it uses',
      fileOf(pageOf({ kind: 0, unpacked: 16, bytes: 16, values: 2, encoding: 8 }, body), { values: 2 }),
      /a page uses a dictionary that does not exist/,
    ],
    ['a column behind the end', fileOf(body, { values: 2, bytes: huge }), /a column should lie at bytes 4 to 2000000004/],
    ['a column of negative length', fileOf(body, { values: 2, bytes: -5 }), /a column should lie at bytes 4 to -1/],
    ['a page of nothing', fileOf(new Uint8Array(40), { values: 2 }), /a page header has/],
  ]
  test.each(cases)('%s', async (_what, bytes, detail) => {
    const failure = await failureOf(readRows(bytes, column))
    expect(failure.code).toBe('FORMATS_PARQUET_FILE_UNREADABLE')
    expect(failure.detail).toMatch(detail)
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
      'The columns of file "memory.parquet" are id, name, tags.',
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
