import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigintType, doubleType, integerType, type Schema, stringType, timestampType } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { printValues } from '../check/print-rows.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { sortRows } from '../check/rows-left.fixture.ts'
import { runOperator } from '../check/run-operator.fixture.ts'
import { cutWithWatermarks, watermarksOf } from '../check/timed-rows.fixture.ts'
import { WindowTop, type WindowTopShape } from './window-top.ts'

const schema: Schema = [
  { name: 'window_start', type: timestampType, role: 'window-start' },
  { name: 'window_end', type: timestampType, role: 'window-end' },
  { name: 'key', type: stringType },
  { name: 'price', type: bigintType },
  { name: 'word', type: stringType },
  { name: 'ratio', type: doubleType },
  { name: 'id', type: integerType },
]
const placedSchema: Schema = [...schema, { name: 'place', type: bigintType }]
const sizeMs = 10

function randomRow(random: Random, id: number): readonly unknown[] {
  const end = (Math.floor((id + random.below(25)) / sizeMs) + 1) * sizeMs
  const price = random.pick([0, 1, 2, 2n ** 60n, null])
  return [end - sizeMs, end, random.pick(['x', 'y', null]), price, random.pick(['', 'abcdefgh', 'abcdefgi', null]), random.below(3), id]
}

const orderColumn = fc.record({ column: fc.integer({ min: 3, max: 5 }), descending: fc.boolean(), nullsFirst: fc.boolean() })
const hourAhead = { toLocalMs: (ms: number) => ms + 7, toEpochMs: (ms: number) => ms - 7, passedAtMs: (ms: number) => ms - 7 }
const anyShape: fc.Arbitrary<WindowTopShape> = fc.record({
  types: fc.constant(schema.map((column) => column.type)),
  partitionBy: fc.constantFrom([0, 1], [2, 1, 0]),
  windowEnd: fc.constant(1),
  clock: fc.constantFrom(null, hourAhead),
  orderBy: fc.array(orderColumn, { maxLength: 3 }),
  from: fc.integer({ min: 1, max: 3 }),
  to: fc.constantFrom(0, 1, 2, 5, 70),
  ties: fc.constant('first' as const),
  placed: fc.boolean(),
})

function isLate({ clock }: WindowTopShape, row: readonly unknown[], watermarkMs: number): boolean {
  const end = Number(row[1])
  return (clock === null ? end : clock.toEpochMs(end)) - 1 <= watermarkMs
}

function topNaively(rows: readonly (readonly unknown[])[], { partitionBy, orderBy, from, to, placed }: WindowTopShape): string[] {
  const partitions = new Map<string, (readonly unknown[])[]>()
  for (const row of rows) {
    const key = printValues(partitionBy.map((column) => row[column]))
    partitions.set(key, [...(partitions.get(key) ?? []), row])
  }
  const result = [...partitions.values()].flatMap((each) =>
    sortRows(each, orderBy)
      .map((row, index) => (placed ? [...row, index + 1] : row))
      .slice(from - 1, Math.max(to, from - 1)),
  )
  return tableOf(result.map((row) => ({ kind: 0, row })))
}

describe('window top', () => {
  test('gives what sorting each window gives, for all shapes, wherever batches are cut', () => {
    fc.assert(
      fc.property(anyShape, fc.integer(), (shape, seed) => {
        const random = new Random(seed)
        const rows = Array.from({ length: random.below(90) }, (_, id) => randomRow(random, id))
        const watermarks = watermarksOf(rows, 0, 12)
        const contract = { inputs: [schema], output: shape.placed ? placedSchema : schema, appends: true }
        let operator: WindowTop | undefined
        const changelog = runOperator(
          contract,
          (output) => {
            operator = new WindowTop(shape, output)
            return operator
          },
          cutWithWatermarks(random, rows, watermarks).flat(),
        )
        const onTime = rows.filter((row, i) => !isLate(shape, row, watermarks[i] ?? 0))
        expect(changelog.table()).toEqual(topNaively(onTime, shape))
        expect(operator?.lateRows).toBe(shape.to < shape.from ? 0 : rows.length - onTime.length)
      }),
      { numRuns: 600 },
    )
  })
})

describe('emission of a window top', () => {
  const base: WindowTopShape = {
    types: schema.map((column) => column.type),
    partitionBy: [0, 1, 2],
    windowEnd: 1,
    clock: null,
    orderBy: [{ column: 3, descending: true, nullsFirst: false }],
    from: 1,
    to: 1,
    ties: 'last',
    placed: false,
  }
  const row = (end: number, key: string, price: number, id: number) => [end - sizeMs, end, key, price, 'w', 0.5, id]

  test('waits for the last millisecond of the window, keeps the last of equal rows and counts late ones', () => {
    let operator: WindowTop | undefined
    const steps = [
      { rows: [row(20, 'a', 1, 1), row(10, 'b', 5, 2), row(10, 'a', 3, 3), row(10, 'b', 5, 4), row(10, 'b', 4, 5)] },
      { watermarkMs: 8 },
      { rows: [row(10, 'a', 9, 6)] },
      { watermarkMs: 9 },
      { rows: [row(10, 'a', 10, 7), row(20, 'b', 1, 8)] },
    ]
    const changelog = runOperator(
      { inputs: [schema], output: schema, appends: true },
      (output) => {
        operator = new WindowTop(base, output)
        return operator
      },
      steps,
    )
    expect(changelog.lines).toEqual([
      'watermark 8',
      '+I[0, 10, "b", 5, "w", 0.5, 4]',
      '+I[0, 10, "a", 9, "w", 0.5, 6]',
      'watermark 9',
      '+I[10, 20, "a", 1, "w", 0.5, 1]',
      '+I[10, 20, "b", 1, "w", 0.5, 8]',
      'end',
    ])
    expect(operator?.lateRows).toBe(1)
  })

  test('drops the state of closed windows', () => {
    let operator: WindowTop | undefined
    const steps = Array.from({ length: 60 }, (_, round) => [
      { rows: Array.from({ length: 1000 }, (_row, i) => row((round + 1) * sizeMs, `key ${round} ${i}`, i, i)) },
      { watermarkMs: (round + 1) * sizeMs },
    ]).flat()
    const changelog = runOperator(
      { inputs: [schema], output: schema, appends: true },
      (output) => {
        operator = new WindowTop(base, output)
        return operator
      },
      steps,
    )
    expect(changelog.changes.length).toBe(60_000)
    expect(operator?.stateBytes).toBeLessThan(1_000_000)
  })
})
