import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Change, LiveTable, type Op } from './live-table.ts'

const columns = [
  { name: 'k', type: 'STRING' },
  { name: 'n', type: 'BIGINT' },
]

const change = (op: Op, ...values: unknown[]): Change => ({ op, values })
const shown = (table: LiveTable): string[] => table.rows.map(({ values }) => values.join(' '))

test('added rows are kept up to the bound, newest last', () => {
  const table = new LiveTable(columns, false, [], 3)
  table.apply([change('+I', 'a', 1), change('+I', 'b', 2)], 0)
  table.apply([change('+I', 'a', 1), change('+I', 'c', 3)], 1)
  expect([shown(table), table.droppedCount, table.changeCount]).toEqual([['b 2', 'a 1', 'c 3'], 1, 4])
})

test('an update keeps the place of its row, and knows what was before', () => {
  const table = new LiveTable(columns, true)
  table.apply([change('+I', 'a', 1), change('+I', 'b', 1)], 0)
  table.apply([change('-U', 'a', 1), change('+U', 'a', 2)], 5)
  expect(shown(table)).toEqual(['a 2', 'b 1'])
  expect(table.rows[0]).toMatchObject({ before: ['a', 1], changedAt: 5 })
  expect(table.rows[1]).toMatchObject({ before: undefined, changedAt: 0 })
})

test('the two halves of an update may come one after the other', () => {
  const table = new LiveTable(columns, true)
  table.apply([change('+I', 'a', 1), change('+I', 'b', 1), change('-U', 'a', 1)], 0)
  expect(shown(table)).toEqual(['a 1', 'b 1'])
  table.apply([change('+U', 'a', 2)], 1)
  expect(shown(table)).toEqual(['a 2', 'b 1'])
})

test('a first half without its second is a row that went', () => {
  const table = new LiveTable(columns, true)
  table.apply([change('+I', 'a', 1), change('-U', 'a', 1)], 0)
  table.apply([change('+I', 'b', 1)], 1)
  expect(shown(table)).toEqual(['b 1'])
  table.apply([change('-U', 'b', 1)], 2)
  table.close()
  expect(shown(table)).toEqual([])
})

test('equal rows are as many as they are, and a delete takes one', () => {
  const table = new LiveTable(columns, true)
  table.apply([change('+I', 'a', 1), change('+I', 'a', 1), change('-D', 'a', 1), change('-D', 'x', 9)], 0)
  expect(shown(table)).toEqual(['a 1'])
})

test('rows beyond the bound go, and changes to them are only counted', () => {
  const table = new LiveTable(columns, true, [], 2)
  table.apply([change('+I', 'a', 1), change('+I', 'b', 1), change('+I', 'c', 1), change('-D', 'a', 1)], 0)
  expect([shown(table), table.droppedCount]).toEqual([['b 1', 'c 1'], 0])
  table.apply([change('+I', 'd', 1)], 0)
  table.apply([change('-D', 'b', 1)], 0)
  expect([shown(table), table.droppedCount]).toEqual([['c 1', 'd 1'], 1])
})

test('however changes are cut, the rows are those that are there', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), cut: fc.boolean(), gone: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = new LiveTable(columns, true)
      const counts = new Map<string, number>()
      let batch: Change[] = []
      for (const { key, cut, gone } of steps) {
        const count = counts.get(key)
        if (count === undefined) {
          batch.push(change('+I', key, 1))
          counts.set(key, 1)
        } else if (gone) {
          batch.push(change('-D', key, count))
          counts.delete(key)
        } else {
          batch.push(change('-U', key, count), change('+U', key, count + 1))
          counts.set(key, count + 1)
        }
        if (cut) {
          table.apply(batch, 0)
          batch = []
        }
      }
      table.apply(batch, 0)
      table.close()
      expect(shown(table).toSorted()).toEqual([...counts].map(([key, count]) => `${key} ${count}`).toSorted())
    }),
  )
})

test('rows stand in the order that was asked for, numbers as numbers', () => {
  const table = new LiveTable(columns, true, [
    { column: 1, descending: true, nullsFirst: false },
    { column: 0, descending: false, nullsFirst: true },
  ])
  table.apply(
    [change('+I', 'b', '9'), change('+I', 'a', null), change('+I', 'c', '10.5'), change('+I', null, '9'), change('+I', 'a', '9')],
    0,
  )
  expect(table.rows.map(({ values }) => values)).toEqual([
    ['c', '10.5'],
    [null, '9'],
    ['a', '9'],
    ['b', '9'],
    ['a', null],
  ])
})

test('the log holds the newest changes with their numbers', () => {
  const table = new LiveTable(columns, false)
  table.apply(
    Array.from({ length: 2500 }, (_, at) => change('+I', 'a', at)),
    0,
  )
  expect([table.log.length, table.log[0]?.sequence, table.log.at(-1)?.sequence]).toEqual([2000, 501, 2500])
})
