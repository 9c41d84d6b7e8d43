import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { batchOf, decimalType, doubleType, integerType, type Schema, stringType, watermarkEnd } from '#data'
import { printValues } from '../check/print-rows.fixture.ts'
import { Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { rowsLeft, sortRows } from '../check/rows-left.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { ExternalSort } from './external-sort.ts'
import { BytesFile } from './sharded.fixture.ts'
import { StateBudget } from './state-budget.ts'

const schema: Schema = [
  { name: 'word', type: stringType },
  { name: 'ratio', type: doubleType },
  { name: 'id', type: integerType },
  { name: 'total', type: decimalType(30, 0) },
]
const types = schema.map((column) => column.type)

function randomRow(random: Random): readonly unknown[] {
  const word = random.pick(['abcdefg', 'abcdef', 'b', '\u{1f600}', '\uffff', null])
  return [word, random.pick([1, -1, Number.NaN, null]), random.below(4), random.pick([7, 10n ** 25n, null])]
}

const orderColumn = fc.record({ column: fc.integer({ min: 0, max: 3 }), descending: fc.boolean(), nullsFirst: fc.boolean() })
const anyShape = fc.record({
  types: fc.constant(types),
  orderBy: fc.array(orderColumn, { minLength: 1, maxLength: 3 }),
  offset: fc.nat(6),
})

function budgetOf(limitBytes: number, file: BytesFile = new BytesFile()): StateBudget {
  return new StateBudget(limitBytes, file, systemClock, () => undefined)
}

test('gives all rows in order, as they arrived where the order does not tell them apart, whatever is out of memory', () => {
  let spilled = 0
  fc.assert(
    fc.property(anyShape, fc.constantFrom(0, 1500, 4000, 1e9), fc.integer(), (shape, limitBytes, seed) => {
      const random = new Random(seed)
      const changes = randomChanges(random, random.below(90), () => randomRow(random), false)
      const steps: Step[] = [...randomBatches(random, changes, 0, true), { watermarkMs: watermarkEnd }]
      const file = new BytesFile()
      const contract = { inputs: [schema], output: schema, appends: true }
      const changelog = runOperator(contract, (output) => new ExternalSort(shape, output, 0, budgetOf(limitBytes, file)), steps)
      const expected = sortRows(rowsLeft(changes), shape.orderBy).slice(shape.offset)
      expect(changelog.changes.map(({ row }) => printValues(row))).toEqual(expected.map(printValues))
      expect(changelog.lines.slice(-2)).toEqual(['watermark Infinity', 'end'])
      spilled += file.length
    }),
    { numRuns: 120 },
  )
  expect(spilled).toBeGreaterThan(0)
})

test('keeps no more than it may, neither of what comes nor of what goes', () => {
  const limitBytes = 2_000_000
  const [batches, rows] = [60, 4000]
  const file = new BytesFile()
  const budget = budgetOf(limitBytes, file)
  const sorted: number[] = []
  const operator: ExternalSort = new ExternalSort(
    { types: [integerType], orderBy: [{ column: 0, descending: true, nullsFirst: false }], offset: 0 },
    {
      push: ({ columns, length }) => {
        const [column] = columns
        if (column?.form === 'integers') sorted.push(...column.data.subarray(0, length))
      },
      advance: () => undefined,
      finish: () => undefined,
    },
    0,
    budget,
  )
  for (let batch = 0; batch < batches; batch++) {
    const values = Array.from({ length: rows }, (_, row) => [((batch * rows + row) * 7919) % (batches * rows)])
    operator.push(0, batchOf([{ name: 'n', type: integerType }], values))
    expect(operator.stateBytes).toBeLessThanOrEqual(limitBytes)
  }
  expect(operator.spilledBytes).toBeGreaterThan(limitBytes)
  operator.finish()
  expect(sorted).toEqual(Array.from({ length: batches * rows }, (_, place) => batches * rows - 1 - place))
})
