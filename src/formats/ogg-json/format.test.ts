import { expect, test } from 'vitest'
import { integerType, type Schema, stringType } from '#data'
import type { WantedField } from '../format.ts'
import { readOptions } from '../options.ts'
import { decodeMessages, packMessages, physical } from '../text-messages.fixture.ts'
import { oggJsonFormat } from './format.ts'

const codec = oggJsonFormat.messages
const schema: Schema = [
  { name: 'id', type: integerType },
  { name: 'name', type: stringType },
]

function read(messages: readonly unknown[], wanted: readonly WantedField[] = physical(schema)) {
  const table = { name: 'products', schema, options: readOptions('table "products"', oggJsonFormat.options, {}), timeZone: 'UTC' }
  const columns = wanted.map(({ key, type }) => ({ name: key, type }))
  return decodeMessages(codec.decoder(table, wanted), packMessages(messages.map((message) => JSON.stringify(message))), columns)
}

const update = {
  table: 'OGG.PRODUCTS',
  op_type: 'U',
  op_ts: '2023-11-14 22:13:20.123456',
  current_ts: '2023-11-14T22:13:21.654321',
  pos: '00000000000000000000143',
  primary_keys: ['id'],
  before: { id: 1, name: 'a' },
  after: { id: 1, name: 'b' },
}

test('each operation is what it is in Flink', async () => {
  const { rows, kinds } = await read([{ ...update, op_type: 'I', before: null }, update, { ...update, op_type: 'D', after: null }])
  expect(kinds).toEqual(['+I', '-U', '+U', '-D'])
  expect(rows.map(([, name]) => name)).toEqual(['b', 'a', 'b', 'a'])
})

test('what cannot be understood is a fault that says why', async () => {
  const { faults } = await read([
    { ...update, before: undefined },
    { ...update, op_type: 'T' },
  ])
  expect(faults.map(({ detail }) => detail)).toEqual([
    'Expected a row in "before", got none. PostgreSQL tells it of tables with REPLICA IDENTITY FULL.',
    'Expected "I", "U" or "D" in "op_type", got "T".',
  ])
})

test('metadata, to the microsecond', async () => {
  const wanted: WantedField[] = codec.metadata.map(({ name, type }) => ({ kind: 'metadata', key: name, type }))
  const { rows, faults } = await read([update, { ...update, op_ts: 'soon' }, { ...update, op_ts: null, current_ts: undefined }], wanted)
  const found = ['OGG.PRODUCTS', ['id'], 1700000001654321, 1700000000123456]
  const missing = ['OGG.PRODUCTS', ['id'], null, null]
  expect(rows).toEqual([found, found, missing, missing])
  expect(faults).toEqual([{ place: 1, detail: 'Expected TIMESTAMP(6) in column "event-timestamp", got "soon".' }])
})
