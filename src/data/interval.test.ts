import { describe, expect, it } from 'vitest'
import { type IntervalQualifier, parseInterval, printDays, printMonths } from './interval.ts'
import { unparsed } from './parse-bytes.ts'

const second = { from: 'day', to: 'second' } as const

describe('intervals', () => {
  it('print with their sign', () => {
    expect([0, 14, -14, 1202].map(printMonths)).toEqual(['+0-00', '+1-02', '-1-02', '+100-02'])
    expect([0, 122400123, -122400123, -1].map(printDays)).toEqual([
      '+0 00:00:00.000',
      '+1 10:00:00.123',
      '-1 10:00:00.123',
      '-0 00:00:00.001',
    ])
  })

  it('are read by their qualifier', () => {
    const texts: [string, IntervalQualifier, string][] = [
      ['1-2', { from: 'year', to: 'month' }, '+1-02'],
      ['-1-11', { from: 'year', to: 'month' }, '-1-11'],
      ['+01-02', { from: 'year', to: 'month' }, '+1-02'],
      ['100', { from: 'year', leadingDigits: 3 }, '+100-00'],
      ['5', { from: 'month' }, '+0-05'],
      ['1', { from: 'quarter' }, '+0-03'],
      ['2', { from: 'week' }, '+14 00:00:00.000'],
      ['1 2', { from: 'day', to: 'hour' }, '+1 02:00:00.000'],
      ['1 2:3', { from: 'day', to: 'minute' }, '+1 02:03:00.000'],
      ['1 2:3:4', second, '+1 02:03:04.000'],
      ['1 2:3:4.5', second, '+1 02:03:04.500'],
      ['-1 2:3:4.1239', second, '-1 02:03:04.123'],
      ['10:20', { from: 'hour', to: 'minute' }, '+0 10:20:00.000'],
      ['10:20:30.5', { from: 'hour', to: 'second' }, '+0 10:20:30.500'],
      ['99', { from: 'hour' }, '+4 03:00:00.000'],
      ['59:59', { from: 'minute', to: 'second' }, '+0 00:59:59.000'],
      ['61.9996', { from: 'second' }, '+0 00:01:01.999'],
      [' 1 ', { from: 'day' }, '+1 00:00:00.000'],
      ['120', { from: 'minute', leadingDigits: 3 }, '+0 02:00:00.000'],
      ['5', { from: 'second', fractionDigits: 0 }, '+0 00:00:05.000'],
    ]
    for (const [text, qualifier, printed] of texts) {
      const value = parseInterval(text, qualifier)
      const shown = ['year', 'quarter', 'month'].includes(qualifier.from) ? printMonths(value) : printDays(value)
      expect([text, shown]).toEqual([text, printed])
    }
  })

  it('are refused when a field is missing, too much or too large', () => {
    const texts: [string, IntervalQualifier][] = [
      ['1-12', { from: 'year', to: 'month' }],
      ['1-002', { from: 'year', to: 'month' }],
      ['100', { from: 'year' }],
      ['1 24', { from: 'day', to: 'hour' }],
      ['1', second],
      ['1.5', { from: 'day' }],
      ['', { from: 'day' }],
      ['- 1', { from: 'day' }],
      ['1  2', { from: 'day', to: 'hour' }],
      ['1 2:3:4.1234567', second],
      ['5.1234', { from: 'second', fractionDigits: 3 }],
      ['1000 02:03:04', { ...second, leadingDigits: 3 }],
    ]
    for (const [text, qualifier] of texts) expect([text, parseInterval(text, qualifier)]).toEqual([text, unparsed])
  })
})
