import { expect, test } from 'vitest'
import { freeTitle, readPastRuns, readTabs, withRun } from './sql-tabs.ts'

const tab = (id: string) => ({ id, title: `Query ${id}`, text: 'SELECT 1' })

test.each([null, '', '{', '"x"', '[null, 3, {"id": 1}]', '{"length": 5}'])('%j is read as no tabs', (kept) => {
  expect(readTabs(kept)).toEqual([])
  expect(readPastRuns(kept)).toEqual([])
})

test('tabs are read as they were written, up to a bound', () => {
  expect(readTabs(JSON.stringify([tab('1'), { broken: true }, tab('2')]))).toEqual([tab('1'), tab('2')])
  expect(readTabs(JSON.stringify(Array.from({ length: 99 }, (_, at) => tab(String(at)))))).toHaveLength(30)
})

test('a new tab gets a free name', () => {
  expect(freeTitle([tab('1'), tab('3')], 'Query')).toBe('Query 2')
})

test('the same text run again is one entry of the history', () => {
  const run = (text: string, at: number) => ({ text, at, outcome: 'finished', durationMs: 1 })
  const runs = withRun(withRun(withRun([], run('a', 1)), run('b', 2)), run('b', 3))
  expect(runs.map(({ text, at }) => `${text}${at}`)).toEqual(['b3', 'a1'])
})

test('a run stands in the history from its beginning, and its end is told in the same place', () => {
  const begun = { text: 'a', at: 1, outcome: 'opening', durationMs: 0 }
  const ended = { ...begun, outcome: 'finished', durationMs: 7 }
  const other = { ...begun, text: 'b', at: 2 }
  expect(withRun([], begun)).toEqual([begun])
  expect(withRun(withRun(withRun([], begun), other), ended)).toEqual([other, ended])
})
