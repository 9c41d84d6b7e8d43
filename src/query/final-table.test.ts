import { expect, it } from 'vitest'
import { batchOf, changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore, integerType, type Schema, stringType } from '#data'
import { FinalTable } from './final-table.ts'

const schema: Schema = [
  { name: 'name', type: stringType },
  { name: 'count', type: integerType },
]

it('keeps the place of a row that is updated, and counts equal rows', () => {
  const table = new FinalTable(schema, [])
  table.apply(
    batchOf(schema, [
      ['a', 1],
      ['b', 1],
      ['b', 1],
    ]),
  )
  table.apply(
    batchOf(
      schema,
      [
        ['a', 1],
        ['a', 2],
      ],
      [changeUpdateBefore, changeUpdateAfter],
    ),
  )
  expect(table.rows()).toEqual([
    ['a', 2],
    ['b', 1],
    ['b', 1],
  ])
  table.apply(
    batchOf(
      schema,
      [
        ['b', 1],
        ['c', 1],
      ],
      [changeDelete, changeInsert],
    ),
  )
  expect(table.rows()).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 1],
  ])
  expect(table.size).toBe(3)
})

it('puts rows in the order asked for, NULL where it is told', () => {
  const table = new FinalTable(schema, [{ column: 1, descending: true, nullsFirst: false }])
  table.apply(
    batchOf(schema, [
      ['a', 1],
      ['b', null],
      ['c', 3],
    ]),
  )
  expect(table.rows().map((row) => row[0])).toEqual(['c', 'a', 'b'])
})

it('bears a retraction that comes before its row', () => {
  const table = new FinalTable(schema, [])
  table.apply(batchOf(schema, [['a', 1]], [changeDelete]))
  expect(table.rows()).toEqual([])
  table.apply(batchOf(schema, [['a', 1]]))
  expect(table.rows()).toEqual([])
  expect(table.size).toBe(0)
})
