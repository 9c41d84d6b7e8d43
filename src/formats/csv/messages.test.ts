import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, bigintType, integerType, type Schema, stringType, withNullable } from '#data'
import { decodeRows } from '../decoding.fixture.ts'
import type { FormatTable, MessageCodec } from '../format.ts'
import { readOptions } from '../options.ts'
import { flatType, randomTable } from '../random-rows.fixture.ts'
import { damaged, decodeMessages, encodedTexts, packMessages, physical } from '../text-messages.fixture.ts'
import { csvFormat } from './format.ts'

const codec = csvFormat.messages as MessageCodec

function tableOf(schema: Schema, options: Record<string, string> = {}): FormatTable {
  return { name: 'orders', schema, options: readOptions('table "orders"', csvFormat.options, options), timeZone: 'UTC' }
}

const ab: Schema = [
  { name: 'a', type: integerType },
  { name: 'b', type: stringType },
]
const one: Schema = [{ name: 'b', type: stringType }]

type Given = readonly (string | Uint8Array | null)[]

function read(schema: Schema, messages: Given, options: Record<string, string> = {}, gap = 1) {
  return decodeMessages(codec.decoder(tableOf(schema, options), physical(schema)), packMessages(messages, gap), schema)
}

const lenient = { 'csv.ignore-parse-errors': 'true' }

describe('messages', () => {
  test.each([1, 2, 7])('each gives a row, %i bytes apart', async (gap) => {
    expect(await read(ab, ['1,x', '-7,"y\n""z"', '3,\n', '4,w\r\n', '5,v\r'], {}, gap)).toEqual({
      rows: [
        [1, 'x'],
        [-7, 'y\n"z'],
        [3, ''],
        [4, 'w'],
        [5, 'v'],
      ],
      places: [0, 1, 2, 3, 4],
      kinds: Array(5).fill('+I'),
      faults: [],
      batches: [5],
    })
  })
  test('what is none or empty gives no row, but where there is only one column', async () => {
    expect((await read(ab, [null, '', '1,x', '\r\n', null, '2,y'])).places).toEqual([2, 5])
    expect(await read(one, [null, '', 'x', '\n', 'y\n'])).toMatchObject({ rows: [[''], ['x'], [''], ['y']], places: [1, 2, 3, 4] })
  })
  test('comments and byte order marks are left out; there is no header', async () => {
    const options = { 'csv.allow-comments': 'true', 'csv.header': 'true' }
    expect(await read(ab, ['#1,x', '\ufeff1,x', '2,y'], options)).toMatchObject({ places: [1, 2], faults: [] })
  })
  test('several lines give several rows', async () => {
    const { rows, places } = await read(ab, ['1,x\n2,"y\n""z"\n\n3,w', '4,v\r5,u\r\n', '6,t'])
    expect(rows.map(([a]) => a)).toEqual([1, 2, 3, 4, 5, 6])
    expect([places, rows[1]?.[1]]).toEqual([[0, 0, 0, 1, 1, 2], 'y\n"z'])
  })
  test('columns come in the order wanted', async () => {
    const wanted = [...ab].reverse()
    const decoder = codec.decoder(tableOf(ab), physical(wanted))
    expect((await decodeMessages(decoder, packMessages(['1,x']), wanted)).rows).toEqual([['x', 1]])
  })
})

describe('what cannot be read', () => {
  test.each([
    ['1', 'Expected 2 fields, got 1.'],
    ['1,2,3', 'Expected 2 fields, got 3.'],
    ['x,y', 'Expected INT in column "a", got "x".'],
    ['1,"x', 'Expected a closing quote, got the end of the message.'],
    ['1,"x\n', 'Expected a closing quote, got the end of the message.'],
    ['1,"', 'Expected a closing quote, got the end of the message.'],
    ['1,"x"y', 'Expected a delimiter or the end of the line after a closing quote, got more text.'],
    ['1,x\n2,y\n3', 'Expected 2 fields, got 1.'],
    ['1,x\n2,"y', 'Expected a closing quote, got the end of the message.'],
    ['1,"a""b"\n2,y\nx,z\n4,w', 'Expected INT in column "a", got "x".'],
  ])('%j', async (text, detail) => {
    const { rows, places, faults } = await read(ab, [text, '1,"x""y"', text, text, '2,y\n3,z', text])
    expect([rows, places]).toEqual([
      [
        [1, 'x"y'],
        [2, 'y'],
        [3, 'z'],
      ],
      [1, 4, 4],
    ])
    expect(faults).toEqual([0, 2, 3, 5].map((place) => ({ place, detail })))
  })
  test('text that is not UTF-8', async () => {
    expect((await read(ab, [Uint8Array.of(49, 44, 255)])).faults).toEqual([
      { place: 0, detail: 'Column "b" holds bytes that are not UTF-8.' },
    ])
  })
  test('a lenient table has NULL for a value that cannot be read or is missing; what else is wrong is a fault', async () => {
    const messages = ['x,y', '1', '1,2,3', '2,y']
    expect(await read(ab, messages, lenient)).toMatchObject({
      rows: [
        [null, 'y'],
        [1, null],
        [2, 'y'],
      ],
      places: [0, 1, 3],
      faults: [{ place: 2 }],
    })
    const strictA: Schema = [{ name: 'a', type: withNullable(integerType, false) }, ...ab.slice(1)]
    expect((await read(strictA, messages, lenient)).faults.map(({ place }) => place)).toEqual([0, 2])
    expect([codec.decoder(tableOf(ab, lenient), []).lenient, codec.decoder(tableOf(ab), []).lenient]).toEqual([true, false])
  })
  test('rows of a message that are taken back leave nothing behind', async () => {
    const wide: Schema = [...ab, { name: 'c', type: bigintType }]
    const options = { 'csv.null-literal': 'N' }
    const { rows } = await read(wide, ['N,N,9007199254740993\nx,y,1', '1,x,2\n2,y,3'], options)
    expect(rows).toEqual([
      [1, 'x', 2],
      [2, 'y', 3],
    ])
  })
})

describe('batches', () => {
  test('are filled, and what does not fit is taken next', async () => {
    const messages = Array.from({ length: 10_000 }, (_, index) => (index % 5 === 4 ? 'x' : `${index},"a""b"`))
    const { rows, places, batches } = await read(ab, messages)
    expect(places).toEqual(messages.flatMap((text, place) => (text === 'x' ? [] : [place])))
    expect(rows).toEqual(places.map((place) => [place, 'a"b']))
    expect(batches).toEqual([4096, 3904])
  })
  test('hold whole messages', async () => {
    const lines = (first: number, length: number) => Array.from({ length }, (_, index) => `${first + index},"""",N\n`).join('')
    const sizes = [4000, 90, 7, 4097, 1, 20_000, 4096, 3]
    const schema: Schema = [...ab, { name: 'c', type: bigintType }]
    const { rows, batches } = await read(
      schema,
      sizes.map((size, index) => lines(index * 100_000, size)),
      { 'csv.null-literal': 'N' },
    )
    expect(batches).toEqual([4097, 4097, 20_001, 4096, 3])
    expect(rows).toEqual(sizes.flatMap((size, index) => Array.from({ length: size }, (_, row) => [index * 100_000 + row, '"', null])))
  })
  test('more records than memory should hold are a fault', async () => {
    const { rows, faults } = await read(ab, ['0,a', '1,x\n'.repeat(1_100_000), '2,b'])
    expect([rows, faults]).toEqual([
      [
        [0, 'a'],
        [2, 'b'],
      ],
      [{ place: 1, detail: 'Expected at most 1048576 records in a message, got more.' }],
    ])
  })
  test('a text of 50 megabytes is a value, and no part of an error', async () => {
    const long = 'x'.repeat(50_000_000)
    const { rows, faults } = await read(ab, [`1,"${long}"`, `${long},1`, `1,"${long}`])
    expect(rows.map(([a, b]) => [a, String(b).length])).toEqual([[1, 50_000_000]])
    expect(faults.map(({ place, detail }) => [place, detail.length < 200])).toEqual([
      [1, true],
      [2, true],
    ])
  })
})

describe('what is written', () => {
  const dialects: readonly Record<string, string>[] = [
    { 'csv.null-literal': ' NULL' },
    { 'csv.field-delimiter': ';', 'csv.quote-character': "'", 'csv.null-literal': 'n/a' },
    { 'csv.escape-character': '\\', 'csv.null-literal': 'n/a' },
  ]
  test.each(dialects)('is read again: %o', async (options) => {
    await fc.assert(
      fc.asyncProperty(randomTable(flatType), async ({ schema, rows }) => {
        const table = tableOf(schema, options)
        const messages = await codec.encoder?.(table).encode(batchOf(schema, rows))
        if (messages === undefined) throw new Error('CSV is written')
        const { places, ...decoded } = await decodeMessages(codec.decoder(table, physical(schema)), messages, schema)
        expect([decoded.rows, decoded.faults]).toEqual([rows, []])
        expect(places).toEqual(rows.map((_, index) => index))
      }),
      { numRuns: 300 },
    )
  })
  test('has no header and no line ends', async () => {
    const encoder = codec.encoder?.(tableOf(ab, { 'csv.header': 'true', 'csv.null-literal': 'N' }))
    if (encoder === undefined || encoder === null) throw new Error('CSV is written')
    expect(
      await encodedTexts(
        encoder,
        batchOf(ab, [
          [1, 'x\n'],
          [null, ''],
        ]),
      ),
    ).toEqual(['1,"x\n"', 'N,'])
  })
})

test('damaged messages among whole ones are faults or rows, as lines of a file are', async () => {
  const strike = fc.record({ place: fc.nat(), at: fc.nat(), how: fc.nat() })
  const options = { 'csv.null-literal': ' NULL', ...lenient }
  await fc.assert(
    fc.asyncProperty(
      randomTable(flatType),
      fc.array(strike, { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      async ({ schema, rows }, strikes, gap) => {
        const table = tableOf(schema, options)
        const encoder = codec.encoder?.(table)
        if (encoder === undefined || encoder === null) throw new Error('CSV is written')
        const texts = (await encodedTexts(encoder, batchOf(schema, rows))).map(String)
        for (const { place, at, how } of strikes) {
          if (texts.length > 0) texts[place % texts.length] = damaged(texts[place % texts.length] ?? '', at, how)
        }
        const decoded = await decodeMessages(codec.decoder(table, physical(schema)), packMessages(texts, gap), schema)
        const names = schema.map((column) => column.name)
        const expected = texts.map((text) => {
          const decoder = csvFormat.decoder(table, names)
          const bytes = new TextEncoder().encode(text.endsWith('\n') ? text : `${text}\n`)
          const found = decodeRows(decoder, schema, [bytes])
          return decoder.skippedRows > 0 ? 'fault' : found
        })
        expect(decoded.rows).toEqual(expected.flatMap((found) => (found === 'fault' ? [] : found)))
        expect(decoded.places).toEqual(expected.flatMap((found, place) => (found === 'fault' ? [] : found.map(() => place))))
        expect(decoded.faults.map(({ place }) => place)).toEqual(expected.flatMap((found, place) => (found === 'fault' ? [place] : [])))
      },
    ),
    { numRuns: 600 },
  )
})
