import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tableOf } from '../check/changelog.fixture.ts'
import { interleave, Random, randomBatches, randomChanges, smallRow, smallSchema } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { Union } from './union.ts'

const seeds = fc.integer()

describe('union', () => {
  test('gives the rows of all inputs and the least watermark', () => {
    const steps: Step[] = [
      { input: 0, rows: [[1, 'a']] },
      { input: 0, watermarkMs: 5 },
      { input: 1, watermarkMs: 3 },
      {
        input: 0,
        rows: [
          [2, 'b'],
          [3, 'c'],
        ],
        watermarks: [5, 9],
      },
      {
        input: 1,
        rows: [
          [4, 'd'],
          [5, 'e'],
        ],
        kinds: [0, 0],
        watermarks: [4, 7],
      },
      { input: 1, end: true },
      { input: 0, watermarkMs: 20 },
    ]
    const changelog = runOperator(
      { inputs: [smallSchema, smallSchema], output: smallSchema },
      (output) => new Union({ inputs: 2 }, output),
      steps,
    )
    expect(changelog.lines).toEqual([
      '+I[1, "a"]',
      'watermark 3',
      '+I[2, "b"]',
      '+I[3, "c"]',
      '+I[4, "d"]',
      '+I[5, "e"]',
      'watermark 5',
      'watermark 20',
      'end',
    ])
    expect(changelog.changes.map((change) => change.watermarkMs)).toEqual([Number.NEGATIVE_INFINITY, 3, 3, 4, 5])
  })

  test('keeps every change, whatever the cuts', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed)
        const inputs = [0, 1, 2].map(() => randomChanges(random, random.below(40), () => smallRow(random), true))
        const steps = interleave(
          random,
          inputs.map((changes, input) => randomBatches(random, changes, input)),
        )
        const changelog = runOperator(
          { inputs: [smallSchema, smallSchema, smallSchema], output: smallSchema },
          (output) => new Union({ inputs: 3 }, output),
          steps,
        )
        expect(changelog.table()).toEqual(tableOf(inputs.flat()))
      }),
    )
  })
})
