import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, type DataType, integerType, type Schema, stringType, withNullable } from '#data'
import { decodeRows, failure } from '../decoding.fixture.ts'
import type { FormatTable, MessageCodec } from '../format.ts'
import { readOptions } from '../options.ts'
import { anyType, flatType, randomTable } from '../random-rows.fixture.ts'
import { damaged, decodeMessages, encodedTexts, packMessages, physical } from '../text-messages.fixture.ts'
import { jsonFormat } from './format.ts'

const codec = jsonFormat.messages as MessageCodec

function tableOf(schema: Schema, options: Record<string, string> = {}): FormatTable {
  return { name: 'orders', schema, options: readOptions('table "orders"', jsonFormat.options, options), timeZone: 'UTC' }
}

const abc: Schema = [
  { name: 'a', type: integerType },
  { name: 'b', type: stringType },
]

type Given = readonly (string | Uint8Array | null)[]

function read(schema: Schema, messages: Given, options: Record<string, string> = {}, gap = 1) {
  return decodeMessages(codec.decoder(tableOf(schema, options), physical(schema)), packMessages(messages, gap), schema)
}

const lenient = { 'json.ignore-parse-errors': 'true' }

describe('messages', () => {
  test.each([1, 2, 7])('each gives a row, %i bytes apart', async (gap) => {
    expect(await read(abc, ['{"a":1,"b":"x"}', '{"b":"y\\n\\"","a":-7}', '{}'], {}, gap)).toEqual({
      rows: [
        [1, 'x'],
        [-7, 'y\n"'],
        [null, null],
      ],
      places: [0, 1, 2],
      kinds: ['+I', '+I', '+I'],
      faults: [],
      batches: [3],
    })
  })
  test('what is none, or empty, or blank gives no row', async () => {
    const { rows, places, faults } = await read(abc, [null, '', '{"a":1}', ' \r\n\t', null, '{"a":2}', ''])
    expect([rows.map(([a]) => a), places, faults]).toEqual([[1, 2], [2, 5], []])
  })
  test('an array gives a row for each of its records', async () => {
    const { rows, places, faults } = await read(abc, [
      '[{"a":1},{"a":2,"b":"x\\n"} \n, {"a":3}]',
      '[]',
      ' [\n] ',
      '{"a":4}',
      '\n[{"a":5}]\n',
    ])
    expect([rows.map(([a]) => a), places, faults]).toEqual([[1, 2, 3, 4, 5], [0, 0, 0, 3, 4], []])
  })
  test('line feeds are blanks between the parts of a value and no part of a text', async () => {
    const nested: Schema = [...abc, { name: 'c', type: { kind: 'array', element: integerType, nullable: true } }]
    const pretty = '\n{\n  "a"\n:\n1\n,\n"z":{\n"y"\n:[\n1\n]\n},"b"\n:\n{\n"k" :\n[ 1,\n2 ]\n},\n"c":\n[\n1\n,\n2]\n}\n\n'
    const { rows, places, faults } = await read(nested, [pretty, '{"b":"x\ny"}', '{"a":\n"7"}'])
    expect([rows, places]).toEqual([
      [
        [1, '{"k":[1,2]}', [1, 2]],
        [7, null, null],
      ],
      [0, 2],
    ])
    expect(faults).toEqual([{ place: 1, detail: 'Expected an escaped control character at byte 8.' }])
  })
  test('a byte order mark is no part of the record', async () => {
    expect((await read(abc, ['\ufeff{"a":1}', '\ufeff [{"a":2}]', '\ufeff'])).rows.map(([a]) => a)).toEqual([1, 2])
  })
  test('columns come in the order wanted, or none at all', async () => {
    const decoder = codec.decoder(tableOf(abc), physical([...abc].reverse()))
    expect((await decodeMessages(decoder, packMessages(['{"a":1,"b":"x"}']), [...abc].reverse())).rows).toEqual([['x', 1]])
    expect(await read([], ['{"a":1}', 'x', '{}'])).toMatchObject({ places: [0, 2], faults: [{ place: 1 }] })
  })
})

describe('what cannot be read', () => {
  test.each([
    ['{"a":1', 'Expected "," or "}" at byte 7.'],
    ['{"a":1,}', 'Expected a key in double quotes at byte 8.'],
    ['{"b":"x', 'Expected a closing quote at byte 8.'],
    ['{"z":"x', 'Expected a closing quote at byte 8.'],
    ['{"z', 'Expected a closing quote at byte 4.'],
    ['{"a', 'Expected a closing quote at byte 4.'],
    ['{"z":tru', 'Expected a value at byte 6.'],
    ['{"z":"\\', 'Expected a letter that can be escaped at byte 7.'],
    ['{"b":"\\u00', 'Expected four hexadecimal digits at byte 11.'],
    ['{"z":[[{', 'Expected a key in double quotes at byte 9.'],
    ['{"z":1.', 'Expected a digit at byte 8.'],
    ['{"a":"x"}', 'Expected INT in column "a", got "x".'],
    ['{"a":1}{"a":2}', 'Expected the end of the message at byte 8.'],
    ['{"a":1}\n{"a":2}', 'Expected the end of the message at byte 9.'],
    ['{"a":1}\0', 'Expected the end of the message at byte 8.'],
    ['null', 'Expected "{" at byte 1.'],
    [' 5', 'Expected "{" at byte 2.'],
    ['[1]', 'Expected "{" at byte 2.'],
    ['[{"a":1}', 'Expected "," or "]" at byte 9.'],
    ['[{"a":1},', 'Expected "{" at byte 10.'],
    ['[{"a":1},{"a":2]', 'Expected "," or "}" at byte 16.'],
    ['[{"a":1}]]', 'Expected the end of the message at byte 10.'],
    ['[{"a":1},{"a":"x"},{"a":3}]', 'Expected INT in column "a", got "x".'],
  ])('%s', async (text, detail) => {
    const { rows, places, faults } = await read(abc, [text, '{"a":1}', text, text, '[{"a":2},{"a":3}]', text])
    expect([rows.map(([a]) => a), places]).toEqual([
      [1, 2, 3],
      [1, 4, 4],
    ])
    expect(faults).toEqual([0, 2, 3, 5].map((place) => ({ place, detail })))
  })
  test('text that is not UTF-8', async () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode('{"b":"'), 0xff, ...new TextEncoder().encode('"}')])
    expect((await read(abc, [bytes, '{"b":"é"}'])).faults).toEqual([{ place: 0, detail: 'Column "b" holds bytes that are not UTF-8.' }])
    expect((await read(abc, [bytes, '{"b":"é"}'], lenient)).rows).toEqual([
      [null, null],
      [null, 'é'],
    ])
  })
  test('a lenient table has NULL for a value that cannot be read; what else is wrong is a fault', async () => {
    const strictA: Schema = [{ name: 'a', type: withNullable(integerType, false) }, ...abc.slice(1)]
    const messages = ['{"a":"x","b":"1"}', '{"a":1', '{"a":2}']
    expect(await read(abc, messages, lenient)).toMatchObject({
      rows: [
        [null, '1'],
        [2, null],
      ],
      faults: [{ place: 1 }],
    })
    expect((await read(strictA, messages, lenient)).faults.map(({ place }) => place)).toEqual([0, 1])
    expect(codec.decoder(tableOf(abc, lenient), physical(abc)).lenient).toBe(true)
    expect(codec.decoder(tableOf(abc), physical(abc)).lenient).toBe(false)
  })
  test('a missing field can be a fault', async () => {
    const { faults } = await read(abc, ['{"a":1}', '{"a":1,"b":null}'], { 'json.fail-on-missing-field': 'true' })
    expect(faults).toEqual([{ place: 0, detail: 'Expected a field "b", got none.' }])
  })
  test('types that JSON cannot hold are refused at once', () => {
    const keys: DataType = { kind: 'map', key: integerType, value: integerType, nullable: true }
    const schema: Schema = [{ name: 'm', type: keys }]
    expect(failure(() => codec.decoder(tableOf(schema), physical(schema))).code).toBe('FORMATS_TYPE_UNSUPPORTED')
    expect(failure(() => codec.encoder?.(tableOf(schema))).code).toBe('FORMATS_TYPE_UNSUPPORTED')
  })
})

describe('batches', () => {
  test('are filled, and what does not fit is taken next', async () => {
    const messages = Array.from({ length: 10_000 }, (_, index) => (index % 5 === 4 ? 'x' : `{"a":${index}}`))
    const { rows, places, faults, batches } = await read(abc, messages)
    expect(places).toEqual(messages.flatMap((text, place) => (text === 'x' ? [] : [place])))
    expect(rows.map(([a]) => a)).toEqual(places)
    expect(faults).toHaveLength(2000)
    expect(Math.max(...batches)).toBe(4096)
  })
  test('hold whole messages', async () => {
    const array = (first: number, length: number) => JSON.stringify(Array.from({ length }, (_, index) => ({ a: first + index, b: '"' })))
    const sizes = [4000, 90, 7, 4097, 0, 1, 20_000, 4096, 3]
    const messages = sizes.map((size, index) => array(index * 100_000, size))
    const { rows, batches } = await read(abc, messages)
    expect(batches).toEqual([4090, 7, 4097, 1, 20_000, 4096, 3])
    expect(rows.map(([a, b]) => [a, b])).toEqual(
      sizes.flatMap((size, index) => Array.from({ length: size }, (_, row) => [index * 100_000 + row, '"'])),
    )
  })
})

describe('huge and hostile messages', () => {
  test('deep nesting takes no stack', async () => {
    const deep = '['.repeat(1_000_000)
    const { rows, faults } = await read(abc, [
      `{"z":${deep}${']'.repeat(1_000_000)},"a":1}`,
      `{"z":${deep}`,
      `{"a":${deep}`,
      deep,
      '{"a":2}',
    ])
    expect(rows.map(([a]) => a)).toEqual([1, 2])
    expect(faults.map(({ place }) => place)).toEqual([1, 2, 3])
  })
  test('a text of 50 megabytes is a value, and no part of an error', async () => {
    const long = 'x'.repeat(50_000_000)
    const { rows, faults } = await read(abc, [`{"b":"${long}","a":1}`, `{"a":"${long}"}`])
    expect(rows.map(([a, b]) => [a, String(b).length])).toEqual([[1, 50_000_000]])
    expect(faults[0]?.detail.length).toBeLessThan(200)
  })
  test('more records than memory should hold are a fault', async () => {
    const { rows, faults } = await read(abc, [`[${'{},'.repeat(1_100_000)}{}]`, '{"a":1}'])
    expect(rows).toEqual([[1, null]])
    expect(faults).toEqual([{ place: 0, detail: 'Expected at most 1048576 records in a message, got more.' }])
  })
})

describe('what is written', () => {
  const dialects: readonly Record<string, string>[] = [
    {},
    { 'json.encode.ignore-null-fields': 'true' },
    { 'json.timestamp-format.standard': 'ISO-8601' },
    { 'json.timestamp-format.standard': 'ISO-8601-WITH-OFFSET' },
    { 'json.encode.decimal-as-plain-number': 'true' },
    lenient,
  ]
  test.each(dialects)('is read again: %o', async (options) => {
    await fc.assert(
      fc.asyncProperty(randomTable(anyType), async ({ schema, rows }) => {
        const table = tableOf(schema, options)
        const messages = await codec.encoder?.(table).encode(batchOf(schema, rows))
        if (messages === undefined) throw new Error('JSON is written')
        const decoded = await decodeMessages(codec.decoder(table, physical(schema)), messages, schema)
        expect([decoded.rows, decoded.faults]).toEqual([rows, []])
      }),
      { numRuns: 200 },
    )
  })
  test('is the lines of a file', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable(anyType), async ({ schema, rows }) => {
        const table = tableOf(schema)
        const lines = jsonFormat.encoder?.(table).encode(batchOf(schema, rows))
        const text = new TextDecoder().decode(lines?.data.subarray(0, lines.length))
        const encoder = codec.encoder?.(table)
        if (encoder === undefined || encoder === null) throw new Error('JSON is written')
        expect((await encodedTexts(encoder, batchOf(schema, rows))).map((message) => `${message}\n`).join('')).toBe(text)
      }),
      { numRuns: 100 },
    )
  })
})

test('damaged messages among whole ones are faults or rows, as lines of a file are', async () => {
  const strike = fc.record({ place: fc.nat(), at: fc.nat(), how: fc.nat() })
  await fc.assert(
    fc.asyncProperty(
      randomTable(flatType),
      fc.array(strike, { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      async ({ schema, rows }, strikes, gap) => {
        const table = tableOf(schema, lenient)
        const encoded = jsonFormat.encoder?.(table).encode(batchOf(schema, rows))
        const texts = new TextDecoder().decode(encoded?.data.subarray(0, encoded.length)).split('\n').slice(0, -1)
        for (const { place, at, how } of strikes) {
          if (texts.length > 0) texts[place % texts.length] = damaged(texts[place % texts.length] ?? '', at, how).replaceAll('\n', ' ')
        }
        const decoder = codec.decoder(table, physical(schema))
        const decoded = await decodeMessages(decoder, packMessages(texts, gap), schema)
        const names = schema.map((column) => column.name)
        const expected = texts.map((text) => decodeRows(jsonFormat.decoder(table, names), schema, [new TextEncoder().encode(`${text}\n`)]))
        expect(decoded.rows).toEqual(expected.flat())
        expect(decoded.places).toEqual(expected.flatMap((found, place) => found.map(() => place)))
        const spoilt = texts.flatMap((text, place) => (expected[place]?.length === 0 && !/^(\s*|\s*\[\s*\]\s*)$/.test(text) ? [place] : []))
        expect(decoded.faults.map(({ place }) => place)).toEqual(spoilt)
      },
    ),
    { numRuns: 600 },
  )
})

test('messages are what JSON.parse says, whatever blanks they have', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.jsonValue(), fc.nat({ max: 4 }), fc.nat(), fc.nat({ max: 12 })), { maxLength: 12 }),
      async (values) => {
        const texts = values.map(([value, indent, at, how]) => {
          const text = JSON.stringify({ a: 1, value }, null, indent)
          return how > 9 ? damaged(text, at, how) : text
        })
        const { places, faults } = await read(abc, texts, lenient, 3)
        const objects = texts.flatMap((text, place) => (isObject(text) ? [place] : []))
        expect(places).toEqual(objects)
        expect(faults.map(({ place }) => place)).toEqual(
          texts.flatMap((text, place) => (isObject(text) || text.trim() === '' ? [] : [place])),
        )
      },
    ),
    { numRuns: 1000 },
  )
})

function isObject(text: string): boolean {
  try {
    return text.trim().startsWith('{') && typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
