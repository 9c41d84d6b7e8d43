import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integerType, type Schema, stringType, timestampType } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random, randomBatches } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { createDeduplicate, type DeduplicateShape } from './deduplicate.ts'

const schema: Schema = [
  { name: 'key', type: stringType },
  { name: 'at', type: timestampType, role: 'event-time' },
  { name: 'id', type: integerType },
]
const types = schema.map((column) => column.type)
const base: DeduplicateShape = { types, key: [0], keep: 'first', time: null, emitsUpdateBefore: true }

function randomRows(random: Random): readonly unknown[][] {
  return Array.from({ length: random.below(60) }, (_, id) => [random.pick(['a', 'b', null, 'c']), id + random.below(12), id])
}

function firstOrLast(rows: readonly (readonly unknown[])[], { keep, time }: DeduplicateShape): string[] {
  const kept = new Map<unknown, readonly unknown[]>()
  for (const row of rows) {
    const before = kept.get(row[0])
    const later = before === undefined || time === null || Number(row[1]) >= Number(before[1])
    const earlier = before === undefined || (time !== null && Number(row[1]) < Number(before[1]))
    if (keep === 'last' ? later : earlier) kept.set(row[0], row)
  }
  return tableOf([...kept.values()].map((row) => ({ kind: 0, row })))
}

describe('deduplicate', () => {
  test('leaves the first or last row of each key, by time or arrival, whatever the cuts', () => {
    const anyShape = fc.record({ keep: fc.constantFrom('first' as const, 'last' as const), time: fc.constantFrom(null, 1) })
    fc.assert(
      fc.property(anyShape, fc.integer(), (choice, seed) => {
        const random = new Random(seed)
        const rows = randomRows(random)
        const shape = { ...base, ...choice }
        const steps = randomBatches(
          random,
          rows.map((row) => ({ kind: 0, row })),
          0,
          true,
        )
        const contract = { inputs: [schema], output: schema, appends: shape.keep === 'first' && shape.time === null }
        const changelog = runOperator(contract, (output) => createDeduplicate(shape, output), steps)
        expect(changelog.table()).toEqual(firstOrLast(rows, shape))
      }),
      { numRuns: 500 },
    )
  })

  test('emits +I, then -U and +U, or +U alone', () => {
    const steps: Step[] = [
      {
        rows: [
          ['a', 1, 1],
          ['b', 1, 2],
        ],
      },
      {
        rows: [
          ['a', 2, 3],
          ['a', 1, 4],
          ['a', 2, 5],
        ],
      },
      { rows: [['b', 0, 6]] },
      { rows: [['b', 1, 2]] },
    ]
    const shape: DeduplicateShape = { ...base, keep: 'last', time: 1 }
    const full = runOperator({ inputs: [schema], output: schema }, (output) => createDeduplicate(shape, output), steps)
    expect(full.lines).toEqual(['+I["a", 1, 1]', '+I["b", 1, 2]', '-U["a", 1, 1]', '+U["a", 2, 5]', 'end'])
    const contract = { inputs: [schema], output: schema, key: [0] }
    const upsert = runOperator(contract, (output) => createDeduplicate({ ...shape, emitsUpdateBefore: false }, output), steps)
    expect(upsert.lines).toEqual(['+I["a", 1, 1]', '+I["b", 1, 2]', '+U["a", 2, 5]', 'end'])
  })
})
