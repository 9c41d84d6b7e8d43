import { expect, test } from 'vitest'
import { batchOf, bigintType, dateType, doubleType, type Schema, stringType, timestampType } from '#data'
import { plainPaint } from '../output/paint.ts'
import { FlightsBoard } from './flights-board.ts'

const daily: Schema = [
  { name: 'day', type: dateType },
  { name: 'airport', type: stringType },
  { name: 'name', type: stringType },
  { name: 'city', type: stringType },
  { name: 'state', type: stringType },
  { name: 'departures', type: bigintType },
  { name: 'mean_delay', type: doubleType },
]
const alarms: Schema = [
  { name: 'hour', type: timestampType },
  { name: 'airport', type: stringType },
  { name: 'city', type: stringType },
  { name: 'departures', type: bigintType },
  { name: 'mean_delay', type: doubleType },
  { name: 'usual_delay', type: doubleType },
]

function boardOf(): FlightsBoard {
  const board = new FlightsBoard()
  board.add('daily_delays', daily, batchOf(daily, [[11_323, 'OLD', 'Old', 'Old', 'XX', 1, 1]]))
  const days = Array.from({ length: 12 }, (_, n) => [11_324, `A${n}`, 'Name', 'A city with a very long name', 'TX', 100 + n, 1.5])
  board.add('daily_delays', daily, batchOf(daily, days))
  for (let n = 0; n < 9; n++) board.add('alarms', alarms, batchOf(alarms, [[n * 3_600_000, `B${n}`, 'City', 10, 90, 10]]))
  return board
}

test('shows the busiest airports of the latest day, the latest alarms, and counts all', () => {
  const board = boardOf()
  const text = board.lines(80, 60, plainPaint).join('\n')
  expect(board.day).toBe('2001-01-02')
  expect(text).toContain(
    'Busiest airports of 2001-01-02\nairport  city            state  departures  delay\nA11      A city with a…  TX            111    1.5\n',
  )
  expect(text).not.toContain('OLD')
  expect(text).toContain('Alarms: hours with three times the usual delay (9)')
  expect(text).toContain('1970-01-01 08:00')
  expect(text).not.toContain('1970-01-01 02:00')
  expect(board.counts.get('daily_delays')).toBe(13)
})

test('has the same lines from the start to the end, so that nothing jumps', () => {
  const empty = new FlightsBoard().lines(80, 60, plainPaint).length
  expect(boardOf().lines(80, 60, plainPaint)).toHaveLength(empty)
})

test.each([
  [200, 24, 21],
  [100, 24, 21],
  [80, 60, 43],
  [80, 24, 23],
  [40, 10, 15],
])('in %i cells and %i lines the panes take %i lines, none of them wider', (width, height, count) => {
  const shown = boardOf().lines(width, height, plainPaint)
  expect(shown).toHaveLength(count)
  expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(width)
})

test('a last day with hardly a row gives way to the day before', () => {
  const board = boardOf()
  board.add('daily_delays', daily, batchOf(daily, [[11_325, 'NEW', 'New', 'New', 'XX', 1, 1]]))
  expect(board.day).toBe('2001-01-03')
  expect(board.lines(80, 60, plainPaint)[0]).toBe('Busiest airports of 2001-01-02')
})

test('what is set aside adds up by reason', () => {
  const schema: Schema = [
    { name: 'day', type: dateType },
    { name: 'reason', type: stringType },
    { name: 'flights', type: bigintType },
  ]
  const board = new FlightsBoard()
  for (const day of [1, 2])
    board.add(
      'set_aside',
      schema,
      batchOf(schema, [
        [day, 'late', 4],
        [day, 'early', 10],
      ]),
    )
  const text = board.lines(80, 60, plainPaint).join('\n')
  expect(text).toContain('Flights set aside (28)')
  expect(text).toMatch(/^late +8\nearly +20$/m)
})
