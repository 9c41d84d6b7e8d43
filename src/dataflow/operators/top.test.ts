import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigintType, decimalType, doubleType, integerType, type Schema, stringType } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { printValues } from '../check/print-rows.fixture.ts'
import { type PlainChange, Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { rowsLeft, sortRows } from '../check/rows-left.fixture.ts'
import { runOperator } from '../check/run-operator.fixture.ts'
import type { OrderColumn } from '../state/row-order.ts'
import { Top, type TopShape } from './top.ts'

const schema: Schema = [
  { name: 'partition', type: stringType },
  { name: 'price', type: bigintType },
  { name: 'word', type: stringType },
  { name: 'amount', type: decimalType(30, 2) },
  { name: 'ratio', type: doubleType },
  { name: 'id', type: integerType },
]
const placedSchema: Schema = [...schema, { name: 'place', type: { kind: 'bigint', nullable: false } }]
const words = ['', 'a', 'abcdef', 'abcdefg', 'abcdefh', '\ufffd', '\u{1f600}', 'é', null]
const numbers = [0, 1, -1, 2, 2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 60n), null]

function randomRow(random: Random): readonly unknown[] {
  return [
    random.pick(['x', 'y', null]),
    random.pick(numbers),
    random.pick(words),
    random.pick(numbers),
    random.pick([0.5, Number.NaN, Number.POSITIVE_INFINITY, -1, null]),
    random.below(3),
  ]
}

const orderColumn = fc.record({ column: fc.integer({ min: 1, max: 5 }), descending: fc.boolean(), nullsFirst: fc.boolean() })
const anyShape: fc.Arbitrary<TopShape> = fc.record({
  types: fc.constant(schema.map((column) => column.type)),
  partitionBy: fc.constantFrom([0], [], [0, 5]),
  orderBy: fc.array(orderColumn, { maxLength: 3 }),
  from: fc.integer({ min: 1, max: 3 }),
  to: fc.integer({ min: 0, max: 5 }),
  placed: fc.boolean(),
  retracts: fc.boolean(),
  emitsUpdateBefore: fc.constant(true),
})

function topNaively(changes: readonly PlainChange[], shape: TopShape): string[] {
  const partitions = new Map<string, (readonly unknown[])[]>()
  for (const row of rowsLeft(changes)) {
    const key = printValues(shape.partitionBy.map((column) => row[column]))
    partitions.set(key, [...(partitions.get(key) ?? []), row])
  }
  const result = [...partitions.values()].flatMap((rows) =>
    sortRows(rows, shape.orderBy)
      .map((row, index) => (shape.placed ? [...row, index + 1] : row))
      .slice(shape.from - 1, shape.to),
  )
  return tableOf(result.map((row) => ({ kind: 0, row })))
}

describe('top', () => {
  test('gives what sorting the rows left gives, for all shapes and cuts', () => {
    fc.assert(
      fc.property(anyShape, fc.integer(), (shape, seed) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(80), () => randomRow(random), shape.retracts)
        const steps = randomBatches(random, changes, 0, !shape.retracts)
        const contract = { inputs: [schema], output: shape.placed ? placedSchema : schema }
        const changelog = runOperator(contract, (output) => new Top(shape, output), steps)
        expect(changelog.table()).toEqual(topNaively(changes, shape))
      }),
      { numRuns: 800 },
    )
  })
})

const small: Schema = [
  { name: 'partition', type: stringType },
  { name: 'price', type: integerType },
]
const byPrice: OrderColumn = { column: 1, descending: true, nullsFirst: false }
const base: TopShape = {
  types: small.map((column) => column.type),
  partitionBy: [0],
  orderBy: [byPrice],
  from: 1,
  to: 2,
  placed: false,
  retracts: false,
  emitsUpdateBefore: true,
}

describe('changes of a top', () => {
  test('without places, emits rows that leave, then rows that enter', () => {
    const steps = [
      {
        rows: [
          ['a', 5],
          ['a', 7],
          ['b', 1],
        ],
      },
      {
        rows: [
          ['a', 6],
          ['a', 4],
        ],
      },
      { watermarkMs: 3 },
    ]
    const changelog = runOperator({ inputs: [small], output: small }, (output) => new Top(base, output), steps)
    expect(changelog.lines).toEqual(['+I["a", 7]', '+I["a", 5]', '+I["b", 1]', '-D["a", 5]', '+I["a", 6]', 'watermark 3', 'end'])
  })

  test('with places, emits each place that another row took', () => {
    const output: Schema = [...small, { name: 'place', type: bigintType }]
    const shape: TopShape = { ...base, placed: true, to: 3, retracts: true }
    const steps = [
      {
        rows: [
          ['a', 5],
          ['a', 7],
        ],
        kinds: [0, 0],
      },
      { rows: [['a', 9]], kinds: [0] },
      {
        rows: [
          ['a', 7],
          ['a', 9],
        ],
        kinds: [3, 1],
      },
    ]
    const changelog = runOperator({ inputs: [small], output }, (to) => new Top(shape, to), steps)
    expect(changelog.lines).toEqual([
      '+I["a", 7, 1]',
      '+I["a", 5, 2]',
      '-U["a", 7, 1]',
      '+U["a", 9, 1]',
      '-U["a", 5, 2]',
      '+U["a", 7, 2]',
      '+I["a", 5, 3]',
      '-U["a", 9, 1]',
      '+U["a", 5, 1]',
      '-D["a", 7, 2]',
      '-D["a", 5, 3]',
      'end',
    ])
  })

  test('a window of one row updates, with or without -U', () => {
    const steps = [{ rows: [['a', 5]] }, { rows: [['a', 5]] }, { rows: [['a', 6]] }]
    const shape: TopShape = { ...base, to: 1 }
    const full = runOperator({ inputs: [small], output: small }, (to) => new Top(shape, to), steps)
    expect(full.lines).toEqual(['+I["a", 5]', '-U["a", 5]', '+U["a", 6]', 'end'])
    const contract = { inputs: [small], output: small, key: [0] }
    const upsert = runOperator(contract, (to) => new Top({ ...shape, emitsUpdateBefore: false }, to), steps)
    expect(upsert.lines).toEqual(['+I["a", 5]', '+U["a", 6]', 'end'])
  })
})

describe('state of a top', () => {
  test('keeps only the rows that count over an input that only inserts', () => {
    let operator: Top | undefined
    const steps = Array.from({ length: 100 }, (_, round) => ({
      rows: Array.from({ length: 1000 }, (_row, i) => ['a', round * 1000 + i]),
    }))
    const changelog = runOperator(
      { inputs: [small], output: small },
      (output) => {
        operator = new Top(base, output)
        return operator
      },
      steps,
    )
    expect(changelog.table()).toEqual(['["a", 99998]', '["a", 99999]'])
    expect(operator?.stateBytes).toBeLessThan(400_000)
  })
})
