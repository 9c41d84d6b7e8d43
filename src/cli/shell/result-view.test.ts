import { expect, test } from 'vitest'
import { batchOf, bigintType, changeUpdateAfter, changeUpdateBefore, type Schema, stringType } from '#data'
import type { RunReport } from '#query'
import { plainPaint } from '../output/paint.ts'
import type { Key } from '../terminal/terminal.ts'
import { type ResultMode, ResultView } from './result-view.ts'

const schema: Schema = [
  { name: 'item', type: stringType },
  { name: 'sold', type: bigintType },
]

function viewOf(count: number, mode: ResultMode = 'table'): ResultView {
  const query = { schema, updating: true, order: [] }
  const view = new ResultView({ query, mode, text: 'SELECT item,\n  sold FROM t', paint: plainPaint, timeZone: () => 'UTC' })
  add(view, 0, count)
  view.refresh()
  return view
}

function add(view: ResultView, from: number, to: number): void {
  view.add(
    batchOf(
      schema,
      Array.from({ length: to - from }, (_, index) => [`item ${from + index}`, from + index]),
    ),
  )
}

function press(view: ResultView, ...names: string[]): void {
  for (const name of names) view.press(keyOf(name))
}

function keyOf(name: string): Key {
  return { name, text: name.length === 1 ? name : '', ctrl: false, meta: false }
}

/** The first and last row seen. */
function seen(view: ResultView): string {
  const lines = view
    .lines(80, 14)
    .slice(2, 12)
    .filter((line) => line.trim() !== '')
  const itemOf = (line: string | undefined): string => /item (\d+)/.exec(line ?? '')?.[1] ?? ''
  return `${itemOf(lines[0])}-${itemOf(lines.at(-1))}`
}

test('a page has a title, a head, rows, what is going on and the keys', () => {
  const view = viewOf(2)
  const report: RunReport = {
    rowsIn: 3000,
    rowsOut: 2,
    skippedRows: 0,
    lateRows: 0,
    watermarkMs: 0,
    resumedFrom: null,
    readyMs: null,
    pausesMs: [],
    spilledBytes: 0,
    waiting: [],
    startedAt: 0,
    durationMs: 1500,
  }
  view.report = report
  expect(view.lines(110, 8).map((line) => line.trimEnd())).toEqual([
    ` SELECT item, sold FROM t${' '.repeat(69)}table · running`,
    ' item    sold',
    ' item 0     0',
    ' item 1     1',
    '',
    '',
    ' 2 rows · page 1 of 1 · 3,000 rows in · 2,000 rows/s · watermark 1970-01-01 00:00:00 · refresh 250 ms',
    ' q quit  ↑↓ row  ←→ column  n/p page  g/l first/last  o open row  +/- refresh',
  ])
})

test.each<[keys: string[], rows: string]>([
  [[], '0-9'],
  [['n'], '1-10'],
  [['n', 'n'], '11-20'],
  [['n', 'p', 'p'], '0-9'],
  [['l'], '15-24'],
  [['l', 'p', 'p'], '4-13'],
  [['end', 'up'], '15-24'],
  [['down', 'pagedown', 'home'], '0-9'],
  [['n', 'n', 'n', 'n'], '15-24'],
])('%j shows rows %s of 25', (keys, rows) => {
  const view = viewOf(25)
  for (const key of keys) {
    press(view, key)
    view.lines(80, 14)
  }
  expect(seen(view)).toBe(rows)
})

test('the last page is followed until a key leads elsewhere', () => {
  const view = viewOf(25)
  press(view, 'l')
  add(view, 25, 30)
  view.refresh()
  expect(seen(view)).toBe('20-29')
  press(view, 'up')
  add(view, 30, 35)
  view.refresh()
  expect(seen(view)).toBe('20-29')
})

test('a row is opened and closed before the view is left', () => {
  const view = viewOf(3)
  press(view, 'down', 'o')
  expect(view.lines(40, 10).slice(1, 4)).toEqual([' Row 2', ' item  item 1', ' sold  1'])
  expect(view.press(keyOf('q'))).toBeUndefined()
  expect(view.press(keyOf('q'))).toBe('quit')
})

test('changes are shown with their kinds, the latest last', () => {
  const view = viewOf(1, 'changelog')
  view.add(
    batchOf(
      schema,
      [
        ['item 0', 0],
        ['item 0', 9],
      ],
      [changeUpdateBefore, changeUpdateAfter],
    ),
  )
  view.refresh()
  expect(
    view
      .lines(60, 8)
      .slice(1, 5)
      .map((line) => line.trimEnd()),
  ).toEqual([' op  item    sold', ' +I  item 0     0', ' -U  item 0     0', ' +U  item 0     9'])
})

test('columns beyond the width are reached one by one', () => {
  const view = viewOf(1)
  press(view, 'right')
  expect(view.lines(60, 8)[1]?.trim()).toBe('sold')
  press(view, 'right', 'left')
  expect(view.lines(60, 8)[1]?.trim()).toBe('item    sold')
})

test('+ and - change the pause between refreshes, down to never', () => {
  const view = viewOf(1)
  press(view, '+', '+', '+')
  expect(view.refreshMs).toBe(50)
  for (let i = 0; i < 20; i++) press(view, '-')
  expect(view.refreshMs).toBeUndefined()
})

test.each([
  [10, 5],
  [1, 1],
  [200, 3],
])('a terminal of %i columns and %i rows is never overrun', (columns, rows) => {
  const view = viewOf(30)
  for (const line of view.lines(columns, rows)) expect(line.length).toBeLessThanOrEqual(columns)
})
