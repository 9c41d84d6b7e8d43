import { describe, expect, it } from 'vitest'
import { vectorOf } from './builder.ts'
import { concatVectors, markDifferences, sameValueAt, selectFromBoth } from './concat.ts'
import { bigintType, booleanType, bytesType, type DataType, doubleType, integerType, stringType } from './type.ts'
import { type Vector, valueAt } from './vector.ts'

const valuesOf = (vector: Vector, length: number, type: DataType) => Array.from({ length }, (_, row) => valueAt(vector, row, type))

describe('joined vectors', () => {
  const cases: readonly [DataType, readonly unknown[], readonly unknown[]][] = [
    [booleanType, [true, null], [false]],
    [integerType, [1], [null, 3]],
    [doubleType, [Number.NaN, -0], [1.5]],
    [bigintType, [1, null], [9007199254740993n, 2]],
    [bigintType, [9007199254740993n], [null]],
    [stringType, ['a', null], ['é']],
    [bytesType, [Uint8Array.of(1)], [null, Uint8Array.of()]],
  ]
  it('hold the values of one and then those of the other', () => {
    for (const [type, a, b] of cases) {
      const joined = concatVectors(vectorOf(type, a), a.length, vectorOf(type, b), b.length, type)
      expect(valuesOf(joined, a.length + b.length, type)).toEqual([...a, ...b])
    }
  })

  it('are there to be selected from, in the place of another vector', () => {
    const room: Vector = { form: 'numbers', data: new Float64Array(8), nulls: null }
    for (const [type, a, b] of [...cases, [doubleType, [1, 2], [3]] as const, [stringType, ['a', 'b'], ['c']] as const]) {
      const both = { first: vectorOf(type, a), firstLength: a.length, second: vectorOf(type, b), secondLength: b.length, type }
      const selection = Int32Array.from([a.length, 0, a.length + b.length - 1])
      const all = [...a, ...b]
      for (const place of [undefined, room]) {
        expect(valuesOf(selectFromBoth(both, selection, 3, place), 3, type)).toEqual([...selection].map((row) => all[row]))
      }
    }
  })

  it('may have different forms', () => {
    const words: Vector = { form: 'dictionary', codes: Int32Array.of(1, 0), words: ['a', 'b'], nulls: null }
    expect(valuesOf(concatVectors(words, 2, vectorOf(stringType, ['c', null]), 2, stringType), 4, stringType)).toEqual([
      'b',
      'a',
      'c',
      null,
    ])
  })
})

describe('values in place', () => {
  const same = (type: DataType, a: unknown, b: unknown) => sameValueAt(vectorOf(type, [a]), 0, vectorOf(type, [b]), 0, type)

  it('are the same when they are equal', () => {
    expect([same(integerType, 1, 1), same(integerType, 1, 2), same(integerType, null, null), same(integerType, null, 0)]).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect([same(bigintType, 1, 9007199254740993n), same(bigintType, 9007199254740993n, 9007199254740993n)]).toEqual([false, true])
    expect([same(stringType, 'a', 'a'), same(bytesType, Uint8Array.of(1), Uint8Array.of(1))]).toEqual([true, true])
  })

  it('are told apart row by row, beside those that were', () => {
    const differences = (type: DataType, a: readonly unknown[], b: readonly unknown[]) => {
      const flags = Uint8Array.from(a, () => 0)
      flags[0] = 1
      markDifferences(vectorOf(type, a), vectorOf(type, b), a.length, type, flags)
      return [...flags]
    }
    expect(differences(doubleType, [1, 1, Number.NaN, 0, Number.NaN], [1, 2, Number.NaN, -0, 3])).toEqual([1, 1, 0, 0, 1])
    expect(differences(bigintType, [1, null, 2, null], [1, null, null, 3])).toEqual([1, 0, 1, 1])
    expect(differences(stringType, ['a', 'a', 'b'], ['b', 'a', 'c'])).toEqual([1, 0, 1])
  })

  it('so NaN is itself, and zero has no sign', () => {
    expect([same(doubleType, Number.NaN, Number.NaN), same(doubleType, 0, -0), same(doubleType, 0, Number.NaN)]).toEqual([
      true,
      true,
      false,
    ])
  })
})
