import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeInsert, changeNames, type Schema, stringType } from '#data'
import { Random, randomBatches, randomChanges, smallRow, smallSchema } from '../check/random-changes.fixture.ts'
import { runOperator } from '../check/run-operator.fixture.ts'
import { ChangesToRows, RowsToChanges } from './changes-as-rows.ts'

const told: Schema = [{ name: 'op', type: stringType }, ...smallSchema]

describe('changes as rows', () => {
  test('puts what happened before each row, and leaves out changes without a text', () => {
    fc.assert(
      fc.property(fc.integer(), fc.subarray([0, 1, 2, 3]), (seed, leftOut) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(60), () => smallRow(random), true)
        const texts = changeNames.map((name, kind) => (leftOut.includes(kind) ? null : name.slice(1)))
        const contract = { inputs: [smallSchema], output: told }
        const { changes: rows } = runOperator(contract, (to) => new ChangesToRows(texts, to), randomBatches(random, changes))
        const expected = changes.flatMap(({ kind, row }) =>
          texts[kind] === null ? [] : [{ kind: changeInsert, row: [texts[kind], ...row] }],
        )
        expect(rows.map(({ kind, row }) => ({ kind, row }))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  test('and back', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed)
        const changes = randomChanges(random, random.below(60), () => smallRow(random), true)
        const rows = changes.map(({ kind, row }) => ({ kind: changeInsert, row: [changeNames[kind], ...row] }))
        const names: readonly string[] = changeNames
        const kindOf = (text: string | null) => names.indexOf(text ?? '')
        const contract = { inputs: [told], output: smallSchema }
        const { changes: back } = runOperator(contract, (to) => new RowsToChanges({ place: 0, kindOf }, to), randomBatches(random, rows))
        expect(back.map(({ kind, row }) => ({ kind, row }))).toEqual(changes.map(({ kind, row }) => ({ kind, row })))
      }),
      { numRuns: 300 },
    )
  })
})
