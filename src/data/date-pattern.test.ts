import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '#base'
import { dayMs, daysOf } from './civil.ts'
import { datePrinter } from './date-formatter.ts'
import { dateParser } from './date-formatter-parse.ts'
import { parseTimestamp, printDate, printTimestamp } from './datetime-text.ts'
import { simpleDatePrinter } from './simple-date-format.ts'
import { simpleDateParser } from './simple-date-parse.ts'
import { timeZone } from './time-zone.ts'
import { timestampMs, timestampNanos } from './timestamp.ts'

const newYork = timeZone('America/New_York')
const utc = timeZone('UTC')

const functions: Record<string, (pattern: string, input: string) => string> = {
  DATE_FORMAT: (pattern, input) => {
    const value = parseTimestamp(input, 9)
    return datePrinter(pattern)(timestampMs(value, 9), timestampNanos(value, 9))
  },
  FROM_UNIXTIME: (pattern, input) => simpleDatePrinter(pattern, newYork)(Number(input) * 1000),
  REFORMAT: (pattern, input) => simpleDatePrinter(pattern, utc)(simpleDateParser('yyyy-MM-dd HH:mm:ss', 2026)(input, utc)),
  TO_TIMESTAMP: (pattern, input) => {
    const found = dateParser(pattern)(input)
    return found === null ? 'NULL' : printTimestamp(found.localMs, 3)
  },
  UNIX_TIMESTAMP: (pattern, input) => {
    const ms = simpleDateParser(pattern, 2026)(input, newYork)
    return Number.isNaN(ms) ? 'NULL' : String(Math.trunc(ms / 1000))
  },
  TO_DATE: (pattern, input) => {
    const ms = simpleDateParser(pattern, 2026)(input, utc)
    return Number.isNaN(ms) ? 'NULL' : printDate(Math.floor(ms / dayMs))
  },
}

function answer(name: string, pattern: string, input: string): string {
  try {
    return functions[name]?.(pattern, input) ?? 'no such function'
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'DATA_DATE_PATTERN_REFUSED') return 'REFUSED'
    throw error
  }
}

describe('date patterns', () => {
  it('do what they do in Flink', () => {
    const lines = readFileSync(new URL('cases/date-patterns.txt', import.meta.url), 'utf8').split('\n')
    const cases = lines.filter((line) => line !== '' && !line.startsWith('#'))
    const wrong = cases.flatMap((line) => {
      const [name = '', pattern = '', input = '', result = ''] = line.split(' | ')
      const found = answer(name, pattern, input)
      return found === (result.split(' but ')[1] ?? result) ? [] : [`${line} | ${found}`]
    })
    expect(wrong).toEqual([])
    expect(cases.length).toBeGreaterThan(250)
  })
})

describe('a printer', () => {
  it('prints one time after another as it prints each alone', () => {
    const patterns = ['yyyy-MM-dd', 'HH:mm', 'h a', 'HH', 'ss', 'yyyy [HH]', 'mm.SSS', 'A', 'EEE Q', "'day' D w"]
    const steps = [0, 1, 999, 1000, 59_999, 60_000, 3_599_999, 3_600_000, 43_200_000, dayMs - 1, dayMs, 400 * dayMs]
    for (const pattern of patterns) {
      const printer = datePrinter(pattern)
      for (const start of [0, -dayMs - 1]) {
        for (const step of steps) expect(printer(start + step, 5), `${pattern} ${start + step}`).toBe(datePrinter(pattern)(start + step, 5))
      }
    }
  })
})

const printed = (pattern: string, input: string) => answer('DATE_FORMAT', pattern, input)
const read = (pattern: string, input: string) => answer('TO_TIMESTAMP', pattern, input)
const instant = (pattern: string, input: string, yearNow = 2026) => simpleDateParser(pattern, yearNow)(input, utc)

describe('patterns of DateTimeFormatter', () => {
  it('print every style', () => {
    expect(printed('GGGG GGGGG QQQQ QQQQQ q EEEEE ccc', '2020-12-31 13:05:09')).toBe('Anno Domini A 4th quarter 4 4 T Thu')
    expect(printed('yyyyy', '+12345-01-01')).toBe('12345')
    expect(printed('yyyy', '+12345-01-01')).toBe('+12345')
    expect(printed("h 'o''clock' a", '2001-01-01 00:00:00')).toBe("12 o'clock AM")
    expect(printed('yyyy[-MM[-dd', '2001-02-03')).toBe('2001-02-03')
  })

  it('name what is wrong with a pattern', () => {
    const reasons: [string, string][] = [
      ['yyyy-MM-dd"]"]', '"]" closes nothing'],
      ['ddd', '"ddd" has no meaning'],
      ["'x", 'a quote is not closed'],
      ['{', '"{" is reserved'],
      ['aa', '"aa" has no meaning'],
      ['HH:mm z', 'the value has no time zone'],
      ['[X]', 'the value has no time zone'],
      ['y'.repeat(20), '"yyyyyy" has no meaning'],
      ['n'.repeat(20), '"nnnnnn" has no meaning'],
    ]
    for (const [pattern, reason] of reasons) {
      expect(() => datePrinter(pattern)).toThrow(`date pattern "${pattern}" cannot be used: ${reason}`)
    }
    expect(() => datePrinter('['.repeat(100_000))).toThrow('it has more than 1000 characters')
    expect(() => simpleDatePrinter('y'.repeat(1001), utc)).toThrow('it has more than 1000 characters')
    expect(printed(`${'['.repeat(499)}'x'${']'.repeat(498)}`, '2001-02-03')).toBe('x')
  })

  it('read numbers that run together', () => {
    expect(read('yyyyMMddHHmmssSSS', '20010203040506789')).toBe('2001-02-03 04:05:06.789')
    expect(read('yyyyDDD', '2001032')).toBe('2001-02-01 00:00:00.000')
    expect(read('MMddyy', '020301')).toBe('2001-02-03 00:00:00.000')
    expect(read('MMdd', '023')).toBe('NULL')
  })

  it('read halves of days, eras, quarters and weekdays', () => {
    expect(read('yyyy-MM-dd hh a', '2001-02-03 12 AM')).toBe('2001-02-03 00:00:00.000')
    expect(read('yyyy-MM-dd KK a', '2001-02-03 11 PM')).toBe('2001-02-03 23:00:00.000')
    expect(read('yyyy-MM-dd HH hh a', '2001-02-03 14 02 PM')).toBe('2001-02-03 14:00:00.000')
    expect(read('yyyy-MM-dd HH hh a', '2001-02-03 14 03 PM')).toBe('NULL')
    expect(read('y GGGG', '2001 Anno Domini')).toBe('2001-01-01 00:00:00.000')
    expect(read('QQQ yyyy-MM-dd', 'Q1 2001-02-03')).toBe('2001-02-03 00:00:00.000')
    expect(read('QQQ yyyy-MM-dd', 'Q2 2001-02-03')).toBe('NULL')
    expect(read('EEEE yyyy-MM-dd', 'Saturday 2001-02-03')).toBe('2001-02-03 00:00:00.000')
    expect(read('N', '3600000000001')).toBe('1970-01-01 01:00:00.000')
    expect(read('A', '3723004')).toBe('1970-01-01 01:02:03.004')
    expect(read('A HH', '3723004 02')).toBe('NULL')
  })

  it('skip zones', () => {
    for (const [letters, zone] of [
      ['VV', 'Europe/Paris'],
      ['z', 'UTC'],
      ['Z', '+0200'],
      ['ZZZZ', 'GMT+02:00'],
      ['ZZZZZ', 'Z'],
      ['O', 'GMT-8'],
      ['X', '-08'],
      ['XX', '+0200'],
      ['XXXXX', '+02:00:30'],
      ['x', '+0530'],
    ] as const) {
      expect([letters, read(`yyyy-MM-dd ${letters}`, `2001-02-03 ${zone}`)]).toEqual([letters, '2001-02-03 00:00:00.000'])
    }
    expect(read('yyyy-MM-dd VV', '2001-02-03 Nowhere')).toBe('NULL')
    expect(read('yyyy-MM-dd xxx', '2001-02-03 Z')).toBe('NULL')
  })

  it('resolve to the nearest day that exists', () => {
    expect(read('yyyy-MM-dd', '2001-04-31')).toBe('2001-04-30 00:00:00.000')
    expect(read('yyyy-DDD', '2001-366')).toBe('NULL')
    expect(read('dd', '31')).toBe('1970-01-31 00:00:00.000')
    expect(read('MM-dd', '02-30')).toBe('NULL')
    expect(read('HH', '24')).toBe('1970-01-01 00:00:00.000')
    expect(read('HH:mm', '24:01')).toBe('NULL')
    expect(read('yyyy MM', '2001 13')).toBe('NULL')
    expect(read('yyyy yyyy', '2001 2002')).toBe('NULL')
    expect(read('u-M-d', '-5-1-1')).toBe('-0005-01-01 00:00:00.000')
    expect(read('u', '999999')).toBe('NULL')
  })
})

describe('patterns of SimpleDateFormat', () => {
  it('print zones', () => {
    const zones = ['America/New_York', 'UTC', 'GMT+08:00', 'GMT'].map((id) => simpleDatePrinter('z zzzz Z X XX XXX', timeZone(id))(0))
    expect(zones).toEqual([
      'EST Eastern Standard Time -0500 -05 -0500 -05:00',
      'UTC Coordinated Universal Time +0000 Z Z Z',
      'GMT+08:00 GMT+08:00 +0800 +08 +0800 +08:00',
      'GMT Greenwich Mean Time +0000 Z Z Z',
    ])
    expect(() => simpleDatePrinter('XXXX', utc)).toThrow('"XXXX" has no meaning')
  })

  it('read zones', () => {
    const at = (zone: string, letters = 'z') => instant(`yyyy-MM-dd HH ${letters}`, `2001-07-01 12 ${zone}`)
    const noon = Date.UTC(2001, 6, 1, 12)
    expect([at('PST'), at('gmt'), at('GMT-01:30'), at('+0200', 'Z'), at('-08', 'X'), at('+0830', 'XX')]).toEqual([
      noon + 8 * 3_600_000,
      noon,
      noon + 90 * 60_000,
      noon - 2 * 3_600_000,
      noon + 8 * 3_600_000,
      noon - 8.5 * 3_600_000,
    ])
    for (const [zone, letters] of [
      ['Nowhere', 'z'],
      ['-', 'z'],
      ['08', 'X'],
      ['-8', 'X'],
      ['+02:00', 'Z'],
      ['+25:00', 'XXX'],
    ] as const)
      expect(at(zone, letters)).toBe(Number.NaN)
  })

  it('read leniently', () => {
    expect(instant('yyyy-MM-dd', '2001-14-35 and more')).toBe(Date.UTC(2002, 2, 7))
    expect(instant('yyyyMMdd', '2001 2 3')).toBe(Date.UTC(2001, 1, 3))
    expect(instant('yyyyMMdd', '200102')).toBe(Number.NaN)
    expect(instant('EEEE, d MMMM yyyy', 'saturday, 3 FEBRUARY 2001')).toBe(Date.UTC(2001, 1, 3))
    expect(instant('E d MMM yyyy', 'Sat 3 Feb 2001')).toBe(Date.UTC(2001, 1, 3))
    expect(instant('yyyy D', '2001 34')).toBe(Date.UTC(2001, 1, 3))
    expect(instant('KK:mm a', '02:30 PM')).toBe(Date.UTC(1970, 0, 1, 14, 30))
    expect(instant('y G', '1 BC')).toBe(Date.parse('0000-01-01T00:00:00Z'))
    expect(instant('yyyy-MM-dd', 'x')).toBe(Number.NaN)
  })

  it('end where instants are not exact any more', () => {
    expect(instant('y', '285616')).toBe(Date.UTC(2000, 0, 1) + (daysOf(285_616, 1, 1) - daysOf(2000, 1, 1)) * dayMs)
    for (const text of ['999999999', '-999999999', '99999999999999']) expect(instant('y', text)).toBe(Number.NaN)
  })

  it('put years of two digits near to now', () => {
    const years = ['45', '47', '99', '00'].map((text) => new Date(instant('yy', text, 2026)).getUTCFullYear())
    expect(years).toEqual([2045, 1947, 1999, 2000])
    expect(new Date(instant('yy', '123', 2026)).getUTCFullYear()).toBe(123)
  })
})
