import { describe, expect, test } from 'vitest'
import { bigintType, decimalType, type Schema, stringType } from '#data'
import { failure } from '../decoding.fixture.ts'
import type { FormatTable, WantedField } from '../format.ts'
import { readOptions } from '../options.ts'
import { decodeMessages, packMessages, physical } from '../text-messages.fixture.ts'
import { debeziumJsonFormat } from './format.ts'

const codec = debeziumJsonFormat.messages
const schema: Schema = [
  { name: 'id', type: bigintType },
  { name: 'name', type: stringType },
  { name: 'weight', type: decimalType(10, 2) },
]

function tableOf(options: Record<string, string>): FormatTable {
  return { name: 'products', schema, options: readOptions('table "products"', debeziumJsonFormat.options, options), timeZone: 'UTC' }
}

function read(messages: readonly string[], options: Record<string, string> = {}, wanted: readonly WantedField[] = physical(schema)) {
  const columns = wanted.map(({ key, type }) => ({ name: key, type }))
  return decodeMessages(codec.decoder(tableOf(options), wanted), packMessages(messages), columns)
}

const metadata: readonly WantedField[] = codec.metadata.map(({ name, type }) => ({ kind: 'metadata', key: name, type }))

const source = {
  version: '2.7.0',
  connector: 'mysql',
  db: 'shop "1"',
  table: 'products',
  ts_ms: 1700000000123,
  snapshot: false,
  gtid: null,
}
const [before, after] = [
  { id: 9007199254740993n, name: 'scooter', weight: 5.18 },
  { id: 9007199254740993n, name: 'scooter "XL"', weight: 5.15 },
]
/** JSON with numbers that JavaScript has not. */
const json = (value: unknown) =>
  JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `#${item}` : item)).replaceAll(/"#(\d+)"/g, '$1')

const update = { before, after, source, op: 'u', ts_ms: 1700000000456, transaction: null }

test('each operation is what it is in Flink', async () => {
  const messages = [{ ...update, before: null, op: 'c' }, { ...update, op: 'r' }, update, { ...update, after: null, op: 'd' }]
  expect(await read(messages.map(json))).toEqual({
    rows: [after, after, before, after, before].map(({ id, name, weight }) => [id, name, weight * 100]),
    kinds: ['+I', '+I', '-U', '+U', '-D'],
    places: [0, 1, 2, 2, 3],
    faults: [],
    batches: [5],
  })
})

test('what cannot be understood is a fault that says why', async () => {
  const messages = [
    { ...update, before: null },
    { ...update, before: null, op: 'd' },
    { ...update, op: 't' },
    { ...update, op: undefined },
    { ...update, after: null, op: 'c' },
    { ...update, after: [] },
    { ...update, after: { ...after, weight: 'heavy' } },
  ]
  const identity = 'Expected a row in "before", got null. PostgreSQL tells it of tables with REPLICA IDENTITY FULL.'
  const { faults, rows } = await read([...messages.map(json), '{"op":"c","after":{"id":1}', '{"op":"c","after":{"id":1}} x'])
  expect(rows).toEqual([])
  expect(faults.map(({ detail }) => detail)).toEqual([
    identity,
    identity,
    'Expected "c", "r", "u" or "d" in "op", got "t".',
    'Expected "c", "r", "u" or "d" in "op", got none.',
    'Expected a row in "after", got null.',
    'Expected a row in "after", got [].',
    'Expected DECIMAL(10, 2) in column "weight", got "heavy".',
    'Expected "," or "}" at byte 27.',
    'Expected the end of the message at byte 29.',
  ])
})

describe('metadata', () => {
  test('comes from the envelope, the same for both rows of an update', async () => {
    const wanted = [...metadata, ...physical(schema.slice(0, 1)), ...metadata.slice(1, 2)]
    const { rows } = await read([json(update), json({ ...update, source: null, ts_ms: undefined })], {}, wanted)
    const properties = new Map<string, string | null>(
      Object.entries(source).map(([key, value]) => [key, value === null ? null : String(value)]),
    )
    const found = [null, 1700000000456, 1700000000123, 'shop "1"', null, 'products', properties, before.id, 1700000000456]
    const missing = [null, null, null, null, null, null, null, before.id, null]
    expect(rows).toEqual([found, found, missing, missing])
  })
  test('stays with its rows where messages before them are at fault', async () => {
    const wanted = [...physical(schema.slice(0, 1)), ...metadata.slice(1, 6)]
    const numbered = (number: number, id: unknown) =>
      json({ ...update, before: { id: number }, after: { id }, ts_ms: number, source: { db: `d${number}`, ts_ms: number, table: number } })
    const texts = Array.from({ length: 50 }, (_, number) => numbered(number, number % 3 === 1 ? 'x' : number))
    const { rows, faults } = await read(texts, {}, wanted)
    const whole = Array.from({ length: 50 }, (_, number) => number).filter((number) => number % 3 !== 1)
    expect(rows).toEqual(whole.flatMap((number) => Array(2).fill([number, number, number, `d${number}`, null, String(number)])))
    expect(faults).toHaveLength(17)
  })
  test('of a message that is set aside leaves nothing behind', async () => {
    const wanted = metadata.slice(1, 3)
    const spoilt = { ...update, op: 'c', ts_ms: null, source: { ts_ms: 'x' } }
    expect((await read([json(spoilt), json({ ...update, op: 'c' })], {}, wanted)).rows).toEqual([[1700000000456, 1700000000123]])
  })
  test('that cannot be read is a fault, or NULL where the table is lenient', async () => {
    const text = json({ ...update, ts_ms: 'soon' })
    const wanted = [...physical(schema.slice(0, 1)), ...metadata.slice(1, 2)]
    expect(await read([text], {}, wanted)).toMatchObject({
      rows: [],
      faults: [{ place: 0, detail: 'Expected BIGINT in column "ingestion-timestamp", got "soon".' }],
    })
    expect((await read([text], { 'debezium-json.ignore-parse-errors': 'true' }, wanted)).rows).toEqual([
      [before.id, null],
      [after.id, null],
    ])
  })
})

test('messages with a schema have everything in a payload', async () => {
  const withSchema = { schema: { type: 'struct', fields: [{ op: 'x', name: 'a "b"' }] }, payload: update }
  const options = { 'debezium-json.schema-include': 'true' }
  const wanted = [...physical(schema), ...metadata.slice(0, 3)]
  const { rows, faults } = await read([json(withSchema), json(update), '{"payload":null}'], options, wanted)
  const times = [JSON.stringify(withSchema.schema), 1700000000456, 1700000000123]
  expect(rows).toEqual([
    [before.id, before.name, 518, ...times],
    [after.id, after.name, 515, ...times],
  ])
  expect(faults.map(({ place }) => place)).toEqual([1, 2])
  expect(failure(() => codec.encoder?.(tableOf(options))).detail).toBe('Messages are written without a schema.')
})

test('of fields that come twice the last one counts', async () => {
  const { rows, kinds } = await read(
    ['{"op":"d","op":"c","after":{"id":1},"\\u0061fter":{"id":2}}', '{"source":{"db":"x"},"source":{},"op":"c","after":{}}'],
    {},
    [...physical(schema.slice(0, 1)), ...metadata.slice(3, 4)],
  )
  expect([rows, kinds]).toEqual([
    [
      [2, null],
      [null, null],
    ],
    ['+I', '+I'],
  ])
})
