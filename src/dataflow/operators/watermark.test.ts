import { expect, test } from 'vitest'
import { type Batch, timestampType, type Vector, vectorOf, watermarkEnd } from '#data'
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
