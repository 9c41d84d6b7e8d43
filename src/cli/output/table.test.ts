import { expect, test } from 'vitest'
import {
  batchOf,
  bigintType,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  changeUpdateBefore,
  doubleType,
  type Schema,
  stringType,
} from '#data'
import type { QueryInfo } from '#query'
import type { Output } from './output.ts'
import { plainPaint } from './paint.ts'
import { changelogOutput, csvOutput, jsonOutput } from './rows.ts'
import type { Screen } from './screen.ts'
import { tableOutput } from './table.ts'

const schema: Schema = [
  { name: 'item', type: stringType },
  { name: 'sold', type: bigintType },
]

/** A screen that keeps what it is told. */
function paper(options: Partial<Screen> = {}): Screen & { text: string; notes: string } {
  const screen = {
    text: '',
    notes: '',
    write: (text: string) => {
      screen.text += text
    },
    note: (text: string) => {
      screen.notes += text
    },
    flush: () => Promise.resolve(),
    isTerminal: false,
    showsProgress: false,
    width: 80,
    height: 24,
    paint: plainPaint,
    answerPaint: plainPaint,
    closed: new AbortController().signal,
    ...options,
  }
  return screen
}

function query(options: Partial<QueryInfo> = {}): QueryInfo {
  return { schema, updating: false, order: [], ...options }
}

function run(
  make: typeof tableOutput,
  info: QueryInfo,
  rows: unknown[][],
  options: { kinds?: number[]; screen?: Partial<Screen> } = {},
): string {
  const screen = paper(options.screen)
  const output: Output = make({ screen, timeZone: () => 'UTC' })
  output.opened?.(info)
  void output.changes?.(batchOf(info.schema, rows, options.kinds))
  output.closed?.()
  return screen.text
}

const rows = [
  ['tea', 12],
  ['日本茶', null],
  ['two\nlines', 1_000_000],
]

test('a table is framed, numbers to the right, wide characters in line', () => {
  expect(run(tableOutput, query(), rows)).toBe(`\
┌───────────┬─────────┐
│ item      │ sold    │
├───────────┼─────────┤
│ tea       │      12 │
│ 日本茶    │    NULL │
│ two⏎lines │ 1000000 │
└───────────┴─────────┘
3 rows
`)
})

test('a terminal cuts columns to its width, a file cuts nothing', () => {
  const long = [['x'.repeat(100), 1]]
  const cut = run(tableOutput, query(), long, { screen: { isTerminal: true, width: 40 } })
  expect(Math.max(...cut.split('\n').map((line) => line.length))).toBe(40)
  expect(cut).toContain('xxx…')
  expect(run(tableOutput, query(), long)).toContain('x'.repeat(100))
})

test.each([20, 40, 79])('a terminal of %i cells shows as many columns as there is room for, and says so', (width) => {
  const many: Schema = Array.from({ length: 10_000 }, (_, index) => ({ name: `column ${index}`, type: bigintType }))
  const text = run(tableOutput, query({ schema: many }), [many.map((_, index) => index)], { screen: { isTerminal: true, width } })
  const lines = text.trimEnd().split('\n')
  expect(Math.max(...lines.slice(0, -1).map((line) => line.length))).toBeLessThanOrEqual(width)
  expect(lines[1]).toMatch(/^│ co.*… │ … │$/)
  expect(lines.at(-1)).toMatch(/^1 row, \d+ of 10000 columns shown: --format csv prints all$/)
})

test('a preview is never wider than the terminal', () => {
  const output = tableOutput({ screen: paper({ isTerminal: true, width: 12 }), timeZone: () => 'UTC' })
  output.opened?.(query({ updating: true, schema: [...schema, { name: 'third', type: bigintType }] }))
  void output.changes?.(batchOf([...schema, { name: 'third', type: bigintType }], [['a name', 1, 2]]))
  expect(output.preview?.(12, 10).slice(0, -1)).toEqual(['┌──────┬───┐', '│ item │ … │', '├──────┼───┤', '│ a n… │ … │', '└──────┴───┘'])
})

test('nothing that a terminal obeys comes out of data, names or CSV', () => {
  const evil = query({ schema: [{ name: 'a\u001b]0;b', type: stringType }] })
  for (const make of [tableOutput, jsonOutput, csvOutput, changelogOutput]) {
    const text = run(make, evil, [['\u001b[2J\u009b31m\u0007']], { screen: { isTerminal: true } })
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u)
  }
})

test('changes add up to the final rows', () => {
  const changed = [
    ['tea', 1],
    ['tea', 1],
    ['tea', 2],
    ['milk', 5],
    ['milk', 5],
  ]
  const kinds = [changeInsert, changeUpdateBefore, changeUpdateAfter, changeInsert, changeDelete]
  const info = query({ updating: true })
  expect(run(tableOutput, info, changed, { kinds })).toContain('1 row\n')
  expect(run(jsonOutput, info, changed, { kinds })).toBe('{"item":"tea","sold":2}\n')
  expect(run(csvOutput, info, changed, { kinds })).toBe('item,sold\ntea,2\n')
  expect(run(changelogOutput, info, changed, { kinds }).split('\n').slice(0, 3)).toEqual([
    '{"op":"+I","row":{"item":"tea","sold":1}}',
    '{"op":"-U","row":{"item":"tea","sold":1}}',
    '{"op":"+U","row":{"item":"tea","sold":2}}',
  ])
})

test('the order of the statement is the order of the answer', () => {
  const info = query({ order: [{ column: 1, descending: true, nullsFirst: false }] })
  expect(run(csvOutput, info, rows)).toBe('item,sold\n"two\nlines",1000000\ntea,12\n日本茶,\n')
})

test('CSV quotes what needs it and tells an empty text from NULL', () => {
  const text = run(csvOutput, query({ schema: [{ name: 'a,b', type: stringType }] }), [['"x"'], [''], [null], ['a,b']])
  expect(text).toBe('"a,b"\n"""x"""\n""\n\n"a,b"\n')
})

test('a long answer that only grows is printed while it comes', () => {
  const screen = paper()
  const output = tableOutput({ screen, timeZone: () => 'UTC' })
  output.opened?.(query({ schema: [{ name: 'n', type: doubleType }] }))
  const batch = batchOf(
    [{ name: 'n', type: doubleType }],
    Array.from({ length: 6000 }, (_, n) => [n]),
  )
  void output.changes?.(batch)
  expect(screen.text).toBe('')
  void output.changes?.(batch)
  expect(screen.text.split('\n').length).toBeGreaterThan(12_000)
  output.closed?.()
  expect(screen.text.endsWith('12,000 rows\n')).toBe(true)
})

test('an answer of nothing still has its head', () => {
  expect(run(tableOutput, query(), [])).toBe('┌──────┬──────┐\n│ item │ sold │\n├──────┼──────┤\n└──────┴──────┘\n0 rows\n')
})

test('a plan is printed as it is', () => {
  const screen = paper()
  tableOutput({ screen, timeZone: () => 'UTC' }).table?.([{ name: 'result', type: stringType }], [['scan\n  filter\n']])
  expect(screen.text).toBe('scan\n  filter\n')
})
