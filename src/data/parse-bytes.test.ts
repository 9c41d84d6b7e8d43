import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blankEnd,
  blankStart,
  inexact,
  isNanText,
  overflow,
  parseBooleanBytes,
  parseDateBytes,
  parseDecimalBytes,
  parseDoubleBytes,
  parseExactIntegerBytes,
  parseIntegerBytes,
  parseTimeBytes,
  parseTimestampBytes,
  unparsed,
} from './parse-bytes.ts'

/** Puts the text between other bytes, so that a parser that looks beyond its bounds is noticed. */
function within<T>(text: string, read: (data: Uint8Array, start: number, end: number) => T): T {
  const bytes = new TextEncoder().encode(`7.${text}1e`)
  return read(bytes, 2, bytes.length - 2)
}

const integer = (text: string) => within(text, parseIntegerBytes)
const exact = (text: string) => within(text, parseExactIntegerBytes)
const boolean = (text: string) => within(text, parseBooleanBytes)
const double = (text: string) => within(text, parseDoubleBytes)
const date = (text: string) => within(text, parseDateBytes)
const time = (text: string) => within(text, parseTimeBytes)
const decimal = (text: string, precision: number, scale: number) =>
  within(text, (data, start, end) => parseDecimalBytes(data, start, end, precision, scale))
const timestamp = (text: string, precision = 3, separator = ' ') =>
  within(text, (data, start, end) => parseTimestampBytes(data, start, end, precision, separator.charCodeAt(0)))

describe('integers', () => {
  it('reads up to 15 digits', () => {
    expect(['0', '-0', '+12', '-12', '007', '999999999999999'].map(integer)).toEqual([0, 0, 12, -12, 7, 999999999999999])
  })
  it('says when there are more', () => {
    expect(['9007199254740993', '-9223372036854775808', '0000000000000001'].map(integer)).toEqual([inexact, inexact, inexact])
    expect(['9007199254740993', '+9223372036854775808', '0000000000000001', '-9007199254740991', '12', 'x'].map(exact)).toEqual([
      9007199254740993n,
      9223372036854775808n,
      1,
      -9007199254740991,
      12,
      null,
    ])
  })
  it('refuses everything else', () => {
    for (const text of ['', '-', '+', '1.0', '1e3', ' 1', '1 ', '--1', '12345678901234567x', '١']) expect(integer(text)).toBe(unparsed)
  })
  it('finds blanks', () => {
    const bytes = new TextEncoder().encode(' \t12 \n')
    expect([blankStart(bytes, 0, 6), blankEnd(bytes, 0, 6)]).toEqual([2, 4])
    expect([blankStart(bytes, 4, 6), blankEnd(bytes, 4, 6)]).toEqual([6, 4])
  })
})

describe('booleans', () => {
  it('reads the words of Flink', () => {
    for (const text of ['t', 'true', 'TRUE', 'y', 'Yes', '1']) expect(boolean(text)).toBe(1)
    for (const text of ['f', 'false', 'FaLsE', 'n', 'NO', '0']) expect(boolean(text)).toBe(0)
    for (const text of ['', 'tru', 'truely', 'falsee', '2', 'on', ' true', 'yés', '\0t']) expect(boolean(text)).toBe(unparsed)
  })
})

describe('decimals', () => {
  it('reads the unscaled value and rounds half up', () => {
    expect(decimal('12.345', 10, 3)).toBe(12345)
    expect(decimal('12.345', 10, 2)).toBe(1235)
    expect(decimal('-12.345', 10, 2)).toBe(-1235)
    expect(decimal('12.344999', 10, 2)).toBe(1234)
    expect(decimal('12', 10, 2)).toBe(1200)
    expect(decimal('.5', 10, 0)).toBe(1)
    expect(decimal('-.4', 10, 0)).toBe(0)
    expect(decimal('5.', 10, 1)).toBe(50)
    expect(decimal('000000000000000000000.10', 3, 1)).toBe(1)
    expect(decimal('0.00000000000000000000', 20, 20)).toBe(0)
  })
  it('notices overflow, of the digits and of the rounding', () => {
    expect(decimal('1000', 3, 0)).toBe(overflow)
    expect(decimal('99.95', 3, 1)).toBe(overflow)
    expect(decimal('99.94', 3, 1)).toBe(999)
    expect(decimal('1', 3, 3)).toBe(overflow)
  })
  it('leaves the long ones and exponents to others', () => {
    expect(decimal('1234567890123456', 20, 0)).toBe(inexact)
    expect(decimal('1.5', 38, 20)).toBe(inexact)
    expect(decimal('1e3', 10, 2)).toBe(inexact)
  })
  it('refuses everything else', () => {
    for (const text of ['', '.', '-', '-.', '1.2.3', '1,2', 'e5', ' 1', 'NaN']) expect(decimal(text, 10, 2)).toBe(unparsed)
  })
  it('agrees with bigint arithmetic', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -99999999999n, max: 99999999999n }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 4 }),
        (unscaled, shown, scale) => {
          const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(shown + 1, '0')
          const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - shown)}.${digits.slice(digits.length - shown)}`
          const magnitude = (unscaled < 0n ? -unscaled : unscaled) * 10n ** BigInt(scale)
          const rounded = (magnitude * 2n + 10n ** BigInt(shown)) / (2n * 10n ** BigInt(shown))
          expect(decimal(text, 15, scale)).toBe(Number(unscaled < 0n ? 0n - rounded : rounded))
        },
      ),
    )
  })
})

describe('doubles', () => {
  it('reads what Number reads, plainly', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const text = Object.is(value, -0) ? '-0' : String(value)
        expect(double(text)).toBe(value)
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[+-]?\d{1,17}\.\d{0,12}$/), (text) => {
        expect(double(text)).toBe(Number(text))
      }),
    )
  })
  it('takes what Java takes', () => {
    expect(['1.5d', '1.5F', '.5', '5.', '1e3', '1.E3', '-Infinity', '+Infinity', '0x1.8p3', '-0x10P-4'].map(double)).toEqual([
      1.5,
      1.5,
      0.5,
      5,
      1000,
      1000,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      12,
      -1,
    ])
    expect(double('-0.0')).toBe(-0)
    expect([double('NaN'), within('NaN', isNanText), within('-NaN', isNanText), within('nan', isNanText)]).toEqual([
      unparsed,
      true,
      true,
      false,
    ])
  })
  it('takes the hexadecimal that Double.toHexString prints', () => {
    const prints: [string, number][] = [
      ['0x1.fffffffffffffp1023', Number.MAX_VALUE],
      ['0x0.fffffffffffffp-1022', 2.225073858507201e-308],
      ['-0x0.0000000000001p-1022', -5e-324],
      ['0x1.8p-1073', 1.5e-323],
      ['0x0p99999', 0],
      ['0x1p99999', Number.POSITIVE_INFINITY],
      ['0x1.00000000000008p0', 1],
      ['0x1.000000000000080000001p0', 1.0000000000000002],
      [`0x${'0'.repeat(1000)}1p0`, 1],
    ]
    for (const [text, value] of prints) expect([text, double(text)]).toEqual([text, value])
  })
  it('refuses what Java refuses', () => {
    for (const text of [
      '0xp1',
      '0x.p1',
      '0x1.8',
      '\u00a01e5',
      '\ufeff1.5',
      '\u30001',
      '',
      '.',
      '-',
      'd',
      '0x10',
      '0b1',
      '0o7',
      '1 ',
      ' 1',
      '1_0',
      'infinity',
      '1e',
      '--1',
      '1\u00a0',
      '1.2.3',
      '1dd',
    ]) {
      expect([text, double(text)]).toEqual([text, unparsed])
    }
  })
})

describe('dates and times', () => {
  it('reads dates that exist', () => {
    expect(['1970-01-01', '2000-02-29', '0000-01-01', '9999-12-31'].map(date)).toEqual([0, 11016, -719528, 2932896])
    for (const text of ['1900-02-29', '2001-00-10', '2001-13-01', '2001-1-01', '2001/01/01', '2001-01-32', '2001-01-0x', '']) {
      expect(date(text)).toBe(unparsed)
    }
  })
  it('reads times', () => {
    expect(['00:00:00', '23:59:59.9999', '12:30:00.1', '24:00:00', '01:02:03.'].map(time)).toEqual([0, 86399999, 45000100, 0, 3723000])
    for (const text of ['12:30', '12:60:00', '12:00:60', '25:00:00', '24:00:01', '12:00:00.1234567890', '12:00:00Z', '1:00:00']) {
      expect(time(text)).toBe(unparsed)
    }
  })
  it('reads timestamps in the unit of their precision', () => {
    expect(timestamp('2001-01-31 12:30:59.123456789')).toBe(980944259123)
    expect(timestamp('2001-01-31 12:30:59.123456789', 2)).toBe(980944259120)
    expect(timestamp('2001-01-31 12:30:59.123456789', 0)).toBe(980944259000)
    expect(timestamp('2001-01-31 12:30:59.123456789', 6)).toBe(980944259123456)
    expect(timestamp('2001-01-31 12:30:59.123456789', 5)).toBe(980944259123450)
    expect(timestamp('2001-01-31 12:30:59.123456789', 9)).toBe(inexact)
    expect(timestamp('1970-01-01 00:00:01.123456789', 9)).toBe(1123456789)
    expect(timestamp('9999-12-31 00:00:00', 6)).toBe(inexact)
    expect(timestamp('1969-12-31 23:59:59.999', 3)).toBe(-1)
    expect(timestamp('2001-01-31T12:30:59', 3, 'T')).toBe(980944259000)
  })
  it('bends days and midnight as Java does', () => {
    expect(timestamp('2001-02-31 00:00:00')).toBe(Date.UTC(2001, 1, 28))
    expect(timestamp('2004-02-30 00:00:00')).toBe(Date.UTC(2004, 1, 29))
    expect(timestamp('2001-01-31 24:00:00')).toBe(Date.UTC(2001, 1, 1))
  })
  it('refuses everything else', () => {
    for (const text of ['2001-01-31', '2001-01-31 12:30', '2001-01-31T12:30:59', '2001-01-32 12:30:59', '2001-01-31 12:30:59 ', '']) {
      expect(timestamp(text)).toBe(unparsed)
    }
  })
  it('agrees with Date', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62167219200000, max: 253402300799999 }), (instant) => {
        expect(timestamp(new Date(instant).toISOString().slice(0, 23), 3, 'T')).toBe(instant)
      }),
    )
  })
})
