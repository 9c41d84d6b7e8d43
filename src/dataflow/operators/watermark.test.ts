import { describe, expect, test } from 'vitest'
import { type Batch, timestampType, type Vector, vectorOf, watermarkEnd, watermarkNone } from '#data'
import { WatermarkOperator } from './watermark.ts'

const type = timestampType
const batch = (...times: number[]): Batch => ({ length: times.length, columns: [vectorOf(type, times)], kinds: null, watermarks: null })

test('goes on from an earlier life, never back, and to the end with its input', () => {
  const sent: unknown[] = []
  const operator = new WatermarkOperator(({ columns }) => columns[0] as Vector, {
    push: ({ watermarks, length }) => void sent.push(watermarks === null ? null : [...watermarks.subarray(0, length)]),
    advance: (watermarkMs) => void sent.push(watermarkMs),
    finish: () => void sent.push('finish'),
  })
  operator.resume(7)
  operator.push(0, batch(5, 9, 8))
  operator.push(0, batch(6))
  expect([sent, operator.watermark]).toEqual([[7, [7, 7, 9], 9, null], 9])
  operator.finish()
  expect([sent.slice(4), operator.watermark]).toEqual([[watermarkEnd, 'finish'], watermarkEnd])
})

/** What an operator sends: the watermarks before the rows of each batch, and those that it announces. */
function told(gap = 1) {
  const sent: unknown[] = []
  const operator = new WatermarkOperator(
    ({ columns }) => columns[0] as Vector,
    {
      push: ({ watermarks, length }) => void sent.push(watermarks === null ? null : [...watermarks.subarray(0, length)]),
      advance: (watermarkMs) => void sent.push(watermarkMs),
      finish: () => void sent.push('finish'),
    },
    gap,
  )
  return { operator, sent }
}

describe('several splits', () => {
  test('each has a watermark, and the least of them counts', () => {
    const { operator, sent } = told()
    operator.keepOnly(['a', 'b'])
    operator.enter('a')
    operator.push(0, batch(5, 9))
    expect(sent).toEqual([null])
    operator.enter('b')
    operator.push(0, batch(3, 7, 12, 6))
    // Behind the other split from 12 on.
    expect(sent.slice(1)).toEqual([[watermarkNone, 3, 7, 9], 9])
    operator.enter('a')
    operator.push(0, batch(20))
    expect([sent.slice(3), operator.watermark]).toEqual([[[9], 12], 12])
  })

  test('one that has ended, or is idle, holds nothing back, and time never goes back', () => {
    const { operator, sent } = told()
    operator.keepOnly(['a', 'b', 'c'])
    for (const [split, at] of [
      ['a', 10],
      ['b', 20],
      ['c', 30],
    ] as const) {
      operator.enter(split)
      operator.push(0, batch(at))
    }
    sent.length = 0
    operator.keepOnly(['b', 'c'])
    operator.rest('b')
    expect(sent).toEqual([20, 30])
    operator.enter('b')
    operator.push(0, batch(25, 40))
    operator.keepOnly(['b', 'c', 'd'])
    expect([sent.slice(2), operator.watermark]).toEqual([[null], 30])
  })

  test('what is known of them is saved', () => {
    const first = told().operator
    for (const [split, at] of [
      ['a', 10],
      ['b', 20],
    ] as const) {
      first.keepOnly(['a', 'b'])
      first.enter(split)
      first.push(0, batch(at))
    }
    expect(first.saved()).toEqual({ '': 10, b: 20 })
    const { operator, sent } = told()
    operator.resume(10, { b: 20 })
    operator.keepOnly(['a', 'b'])
    operator.enter('a')
    operator.push(0, batch(50))
    expect(sent).toEqual([10, [10], 20])
  })
})

test('with a gap the watermark is looked at after so many rows, also of an earlier life', () => {
  const { operator, sent } = told(3)
  operator.push(0, batch(5, 9, 8, 7, 20))
  expect(sent).toEqual([[watermarkNone, watermarkNone, watermarkNone, 9, 9], 9])
  const later = told(3)
  later.operator.resume(9, Object.fromEntries(Object.entries(operator.saved()).filter(([name]) => name !== '')))
  later.operator.push(0, batch(1, 1))
  expect(later.sent).toEqual([9, [9, 20], 20])
})
