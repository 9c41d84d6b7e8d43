import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { doubleType, integerType, type Schema, stringType, watermarkEnd } from '#data'
import { printValues } from '../check/print-rows.fixture.ts'
import { Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { rowsLeft, sortRows } from '../check/rows-left.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { Sort, type SortShape } from './sort.ts'

const schema: Schema = [
  { name: 'word', type: stringType },
  { name: 'ratio', type: doubleType },
  { name: 'id', type: integerType },
]
const types = schema.map((column) => column.type)

function randomRow(random: Random): readonly unknown[] {
  return [random.pick(['abcdefg', 'abcdef', 'b', '\u{1f600}', '\uffff', null]), random.pick([1, -1, Number.NaN, null]), random.below(4)]
}

const orderColumn = fc.record({ column: fc.integer({ min: 0, max: 2 }), descending: fc.boolean(), nullsFirst: fc.boolean() })
const anyShape: fc.Arbitrary<SortShape> = fc.record({
  types: fc.constant(types),
  orderBy: fc.array(orderColumn, { minLength: 1, maxLength: 3 }),
  offset: fc.nat(6),
  limit: fc.option(fc.nat(10)),
  retracts: fc.boolean(),
})

describe('sort', () => {
  test('gives the rows left in order, whatever the cuts', () => {
    fc.assert(
      fc.property(anyShape, fc.integer(), (shape, seed) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(60), () => randomRow(random), shape.retracts)
        const steps: Step[] = [...randomBatches(random, changes, 0, !shape.retracts), { watermarkMs: watermarkEnd }]
        const contract = { inputs: [schema], output: schema, appends: true }
        const changelog = runOperator(contract, (output) => new Sort(shape, output), steps)
        const sorted = sortRows(rowsLeft(changes), shape.orderBy)
        const expected = sorted.slice(shape.offset, shape.limit === null ? undefined : shape.offset + shape.limit)
        expect(changelog.changes.map(({ row }) => printValues(row))).toEqual(expected.map(printValues))
        expect(changelog.lines.slice(-2)).toEqual(['watermark Infinity', 'end'])
      }),
      { numRuns: 500 },
    )
  })

  test('keeps few rows when a limit lets it', () => {
    const shape: SortShape = { types, orderBy: [{ column: 2, descending: true, nullsFirst: false }], offset: 1, limit: 2, retracts: false }
    let operator: Sort | undefined
    let stateBytesMax = 0
    const steps = Array.from({ length: 60 }, (_, round) => ({
      rows: Array.from({ length: 4000 }, (_row, i) => ['w', 1, (i * 7919 + round) % 240_000]),
    }))
    const changelog = runOperator(
      { inputs: [schema], output: schema },
      (output) => {
        const sort = new Sort(shape, output)
        operator = sort
        return {
          push: (input, batch) => {
            sort.push(input, batch)
            stateBytesMax = Math.max(stateBytesMax, sort.stateBytes)
          },
          advance: (input, watermarkMs) => sort.advance(input, watermarkMs),
          finish: () => sort.finish(),
        }
      },
      steps,
    )
    expect(changelog.changes.map(({ row }) => row[2])).toEqual([239_998, 239_997])
    expect(operator).toBeDefined()
    expect(stateBytesMax).toBeLessThan(20_000_000)
  })
})
