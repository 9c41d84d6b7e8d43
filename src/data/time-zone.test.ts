import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '#base'
import { findTimeZone, localToInstant, timeZone, zoneOffsetAt } from './time-zone.ts'

const hourMs = 3_600_000
const utc = (text: string) => Date.parse(`${text}Z`)

describe('fixed offsets', () => {
  it('have many spellings', () => {
    const offsets = ['UTC', 'Z', 'GMT', '+08:00', '+0800', '+8', 'GMT+08:00', 'GMT+8', 'UTC-3', '-00:30', '+01:02:03'].map(
      (id) => timeZone(id).offsetAt(0) / 1000,
    )
    expect(offsets).toEqual([0, 0, 0, 28800, 28800, 28800, 28800, 28800, -10800, -1800, 3723])
    expect(timeZone('GMT+08:00').instantOf(0)).toBe(-8 * hourMs)
  })
  it('end at 18 hours', () => {
    expect(findTimeZone('+18:00')?.offsetAt(0)).toBe(18 * hourMs)
    expect(findTimeZone('+18:01')).toBe(null)
  })
})

describe('regions', () => {
  it('change their offset to the millisecond', () => {
    const zone = timeZone('America/New_York')
    expect(zone.offsetAt(utc('2021-03-14T06:59:59.999'))).toBe(-5 * hourMs)
    expect(zone.offsetAt(utc('2021-03-14T07:00:00'))).toBe(-4 * hourMs)
    expect(zone.offsetAt(utc('2021-11-07T05:59:59.999'))).toBe(-4 * hourMs)
    expect(zone.offsetAt(utc('2021-11-07T06:00:00'))).toBe(-5 * hourMs)
    expect(zone.offsetAt(utc('1850-01-01T00:00:00'))).toBe(-(4 * 3600 + 56 * 60 + 2) * 1000)
  })

  it('agree with Intl at any instant', () => {
    const ids = ['America/New_York', 'Africa/Casablanca', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia', 'Europe/Dublin']
    const formats = new Map(
      ids.map((id) => [id, new Intl.DateTimeFormat('en-US', { timeZone: id, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })]),
    )
    const inUtc = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })
    fc.assert(
      fc.property(
        fc.constantFrom(...ids),
        fc.integer({ min: utc('1890-01-01T00:00:00'), max: utc('2040-01-01T00:00:00') }),
        (id, instant) => {
          expect(inUtc.format(instant + zoneOffsetAt(id, instant))).toBe(formats.get(id)?.format(instant))
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('resolve skipped and repeated times as Java does', () => {
    const zone = timeZone('America/New_York')
    expect(zone.instantOf(utc('2021-03-14T02:30:00'))).toBe(utc('2021-03-14T07:30:00'))
    expect(zone.instantOf(utc('2021-03-14T02:30:00'), 'later')).toBe(utc('2021-03-14T07:30:00'))
    expect(zone.instantOf(utc('2021-03-14T03:00:00'))).toBe(utc('2021-03-14T07:00:00'))
    expect(zone.instantOf(utc('2021-11-07T01:30:00'))).toBe(utc('2021-11-07T05:30:00'))
    expect(zone.instantOf(utc('2021-11-07T01:30:00'), 'later')).toBe(utc('2021-11-07T06:30:00'))
    expect(zone.instantOf(utc('2021-11-07T02:00:00'))).toBe(utc('2021-11-07T07:00:00'))
    // Samoa left out 30 December 2011.
    expect(localToInstant('Pacific/Apia', utc('2011-12-30T12:00:00'))).toBe(utc('2011-12-30T22:00:00'))
  })

  it('come back to the same instant', () => {
    const zone = timeZone('Europe/Paris')
    fc.assert(
      fc.property(fc.integer({ min: utc('1930-01-01T00:00:00'), max: utc('2037-01-01T00:00:00') }), (instant) => {
        const local = instant + zone.offsetAt(instant)
        const found = [zone.instantOf(local), zone.instantOf(local, 'later')]
        expect(found).toContain(instant)
        for (const at of found) expect(at + zone.offsetAt(at)).toBe(local)
      }),
      { numRuns: 1000 },
    )
  })

  it('stand beyond dates and at the ends of time', () => {
    const zone = timeZone('America/New_York')
    expect(zone.offsetAt(1e18)).toBe(zone.offsetAt(8.64e15))
    expect(zone.offsetAt(Number.NEGATIVE_INFINITY)).toBe(0)
    expect(zone.offsetAt(0)).toBe(-5 * hourMs)
  })
})

it('keeps one zone of a name, however its letters are written', () => {
  const id = 'America/Argentina/ComodRivadavia'
  expect(findTimeZone(id.toUpperCase())).toBe(findTimeZone(id))
  expect(findTimeZone(id.toLowerCase())).toBe(findTimeZone(id))
})

it('refuses names of nothing', () => {
  expect(() => timeZone('Nowhere/City')).toThrow(MillraceError)
  expect(() => timeZone('Nowhere/City')).toThrow('time zone "Nowhere/City" does not exist')
  expect(findTimeZone('')).toBe(null)
})
