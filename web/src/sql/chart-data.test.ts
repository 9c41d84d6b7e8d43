import { expect, test } from 'vitest'
import { chartOf, firstChoice } from './chart-data.ts'

test('names are places in the order they come, and later rows win', () => {
  const rows = [
    ['b', 1],
    ['a', '2.5'],
    ['b', 3],
  ]
  expect(chartOf(rows, { x: 0, y: 1, series: null })).toEqual({
    x: [0, 1],
    lines: [{ name: '', values: [3, 2.5] }],
    isTime: false,
    names: ['b', 'a'],
  })
})

test('numbers are drawn in their order, each series with its gaps', () => {
  const rows = [
    [2, 20, 'p'],
    [1, 10, 'p'],
    [2, 5, 'q'],
  ]
  expect(chartOf(rows, { x: 0, y: 1, series: 2 })).toEqual({
    x: [1, 2],
    lines: [
      { name: 'p', values: [10, 20] },
      { name: 'q', values: [null, 5] },
    ],
    isTime: false,
    names: undefined,
  })
})

test('times are told by their form, and what is no number is a gap', () => {
  const data = chartOf(
    [
      ['2026-01-01 00:00:00', 'x'],
      ['2026-01-01 00:00:01.5', null],
    ],
    { x: 0, y: 1, series: null },
  )
  expect([data.isTime, (data.x[1] ?? 0) - (data.x[0] ?? 0), data.lines[0]?.values]).toEqual([true, 1.5, [null, null]])
})

test('no more series than can be told apart', () => {
  const rows = Array.from({ length: 50 }, (_, at) => [1, at, `s${at}`])
  expect(chartOf(rows, { x: 0, y: 1, series: 2 }).lines).toHaveLength(8)
})

test.each([
  [['STRING', 'BIGINT'], { x: 0, y: 1, series: null }],
  [['STRING', 'TIMESTAMP(3)', 'DOUBLE'], { x: 1, y: 2, series: 0 }],
  [['INT', 'INT'], { x: 0, y: 1, series: null }],
  [['STRING'], { x: 0, y: 0, series: null }],
])('of the columns %j', (types, choice) => {
  expect(firstChoice(types.map((type) => ({ type })))).toEqual(choice)
})
