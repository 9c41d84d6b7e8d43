import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '#base'
import {
  addDecimal,
  addExact,
  castDecimal,
  decimalToDouble,
  divideDecimal,
  doubleToDecimal,
  type ExactInteger,
  fitDecimal,
  multiplyDecimal,
  multiplyExact,
  parseDecimal,
  printDecimal,
  remainderDecimal,
  rescaleDecimal,
  subtractDecimal,
  truncateDecimal,
} from './decimal.ts'
import { overflow, unparsed } from './parse-bytes.ts'
import { boxExact } from './vector.ts'

/** Unscaled values around the border between numbers and bigints, and far from it. */
const unscaled = fc
  .oneof(
    fc.bigInt({ min: -1000n, max: 1000n }),
    fc.bigInt({ min: 2n ** 53n - 100n, max: 2n ** 53n + 100n }),
    fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
    fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
  )
  .map(boxExact)
const scale = fc.integer({ min: 0, max: 18 })

/** Exact fractions: the oracle. */
const tenTo = (exponent: number) => 10n ** BigInt(exponent)
function roundedFraction(numerator: bigint, denominator: bigint, toScale: number): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const top = (numerator < 0n ? -numerator : numerator) * tenTo(toScale)
  const bottom = denominator < 0n ? -denominator : denominator
  const rounded = (2n * top + bottom) / (2n * bottom)
  return negative ? -rounded : rounded
}

describe('decimal arithmetic', () => {
  it('adds and subtracts exactly', () => {
    fc.assert(
      fc.property(unscaled, scale, unscaled, scale, scale, (a, aScale, b, bScale, to) => {
        const common = Math.max(aScale, bScale)
        const left = BigInt(a) * tenTo(common - aScale)
        const right = BigInt(b) * tenTo(common - bScale)
        const expected = (sum: bigint) => fitDecimal(boxExact(roundedFraction(sum, tenTo(common), to)), 38)
        expect(addDecimal(a, aScale, b, bScale, 38, to)).toBe(expected(left + right))
        expect(subtractDecimal(a, aScale, b, bScale, 38, to)).toBe(expected(left - right))
      }),
      { numRuns: 500 },
    )
  })

  it('multiplies exactly and rounds once', () => {
    fc.assert(
      fc.property(unscaled, scale, unscaled, scale, scale, (a, aScale, b, bScale, to) => {
        const product = roundedFraction(BigInt(a) * BigInt(b), tenTo(aScale + bScale), to)
        expect(multiplyDecimal(a, aScale, b, bScale, 38, to)).toBe(fitDecimal(boxExact(product), 38))
      }),
      { numRuns: 500 },
    )
  })

  it('divides to 38 significant digits', () => {
    fc.assert(
      fc.property(unscaled, scale, unscaled, scale, fc.integer({ min: 0, max: 30 }), (a, aScale, b, bScale, to) => {
        fc.pre(b !== 0)
        const numerator = BigInt(a) * tenTo(bScale)
        const denominator = BigInt(b) * tenTo(aScale)
        let shift = 0
        while (a !== 0 && shift < 90 && roundedFraction(numerator, denominator, shift).toString().replace('-', '').length < 38) shift++
        const expected = roundedFraction(roundedFraction(numerator, denominator, shift), tenTo(shift), to)
        expect(divideDecimal(a, aScale, b, bScale, 38, to)).toBe(fitDecimal(boxExact(expected), 38))
      }),
      { numRuns: 1000 },
    )
    expect(divideDecimal(1, 0, 3, 0, 38, 20)).toBe(33333333333333333333n)
    expect(divideDecimal(2, 0, 3, 0, 10, 6)).toBe(666667)
    expect(divideDecimal(-1, 0, 2, 0, 10, 0)).toBe(-1)
    expect(divideDecimal(1, 0, 1, 10, 5, 0)).toBe(null)
    // 38 digits are cut before the scale is: ...49999 of 40 digits becomes ...5 and then rounds up.
    const nearHalf = 10n ** 37n + 4n
    expect(divideDecimal(nearHalf, 0, 10, 0, 38, 0)).toBe(10n ** 36n)
  })

  it('takes remainders with the sign of the dividend', () => {
    expect(remainderDecimal(75, 1, 2, 0, 10, 1)).toBe(15)
    expect(remainderDecimal(-75, 1, 2, 0, 10, 1)).toBe(-15)
    expect(remainderDecimal(10n ** 30n + 7n, 0, 10, 0, 38, 0)).toBe(7)
    expect(Object.is(remainderDecimal(-4, 0, 2, 0, 10, 0), 0)).toBe(true)
  })

  it('refuses to divide by zero', () => {
    expect(() => divideDecimal(1, 0, 0, 0, 10, 2)).toThrow(MillraceError)
    expect(() => remainderDecimal(1, 0, 0, 0, 10, 2)).toThrow('cannot divide by zero')
  })

  it('never makes a negative zero', () => {
    expect(Object.is(multiplyExact(-1, 0), 0)).toBe(true)
    expect(Object.is(rescaleDecimal(-4, 1, 0), 0)).toBe(true)
    expect(Object.is(truncateDecimal(-4, 1), 0)).toBe(true)
    expect(Object.is(doubleToDecimal(-0, 5, 2), 0)).toBe(true)
    expect(Object.is(subtractDecimal(0, 0, 0, 0, 5, 2), 0)).toBe(true)
    expect(Object.is(divideDecimal(-1, 0, 3, 0, 5, 0), 0)).toBe(true)
  })
})

describe('scales and precision', () => {
  it('round half up, away from zero', () => {
    expect([25, -25, 24, -24, 26].map((value) => rescaleDecimal(value, 1, 0))).toEqual([3, -3, 2, -2, 3])
    expect(rescaleDecimal(10n ** 20n + 5n * 10n ** 10n, 20, 9)).toBe(1000000001)
    expect([rescaleDecimal(5, 20, 0), rescaleDecimal(9007199254740991, 16, 0), rescaleDecimal(4999999999999999, 16, 0)]).toEqual([0, 1, 0])
    expect(rescaleDecimal(5, 0, 20)).toBe(5n * 10n ** 20n)
  })
  it('turn what does not fit into NULL', () => {
    expect(fitDecimal(999, 3)).toBe(999)
    expect(fitDecimal(-1000, 3)).toBe(null)
    expect(fitDecimal(10n ** 20n, 20)).toBe(null)
    expect(fitDecimal(10n ** 20n - 1n, 20)).toBe(10n ** 20n - 1n)
    expect(castDecimal(9995, 1, 3, 0)).toBe(null)
    expect(castDecimal(9994, 1, 3, 0)).toBe(999)
  })
  it('cut towards zero', () => {
    fc.assert(
      fc.property(unscaled, scale, (value, at) => {
        expect(truncateDecimal(value, at)).toBe(boxExact(BigInt(value) / tenTo(at)))
      }),
    )
  })
  it('keep sums and products exact', () => {
    fc.assert(
      fc.property(unscaled, unscaled, (a, b) => {
        expect(addExact(a, b)).toBe(boxExact(BigInt(a) + BigInt(b)))
        expect(multiplyExact(a, b)).toBe(boxExact(BigInt(a) * BigInt(b)))
      }),
    )
  })
})

describe('decimal text', () => {
  it('prints every digit', () => {
    const prints: [ExactInteger, number, string][] = [
      [150, 2, '1.50'],
      [-7, 2, '-0.07'],
      [0, 3, '0.000'],
      [5, 0, '5'],
      [12345678901234567890123n, 2, '123456789012345678901.23'],
      [-12345678901234567890123n, 0, '-12345678901234567890123'],
    ]
    for (const [value, at, text] of prints) expect(printDecimal(value, at)).toBe(text)
  })
  it('reads what it prints', () => {
    fc.assert(
      fc.property(unscaled, scale, (value, at) => {
        expect(parseDecimal(printDecimal(value, at), 38, at)).toBe(value)
      }),
    )
  })
  it('reads exponents and rounds', () => {
    expect(parseDecimal('1.5e3', 10, 2)).toBe(150000)
    expect(parseDecimal('-15E-1', 10, 0)).toBe(-2)
    expect(parseDecimal('1e999999999', 10, 2)).toBe(overflow)
    expect(parseDecimal('1e-999999999', 10, 2)).toBe(0)
    expect(parseDecimal('0e999999999', 10, 2)).toBe(0)
    expect(parseDecimal('99.995', 4, 2)).toBe(overflow)
    expect(parseDecimal('0.5', 2, 0)).toBe(1)
    expect(parseDecimal('0.05', 2, 0)).toBe(0)
    expect(parseDecimal('.005', 2, 2)).toBe(1)
    for (const text of ['', '.', '-', 'e5', '1e', ' 1', '1 ', '0x1', 'NaN', '1e12345678901'])
      expect(parseDecimal(text, 10, 2)).toBe(unparsed)
  })
  it('reads digits without end', () => {
    const sevens = '7'.repeat(300_000)
    expect(parseDecimal(`0.${sevens}`, 38, 10)).toBe(7777777778)
    expect(parseDecimal(`-${sevens}e-299990`, 38, 2)).toBe(-777777777778)
    expect(parseDecimal(sevens, 38, 10)).toBe(overflow)
    expect(parseDecimal(`${'0'.repeat(300_000)}1`, 38, 10)).toBe(10 ** 10)
    expect(parseDecimal(`0.${'0'.repeat(300_000)}1`, 38, 10)).toBe(0)
  })
  it('agrees with bigint arithmetic', () => {
    const shown = fc.tuple(fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n }), fc.nat(50), fc.integer({ min: -60, max: 60 }))
    fc.assert(
      fc.property(shown, fc.integer({ min: 1, max: 38 }), fc.nat(38), ([value, fraction, exponent], precision, at) => {
        fc.pre(at <= precision)
        const text = `${printDecimal(boxExact(value), fraction)}e${exponent}`
        const power = exponent - fraction
        const rounded = roundedFraction(value * tenTo(Math.max(power, 0)), tenTo(Math.max(-power, 0)), at)
        expect(parseDecimal(text, precision, at)).toBe(fitDecimal(boxExact(rounded), precision) ?? overflow)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('decimals and doubles', () => {
  it('take the shortest text of a double', () => {
    expect(doubleToDecimal(1.005, 10, 2)).toBe(101)
    expect(doubleToDecimal(0.1, 38, 20)).toBe(10n ** 19n)
    expect(doubleToDecimal(Math.fround(0.1), 20, 18)).toBe(100000001490116120n)
    expect(doubleToDecimal(1e22, 38, 2)).toBe(10n ** 24n)
    expect(doubleToDecimal(123, 2, 0)).toBe(null)
    expect(doubleToDecimal(Number.NaN, 10, 2)).toBe(null)
    expect(doubleToDecimal(Number.POSITIVE_INFINITY, 10, 2)).toBe(null)
  })
  it('give the nearest double', () => {
    expect(decimalToDouble(10, 10, 2)).toBe(0.1)
    expect(decimalToDouble(99999999999999999999999n, 30, 0)).toBe(1e23)
    expect(decimalToDouble(-15, 38, 1)).toBe(-1.5)
    expect(decimalToDouble(5, 18, 18)).toBe(5e-18)
  })
})
