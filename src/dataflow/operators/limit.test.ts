import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random, randomBatches, randomChanges, smallRow, smallSchema } from '../check/random-changes.fixture.ts'
import { runOperator } from '../check/run-operator.fixture.ts'
import { Limit } from './limit.ts'

const seeds = fc.integer()

describe('limit', () => {
  test('gives the rows from the offset to the limit, whatever the cuts', () => {
    fc.assert(
      fc.property(seeds, fc.nat(30), fc.nat(30), (seed, offset, limit) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(60), () => smallRow(random), false).map(({ row }) => ({ kind: 0, row }))
        const steps = randomBatches(random, changes, 0, true)
        let operator: Limit | undefined
        const changelog = runOperator(
          { inputs: [smallSchema], output: smallSchema, appends: true },
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
