import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asciiBytes,
  fitsInteger,
  isNanLiteral,
  parseDouble,
  parseFloat32,
  parseInteger,
  printDouble,
  printFloat,
  wrapInteger,
} from './number-text.ts'
import { unparsed } from './parse-bytes.ts'

describe('printing doubles', () => {
  it('follows Java', () => {
    const prints: [number, string][] = [
      [0, '0.0'],
      [-0, '-0.0'],
      [1, '1.0'],
      [-1.5, '-1.5'],
      [0.001, '0.001'],
      [0.0009, '9.0E-4'],
      [9999999, '9999999.0'],
      [10000000, '1.0E7'],
      [12345678.5, '1.23456785E7'],
      [1e100, '1.0E100'],
      [2 ** 53, '9.007199254740992E15'],
      [1024 - 2 ** 63, '-9.2233720368547748E18'],
      [-1.25e-7, '-1.25E-7'],
      [5e-324, '4.9E-324'],
      [1e-323, '9.9E-324'],
      [Number.MAX_VALUE, '1.7976931348623157E308'],
      [Number.NaN, 'NaN'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
      [Number.NEGATIVE_INFINITY, '-Infinity'],
    ]
    for (const [value, text] of prints) expect(printDouble(value)).toBe(text)
  })
  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseDouble(printDouble(value))).toBe(value)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('printing floats', () => {
  it('follows Java', () => {
    const prints: [number, string][] = [
      [1.1, '1.1'],
      [0.1, '0.1'],
      [16777216, '1.6777216E7'],
      [3.4028235e38, '3.4028235E38'],
      [1e-45, '1.4E-45'],
      [1.17549435e-38, '1.1754944E-38'],
      [33554432, '3.3554432E7'],
      [123456789, '1.23456792E8'],
      [-99999999999, '-9.9999998E10'],
      [1e19, '1.0E19'],
      [0.3333333, '0.3333333'],
      [1.00000012, '1.0000001'],
      [Number.NaN, 'NaN'],
      [-0, '-0.0'],
    ]
    for (const [value, text] of prints) expect(printFloat(Math.fround(value))).toBe(text)
  })
  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(parseFloat32(printFloat(value))).toBe(value)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('reading floats', () => {
  it('rounds the text once, not by way of a double', () => {
    // Just above and just below halfway between 1 and the next float: the nearest double is exactly halfway.
    expect(parseFloat32('1.00000005960464477539062500000001')).toBe(1.0000001192092896)
    expect(parseFloat32('1.000000059604644775390625')).toBe(1)
    expect(parseFloat32('1.00000005960464477539062499999999')).toBe(1)
    expect(parseFloat32('-1.00000005960464477539062500000001')).toBe(-1.0000001192092896)
    expect(parseFloat32('1.00000017881393432617187499999999')).toBe(1.0000001192092896)
    expect(parseFloat32('1.00000017881393432617187500000001')).toBe(1.000000238418579)
    expect(parseFloat32(' 16777217 ')).toBe(16777216)
    expect(parseFloat32('1e40')).toBe(Number.POSITIVE_INFINITY)
    // Halfway between the largest float and the next power of two, which is infinite.
    expect(parseFloat32('3.4028235677973366163753939545814e38')).toBe(Math.fround(3.4028234663852886e38))
    expect(parseFloat32('-3.4028235677973366163753939545814e38')).toBe(Math.fround(-3.4028234663852886e38))
    expect(parseFloat32('3.4028235677973366163753939545815e38')).toBe(Number.POSITIVE_INFINITY)
    expect(parseFloat32(`1.00000005960464477539062500${'0'.repeat(1_000_000)}1`)).toBe(1.0000001192092896)
    expect(parseFloat32('x')).toBe(unparsed)
  })
  it('tells NaN from no number', () => {
    expect([isNanLiteral(' NaN '), isNanLiteral('x'), isNanLiteral('Nän')]).toEqual([true, false, false])
    expect([parseDouble(' 1.5 '), parseDouble('１'), parseDouble('')]).toEqual([1.5, unparsed, unparsed])
  })
})

describe('integers', () => {
  it('reads what CAST reads', () => {
    expect([' 12 ', '12.9', '-12.9', '.', '+7', '-.5'].map((text) => parseInteger(text, 'integer'))).toEqual([12, 12, -12, 0, 7, 0])
    for (const text of ['', ' ', '-', '1e3', '1.2.3', '1.x', '\t1', '0x1', '12a']) expect(parseInteger(text, 'bigint')).toBe(unparsed)
    expect(parseInteger('-9223372036854775808', 'bigint')).toBe(-9223372036854775808n)
    expect(parseInteger('+9007199254740993.7', 'bigint')).toBe(9007199254740993n)
    expect(parseInteger('9223372036854775808', 'bigint')).toBe(unparsed)
    expect(parseInteger('00000000000000000000000001', 'tinyint')).toBe(1)
    expect(parseInteger('9'.repeat(30_000_000), 'bigint')).toBe(unparsed)
    expect([parseInteger('127', 'tinyint'), parseInteger('128', 'tinyint'), parseInteger('-32769', 'smallint')]).toEqual([
      127,
      unparsed,
      unparsed,
    ])
  })
  it('narrows as Java does', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.integer({ min: 0, max: 70 }), (value, shift) => {
        const smaller = value >> BigInt(shift)
        const boxed = smaller >= -9007199254740991n && smaller <= 9007199254740991n ? Number(smaller) : smaller
        expect(wrapInteger(boxed, 'tinyint')).toBe(Number(BigInt.asIntN(8, smaller)))
        expect(wrapInteger(boxed, 'smallint')).toBe(Number(BigInt.asIntN(16, smaller)))
        expect(wrapInteger(boxed, 'integer')).toBe(Number(BigInt.asIntN(32, smaller)))
        expect(BigInt(wrapInteger(boxed, 'bigint'))).toBe(BigInt.asIntN(64, smaller))
        expect(fitsInteger(boxed, 'bigint')).toBe(BigInt.asIntN(64, smaller) === smaller)
        expect(fitsInteger(boxed, 'integer')).toBe(BigInt.asIntN(32, smaller) === smaller)
      }),
      { numRuns: 500 },
    )
  })
  it('takes long texts as bytes as well', () => {
    expect(asciiBytes('x'.repeat(100), 0, 100)?.length).toBe(100)
    expect(parseDouble(`${'0'.repeat(100)}1`)).toBe(1)
  })
})
