import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integerType, type Schema, stringType, timestampType } from '#data'
import { tableOf } from '../check/changelog.ts'
import { Random, randomBatches } from '../check/random-changes.ts'
import { runOperator, type Step } from '../check/run-operator.ts'
import { createDeduplicate, type DeduplicateShape } from './deduplicate.ts'
import { FirstByTime, type FirstByTimeShape } from './first-by-time.ts'

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
        const steps = randomBatches(random, rows.map((row) => ({ kind: 0, row })), 0, true)
        const contract = { inputs: [schema], output: schema, appends: shape.keep === 'first' && shape.time === null }
        const changelog = runOperator(contract, (output) => createDeduplicate(shape, output), steps)
        expect(changelog.table()).toEqual(firstOrLast(rows, shape))
      }),
      { numRuns: 500 },
    )
  })

  test('emits +I, then -U and +U, or +U alone', () => {
    const steps: Step[] = [
      { rows: [['a', 1, 1], ['b', 1, 2]] },
      { rows: [['a', 2, 3], ['a', 1, 4], ['a', 2, 5]] },
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

describe('first by time', () => {
  const shape: FirstByTimeShape = { types, key: [0], time: 1 }
  const contract = { inputs: [schema], output: schema, appends: true }

  test('emits each first row once, when the watermark reaches it, wherever batches are cut', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed)
        const rows = randomRows(random)
        let high = 0
        const watermarks = rows.map((row) => {
          const before = high - 6
          high = Math.max(high, Number(row[1]))
          return before
        })
        const steps: Step[] = []
        for (let at = 0; at < rows.length; ) {
          const to = Math.min(rows.length, at + 1 + random.below(9))
          steps.push({ watermarkMs: watermarks[at] ?? 0 })
          steps.push({ rows: rows.slice(at, to), watermarks: watermarks.slice(at, to) })
          at = to
        }
        const changelog = runOperator(contract, (output) => new FirstByTime(shape, output), steps)
        const onTime = rows.filter((row, i) => Number(row[1]) >= (watermarks[i] ?? 0))
        expect(changelog.table()).toEqual(firstOrLast(onTime, { ...base, keep: 'first', time: 1 }))
      }),
      { numRuns: 500 },
    )
  })

  test('waits for the watermark, in order of time', () => {
    let operator: FirstByTime | undefined
    const steps: Step[] = [
      { rows: [['a', 5, 1], ['b', 4, 2], ['a', 3, 3], ['c', 9, 4]] },
      { watermarkMs: 4 },
      { rows: [['a', 4, 5], ['d', 3, 6], ['d', 4, 7]] },
      { watermarkMs: 5 },
    ]
    const changelog = runOperator(
      contract,
      (output) => {
        operator = new FirstByTime(shape, output)
        return operator
      },
      steps,
    )
    expect(changelog.lines).toEqual([
      '+I["a", 3, 3]',
      '+I["b", 4, 2]',
      'watermark 4',
      '+I["d", 4, 7]',
      'watermark 5',
      '+I["c", 9, 4]',
      'end',
    ])
    expect(operator?.lateRows).toBe(1)
  })
})
