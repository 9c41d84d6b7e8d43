import { expect, test } from 'vitest'
import { momentText, refreshMs, stretchOf, timeRanges } from './time-range.ts'

test('each stretch ends on the edge of a step behind now, and has some hundreds of steps', () => {
  const now = Date.UTC(2030, 0, 1, 12, 0, 3)
  for (const range of timeRanges) {
    const { from, to, stepMs } = stretchOf(range, now)
    expect([to % stepMs, (to - from) % stepMs, to >= now, to - now < stepMs]).toEqual([0, 0, true, true])
    expect((to - from) / stepMs).toBeGreaterThan(100)
    expect((to - from) / stepMs).toBeLessThan(500)
    expect(refreshMs(range)).toBeGreaterThanOrEqual(5000)
  }
  expect(stretchOf('1h', now).to - stretchOf('1h', now).from).toBe(3_600_000)
})

test('moments of a long stretch have their day', () => {
  const at = new Date(2030, 0, 31, 9, 5, 7).getTime()
  expect(['15m', '6h', '7d'].map((range) => momentText(at, range as '15m'))).toEqual(['09:05:07', '09:05', '01-31 09:05'])
})
