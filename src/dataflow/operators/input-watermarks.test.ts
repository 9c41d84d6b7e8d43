import { expect, test } from 'vitest'
import { bigintType, vectorOf, watermarkEnd } from '#data'
import { InputWatermarks } from './input-watermarks.ts'

function told(inputs: number) {
  const sent: unknown[] = []
  const watermarks = new InputWatermarks(inputs, {
    push: () => undefined,
    advance: (watermarkMs) => void sent.push(watermarkMs),
    setIdle: (isIdle) => void sent.push(isIdle ? 'idle' : 'awake'),
    finish: () => void sent.push('finish'),
  })
  return { watermarks, sent }
}

const batch = (...watermarks: number[]) => ({
  length: watermarks.length,
  columns: [vectorOf(bigintType, watermarks)],
  kinds: null,
  watermarks: Float64Array.from(watermarks),
})

test('the least of all inputs counts, but for those that are idle or have ended', () => {
  const { watermarks, sent } = told(3)
  watermarks.advance(0, 10)
  watermarks.advance(1, 20)
  expect(sent).toEqual([])
  watermarks.setIdle(2, true)
  watermarks.finish(0)
  expect(sent).toEqual([10, 20])
  watermarks.setIdle(1, true)
  expect(sent.slice(2)).toEqual(['idle'])
  watermarks.setIdle(2, false)
  watermarks.advance(2, 15)
  watermarks.advance(2, 30)
  expect(sent.slice(3)).toEqual(['awake', 30])
})

test('where the others have ended, what is idle is waited for', () => {
  const { watermarks, sent } = told(2)
  watermarks.setIdle(1, true)
  watermarks.advance(0, watermarkEnd)
  watermarks.finish(0)
  expect(sent).toEqual(['idle'])
  watermarks.advance(1, watermarkEnd)
  watermarks.finish(1)
  expect(sent.at(-1)).toBe('finish')
})

test('rows of an input that was idle stand under what has gone on without it', () => {
  const { watermarks } = told(2)
  watermarks.advance(0, 10)
  watermarks.advance(1, 5)
  watermarks.setIdle(1, true)
  watermarks.advance(0, 40)
  watermarks.setIdle(1, false)
  expect(watermarks.ofBatch(1, batch(5, 20, 60))).toBeNull()
  watermarks.advance(0, 50)
  expect(watermarks.ofBatch(1, batch(5, 45, 60))).toEqual(Float64Array.of(40, 45, 50))
})
