import { describe, expect, test } from 'vitest'
import { integerType, type Schema, stringType } from '#data'
import { failure } from '../decoding.fixture.ts'
import type { FormatTable, WantedField } from '../format.ts'
import { readOptions } from '../options.ts'
import { decodeMessages, packMessages, physical } from '../text-messages.fixture.ts'
import { canalJsonFormat } from './format.ts'

const codec = canalJsonFormat.messages
const schema: Schema = [
  { name: 'id', type: integerType },
  { name: 'name', type: stringType },
]

function tableOf(options: Record<string, string>): FormatTable {
  return { name: 'products', schema, options: readOptions('table "products"', canalJsonFormat.options, options), timeZone: 'UTC' }
}

function read(messages: readonly string[], options: Record<string, string> = {}, wanted: readonly WantedField[] = physical(schema)) {
  const columns = wanted.map(({ key, type }) => ({ name: key, type }))
  return decodeMessages(codec.decoder(tableOf(options), wanted), packMessages(messages), columns)
}

const envelope = {
  database: 'shop',
  table: 'products',
  es: 1700000000123,
  ts: 1700000000456,
  isDdl: false,
  pkNames: ['id'],
  sqlType: { id: 4, name: 12 },
}
// Canal writes all values as texts.
const data = [
  { id: '1', name: 'a' },
  { id: '2', name: 'b' },
]
const insert = { ...envelope, type: 'INSERT', data, old: null }

test('a message has all rows of a statement', async () => {
  const old = [{ name: 'x' }, { id: '9', name: null }]
  const messages = [insert, { ...insert, type: 'UPDATE', old }, { ...insert, type: 'DELETE' }, { ...insert, type: 'CREATE', data: null }]
  const { rows, kinds, places, faults } = await read(messages.map((message) => JSON.stringify(message)))
  expect(rows).toEqual([
    [1, 'a'],
    [2, 'b'],
    [1, 'x'],
    [1, 'a'],
    [9, null],
    [2, 'b'],
    [1, 'a'],
    [2, 'b'],
  ])
  expect(kinds).toEqual(['+I', '+I', '-U', '+U', '-U', '+U', '-D', '-D'])
  expect([places, faults]).toEqual([[0, 0, 1, 1, 1, 1, 2, 2], []])
})

test('what cannot be understood is a fault that says why', async () => {
  const messages = [
    { ...insert, type: 'UPDATE' },
    { ...insert, type: 'UPDATE', old: [{}] },
    { ...insert, type: 'ALTER' },
    { ...insert, data: {} },
    { ...insert, data: [null] },
    { ...insert, data: [data[0], { id: 'x' }] },
  ]
  const { faults, rows } = await read(messages.map((message) => JSON.stringify(message)))
  expect(rows).toEqual([])
  expect(faults.map(({ detail }) => detail)).toEqual([
    'Expected an array of rows in "old", got null.',
    'Expected 2 rows in "old", got 1.',
    'Expected "INSERT", "UPDATE", "DELETE" or "CREATE" in "type", got "ALTER".',
    'Expected an array of rows in "data", got {}.',
    'Expected an array of rows in "data", got [null].',
    'Expected INT in column "id", got "x".',
  ])
})

test('a message is in one batch, however many rows it has', async () => {
  const rows = (count: number, first: number) => Array.from({ length: count }, (_, index) => ({ id: first + index, name: '"' }))
  const update = (count: number, first: number) =>
    JSON.stringify({ ...envelope, type: 'UPDATE', data: rows(count, first), old: rows(count, -first) })
  const decoded = await read([update(2000, 0), update(50, 5000), update(3000, 10_000), update(1, 1)])
  expect(decoded.batches).toEqual([4000, 100, 6000, 2])
  const expected = [...rows(2000, 0), ...rows(50, 5000), ...rows(3000, 10_000), ...rows(1, 1)].map(({ id, name }) => [id, name])
  expect(decoded.rows.filter((_, index) => index % 2 === 1)).toEqual(expected)
  expect(new Set(decoded.kinds.filter((_, index) => index % 2 === 0))).toEqual(new Set(['-U']))
  const many = JSON.stringify({ ...envelope, type: 'INSERT', data: Array(1_048_577).fill({}) })
  expect((await read([many])).faults).toEqual([{ place: 0, detail: 'Expected at most 1048576 records in a message, got more.' }])
})

describe('databases and tables', () => {
  const texts = ['shop', 'shops', 'other'].flatMap((database) =>
    ['products', 'users'].map((table) => JSON.stringify({ ...insert, database, table })),
  )
  test('whose whole name does not match are left out', async () => {
    const places = async (options: Record<string, string>) => [...new Set((await read(texts, options)).places)]
    expect(await places({ 'canal-json.database.include': 'shop' })).toEqual([0, 1])
    expect(await places({ 'canal-json.database.include': 'shop|other' })).toEqual([0, 1, 4, 5])
    expect(await places({ 'canal-json.database.include': '^sho.*$', 'canal-json.table.include': 'u\\w+' })).toEqual([1, 3])
  })
  test('that a message does not name are a fault', async () => {
    const { faults } = await read(['{"type":"INSERT","data":[]}'], { 'canal-json.table.include': '.*' })
    expect(faults).toEqual([{ place: 0, detail: 'Expected a text in "table", got none.' }])
  })
  test('are checked before what cannot be read', async () => {
    const { faults } = await read([JSON.stringify({ ...insert, type: 'ALTER' })], { 'canal-json.table.include': 'none' })
    expect(faults).toEqual([])
  })
  test('are regular expressions', () => {
    expect(failure(() => codec.decoder(tableOf({ 'canal-json.table.include': '(' }), [])).detail).toBe(
      'Expected a regular expression, got "(".',
    )
  })
})

test('metadata', async () => {
  const wanted: WantedField[] = [
    ...codec.metadata.map(({ name, type }) => ({ kind: 'metadata' as const, key: name, type })),
    ...physical(schema.slice(0, 1)),
  ]
  const sqlType = new Map([
    ['id', 4],
    ['name', 12],
  ])
  const found = ['shop', 'products', sqlType, ['id'], 1700000000456, 1700000000123]
  expect((await read([JSON.stringify(insert)], {}, wanted)).rows).toEqual([
    [...found, 1],
    [...found, 2],
  ])
})
