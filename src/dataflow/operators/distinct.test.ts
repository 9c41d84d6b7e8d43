import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random, randomBatches, randomChanges, smallRow, smallSchema } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { Distinct } from './distinct.ts'

const types = smallSchema.map((column) => column.type)
const seeds = fc.integer()

describe('distinct', () => {
  test('leaves each different row once', () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, retracts) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(80), () => smallRow(random), retracts)
        const steps = randomBatches(random, changes, 0, !retracts)
        const contract = { inputs: [smallSchema], output: smallSchema, appends: !retracts }
        const changelog = runOperator(contract, (output) => new Distinct({ types }, output), steps)
        expect(changelog.table()).toEqual([...new Set(tableOf(changes))])
      }),
      { numRuns: 500 },
    )
  })

  test('emits the first copy that comes and the last that goes', () => {
    const steps: Step[] = [
      {
        rows: [
          [1, 'a'],
          [1, 'a'],
          [2, null],
        ],
        kinds: [0, 2, 0],
      },
      {
        rows: [
          [1, 'a'],
          [2, null],
          [1, 'a'],
        ],
        kinds: [1, 3, 1],
      },
    ]
    const changelog = runOperator({ inputs: [smallSchema], output: smallSchema }, (output) => new Distinct({ types }, output), steps)
    expect(changelog.lines).toEqual(['+I[1, "a"]', '+I[2, NULL]', '-D[2, NULL]', '-D[1, "a"]', 'end'])
  })
})
