import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '#base'
import { comparator, compareNumbers, compareText, equality, hasher, hashValue } from './compare.ts'
import { hashBytes, hashText } from './hash.ts'
import {
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  doubleType,
  integerType,
  nullType,
  stringType,
  timestampType,
  variantType,
} from './type.ts'

const arrayOf = (element: DataType): DataType => ({ kind: 'array', element, nullable: true })
const mapOf = (key: DataType, value: DataType): DataType => ({ kind: 'map', key, value, nullable: true })
const rowOf = (...types: DataType[]): DataType => ({
  kind: 'row',
  fields: types.map((type, index) => ({ name: `f${index}`, type })),
  nullable: true,
})

const sign = (order: number) => Math.sign(order)

describe('order', () => {
  it('puts NULL first and NaN last', () => {
    const compare = comparator(doubleType)
    const sorted = [1, Number.NaN, null, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY, -0, 0].sort(compare)
    expect(sorted).toEqual([null, Number.NEGATIVE_INFINITY, -1, -0, 0, 1, Number.POSITIVE_INFINITY, Number.NaN])
    expect(compareNumbers(Number.NaN, Number.NaN)).toBe(0)
    expect(compareNumbers(-0, 0)).toBe(0)
  })

  it('compares exact integers across their two forms', () => {
    const compare = comparator(bigintType)
    expect(compare(9007199254740993n, 9007199254740991)).toBe(1)
    expect(compare(-9007199254740993n, 5)).toBe(-1)
    expect(compare(9007199254740993n, 9007199254740993n)).toBe(0)
    expect(comparator(timestampType)(1, 2)).toBe(-1)
    expect(comparator(booleanType)(false, true)).toBe(-1)
  })

  it('compares text as its UTF-8 bytes', () => {
    const anyText = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uffff', '\ue000', '😀', '\u{10ffff}', '中', '\0') })
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(sign(compareText(a, b))).toBe(sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
      { numRuns: 1000 },
    )
  })

  it('compares bytes without signs, a prefix first', () => {
    const compare = comparator(bytesType)
    expect(sign(compare(Uint8Array.of(1, 255), Uint8Array.of(1, 2)))).toBe(1)
    expect(sign(compare(Uint8Array.of(1), Uint8Array.of(1, 0)))).toBe(-1)
    expect(compare(Uint8Array.of(), Uint8Array.of())).toBe(0)
  })

  it('compares arrays and rows element by element', () => {
    const compare = comparator(arrayOf(integerType))
    expect(compare([1, 2], [1, 3])).toBe(-1)
    expect(sign(compare([1, 2, 0], [1, 2]))).toBe(1)
    expect(compare([1, null], [1, 0])).toBe(-1)
    expect(compare([], [])).toBe(0)
    expect(sign(comparator(rowOf(stringType, doubleType))(['a', 2], ['a', Number.NaN]))).toBe(-1)
  })

  it('refuses maps', () => {
    expect(() => comparator(mapOf(integerType, stringType))).toThrow(MillraceError)
    expect(() => comparator(arrayOf(mapOf(integerType, stringType)))).toThrow('values of type MAP<INT, STRING> have no order')
    expect(comparator(nullType)(null, null)).toBe(0)
  })
})

describe('equality', () => {
  it('knows every type', () => {
    expect(equality(doubleType)(Number.NaN, Number.NaN)).toBe(true)
    expect(equality(doubleType)(0, -0)).toBe(true)
    expect(equality(stringType)(null, null)).toBe(true)
    expect(equality(stringType)(null, '')).toBe(false)
    expect(equality(bytesType)(Uint8Array.of(1), Uint8Array.of(1))).toBe(true)
    expect(equality(bytesType)(Uint8Array.of(1), null)).toBe(false)
    expect(equality(bigintType)(9007199254740993n, 9007199254740993n)).toBe(true)
    expect(equality(arrayOf(doubleType))([1, Number.NaN, null], [1, Number.NaN, null])).toBe(true)
    expect(equality(arrayOf(doubleType))([1], [1, 2])).toBe(false)
    expect(equality(rowOf(integerType, bytesType))([1, Uint8Array.of(2)], [1, Uint8Array.of(2)])).toBe(true)
  })

  it('compares maps whatever the order of their entries', () => {
    const same = equality(mapOf(stringType, integerType))
    expect(same(new Map(Object.entries({ a: 1, b: null })), new Map(Object.entries({ b: null, a: 1 })))).toBe(true)
    expect(same(new Map([['a', 1]]), new Map([['a', 2]]))).toBe(false)
    expect(same(new Map([['a', null]]), new Map([['b', null]]))).toBe(false)
    expect(equality(mapOf(rowOf(integerType), integerType))(new Map([[[1], 1]]), new Map([[[1], 1]]))).toBe(true)
    const counts = equality({ kind: 'multiset', element: stringType, nullable: true })
    expect(counts(new Map([['a', 2]]), new Map([['a', 2]]))).toBe(true)
    expect(counts(new Map([['a', 2]]), null)).toBe(false)
  })
})

describe('hashes', () => {
  it('never change', () => {
    expect(hashValue(null, stringType)).toBe(0)
    expect(hashValue('millrace', stringType)).toBe(hashBytes(new TextEncoder().encode('millrace'), 0, 8))
    expect([hashValue('a', stringType), hashValue(1, integerType), hashValue(0.5, doubleType)]).toMatchInlineSnapshot(`
      [
        444641715,
        1364076727,
        212211137,
      ]
    `)
    expect([hashValue(2n ** 70n, bigintType), hashValue([1, null], arrayOf(integerType))]).toMatchInlineSnapshot(`
      [
        -487786360,
        1425306386,
      ]
    `)
  })

  it('of text are those of its UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = new TextEncoder().encode(text)
        expect(hashText(text)).toBe(hashBytes(bytes, 0, bytes.length))
      }),
    )
  })

  it('agree for equal values', () => {
    expect(hashValue(-0, doubleType)).toBe(hashValue(0, doubleType))
    const maps = hasher(mapOf(stringType, integerType))
    expect(maps(new Map(Object.entries({ a: 1, b: 2 })))).toBe(maps(new Map(Object.entries({ b: 2, a: 1 }))))
    expect(hashValue(new Map([['a', 2]]), { kind: 'multiset', element: stringType, nullable: true })).not.toBe(0)
    expect(hashValue(true, booleanType)).not.toBe(hashValue(false, booleanType))
    expect(hashValue(Uint8Array.of(97), bytesType)).toBe(hashValue('a', stringType))
    expect(hashValue([1], rowOf(integerType))).toBe(hashValue([1], arrayOf(integerType)))
    expect(hashValue('{"a":1}', variantType)).toBe(hashValue('{"a":1}', stringType))
  })

  it('spread: few of 100,000 numbers share one of a million slots', () => {
    const slots = new Set<number>()
    const hash = hasher(bigintType)
    for (let i = 0; i < 100_000; i++) slots.add((hash(i * 1000) >>> 0) % 1_000_003)
    expect(slots.size).toBeGreaterThan(94_000)
    const wide = new Set(Array.from({ length: 1000 }, (_, i) => hash(2n ** 60n + BigInt(i))))
    expect(wide.size).toBe(1000)
  })
})
