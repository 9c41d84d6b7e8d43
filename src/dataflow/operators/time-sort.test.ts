import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integerType, type Schema, timestampType, watermarkEnd } from '#data'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { TimeSort, type TimeSortShape } from './time-sort.ts'

const schema: Schema = [
  { name: 'at', type: timestampType, role: 'event-time' },
  { name: 'id', type: integerType },
  { name: 'size', type: integerType },
]
const shape: TimeSortShape = {
  types: schema.map((column) => column.type),
  time: 0,
  orderBy: [{ column: 2, descending: true, nullsFirst: true }],
}
const contract = { inputs: [schema], output: schema, appends: true }

/** Rows each with the watermark before it, cut at random; the watermark is announced, or comes with the rows. */
function stepsOf(random: Random, rows: readonly number[][], watermarks: readonly number[], end: boolean): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < rows.length; ) {
    const to = Math.min(rows.length, at + 1 + random.below(9))
    steps.push({ watermarkMs: watermarks[at] ?? 0 })
    steps.push({ rows: rows.slice(at, to), watermarks: watermarks.slice(at, to) })
    at = to
  }
  return end ? [...steps, { watermarkMs: watermarkEnd }] : steps
}

describe('time sort', () => {
  test('emits the same rows in the same order, wherever batches are cut', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, end) => {
        const random = new Random(seed)
        const rows = Array.from({ length: random.below(60) }, (_, id) => [id * 2 + random.below(20), id, random.below(3)])
        let high = 0
        const watermarks = rows.map(([at]) => {
          const before = high - 8
          high = Math.max(high, at ?? 0)
          return before
        })
        const oneByOne: Step[] = rows.flatMap((row, i) => [{ watermarkMs: watermarks[i] ?? 0 }, { rows: [row] }])
        const expected = runOperator(contract, (output) => new TimeSort(shape, output), oneByOne)
        const changelog = runOperator(contract, (output) => new TimeSort(shape, output), stepsOf(random, rows, watermarks, end))
        expect(changelog.changes).toEqual(expected.changes)
        const times = changelog.changes.map(({ row }) => Number(row[0]))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  })

  test('holds rows until the watermark, and drops late ones', () => {
    let operator: TimeSort | undefined
    const steps: Step[] = [
      {
        rows: [
          [5, 1, 0],
          [3, 2, 1],
          [5, 3, 9],
          [9, 4, 0],
        ],
      },
      { watermarkMs: 5 },
      {
        rows: [
          [5, 5, 0],
          [6, 6, 0],
          [4, 7, 0],
        ],
      },
      { watermarkMs: 5 },
    ]
    const changelog = runOperator(
      contract,
      (output) => {
        operator = new TimeSort(shape, output)
        return operator
      },
      steps,
    )
    expect(changelog.lines).toEqual([
      '+I[3, 2, 1]',
      '+I[5, 3, 9]',
      '+I[5, 1, 0]',
      'watermark 5',
      'watermark 5',
      '+I[6, 6, 0]',
      '+I[9, 4, 0]',
      'end',
    ])
    expect(operator?.lateRows).toBe(2)
  })
})
