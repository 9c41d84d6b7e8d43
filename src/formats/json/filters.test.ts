import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DataType, doubleType, integerType, type Schema, stringType } from '#data'
import type { FieldCondition, FormatTable, MessageCodec } from '../format.ts'
import { readOptions } from '../options.ts'
import { decodeMessages, packMessages, physical } from '../text-messages.fixture.ts'
import { jsonFormat } from './format.ts'

const codec = jsonFormat.messages as MessageCodec
const bigint: DataType = { kind: 'bigint', nullable: true }
const schema: Schema = [
  { name: 'price', type: doubleType },
  { name: 'kind', type: stringType },
  { name: 'count', type: integerType },
  { name: 'id', type: bigint },
]

function read(messages: readonly string[], conditions: readonly FieldCondition[], columns = schema, options: Record<string, string> = {}) {
  const table: FormatTable = {
    name: 'orders',
    schema: columns,
    options: readOptions('table "orders"', jsonFormat.options, options),
    timeZone: 'UTC',
  }
  return decodeMessages(codec.decoder(table, physical(columns), conditions), packMessages(messages), columns)
}

const isOrder: FieldCondition = { column: 'kind', operator: '=', values: ['order'] }
const lenient = { 'json.ignore-parse-errors': 'true' }

describe('rows that a condition refuses', () => {
  test('are left out, and the others keep the places of their messages', async () => {
    const { rows, places } = await read(
      [
        '{"price":1.5,"kind":"view","count":1,"id":1}',
        '{"price":2.5,"kind":"order","count":2,"id":2}',
        '[{"price":3.5,"kind":"orders","count":3,"id":3},{"id":4,"count":4,"kind":"order","price":4.5}]',
        '{"price":5.5,"kind":"orde","count":5,"id":5}',
      ],
      [isOrder],
    )
    expect([rows, places]).toEqual([
      [
        [2.5, 'order', 2, 2],
        [4.5, 'order', 4, 4],
      ],
      [1, 2],
    ])
  })
  test.each<[FieldCondition['operator'], readonly number[], readonly number[]]>([
    ['=', [2], [2]],
    ['<>', [2], [-1, 3]],
    ['<', [2], [-1]],
    ['<=', [2], [-1, 2]],
    ['>', [2], [3]],
    ['>=', [2], [2, 3]],
    ['in', [3, -1], [-1, 3]],
  ])('are found by %s', async (operator, values, kept) => {
    for (const column of ['count', 'id']) {
      const messages = [-1, 2, 3].map((value) => `{"price":0,"kind":"","count":${value},"id":${value}}`)
      const { rows } = await read(messages, [{ column, operator, values }])
      expect(rows.map(([, , count]) => count)).toEqual(kept)
    }
  })
  test('leave nothing behind in the row that takes their place', async () => {
    const { rows } = await read(
      ['{"price":"7","kind":"view","count":null,"id":12345678901234567}', '{"price":1e999,"kind":"order","count":1,"id":2}'],
      [isOrder],
    )
    expect(rows).toEqual([[Number.POSITIVE_INFINITY, 'order', 1, 2]])
  })
  test('may come where their values are not plain: they are looked at again', async () => {
    const { rows } = await read(['{"price":1,"kind":"vi\\u0065w","count":1,"id":1}', '{"price":1,"count":1,"id":2}'], [isOrder])
    expect(rows).toHaveLength(2)
  })
  test('are as wrong as others where they cannot be read', async () => {
    const messages = ['{"price":"x","kind":"view","count":1,"id":1}', '{"price":1,"kind":"view","count":1,"id":1} x']
    const { rows, faults } = await read(messages, [isOrder], schema, lenient)
    expect([rows, faults.map(({ place }) => place)]).toEqual([[], [1]])
  })
  test('are told by the last of two values for a column', async () => {
    const { rows } = await read(
      [
        '{"price":1,"kind":"view","kind":"order","count":1,"id":1,"price":2}',
        '{"price":1,"kind":"order","kind":"view","count":1,"id":2}',
        '{"price":1,"kind":"view","kind":"order","count":1,"id":3,"price":null}',
      ],
      [isOrder],
    )
    expect(rows).toEqual([
      [2, 'order', 1, 1],
      [null, 'order', 1, 3],
    ])
  })
})

test('no row that all conditions hold for is lost', async () => {
  const value = fc.record(
    {
      price: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
      kind: fc.constantFrom('view', 'order', 'ördér', 'or\nder', null),
      count: fc.constantFrom(-1, 0, 1, 2_147_483_647, null),
      id: fc.constantFrom(0, 1, 999_999_999_999_999, 9_007_199_254_740_991, null),
    },
    { requiredKeys: [] },
  )
  const condition = fc.oneof(
    fc.record({
      column: fc.constant('kind'),
      operator: fc.constantFrom('=', 'in', '<>'),
      values: fc.subarray(['view', 'order', 'ördér', 'or\nder'], { minLength: 1, maxLength: 1 }),
    }),
    fc.record({
      column: fc.constantFrom('count', 'id'),
      operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'in'),
      values: fc.subarray([-1, 0, 1, 9_007_199_254_740_991], { minLength: 1, maxLength: 1 }),
    }),
  ) as fc.Arbitrary<FieldCondition>
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { maxLength: 40 }),
      fc.array(condition, { maxLength: 3 }),
      fc.constantFrom(4, 20),
      async (values, conditions, width) => {
        const columns = [...schema, ...Array.from({ length: width - 4 }, (_, index) => ({ name: `more${index}`, type: doubleType }))]
        const messages = values.map((each) => JSON.stringify(each))
        const all = await read(messages, [], columns)
        const some = await read(messages, conditions, columns)
        const known = all.places.map((place, row) => [place, all.rows[row]])
        const given = some.places.map((place, row) => [place, some.rows[row]])
        const needed = known.filter(([place]) => conditions.every((each) => holds(each, values[place as number] ?? {})))
        expect(known).toEqual(expect.arrayContaining(given))
        expect(given).toEqual(expect.arrayContaining(needed))
      },
    ),
  )
})

function holds({ column, operator, values }: FieldCondition, row: Readonly<Record<string, unknown>>): boolean {
  const value = row[column] as number | null | undefined
  const [than] = values as readonly number[]
  if (value === null || value === undefined || than === undefined) return false
  const tests = { '=': value === than, '<>': value !== than, '<': value < than, '<=': value <= than, '>': value > than }
  return operator === '>=' ? value >= than : operator === 'in' ? (values as readonly number[]).includes(value) : tests[operator]
}
