import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, integerType, type Schema, stringType } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { type ClockedRun, type ClockedStep, runClocked } from '../check/clocked-run.fixture.ts'
import { printValues } from '../check/print-rows.fixture.ts'
import { Random, randomBatches, randomChanges, smallRow, smallSchema } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { Materialise } from './materialise.ts'

const [insert, before, after, gone] = [0, 1, 2, 3]

const schema: Schema = [
  { name: 'key', type: stringType },
  { name: 'from', type: stringType },
  { name: 'number', type: integerType },
]
const shape = { types: schema.map((column) => column.type), key: [0] }
const contract = { inputs: [schema], output: schema, key: [0] }

type Changed = readonly [kind: number, ...row: readonly unknown[]]

/** Each change as a batch of its own. */
function oneByOne(...changes: readonly Changed[]): Step[] {
  return changes.map(([kind, ...row]) => ({ rows: [row], kinds: [kind] }))
}

function run(steps: readonly Step[]): string[] {
  return runOperator(contract, (output) => new Materialise(shape, output), steps).lines.slice(0, -1)
}

test('of the rows of a key the one that came last is shown', () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom([0], [1], [1, 0], []), (seed, key) => {
      const random = new Random(seed)
      const changes = randomChanges(random, random.below(60), () => smallRow(random), true)
      const rows = new Map<string, (readonly unknown[])[]>()
      for (const { kind, row } of changes) {
        const name = printValues(key.map((place) => row[place]))
        const list = rows.get(name) ?? []
        rows.set(name, list)
        if (kind === insert || kind === after) list.push(row)
        else
          list.splice(
            list.findIndex((each) => printValues(each) === printValues(row)),
            1,
          )
      }
      const types = smallSchema.map((column) => column.type)
      const changelog = runOperator(
        { inputs: [smallSchema], output: smallSchema, key },
        (output) => new Materialise({ types, key }, output),
        randomBatches(random, changes),
      )
      const shown = new Map<string, readonly unknown[]>()
      for (const { kind, row } of changelog.changes) {
        const name = printValues(key.map((place) => row[place]))
        if (kind === gone) shown.delete(name)
        else shown.set(name, row)
      }
      const table = (lists: readonly (readonly unknown[] | undefined)[]): string[] =>
        tableOf(lists.flatMap((row) => (row === undefined ? [] : [{ kind: insert, row }])))
      expect(table([...shown.values()])).toEqual(table([...rows.values()].map((list) => list.at(-1))))
      expect(changelog.changes.filter(({ kind }) => kind === before)).toEqual([])
    }),
    { numRuns: 300 },
  )
})

describe('as Flink 2.3 does it', () => {
  test('rows that move between keys leave those that came before them', () => {
    const steps = oneByOne(
      [insert, 'x', 'a', 1],
      [insert, 'x', 'b', 2],
      [insert, 'y', 'c', 3],
      [before, 'x', 'b', 2],
      [after, 'y', 'b', 4],
      [before, 'y', 'b', 4],
      [after, 'x', 'b', 5],
      [before, 'x', 'a', 1],
      [after, 'y', 'a', 6],
      [before, 'y', 'c', 3],
      [after, 'x', 'c', 7],
    )
    expect(run(steps)).toEqual([
      '+I["x", "a", 1]',
      '+U["x", "b", 2]',
      '+I["y", "c", 3]',
      '+U["x", "a", 1]',
      '+U["y", "b", 4]',
      '+U["y", "c", 3]',
      '+U["x", "b", 5]',
      '+U["y", "a", 6]',
      '+U["x", "c", 7]',
    ])
  })

  test('of equal rows the first is taken back, and the key goes with its last row', () => {
    const steps = oneByOne(
      [insert, 'one', 'x', 1],
      [insert, 'one', 'x', 1],
      [insert, 'one', 'y', 1],
      [before, 'one', 'x', 1],
      [after, 'two', 'y', 1],
      [before, 'two', 'y', 1],
      [after, 'three', 'y', 1],
      [before, 'one', 'x', 1],
      [after, 'two', 'y', 1],
      [before, 'one', 'y', 1],
    )
    expect(run(steps)).toEqual([
      '+I["one", "x", 1]',
      '+U["one", "y", 1]',
      '+I["two", "y", 1]',
      '-D["two", "y", 1]',
      '+I["three", "y", 1]',
      '+I["two", "y", 1]',
      '-D["one", "y", 1]',
    ])
  })
})

test('a batch shows of each key only what it leaves', () => {
  const rows = [
    ['x', 'a', 1],
    ['x', 'b', 2],
    ['y', 'c', 3],
    ['y', 'c', 3],
    ['x', 'b', 2],
  ]
  expect(
    run([
      { rows, kinds: [insert, insert, insert, gone, gone] },
      { rows: [['x', 'a', 1]], kinds: [gone] },
    ]),
  ).toEqual(['+I["x", "a", 1]', '-D["x", "a", 1]'])
})

describe('the rows of a key that are kept for 100 ms', () => {
  const clocked = (sweptPerRow?: number): ClockedRun => ({
    inputs: [schema],
    output: schema,
    ...(sweptPerRow === undefined ? {} : { sweptPerRow }),
    create: (output, retentionOf) => new Materialise({ ...shape, retention: retentionOf(100) }, output),
  })
  const steps: ClockedStep[] = [
    { atMs: 0, rows: [['x', 'a', 1]] },
    { atMs: 60, rows: [['x', 'b', 2]] },
    { atMs: 120, rows: [['x', 'b', 2]], kinds: [gone] },
    { atMs: 219, rows: [['y', 'z', 9]] },
    { atMs: 220, rows: [['x', 'a', 1]], kinds: [gone] },
    { atMs: 230, rows: [['x', 'c', 3]] },
    { atMs: 231, rows: [['x', 'c', 3]], kinds: [gone] },
  ]

  test.each([0, 4])('go together, and are passed over when they are taken back later, %i slots swept for each row', (sweptPerRow) => {
    expect(runClocked(clocked(sweptPerRow), steps)).toEqual([
      ['+I["x", "a", 1]'],
      ['+U["x", "b", 2]'],
      ['+U["x", "a", 1]'],
      ['+I["y", "z", 9]'],
      [],
      ['+I["x", "c", 3]'],
      ['-D["x", "c", 3]'],
    ])
  })

  test('stay for as long again when one of them is taken back', () => {
    const kept = [...steps.slice(0, 3), { atMs: 219, rows: [['x', 'a', 1]], kinds: [gone] }]
    expect(runClocked(clocked(), kept).at(-1)).toEqual(['-D["x", "a", 1]'])
  })

  test('go once, whether they were taken back before or not', () => {
    const x = [['x', 'a', 1]]
    const emptied: ClockedStep[] = [
      { atMs: 0, rows: x },
      { atMs: 10, rows: x, kinds: [gone] },
      { atMs: 200 },
      { atMs: 201 },
      { atMs: 202, rows: [['y', 'b', 2]] },
      { atMs: 203, rows: [['z', 'c', 3]] },
    ]
    expect(runClocked(clocked(), emptied).slice(-2)).toEqual([['+I["y", "b", 2]'], ['+I["z", "c", 3]']])
    const idle: ClockedStep[] = [{ atMs: 0, rows: x }, ...[200, 201, 202, 203, 204, 205].map((atMs) => ({ atMs }))]
    expect(runClocked(clocked(), [...idle, { atMs: 206, rows: x }]).at(-1)).toEqual(['+I["x", "a", 1]'])
  })
})

test('the memory of keys that have lost their rows is used again', () => {
  const ignored = { push: () => undefined, advance: () => undefined, finish: () => undefined }
  const operator = new Materialise({ ...shape, key: [2] }, ignored)
  const bytesAfter = (from: number): number => {
    const rows = Array.from({ length: 1000 }, (_, row) => ['x', 'a', from + row])
    const kinds = rows.map(() => gone)
    operator.push(0, batchOf(schema, rows))
    operator.push(0, batchOf(schema, rows, kinds))
    return operator.stateBytes
  }
  const bytes = Math.max(bytesAfter(0), bytesAfter(1000))
  expect(Math.max(bytesAfter(2000), bytesAfter(3000), bytesAfter(4000), bytesAfter(5000))).toBe(bytes)
})
