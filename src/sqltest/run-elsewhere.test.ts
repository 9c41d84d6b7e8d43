import { describe, expect, test } from 'vitest'
import { differenceElsewhere } from './run-elsewhere.ts'
import type { Expectation, ExpectationKind } from './test-file.ts'

const rows = (text: string): string[][] => text.split('\n').map((line) => line.split(' '))

function differs(kind: ExpectationKind, expected: string, given: string, givenKind: ExpectationKind = kind): boolean {
  const expectation: Expectation = { kind, detail: '', rows: rows(expected).map((cells, line) => ({ cells, line })), line: 1, lineCount: 1 }
  return differenceElsewhere(expectation, { kind: givenKind, detail: '', rows: rows(given) }) !== null
}

describe('an answer from elsewhere', () => {
  test('has the same rows, in any order', () => {
    expect(differs('rows', 'a\n1\n2', 'a\n2\n1')).toBe(false)
    expect(differs('rows', 'a\n1\n2', 'a\n2\n2')).toBe(true)
    expect(differs('rows in order', 'a\n1\n2', 'a\n2\n1')).toBe(true)
  })
  test('has changes that come to the same, taken together or one by one', () => {
    const ours = 'op k n\n+I x 2\n+I y 1'
    expect(differs('changelog', ours, 'op k n\n+I x 1\n+I y 1\n-U x 1\n+U x 2')).toBe(false)
    expect(differs('changelog', ours, 'op k n\n+I x 1\n+I y 1\n-U x 1\n+U x 3')).toBe(true)
    expect(differs('changelog', ours, 'op k m\n+I x 2\n+I y 1')).toBe(true)
  })
  test('may not insert what takes the place of another row', () => {
    expect(differs('changelog', 'op k n\n+I x 1\n-D x 1\n+I x 2', 'op k n\n+I x 2')).toBe(true)
    expect(differs('changelog', 'op k n\n+I x 2', 'op k n\n+I x 1\n+U x 2')).toBe(true)
  })
  test('is an error where one is expected, whatever its words', () => {
    expect(differs('error', '', '', 'error')).toBe(false)
    expect(differs('error', '', 'a\n1', 'rows')).toBe(true)
    expect(differs('rows', 'a\n1', '', 'error')).toBe(true)
  })
})
