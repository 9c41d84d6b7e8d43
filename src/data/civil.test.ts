import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { civilOf, dayMs, dayOf, daysOf, monthDays, monthOf, yearOf } from './civil.ts'

describe('civil dates', () => {
  it('agrees with Date, both ways, for 200,000 years around the epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_000_000, max: 99_000_000 }), (days) => {
        const date = new Date(days * dayMs)
        const civil = civilOf(days)
        expect([yearOf(civil), monthOf(civil), dayOf(civil)]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()])
        expect(daysOf(yearOf(civil), monthOf(civil), dayOf(civil))).toBe(days)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes months beyond a year', () => {
    expect(daysOf(2001, 13, 1)).toBe(daysOf(2002, 1, 1))
    expect(daysOf(2001, 0, 1)).toBe(daysOf(2000, 12, 1))
    expect(daysOf(2001, -11, 1)).toBe(daysOf(2000, 1, 1))
    expect(daysOf(2001, 25, 31)).toBe(daysOf(2003, 1, 31))
  })

  it('knows the length of months', () => {
    expect([1900, 2000, 2023, 2024].map((year) => monthDays(year, 2))).toEqual([28, 29, 28, 29])
    expect([1, 3, 4, 6, 9, 11, 12].map((month) => monthDays(2023, month))).toEqual([31, 31, 30, 30, 30, 30, 31])
  })
})
