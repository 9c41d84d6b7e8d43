import { expect, test } from 'vitest'
import { fragmentOf } from './fragment.ts'
import type { Relation } from './plan.ts'
import { joinWrittenAt, withWrittenAt, writtenAt } from './written-at.ts'

const relation: Relation = { kind: 'values', columns: [], rows: [] }
const view = { name: 'v', text: 'SELECT 1' }

test('clauses are cut out with an ellipsis for what stands between them, and none for space', () => {
  const text = 'SELECT SUM(a),\n  b\nFROM t\nGROUP BY b'
  const spans = [
    { start: 7, end: 13 },
    { start: 13, end: 15 },
    { start: 19, end: 25 },
    { start: 26, end: 38 },
  ]
  expect(fragmentOf(text, spans)).toEqual({ text: 'SUM(a), … FROM t\nGROUP BY b', line: 1, column: 8, isCut: false })
  expect(fragmentOf(text, [{ start: 14, end: 19 }])).toEqual({ text: 'b', line: 2, column: 3, isCut: false })
})

test('what is not there gives nothing', () => {
  expect(fragmentOf('a', [])).toBeNull()
  expect(fragmentOf('a  ', [{ start: 1, end: 3 }])).toBeNull()
  expect(fragmentOf('a', [{ start: 7, end: 9 }])).toBeNull()
  expect(fragmentOf('ab', [{ start: -3, end: 99 }])?.text).toBe('ab')
})

test('a fragment of any length is short, and no character is cut in half', () => {
  const text = `x${'🚕'.repeat(1_000_000)}`
  for (const start of [0, 1]) {
    const fragment = fragmentOf(text, [{ start, end: text.length }])
    expect(fragment?.text.length).toBeLessThanOrEqual(2000)
    expect([fragment?.isCut, fragment?.text.isWellFormed(), fragment?.text.endsWith('…')]).toEqual([true, true, true])
  }
  const many = Array.from({ length: 10_000 }, (_, n) => ({ start: n * 3, end: n * 3 + 1 }))
  expect(fragmentOf('a, '.repeat(10_000), many)).toMatchObject({ isCut: true, line: 1 })
})

test('places that lie within one another are one, in the order of the text', () => {
  const spans = [
    { start: 30, end: 40 },
    { start: 0, end: 9 },
    { start: 32, end: 35 },
    { start: 5, end: 12 },
  ]
  expect(writtenAt(withWrittenAt(relation, { view: null, spans }))?.spans).toEqual([
    { start: 0, end: 12 },
    { start: 30, end: 40 },
  ])
})

test('a relation made of another keeps its place, which nobody sees who prints or compares', () => {
  const at = { view: null, spans: [{ start: 3, end: 5 }] }
  const placed = withWrittenAt(relation, at)
  expect(writtenAt({ ...placed, rows: [[]] })).toEqual(at)
  expect(JSON.stringify(placed)).toBe(JSON.stringify(relation))
  expect(Object.keys(placed)).toEqual(Object.keys(relation))
  expect(writtenAt(relation)).toBeNull()
  expect(withWrittenAt(relation, { view: null, spans: [] })).toBe(relation)
})

test('places in two texts are those of the first', () => {
  const [one, other] = [
    { start: 1, end: 2 },
    { start: 5, end: 6 },
  ]
  expect(joinWrittenAt([null, { view, spans: [one] }, { view: null, spans: [other] }, { view: { ...view }, spans: [other] }])).toEqual({
    view,
    spans: [one, other],
  })
  expect(joinWrittenAt([null])).toBeNull()
})
