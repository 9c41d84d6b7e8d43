import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integerType, type Schema, stringType } from '#data'
import { Random, randomBatches, randomChanges } from '../check/random-changes.ts'
import { runOperator } from '../check/run-operator.ts'
import { Limit } from './limit.ts'

const schema: Schema = [
  { name: 'number', type: integerType },
  { name: 'text', type: stringType },
]
const seeds = fc.integer()

function randomRow(random: Random): readonly unknown[] {
  return [random.pick([0, 1, 2, null]), random.pick(['a', 'b', null])]
}

describe('limit', () => {
  test('gives the rows from the offset to the limit, whatever the cuts', () => {
    fc.assert(
      fc.property(seeds, fc.nat(30), fc.nat(30), (seed, offset, limit) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(60), () => randomRow(random), false).map(({ row }) => ({ kind: 0, row }))
        const steps = randomBatches(random, changes, 0, true)
        let operator: Limit | undefined
        const changelog = runOperator(
          { inputs: [schema], output: schema, appends: true },
          (output) => {
            operator = new Limit({ offset, limit }, output)
            return operator
          },
          steps,
        )
        expect(changelog.changes.map(({ row }) => row)).toEqual(changes.slice(offset, offset + limit).map(({ row }) => row))
        expect(operator?.isSatisfied).toBe(changes.length >= offset + limit)
      }),
      { numRuns: 300 },
    )
  })
})
