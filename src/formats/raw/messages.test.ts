import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  batchOf,
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  doubleType,
  integerType,
  smallintType,
  stringType,
  tinyintType,
} from '#data'
import { failure } from '../decoding.fixture.ts'
import type { FormatTable, MessageCodec } from '../format.ts'
import { readOptions } from '../options.ts'
import { flatType, randomTable } from '../random-rows.fixture.ts'
import { decodeMessages, packMessages, physical } from '../text-messages.fixture.ts'
import { rawFormat } from './format.ts'

const codec = rawFormat.messages as MessageCodec
const floatType: DataType = { kind: 'float', nullable: true }

function tableOf(type: DataType, options: Record<string, string> = {}): FormatTable {
  return { name: 'log', schema: [{ name: 'v', type }], options: readOptions('table "log"', rawFormat.options, options), timeZone: 'UTC' }
}

function read(type: DataType, messages: readonly (string | Uint8Array | null)[], options: Record<string, string> = {}, gap = 1) {
  const table = tableOf(type, options)
  return decodeMessages(codec.decoder(table, physical(table.schema)), packMessages(messages, gap), table.schema)
}

async function written(type: DataType, values: readonly unknown[], options: Record<string, string> = {}): Promise<(number[] | null)[]> {
  const table = tableOf(type, options)
  const messages = await codec.encoder?.(table).encode(
    batchOf(
      table.schema,
      values.map((value) => [value]),
    ),
  )
  return Array.from({ length: messages?.length ?? 0 }, (_, place) => {
    const end = messages?.ends[place] as number
    return end < 0 ? null : [...(messages?.bytes.subarray(messages.starts[place], end) ?? [])]
  })
}

test('text and bytes are the whole message', async () => {
  expect(await read(stringType, ['a\n"b\r\n', null, '', 'é'], {}, 3)).toMatchObject({
    rows: [['a\n"b\r\n'], [''], ['é']],
    places: [0, 2, 3],
  })
  expect(await read(bytesType, [Uint8Array.of(255, 10), ''])).toMatchObject({ rows: [[Uint8Array.of(255, 10)], [new Uint8Array(0)]] })
  expect(await read(stringType, [Uint8Array.of(255), 'x'])).toMatchObject({
    rows: [['x']],
    faults: [{ place: 0, detail: 'It holds bytes that are not UTF-8.' }],
  })
})

test('NULL is no message', async () => {
  expect(await written(stringType, ['a\n', null, ''])).toEqual([[97, 10], null, []])
})

describe('numbers and booleans', () => {
  const cases: [DataType, unknown, number[]][] = [
    [booleanType, true, [1]],
    [tinyintType, -2, [254]],
    [smallintType, 258, [1, 2]],
    [integerType, -2, [255, 255, 255, 254]],
    [bigintType, 9007199254740993n, [0, 32, 0, 0, 0, 0, 0, 1]],
    [bigintType, 5, [0, 0, 0, 0, 0, 0, 0, 5]],
    [floatType, 1.5, [63, 192, 0, 0]],
    [doubleType, -1.5, [191, 248, 0, 0, 0, 0, 0, 0]],
  ]
  test.each(cases)('%o %s', async (type, value, bytes) => {
    const little = { 'raw.endianness': 'little-endian' }
    expect(await written(type, [value])).toEqual([bytes])
    expect(await written(type, [value], little)).toEqual([bytes.toReversed()])
    expect((await read(type, [Uint8Array.from(bytes)])).rows).toEqual([[value]])
    expect((await read(type, [Uint8Array.from(bytes.toReversed())], little)).rows).toEqual([[value]])
  })
  test('of another width are faults', async () => {
    expect((await read(integerType, ['', 'abc', 'abcd', 'abcde'])).faults).toEqual([
      { place: 0, detail: 'Expected 4 bytes, as INT has, got 0.' },
      { place: 1, detail: 'Expected 4 bytes, as INT has, got 3.' },
      { place: 3, detail: 'Expected 4 bytes, as INT has, got 5.' },
    ])
  })
  test('every byte but zero is true', async () => {
    expect((await read(booleanType, [Uint8Array.of(0), Uint8Array.of(1), Uint8Array.of(200)])).rows).toEqual([[false], [true], [true]])
  })
})

describe('charsets', () => {
  test.each([
    ['ISO-8859-1', 'aé\u0080', [97, 233, 128]],
    ['US-ASCII', 'ab', [97, 98]],
    ['UTF-16LE', 'a€', [97, 0, 172, 32]],
    ['UTF-16BE', 'a€', [0, 97, 32, 172]],
    ['utf-16', 'a€', [254, 255, 0, 97, 32, 172]],
    ['windows-1252', 'a€', [97, 128]],
    ['windows-1251', 'Ж', [198]],
    ['KOI8-R', 'Ж', [246]],
  ])('%s', async (charset, text, bytes) => {
    const options = { 'raw.charset': charset }
    expect(await written(stringType, [text, null, text], options)).toEqual([bytes, null, bytes])
    expect(
      (await read(stringType, [Uint8Array.from(bytes), 'xx', Uint8Array.from(bytes)], options)).rows.map(([value]) => value),
    ).toMatchObject({
      0: text,
      2: text,
    })
  })
  test('UTF-16 says itself which byte comes first', async () => {
    const { rows } = await read(stringType, [Uint8Array.of(255, 254, 97, 0), Uint8Array.of(0, 97)], { 'raw.charset': 'UTF-16' })
    expect(rows).toEqual([['a'], ['a']])
  })
  test('text is kept for one batch, in UTF-8', async () => {
    const table = tableOf(stringType, { 'raw.charset': 'ISO-8859-1' })
    const decoder = codec.decoder(table, physical(table.schema))
    const messages = packMessages(Array(5000).fill(Uint8Array.of(233)))
    const first = await decoder.decode(messages, 0)
    await decoder.decode(messages, first)
    expect(decoder.batch.columns[0]).toMatchObject({ form: 'bytes', starts: { 0: 0, 1: 2 }, ends: { 0: 2 } })
  })
  test('what a charset has not', async () => {
    expect(await written(stringType, ['€😀a'], { 'raw.charset': 'ISO-8859-1' })).toEqual([[63, 63, 97]])
    expect((await read(stringType, [Uint8Array.of(200), 'a'], { 'raw.charset': 'US-ASCII' })).faults).toEqual([
      { place: 0, detail: 'It holds bytes that are not of the charset.' },
    ])
    expect((await read(stringType, [Uint8Array.of(196, 227)], { 'raw.charset': 'GBK' })).rows).toEqual([['你']])
    expect(failure(() => codec.encoder?.(tableOf(stringType, { 'raw.charset': 'GBK' }))).detail).toBe(
      'Text of this charset can be read, but not written.',
    )
    expect(failure(() => codec.decoder(tableOf(stringType, { 'raw.charset': 'klingon' }), [])).detail).toBe(
      'Expected a charset such as UTF-8, ISO-8859-1 or UTF-16, got "klingon".',
    )
    expect(failure(() => rawFormat.decoder(tableOf(stringType, { 'raw.charset': 'UTF-16' }), ['v'])).detail).toBe(
      'Expected UTF-8, which lines of files are written in.',
    )
  })
})

test('other types, and tables of more columns, are refused', () => {
  const array: DataType = { kind: 'array', element: integerType, nullable: true }
  expect(failure(() => codec.decoder(tableOf(array), [])).message).toBe('format "raw" cannot hold type ARRAY<INT> of column "v"')
  const two = { ...tableOf(stringType), schema: [...tableOf(stringType).schema, { name: 'w', type: integerType }] }
  expect(failure(() => codec.decoder(two, [])).message).toBe('format "raw" cannot hold type INT of column "w"')
})

test('what is written is read again, in batches', async () => {
  const held = flatType.filter(({ kind }) => /^(boolean|tinyint|smallint|integer|bigint|float|double|varchar|varbinary)$/.test(kind))
  const options = fc.constantFrom({}, { 'raw.endianness': 'little-endian' }, { 'raw.charset': 'UTF-16LE' })
  await fc.assert(
    fc.asyncProperty(randomTable(held), options, async ({ schema, rows }, chosen) => {
      const column = schema[0] ?? { name: 'v', type: stringType }
      const table = { ...tableOf(column.type, chosen), schema: [column] }
      const values = Array.from({ length: rows.length * 900 }, (_, index) => [rows[index % rows.length]?.[0]])
      const messages = await codec.encoder?.(table).encode(batchOf([column], values))
      if (messages === undefined) throw new Error('raw messages are written')
      const decoded = await decodeMessages(codec.decoder(table, physical([column])), messages, [column])
      expect(decoded.rows).toEqual(values.filter(([value]) => value !== null))
      expect(decoded.places).toEqual(values.flatMap(([value], place) => (value === null ? [] : [place])))
    }),
    { numRuns: 30 },
  )
})
