import { expect, test } from 'vitest'
import { runnableAt, statementsOf } from './runnable.ts'

const text = "SELECT 1;\n\n-- two; not here\nSELECT ';' AS a;\nSELECT 3"

test('statements are found where they stand', () => {
  for (const { text: statement, offset } of statementsOf(text)) expect(text.slice(offset, offset + statement.length)).toBe(statement)
  expect(statementsOf(text)).toHaveLength(3)
  expect(statementsOf('  ')).toEqual([])
})

test.each([
  [0, 'SELECT 1;'],
  [5, 'SELECT 1;'],
  [text.indexOf("';'"), "SELECT ';' AS a;"],
  [text.length, 'SELECT 3'],
])('at %d stands %s', (from, statement) => {
  expect(runnableAt(text, { from, to: from })?.text.endsWith(statement)).toBe(true)
})

test('what is selected is run as it is, unless it is blank', () => {
  expect(runnableAt(text, { from: 7, to: 8 })).toEqual({ text: '1', offset: 7 })
  expect(runnableAt(text, { from: 9, to: 10 })?.text).toBe('SELECT 1;')
  expect(runnableAt('', { from: 0, to: 0 })).toBeUndefined()
})
