import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, daysOf } from './civil.ts'
import {
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampLtz,
  printDate,
  printTime,
  printTimestamp,
  printTimestampLtz,
} from './datetime-text.ts'
import { unparsed } from './parse-bytes.ts'
import { timeZone } from './time-zone.ts'

const instants = fc.integer({ min: Date.UTC(1, 0, 1) - 1900 * 365 * dayMs, max: Date.UTC(9999, 11, 31) })
const newYork = timeZone('America/New_York')

describe('dates', () => {
  it('print as Date does', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        expect(printDate(Math.floor(instant / dayMs))).toBe(new Date(instant).toISOString().slice(0, 10))
      }),
    )
    expect(printDate(daysOf(12346, 12, 31))).toBe('2346-12-31')
    expect(printDate(-719529)).toBe('-0001-12-31')
  })
  it('read what they print', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const days = Math.floor(instant / dayMs)
        expect(parseDate(printDate(days))).toBe(days)
      }),
    )
  })
  it('take partial dates and blanks', () => {
    expect(['2001', '2001-2', ' 2001-02-03 ', '2001-02-03 xyz', '1-2-3', '2001 - 1'].map((text) => printDate(parseDate(text)))).toEqual([
      '2001-01-01',
      '2001-02-01',
      '2001-02-03',
      '2001-02-03',
      '0001-02-03',
      '2001-01-01',
    ])
    expect(printDate(parseDate('\u00012001-02-03\t'))).toBe('2001-02-03')
    for (const text of [
      '2001-02-03\u00a0',
      '\ufeff2001',
      '',
      '2001-02-30',
      '2001-02-03T00:00:00',
      '10000-01-01',
      '-2001-01-01',
      '1-2-3-4',
      '2001-x',
      '1234567890',
    ]) {
      expect(parseDate(text)).toBe(unparsed)
    }
  })
})

describe('times', () => {
  it('print the digits they need', () => {
    const prints: [number, number, string][] = [
      [45059123, 3, '12:30:59.123'],
      [45059120, 3, '12:30:59.12'],
      [45059000, 3, '12:30:59.0'],
      [45059123, 1, '12:30:59.1'],
      [45059123, 9, '12:30:59.123'],
      [45059123, 0, '12:30:59'],
      [-1000, 0, '23:59:59'],
      [88259000, 0, '24:30:59'],
    ]
    for (const [value, precision, text] of prints) expect(printTime(value, precision)).toBe(text)
  })
  it('read shortened ones and offsets', () => {
    const hours = ['12', '12:30', ' 12 : 30 : 5 ', '12:30:59.9996', '23:30:59+01:00', '00:30-01', '12:30:59.1+01', '12:30:59.x'].map(
      parseTime,
    )
    expect(hours).toEqual([43200000, 45000000, 45005000, 45060000, 88259000, -1800000, 48659100, 45059000])
    for (const text of ['', 'x', '24:00', '12:60', '12:30:60', '12:30:59:1', '12-01:00', '12:30+01:00', '12:30:59Z', '-1']) {
      expect([text, parseTime(text)]).toEqual([text, unparsed])
    }
  })
})

describe('timestamps', () => {
  it('print as Date does', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const iso = new Date(instant).toISOString().replace('T', ' ').slice(0, 23)
        expect(printTimestamp(instant, 3)).toBe(iso)
        expect(printTimestamp(instant, 1)).toBe(iso.slice(0, 21))
        expect(printTimestamp(instant, 0)).toBe(iso.slice(0, 19))
        expect(printTimestamp(BigInt(instant) * 1_000_000n + 7n, 9)).toBe(`${iso}000007`)
        expect(parseTimestamp(iso, 3)).toBe(instant)
        expect(parseTimestamp(iso, 9)).toSatisfy((value: number | bigint) => BigInt(value) === BigInt(instant) * 1_000_000n)
      }),
    )
  })
  it('take one-digit fields and whole dates', () => {
    expect(printTimestamp(parseTimestamp('2001-1-2 3:4:5.6789', 3), 3)).toBe('2001-01-02 03:04:05.678')
    expect(printTimestamp(parseTimestamp('2001-1-2', 6), 6)).toBe('2001-01-02 00:00:00.000000')
    expect(printTimestamp(parseTimestamp('2001-2-31 24:00:00', 0), 0)).toBe('2001-03-01 00:00:00')
    expect(printTimestamp(parseTimestamp('+12345-01-01', 3), 3)).toBe('2345-01-01 00:00:00.000')
    const refused = [
      '2001-01-31 12:30',
      ' 2001-01-31',
      '2001-01-31 ',
      '2001-01-31T12:30:59',
      '0000-01-01 00:00:00',
      '12345-01-01',
      '+2001-1-1',
    ]
    for (const text of [
      ...refused,
      '2001-13-01',
      '2001-01-01 25:00:00',
      '2001-01-01 24:00:00.5',
      '2001-1-1 0:60:0',
      '2001-01-01 00:00:00Z',
    ]) {
      expect([text, parseTimestamp(text, 3)]).toEqual([text, unparsed])
    }
  })
  it('stand in a time zone', () => {
    const instant = parseTimestampLtz('2021-03-14 02:30:00.123456', 6, newYork)
    expect(instant).toBe(Date.parse('2021-03-14T07:30:00.123Z') * 1000 + 456)
    expect(printTimestampLtz(instant, 6, newYork)).toBe('2021-03-14 03:30:00.123456')
    expect(printTimestampLtz(instant, 6, timeZone('GMT+08:00'))).toBe('2021-03-14 15:30:00.123456')
    expect(parseTimestampLtz('x', 6, newYork)).toBe(unparsed)
  })
})
