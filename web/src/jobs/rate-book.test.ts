import { expect, test } from 'vitest'
import { RateBook } from './rate-book.ts'

const report = (rowsIn: number, rowsOut: number, durationMs: number) => ({ rowsIn, rowsOut, durationMs })

test('a rate needs two reports of one run', () => {
  const book = new RateBook()
  expect(book.note('a', '1', report(100, 10, 1000))).toBeUndefined()
  expect(book.note('a', '1', report(300, 30, 3000))).toEqual({ inPerSecond: 100, outPerSecond: 10 })
  expect(book.note('a', '1', report(300, 30, 3000))).toEqual({ inPerSecond: 100, outPerSecond: 10 })
  expect(book.note('a', '2', report(5, 5, 4000))).toBeUndefined()
})

test('jobs do not mix', () => {
  const book = new RateBook()
  book.note('a', '1', report(0, 0, 0))
  expect(book.note('b', '1', report(10, 10, 1000))).toBeUndefined()
})
