import { expect, test } from 'vitest'
import { compareStreamIds, lastIdBefore, parseStreamId } from './stream-id.ts'

test('ids are compared by time, then by number, however large they are', () => {
  const ids = ['0-0', '0-1', '9-9', '10-0', '10-18446744073709551614', '10-18446744073709551615', '1700000000000-0']
  for (const [a, first] of ids.entries()) {
    for (const [b, second] of ids.entries()) expect(Math.sign(compareStreamIds(first, second))).toBe(Math.sign(a - b))
  }
})

test('texts that are no ids are told', () => {
  expect(['5', '5-3', '0005-1'].map(parseStreamId)).toEqual(['5-0', '5-3', '5-1'])
  expect(['', '-1', '5-', 'x', '$', '5-18446744073709551616'].map(parseStreamId)).toEqual(Array.from({ length: 6 }, () => null))
})

test('entries of a time come after the last id before it', () => {
  expect(compareStreamIds(lastIdBefore(2000), '2000-0')).toBeLessThan(0)
  expect(compareStreamIds(lastIdBefore(2000), '1999-7')).toBeGreaterThan(0)
  expect(lastIdBefore(0)).toBe('0-0')
})
