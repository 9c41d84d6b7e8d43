/** The formats of change capture against a plain reading by JSON.parse, and what all of them have in common. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  batchOf,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  changeUpdateBefore,
  doubleType,
  integerType,
  type Schema,
  stringType,
} from '#data'
import { canalJsonFormat } from './canal-json/format.ts'
import { debeziumJsonFormat } from './debezium-json/format.ts'
import type { FormatTable, MessageFormat } from './format.ts'
import { maxwellJsonFormat } from './maxwell-json/format.ts'
import { oggJsonFormat } from './ogg-json/format.ts'
import { readOptions } from './options.ts'
import { anyType, randomTable } from './random-rows.fixture.ts'
import { damaged, decodeMessages, encodedTexts, packMessages, physical } from './text-messages.fixture.ts'

const formats = [debeziumJsonFormat, canalJsonFormat, maxwellJsonFormat, oggJsonFormat]

function tableOf(format: MessageFormat, schema: Schema, options: Record<string, string> = {}): FormatTable {
  return { name: 'orders', schema, options: readOptions('table "orders"', format.options, options), timeZone: 'UTC' }
}

const abc: Schema = [
  { name: 'a', type: integerType },
  { name: 'b', type: stringType },
  { name: 'c', type: doubleType },
]

function read(format: MessageFormat, messages: readonly (string | null)[], gap = 1, options: Record<string, string> = {}) {
  const decoder = format.messages.decoder(tableOf(format, abc, options), physical(abc))
  return decodeMessages(decoder, packMessages(messages, gap), abc)
}

type JsonRow = Record<string, unknown>

interface Change {
  readonly kind: string
  readonly row: readonly unknown[]
}

/** What a message says, read by JSON.parse; null where it cannot be read. */
function reference(format: string, text: string): Change[] | null {
  if (text.trim() === '') return []
  try {
    const parsed: unknown = JSON.parse(text)
    if (!isRow(parsed)) return null
    return changesOf(format, parsed)
  } catch {
    return null
  }
}

function changesOf(format: string, message: JsonRow): Change[] | null {
  if (format === 'debezium-json') return wholeChanges(message, String(message['op']), { c: 'i', r: 'i', u: 'u', d: 'd' })
  if (format === 'ogg-json') return wholeChanges(message, String(message['op_type']), { I: 'i', U: 'u', D: 'd' })
  const isArray = format === 'canal-json'
  const words: Record<string, string> = isArray ? { INSERT: 'i', UPDATE: 'u', DELETE: 'd' } : { insert: 'i', update: 'u', delete: 'd' }
  if (isArray && message['type'] === 'CREATE') return []
  const operation = typeof message['type'] === 'string' && Object.hasOwn(words, message['type']) ? words[message['type']] : undefined
  const data: unknown = isArray ? message['data'] : [message['data']]
  const old: unknown = isArray ? message['old'] : [message['old']]
  if (operation === undefined || !Array.isArray(data) || !data.every(isRow)) return null
  if (operation !== 'u') return all(data.map((row) => changeOf(operation === 'i' ? '+I' : '-D', row)))
  if (!Array.isArray(old) || !old.every(isRow) || old.length < data.length) return null
  return all(data.flatMap((row: JsonRow, index) => [changeOf('-U', { ...row, ...old[index] }), changeOf('+U', row)]))
}

function wholeChanges(message: JsonRow, word: string, words: Record<string, string>): Change[] | null {
  const operation = Object.hasOwn(words, word) ? words[word] : undefined
  const kinds: Record<string, [string, string][]> = {
    i: [['+I', 'after']],
    u: [
      ['-U', 'before'],
      ['+U', 'after'],
    ],
    d: [['-D', 'before']],
  }
  return operation === undefined ? null : all((kinds[operation] ?? []).map(([kind, key]) => changeOf(kind, message[key])))
}

function all(changes: (Change | null)[]): Change[] | null {
  return changes.every((change) => change !== null) ? changes : null
}

function isRow(value: unknown): value is JsonRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function changeOf(kind: string, row: unknown): Change | null {
  if (!isRow(row)) return null
  const values = [row['a'], row['b'], row['c']].map((value) => value ?? null)
  const [a, b, c] = values
  const fits = (a === null || Number.isInteger(a)) && (b === null || typeof b === 'string') && (c === null || typeof c === 'number')
  return fits ? { kind, row: values } : null
}

const value = {
  a: fc.option(fc.oneof({ weight: 20, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.constant('x') })),
  b: fc.option(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^["\\{}\n]{0,5}$/))),
  c: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)),
  more: fc.jsonValue(),
}
const row = fc.record(value, { requiredKeys: ['a', 'b', 'c'] })
const patch = fc.record(value, { requiredKeys: [] })

/** Messages of a format, mostly as they should be. */
function messagesOf(format: string): fc.Arbitrary<JsonRow> {
  const more = { source: fc.jsonValue(), ts: fc.jsonValue() }
  const odd = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 30, arbitrary }, { weight: 1, arbitrary: fc.constant(null) })
  const whole = { before: odd(row), after: odd(row), ...more }
  if (format === 'debezium-json')
    return fc.record({ ...whole, op: fc.constantFrom('c', 'r', 'u', 'u', 'd', 't') }, { requiredKeys: ['op', 'after', 'before'] })
  if (format === 'ogg-json')
    return fc.record({ ...whole, op_type: fc.constantFrom('I', 'U', 'U', 'D', 'T') }, { requiredKeys: ['op_type', 'after', 'before'] })
  if (format === 'maxwell-json') {
    return fc.record(
      { data: odd(row), old: odd(patch), type: fc.constantFrom('insert', 'update', 'update', 'delete', 'x'), ...more },
      { requiredKeys: ['data', 'type', 'old'] },
    )
  }
  const rows = fc.array(row, { maxLength: 3 })
  const patches = fc.array(patch, { minLength: 3, maxLength: 3 })
  return fc.record(
    { data: odd(rows), old: odd(patches), type: fc.constantFrom('INSERT', 'UPDATE', 'UPDATE', 'DELETE', 'CREATE', 'X'), ...more },
    { requiredKeys: ['data', 'type', 'old'] },
  )
}

const [gone, fresh] = [
  { a: 2, b: 'x', c: 1.5 },
  { a: 1, b: '"', c: null },
]
const written: Record<string, unknown> = {
  'debezium-json': [
    { before: null, after: fresh, op: 'c' },
    { before: gone, after: null, op: 'd' },
  ],
  'canal-json': [
    { data: [fresh], type: 'INSERT' },
    { data: [gone], type: 'DELETE' },
  ],
  'maxwell-json': [
    { data: fresh, type: 'insert' },
    { data: gone, type: 'delete' },
  ],
  'ogg-json': [
    { before: null, after: fresh, op_type: 'I' },
    { before: gone, after: null, op_type: 'D' },
  ],
}

describe.each(formats)('$name', (format) => {
  test('is read as JSON.parse reads it', async () => {
    const someMessages = fc.tuple(messagesOf(format.name), fc.nat({ max: 3 }), fc.nat(), fc.nat({ max: 60 }), fc.boolean())
    await fc.assert(
      fc.asyncProperty(fc.array(someMessages, { maxLength: 12 }), fc.integer({ min: 1, max: 7 }), async (messages, gap) => {
        const texts = messages.map(([message, indent, at, how, isReversed]) => {
          const entries = Object.entries(message)
          const text = JSON.stringify(Object.fromEntries(isReversed ? entries.reverse() : entries), null, indent)
          return how < 8 ? damaged(text, at, how).toWellFormed() : text
        })
        const decoded = await read(format, texts, gap)
        const expected = texts.map((text) => reference(format.name, text))
        const places = expected.flatMap((changes, place) => (changes ?? []).map(() => place))
        expect(decoded.rows).toEqual(expected.flatMap((changes) => (changes ?? []).map((change) => change.row)))
        expect(decoded.kinds).toEqual(expected.flatMap((changes) => (changes ?? []).map((change) => change.kind)))
        expect(decoded.places).toEqual(places)
        expect(decoded.faults.map(({ place }) => place)).toEqual(expected.flatMap((changes, place) => (changes === null ? [place] : [])))
      }),
      { numRuns: 300 },
    )
  })

  test('what is written is read again: an update as a row that is gone and a new one', async () => {
    const kinds = [changeInsert, changeUpdateBefore, changeUpdateAfter, changeDelete]
    const options = fc.constantFrom({}, { [`${format.name}.encode.ignore-null-fields`]: 'true' })
    await fc.assert(
      fc.asyncProperty(
        randomTable(anyType),
        fc.infiniteStream(fc.constantFrom(...kinds)),
        options,
        async ({ schema, rows }, stream, chosen) => {
          const table = tableOf(format, schema, chosen)
          const chosenKinds = Uint8Array.from(rows, () => stream.next().value as number)
          const messages = await format.messages.encoder?.(table).encode({ ...batchOf(schema, rows), kinds: chosenKinds })
          if (messages === undefined) throw new Error(`${format.name} is written`)
          const decoded = await decodeMessages(format.messages.decoder(table, physical(schema)), messages, schema)
          expect([decoded.rows, decoded.faults]).toEqual([rows, []])
          const expected = Array.from(chosenKinds, (kind) => (kind === changeInsert || kind === changeUpdateAfter ? '+I' : '-D'))
          expect(decoded.kinds).toEqual(expected)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('what is written is JSON', async () => {
    const encoder = format.messages.encoder?.(tableOf(format, abc))
    if (encoder === undefined || encoder === null) throw new Error(`${format.name} is written`)
    const texts = await encodedTexts(encoder, {
      ...batchOf(abc, [
        [1, '"', null],
        [2, 'x', 1.5],
      ]),
      kinds: Uint8Array.of(changeInsert, changeDelete),
    })
    expect(texts.map((text) => JSON.parse(String(text)))).toEqual(written[format.name])
  })

  test('empty messages and those that are none give nothing', async () => {
    expect(await read(format, [null, '', ' \n', '\ufeff'], 3)).toEqual({ rows: [], places: [], kinds: [], faults: [], batches: [0] })
  })

  test('both rows of an update are in one batch', async () => {
    const rows = {
      before: { a: 1, b: '"' },
      after: { a: 2, b: '"' },
      data: { a: 2, b: '"' },
      old: { a: 1 },
      op: 'u',
      op_type: 'U',
      type: 'update',
    }
    const arrays = { ...rows, data: [rows.data], old: [rows.old], type: 'UPDATE' }
    const update = JSON.stringify(format.name === 'canal-json' ? arrays : rows)
    const insert = update.replace('"u"', '"c"').replace('"U"', '"I"').replace('"update"', '"insert"').replace('"UPDATE"', '"INSERT"')
    const texts = [insert, ...Array.from({ length: 5000 }, () => update), insert]
    const decoded = await read(format, texts)
    expect(decoded.batches).toEqual([4095, 4096, 1811])
    expect(decoded.kinds).toEqual(['+I', ...Array.from({ length: 5000 }, () => ['-U', '+U']).flat(), '+I'])
    expect(decoded.rows.slice(1, -1)).toEqual(
      Array.from({ length: 5000 }, () => [
        [1, '"', null],
        [2, '"', null],
      ]).flat(),
    )
  })

  test('a table that is lenient has NULL for a value, and faults for the rest', async () => {
    const rows = { before: null, after: { a: 'x', b: 'y' }, data: { a: 'x', b: 'y' }, op: 'c', op_type: 'I', type: 'insert' }
    const text = JSON.stringify(format.name === 'canal-json' ? { data: [rows.data], type: 'INSERT' } : rows)
    const options = { [`${format.name}.ignore-parse-errors`]: 'true' }
    expect(await read(format, [text, '{', text], 1, options)).toMatchObject({
      rows: [
        [null, 'y', null],
        [null, 'y', null],
      ],
      faults: [{ place: 1 }],
    })
    expect(await read(format, [text])).toMatchObject({ rows: [], faults: [{ place: 0, detail: 'Expected INT in column "a", got "x".' }] })
    expect(format.messages.decoder(tableOf(format, abc, options), []).lenient).toBe(true)
  })

  test('hostile messages are faults', async () => {
    const deep = '['.repeat(500_000)
    const keys = ['before', 'after', 'data', 'old', 'op', 'type', 'op_type', 'z']
    const texts = keys.flatMap((key) => [`{"${key}":${deep}`, `{"${key}":${deep}${']'.repeat(500_000)}}`, `{"${key}":{"a":`, `{"${key}":`])
    const { faults, rows } = await read(format, [...texts, '[{}]', 'null', '{}', '{"op":{},"type":[],"op_type":1}'])
    expect(rows).toEqual([])
    expect(faults).toHaveLength(texts.length + 4)
    expect(faults.every(({ detail }) => detail.length < 300)).toBe(true)
  })
})
