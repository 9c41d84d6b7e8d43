import { expect, it } from 'vitest'
import { printDays, printMonths } from './interval.ts'

it('intervals are printed with their sign', () => {
  expect([0, 14, -14, 1202].map(printMonths)).toEqual(['+0-00', '+1-02', '-1-02', '+100-02'])
  expect([0, 122400123, -122400123, -1].map(printDays)).toEqual([
    '+0 00:00:00.000',
    '+1 10:00:00.123',
    '-1 10:00:00.123',
    '-0 00:00:00.001',
  ])
})
