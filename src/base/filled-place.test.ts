import { expect, test } from 'vitest'
import type { Failure } from './failure.ts'
import { findInScript } from './filled-place.ts'

const script = 'SELECT ${n},\n  nope, ${m}'
const filled = 'SELECT 12345678,\n  nope, 1'
const places = [
  { start: 7, end: 15, scriptStart: 7, scriptEnd: 11 },
  { start: 25, end: 26, scriptStart: 21, scriptEnd: 25 },
]

function found(start: number, end: number): string {
  const position = { start, end, line: 0, column: 0 }
  const failure: Failure = { code: 'X', blame: 'user', message: '', detail: null, hint: null, position, causes: [] }
  const place = findInScript(failure, places, script).position
  return `${place?.line}:${place?.column} ${script.slice(place?.start, place?.end)}`
}

test('a place in the filled text is found in the script, and one in a value is that of its variable', () => {
  const at = filled.indexOf('nope')
  expect(found(at, at + 4)).toBe('2:3 nope')
  expect(found(9, 10)).toBe('1:8 ${n}')
  expect(found(25, 26)).toBe('2:9 ${m}')
  expect(found(0, 6)).toBe('1:1 SELECT')
})
