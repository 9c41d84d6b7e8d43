import { expect, test } from 'vitest'
import { integerType, type Schema, stringType, withNullable } from '#data'
import type { WantedField } from '../format.ts'
import { readOptions } from '../options.ts'
import { decodeMessages, packMessages, physical } from '../text-messages.fixture.ts'
import { maxwellJsonFormat } from './format.ts'

const codec = maxwellJsonFormat.messages
const schema: Schema = [
  { name: 'id', type: withNullable(integerType, false) },
  { name: 'name', type: stringType },
  { name: 'price', type: integerType },
]

function read(messages: readonly string[], wanted: readonly WantedField[] = physical(schema)) {
  const table = { name: 'products', schema, options: readOptions('table "products"', maxwellJsonFormat.options, {}), timeZone: 'UTC' }
  const columns = wanted.map(({ key, type }) => ({ name: key, type }))
  return decodeMessages(codec.decoder(table, wanted), packMessages(messages), columns)
}

const data = { id: 1, name: 'scooter "XL"', price: null }
const envelope = { database: 'shop', table: 'products', ts: 1700000000, xid: 7, commit: true, primary_key_columns: ['id'] }
const insert = JSON.stringify({ ...envelope, type: 'insert', data })

test('an old row has what was changed, NULL where it was, and the rest of the new row', async () => {
  const old = [{ name: 'scooter' }, { price: 5 }, { name: null, price: null }, {}, { more: { name: 'x' } }]
  const updates = old.map((patch) => JSON.stringify({ ...envelope, type: 'update', data, old: patch }))
  const { rows, kinds, places } = await read([insert, ...updates, JSON.stringify({ ...envelope, type: 'delete', data })])
  const whole = [1, 'scooter "XL"', null]
  expect(rows).toEqual([
    whole,
    ...[[1, 'scooter', null], [1, 'scooter "XL"', 5], [1, null, null], whole, whole].flatMap((before) => [before, whole]),
    whole,
  ])
  expect(kinds).toEqual(['+I', ...old.flatMap(() => ['-U', '+U']), '-D'])
  expect(places).toEqual([0, ...old.flatMap((_, index) => [index + 1, index + 1]), 6])
})

test('updates among faults keep their values apart', async () => {
  const update = (id: number, price: unknown, old: unknown) => JSON.stringify({ type: 'update', data: { id, name: `n${id}`, price }, old })
  const { rows, faults } = await read([
    update(1, 'x', { price: 1 }),
    update(2, 20, { name: 'old' }),
    update(3, 30, { name: 'lost', price: {} }),
    update(4, 'x', {}),
    update(5, 50, { price: 5 }),
    update(6, 60, null),
  ])
  expect(rows).toEqual([
    [2, 'old', 20],
    [2, 'n2', 20],
    [5, 'n5', 5],
    [5, 'n5', 50],
  ])
  expect(faults).toEqual([
    { place: 0, detail: 'Expected INT in column "price", got "x".' },
    { place: 2, detail: 'Expected INT in column "price", got {}.' },
    { place: 3, detail: 'Expected INT in column "price", got "x".' },
    { place: 5, detail: 'Expected a row in "old", got null.' },
  ])
})

test('patches of tables with many columns', async () => {
  const wide: Schema = Array.from({ length: 40 }, (_, index) => ({ name: `c${index}`, type: integerType }))
  const values = Object.fromEntries(wide.map(({ name }, index) => [name, index]))
  const text = JSON.stringify({ type: 'update', data: values, old: { c39: -1, c3: null } })
  const { rows } = await read([text, text], physical(wide))
  const after = wide.map((_, index) => index)
  const before = after.map((index) => (index === 39 ? -1 : index === 3 ? null : index))
  expect(rows).toEqual([before, after, before, after])
})

test('metadata', async () => {
  const wanted: WantedField[] = codec.metadata.map(({ name, type }) => ({ kind: 'metadata', key: name, type }))
  expect((await read([insert, insert.replace('1700000000', 'null')], wanted)).rows).toEqual([
    ['shop', 'products', ['id'], 1700000000000],
    ['shop', 'products', ['id'], null],
  ])
})

test('operations that are none are faults', async () => {
  expect((await read([insert.replace('"insert"', '"bootstrap-start"')])).faults[0]?.detail).toBe(
    'Expected "insert", "update" or "delete" in "type", got "bootstrap-start".',
  )
})
