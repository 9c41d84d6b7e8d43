import { expect, test } from 'vitest'
import { type RanCell, stateOf } from './freshness.ts'
import type { Cell } from './notebook-spec.ts'

const sql = (id: string, text: string): Cell => ({ id, kind: 'sql', text, view: 'table', chart: null })
const cells = [sql('set', "SET 'a' = 'b'"), sql('look', 'SELECT 1'), sql('last', 'SELECT ${n}')]

function ran(text: string, order: number | null, phase: RanCell['phase'] = 'finished', variables = {}): RanCell {
  return { phase, text, order, variables }
}

function states(runs: Readonly<Record<string, RanCell>>, variables: Readonly<Record<string, string>> = { n: '1' }): string[] {
  return cells.map((_, at) => stateOf(at, cells, variables, (id) => runs[id]))
}

const last = (order: number | null, phase?: RanCell['phase']) => ran('SELECT ${n}', order, phase, { n: '1' })

test('a cell is out of date when one above it that acts ran later', () => {
  expect(states({ set: ran("SET 'a' = 'b'", 1), look: ran('SELECT 1', 2), last: last(3) })).toEqual(['fresh', 'fresh', 'fresh'])
  expect(states({ set: ran("SET 'a' = 'b'", 4), look: ran('SELECT 1', 2), last: last(3, 'live') })).toEqual([
    'fresh',
    'outdated',
    'outdated',
  ])
  // A query changes nothing for those below it.
  expect(states({ set: ran("SET 'a' = 'b'", 1), look: ran('SELECT 1', 4), last: last(3) })).toEqual(['fresh', 'fresh', 'fresh'])
})

test('another text, and another value that it uses, are edits', () => {
  expect(states({ look: ran('SELECT 2', 1), last: last(2) }, { n: '2', other: 'x' })).toEqual(['never', 'edited', 'edited'])
  expect(states({ last: last(2) }, { n: '1', other: 'x' })[2]).toBe('fresh')
})

test('what ran in a session that is over is from before, and what runs or failed says so', () => {
  expect(states({ set: ran("SET 'a' = 'b'", null), look: ran('SELECT 1', 1, 'failed'), last: last(null, 'waiting') })).toEqual([
    'kept',
    'failed',
    'waiting',
  ])
  // What another page has begun runs in a session that this one does not know.
  expect(states({ last: last(null, 'live') })[2]).toBe('live')
  expect(states({ look: ran('SELECT 1', 2, 'running'), last: last(3, 'live') })).toEqual(['never', 'running', 'live'])
})
