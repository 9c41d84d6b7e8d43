import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from './byte-writer.ts'
import { isUtf8 } from './utf8.ts'

function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(1)
  write(out)
  return new TextDecoder().decode(out.data.subarray(0, out.length))
}

describe('numbers are spelled as Java spells them', () => {
  test.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-2.5, '-2.5'],
    [0.01, '0.01'],
    [0.05, '0.05'],
    [123.45, '123.45'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [9_999_999, '9999999.0'],
    [1e7, '1.0E7'],
    [1.5e300, '1.5E300'],
    [1e21, '1.0E21'],
    [123_456_789.125, '1.23456789125E8'],
    [5e-324, '4.9E-324'],
    [1 / 3, '0.3333333333333333'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('double %d', (value, text) => {
    expect(written((out) => out.double(value))).toBe(text)
  })
  test.each([
    [Math.fround(0.1), '0.1'],
    [Math.fround(16_777_216), '1.6777216E7'],
    [Math.fround(3.4028235e38), '3.4028235E38'],
    [0.5, '0.5'],
    [1, '1.0'],
  ])('float %d', (value, text) => {
    expect(written((out) => out.float(value))).toBe(text)
  })
  test('doubles and integers come back', () => {
    const double = (value: number) => Number(written((out) => out.double(value)))
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(double(value)).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (value) => {
        expect(double(value / 100)).toBe(value / 100)
      }),
    )
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(written((out) => out.integer(value))).toBe(String(value))
      }),
    )
  })
  test.each([
    [150, 2, true, '1.50'],
    [-5, 3, true, '-0.005'],
    [1, 10, true, '1E-10'],
    [-123n, 12, true, '-1.23E-10'],
    [0, 10, true, '0E-10'],
    [1, 10, false, '0.0000000001'],
    [12_345_678_901_234_567_890n, 0, true, '12345678901234567890'],
  ])('decimal %s of scale %d', (unscaled, scale, scientific, text) => {
    expect(written((out) => out.decimal(unscaled, scale, scientific))).toBe(text)
  })
})

describe('times', () => {
  test.each([
    [0, 3, '1970-01-01 00:00:00'],
    [1_500, 3, '1970-01-01 00:00:01.5'],
    [-1, 3, '1969-12-31 23:59:59.999'],
    [-1, 6, '1969-12-31 23:59:59.999999'],
    [1_577_836_800_123_456_789n, 9, '2020-01-01 00:00:00.123456789'],
    [253_402_300_800_000, 3, '+10000-01-01 00:00:00'],
    [-62_198_755_200_000, 3, '-0001-01-01 00:00:00'],
  ])('%s', (value, precision, text) => {
    expect(written((out) => out.timestamp(value, precision, 32))).toBe(text)
  })
})

test('UTF-8 is what a strict decoder takes', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const byte = fc.oneof(fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xc0, 0xf5), fc.nat(255))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(byte, { maxLength: 6 }),
        fc.string({ unit: 'binary' }).map((text) => [...new TextEncoder().encode(text)]),
      ),
      (list) => {
        const bytes = Uint8Array.from(list)
        let valid = true
        try {
          strict.decode(bytes)
        } catch {
          valid = false
        }
        expect(isUtf8(bytes, 0, bytes.length)).toBe(valid)
      },
    ),
    { numRuns: 5000 },
  )
})

test('more bytes than can be counted are an error that says so', () => {
  expect(() => new ByteWriter(16).ensure(2 ** 31)).toThrow(
    expect.objectContaining({ code: 'FORMATS_OUTPUT_TOO_LONG', message: 'cannot write rows of more than 2147483647 bytes at once' }),
  )
})
