import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, integerType, type Schema, stringType, type Vector, valueAt, vectorOf } from '#data'
import { Random, randomBatches, randomChanges, smallRow, smallSchema } from '../check/random-changes.fixture.ts'
import { runOperator } from '../check/run-operator.fixture.ts'
import { type Elements, Unnest } from './unnest.ts'

const seeds = fc.integer()

describe('unnest', () => {
  /** A row whose number is n has the elements 0 to n − 1. */
  function countUp(batch: Batch): Elements {
    const rows: number[] = []
    const elements: number[] = []
    for (let row = 0; row < batch.length; row++) {
      const count = Number(valueAt(batch.columns[0] as Vector, row, integerType))
      for (let i = 0; i < count; i++) {
        rows.push(row)
        elements.push(i)
      }
    }
    return { count: rows.length, rows: Int32Array.from(rows), columns: [vectorOf(integerType, elements)] }
  }
  const output: Schema = [...smallSchema, { name: 'element', type: integerType }]

  test('pairs each row with its elements, and keeps rows without any where asked', () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, keepsEmpty) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(60), () => smallRow(random), true)
        const contract = { inputs: [smallSchema], output }
        const shape = { elementsOf: countUp, keepsEmpty }
        const changelog = runOperator(contract, (to) => new Unnest(shape, to), randomBatches(random, changes))
        const expected = changes.flatMap(({ kind, row }) => {
          const count = Number(row[0])
          if (count === 0 && keepsEmpty) return [{ kind, row: [...row, null] }]
          return Array.from({ length: count }, (_, i) => ({ kind, row: [...row, i] }))
        })
        expect(changelog.changes.map(({ kind, row }) => ({ kind, row }))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  test('cuts many elements of one row into batches and can leave columns out', () => {
    const shape = { elementsOf: countUp, keepsEmpty: false, kept: [1] }
    const narrow: Schema = [
      { name: 'text', type: stringType },
      { name: 'element', type: integerType },
    ]
    const changelog = runOperator({ inputs: [smallSchema], output: narrow }, (to) => new Unnest(shape, to), [{ rows: [[10_000, 'a']] }])
    expect(changelog.batches).toBe(3)
    expect(changelog.changes.at(-1)?.row).toEqual(['a', 9999])
  })
})
