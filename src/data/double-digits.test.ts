/** Doubles to digits and back, beside the platform's own. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeShortest } from './double-digits.ts'
import { parseDoubleBytes } from './parse-bytes.ts'

const data = new Uint8Array(64)

function written(size: number): string | null {
  const end = writeShortest(size, data, 3)
  expect(end).toBeLessThanOrEqual(3 + 22)
  return end < 0 ? null : Buffer.from(data.subarray(3, end)).toString()
}

function parsed(text: string): number {
  const bytes = Buffer.from(text)
  return parseDoubleBytes(bytes, 0, bytes.length)
}

const view = new DataView(new ArrayBuffer(8))

/** The double so many steps from another. */
function neighbour(value: number, steps: number): number {
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(steps))
  return view.getFloat64(0)
}

const sizes = fc
  .oneof(
    fc.double({ min: 1e-3, max: 1e7, noNaN: true }),
    fc.tuple(fc.integer({ min: 1, max: 2 ** 48 }), fc.integer({ min: 0, max: 16 })).map(([digits, scale]) => digits / 10 ** scale),
    fc.tuple(fc.integer({ min: -9, max: 23 }), fc.integer({ min: -40, max: 40 })).map(([power, steps]) => neighbour(2 ** power, steps)),
    fc.tuple(fc.integer({ min: -3, max: 6 }), fc.integer({ min: -40, max: 40 })).map(([power, steps]) => neighbour(10 ** power, steps)),
  )
  .filter((size) => size >= 1e-3 && size < 1e7 && !Number.isInteger(size))

describe('digits', () => {
  test('are those that the platform prints, of any double', () => {
    let asked = 0
    let count = 0
    fc.assert(
      fc.property(sizes, (size) => {
        const text = written(size)
        count++
        if (text === null) asked++
        expect(text ?? String(size)).toBe(String(size))
      }),
      { numRuns: 20_000 },
    )
    expect(asked).toBeLessThan(count / 20)
  })

  test('of many doubles in a row are those that the platform prints', () => {
    let asked = 0
    let seed = 1
    const wrong: number[] = []
    for (let each = 0; each < 300_000; each++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      const size = (seed / 2 ** 32 + each / 2 ** 50) * 10 ** (each % 10) * 1e-2 + 1e-3
      if (Number.isInteger(size) || size >= 1e7) continue
      const end = writeShortest(size, data, 0)
      if (end < 0) asked++
      else if (Buffer.from(data.subarray(0, end)).toString() !== String(size)) wrong.push(size)
    }
    expect(wrong).toEqual([])
    expect(asked).toBeLessThan(100)
  })
})

describe('a text of many digits is the double that the platform reads', () => {
  test('any digits with the point at any place', () => {
    const texts = fc
      .tuple(fc.boolean(), fc.stringMatching(/^(?:0{0,8})\d{10,24}$/), fc.nat({ max: 24 }))
      .map(([isNegative, digits, at]) => {
        return `${isNegative ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`
      })
    fc.assert(
      fc.property(texts, (text) => {
        expect(parsed(text)).toBe(Number(text))
      }),
      { numRuns: 50_000 },
    )
  })

  test('what lies in the middle between two doubles, and beside it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }), fc.integer({ min: 0, max: 6 }), (bits, shift) => {
        // (2 bits + 1) / 2^(shift + 1) is in the middle; its digits end at place shift + 1.
        const digits = (bits * 2n + 1n) * 5n ** BigInt(shift + 1)
        for (const near of [digits - 1n, digits, digits + 1n]) {
          const all = String(near)
          const text = `${all.slice(0, -shift - 1)}.${all.slice(-shift - 1)}`
          expect(parsed(text)).toBe(Number(text))
        }
      }),
      { numRuns: 5000 },
    )
  })
})
