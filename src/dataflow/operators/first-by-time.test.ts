import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integerType, type Schema, stringType, timestampType } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { FirstByTime, type FirstByTimeShape } from './first-by-time.ts'

const schema: Schema = [
  { name: 'key', type: stringType },
  { name: 'at', type: timestampType, role: 'event-time' },
  { name: 'id', type: integerType },
]
const shape: FirstByTimeShape = { types: schema.map((column) => column.type), key: [0], time: 1 }
const contract = { inputs: [schema], output: schema, appends: true }

function randomRows(random: Random): readonly unknown[][] {
  return Array.from({ length: random.below(60) }, (_, id) => [random.pick(['a', 'b', null, 'c']), id + random.below(12), id])
}

function firstRows(rows: readonly (readonly unknown[])[]): string[] {
  const kept = new Map<unknown, readonly unknown[]>()
  for (const row of rows) {
    const before = kept.get(row[0])
    if (before === undefined || Number(row[1]) < Number(before[1])) kept.set(row[0], row)
  }
  return tableOf([...kept.values()].map((row) => ({ kind: 0, row })))
}

/** Cuts rows, each with the watermark before it, at random. */
function stepsOf(random: Random, rows: readonly unknown[][], watermarks: readonly number[]): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < rows.length; ) {
    const to = Math.min(rows.length, at + 1 + random.below(9))
    steps.push({ watermarkMs: watermarks[at] ?? 0 })
    steps.push({ rows: rows.slice(at, to), watermarks: watermarks.slice(at, to) })
    at = to
  }
  return steps
}

describe('first by time', () => {
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
        const changelog = runOperator(contract, (output) => new FirstByTime(shape, output), stepsOf(random, rows, watermarks))
        const onTime = rows.filter((row, i) => Number(row[1]) >= (watermarks[i] ?? 0))
        expect(changelog.table()).toEqual(firstRows(onTime))
      }),
      { numRuns: 500 },
    )
  })

  test('waits for the watermark, in order of time', () => {
    let operator: FirstByTime | undefined
    const steps: Step[] = [
      {
        rows: [
          ['a', 5, 1],
          ['b', 4, 2],
          ['a', 3, 3],
          ['c', 9, 4],
        ],
      },
      { watermarkMs: 4 },
      {
        rows: [
          ['a', 4, 5],
          ['d', 3, 6],
          ['d', 4, 7],
        ],
      },
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
