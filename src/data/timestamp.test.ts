import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { castTimestamp, cutMs, timestampMs, timestampNanos, timestampOf, timestampUnit } from './timestamp.ts'

describe('timestamp units', () => {
  it('go by precision', () => {
    expect([0, 3, 4, 6, 7, 9].map(timestampUnit)).toEqual([1, 1, 1000, 1000, 1_000_000, 1_000_000])
  })

  it('are taken apart and put together again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
        fc.integer({ min: 0, max: 999_999 }),
        fc.constantFrom(3, 6, 9),
        (ms, nanos, precision) => {
          const kept = precision === 3 ? 0 : precision === 6 ? nanos - (nanos % 1000) : nanos
          const value = timestampOf(ms, nanos, precision)
          expect([timestampMs(value, precision), timestampNanos(value, precision)]).toEqual([ms, kept])
          expect(typeof value === 'bigint' ? Number.isSafeInteger(Number(value)) : !Number.isSafeInteger(value)).toBe(false)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('round down before 1970', () => {
    expect([timestampMs(-1, 6), timestampNanos(-1, 6)]).toEqual([-1, 999_000])
    expect([timestampMs(-(10n ** 18n) - 1n, 9), timestampNanos(-(10n ** 18n) - 1n, 9)]).toEqual([-1_000_000_000_001, 999_999])
    expect(Object.is(timestampNanos(-1000, 6), 0)).toBe(true)
  })
})

describe('casts between precisions', () => {
  it('widen exactly', () => {
    expect(castTimestamp(980944259123, 3, 6)).toBe(980944259123000)
    expect(castTimestamp(980944259123, 3, 9)).toBe(980944259123000000n)
    expect(castTimestamp(-1, 0, 9)).toBe(-1_000_000)
    expect(castTimestamp(5, 1, 3)).toBe(5)
  })
  it('cut', () => {
    expect(castTimestamp(980944259123456789n, 9, 6)).toBe(980944259123456)
    expect(castTimestamp(980944259123456789n, 9, 4)).toBe(980944259123400)
    expect(castTimestamp(980944259123456789n, 9, 8)).toBe(980944259123456780n)
    expect(castTimestamp(980944259123456789n, 9, 3)).toBe(980944259123)
    expect(castTimestamp(980944259123456, 6, 0)).toBe(980944259000)
    expect(castTimestamp(980944259123, 3, 1)).toBe(980944259100)
  })
  it('cut milliseconds towards zero and what is finer downwards', () => {
    expect(castTimestamp(-123, 3, 2)).toBe(-120)
    expect(castTimestamp(-123456, 6, 2)).toBe(-120)
    expect(castTimestamp(-123456, 6, 3)).toBe(-124)
    expect(castTimestamp(-123456, 6, 5)).toBe(-123460)
    expect(Object.is(cutMs(-5, 0), 0)).toBe(true)
  })
})
