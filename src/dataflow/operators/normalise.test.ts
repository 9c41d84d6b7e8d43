import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, bigintType, type Schema, stringType } from '#data'
import { Changelog, tableOf } from '../check/changelog.fixture.ts'
import { checked } from '../check/checked-operator.fixture.ts'
import { type PlainChange, Random, randomBatches } from '../check/random-changes.fixture.ts'
import { varyForms } from '../check/vary-forms.fixture.ts'
import { Normalise, type NormaliseShape } from './normalise.ts'

const schema: Schema = [
  { name: 'key', type: bigintType },
  { name: 'text', type: stringType },
]
const shape: NormaliseShape = { types: schema.map((column) => column.type), key: [0], emitsUpdateBefore: true }

/** An upsert stream takes rows away that are not there, so only the output is checked. */
function run(steps: readonly { rows: readonly (readonly unknown[])[]; kinds?: readonly number[] }[], runShape = shape): Changelog {
  const changelog = new Changelog(schema)
  let operator: Normalise | undefined
  const key = runShape.emitsUpdateBefore ? {} : { key: [0] }
  checked({ inputs: [], output: schema, ...key }, (output) => {
    operator = new Normalise(runShape, output)
    return operator
  })(changelog)
  for (const [turn, { rows, kinds }] of steps.entries()) operator?.push(0, varyForms(batchOf(schema, rows, kinds), schema, turn))
  operator?.finish()
  return changelog
}

/** The rows that an upsert stream leaves. */
function tableByKey(changes: readonly PlainChange[]): string[] {
  const left = new Map<unknown, readonly unknown[]>()
  for (const { kind, row } of changes) {
    if (kind === 3) left.delete(row[0])
    else left.set(row[0], row)
  }
  return tableOf([...left.values()].map((row) => ({ kind: 0, row })))
}

describe('normalise', () => {
  test('leaves the last row of each key that was not deleted', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, emitsUpdateBefore) => {
        const random = new Random(seed)
        const table = new Map<unknown, readonly unknown[]>()
        const changes = Array.from({ length: random.below(80) }, () => {
          const key = random.pick([1, 2, 2n ** 60n, null])
          if (random.below(3) === 0) {
            table.delete(key)
            return { kind: 3, row: [key, null] }
          }
          const row = [key, random.pick(['a', 'b', null])]
          table.set(key, row)
          return { kind: random.pick([0, 2]), row }
        })
        const steps = randomBatches(random, changes).flatMap((step) => ('rows' in step ? [step] : []))
        const changelog = run(steps, { ...shape, emitsUpdateBefore })
        const expected = tableOf([...table.values()].map((row) => ({ kind: 0, row })))
        expect(emitsUpdateBefore ? changelog.table() : tableByKey(changelog.changes)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('completes updates and deletions, and drops what changes nothing', () => {
    const changelog = run([
      {
        rows: [
          [1, 'a'],
          [2, 'b'],
          [3, null],
        ],
        kinds: [0, 2, 3],
      },
      {
        rows: [
          [1, 'a'],
          [2, 'c'],
        ],
        kinds: [2, 2],
      },
      {
        rows: [
          [2, null],
          [1, 'x'],
        ],
        kinds: [3, 2],
      },
    ])
    expect(changelog.lines).toEqual([
      '+I[1, "a"]',
      '+I[2, "b"]',
      '-U[2, "b"]',
      '+U[2, "c"]',
      '-D[2, "c"]',
      '-U[1, "a"]',
      '+U[1, "x"]',
      'end',
    ])
  })
})
