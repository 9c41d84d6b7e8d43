import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, batchOf, integerType, type Schema, stringType, type Vector, valueAt } from '#data'
import { Changelog, tableOf } from '../check/changelog.fixture.ts'
import { interleave, type PlainChange, Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { rowsLeft } from '../check/rows-left.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { BoundedJoin } from './bounded-join.ts'
import { Join, type JoinShape } from './join.ts'
import type { JoinType } from './join-probe.ts'

const left: Schema = [
  { name: 'id', type: integerType },
  { name: 'name', type: stringType },
  { name: 'number', type: integerType },
]
const right: Schema = [
  { name: 'number', type: integerType },
  { name: 'word', type: stringType },
]
const types: readonly JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti']

function sumIsEven(pairs: Batch): Uint8Array {
  const flags = new Uint8Array(pairs.length)
  for (let i = 0; i < pairs.length; i++) {
    const a = valueAt(pairs.columns[2] as Vector, i, integerType)
    const b = valueAt(pairs.columns[3] as Vector, i, integerType)
    flags[i] = typeof a === 'number' && typeof b === 'number' && (a + b) % 2 === 0 ? 1 : 0
  }
  return flags
}

interface Case {
  readonly type: JoinType
  readonly keyed: boolean
  readonly nullsEqual: boolean
  readonly conditional: boolean
  readonly retracts: readonly [boolean, boolean]
}

function shapeOf({ type, keyed, nullsEqual, conditional, retracts }: Case): JoinShape {
  return {
    type,
    keys: keyed ? { types: [stringType], columns: [[1], [1]], nullsEqual: [nullsEqual] } : { types: [], columns: [[], []], nullsEqual: [] },
    left: { types: left.map((column) => column.type), retracts: retracts[0] },
    right: { types: right.map((column) => column.type), retracts: retracts[1] },
    condition: conditional ? sumIsEven : null,
  }
}

function outputOf(type: JoinType): Schema {
  return type === 'semi' || type === 'anti' ? left : [...left, ...right.map((column) => ({ ...column, name: `right_${column.name}` }))]
}

function joinNaively(join: Case, leftRows: readonly (readonly unknown[])[], rightRows: readonly (readonly unknown[])[]): string[] {
  const matches = (l: readonly unknown[], r: readonly unknown[]) => {
    if (join.keyed && (l[1] !== r[1] || (l[1] === null && !join.nullsEqual))) return false
    return !join.conditional || (l[2] !== null && r[0] !== null && (Number(l[2]) + Number(r[0])) % 2 === 0)
  }
  const result: (readonly unknown[])[] = []
  for (const l of leftRows) {
    const partners = rightRows.filter((r) => matches(l, r))
    if (join.type === 'semi' || join.type === 'anti') {
      if (partners.length > 0 === (join.type === 'semi')) result.push(l)
      continue
    }
    for (const r of partners) result.push([...l, ...r])
    if (partners.length === 0 && (join.type === 'left' || join.type === 'full')) result.push([...l, null, null])
  }
  if (join.type === 'right' || join.type === 'full') {
    for (const r of rightRows) if (!leftRows.some((l) => matches(l, r))) result.push([null, null, null, ...r])
  }
  return tableOf(result.map((row) => ({ kind: 0, row })))
}

const names = ['a', 'b', 'c', '\u{1f600}', null]

function randomInputs(random: Random, join: Case, count: number): [PlainChange[], PlainChange[]] {
  const number = () => random.pick([0, 1, 2, 3, null])
  return [
    randomChanges(random, random.below(count), () => [random.below(3), random.pick(names), number()], join.retracts[0]),
    randomChanges(random, random.below(count), () => [number(), random.pick(names)], join.retracts[1]),
  ]
}

const anyCase = fc.record({
  type: fc.constantFrom(...types),
  keyed: fc.boolean(),
  nullsEqual: fc.boolean(),
  conditional: fc.boolean(),
  retracts: fc.tuple(fc.boolean(), fc.boolean()),
})

describe('join', () => {
  test('gives what a nested loop over the rows left gives, for all types, cuts and interleavings', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (join, seed) => {
        const random = new Random(seed)
        const [leftChanges, rightChanges] = randomInputs(random, join, 60)
        const steps = interleave(random, [
          randomBatches(random, leftChanges, 0, !join.retracts[0]),
          randomBatches(random, rightChanges, 1, !join.retracts[1]),
        ])
        const appends = join.type === 'inner' && !join.retracts[0] && !join.retracts[1]
        const contract = { inputs: [left, right], output: outputOf(join.type), appends }
        const changelog = runOperator(contract, (output) => new Join(shapeOf(join), output), steps)
        expect(changelog.table()).toEqual(joinNaively(join, rowsLeft(leftChanges), rowsLeft(rightChanges)))
      }),
      { numRuns: 600 },
    )
  })
})

describe('pairs of a join', () => {
  test('emits many pairs of one key in batches', () => {
    const join: Case = { type: 'full', keyed: true, nullsEqual: false, conditional: false, retracts: [true, true] }
    const many = Array.from({ length: 130 }, (_, i) => [i, 'a', i])
    const others = Array.from({ length: 120 }, (_, i) => [i, 'a'])
    const steps: Step[] = [
      { input: 0, rows: many },
      { input: 1, rows: others },
      { input: 0, rows: many, kinds: many.map(() => 3) },
    ]
    const contract = { inputs: [left, right], output: outputOf('full') }
    const changelog = runOperator(contract, (output) => new Join(shapeOf(join), output), steps)
    expect(changelog.changes.length).toBe(130 + 130 + 130 * 120 * 2 + 120)
    expect(changelog.table()).toEqual(joinNaively(join, [], others))
  })

  test('takes back a padded row before its first pair, and gives it again after its last', () => {
    const join: Case = { type: 'left', keyed: true, nullsEqual: false, conditional: false, retracts: [false, true] }
    const steps: Step[] = [
      {
        input: 0,
        rows: [
          [1, 'a', 5],
          [2, null, 6],
        ],
      },
      { input: 0, watermarkMs: 10 },
      {
        input: 1,
        rows: [
          [7, 'a'],
          [8, 'a'],
          [7, 'a'],
        ],
        kinds: [0, 2, 1],
      },
      { input: 1, watermarkMs: 8 },
      { input: 1, rows: [[8, 'a']], kinds: [3] },
      { input: 0, end: true },
      { input: 1, watermarkMs: 12 },
    ]
    const contract = { inputs: [left, right], output: outputOf('left') }
    const changelog = runOperator(contract, (output) => new Join(shapeOf(join), output), steps)
    expect(changelog.lines).toEqual([
      '+I[1, "a", 5, NULL, NULL]',
      '+I[2, NULL, 6, NULL, NULL]',
      '-D[1, "a", 5, NULL, NULL]',
      '+I[1, "a", 5, 7, "a"]',
      '+I[1, "a", 5, 8, "a"]',
      '-D[1, "a", 5, 7, "a"]',
      'watermark 8',
      '-D[1, "a", 5, 8, "a"]',
      '+I[1, "a", 5, NULL, NULL]',
      'watermark 12',
      'end',
    ])
  })
})

describe('state of a join', () => {
  test('passes over rows that take away what is not there', () => {
    const join: Case = { type: 'full', keyed: true, nullsEqual: false, conditional: false, retracts: [true, true] }
    const changelog = new Changelog(outputOf('full'))
    const operator = new Join(shapeOf(join), changelog)
    operator.push(
      0,
      batchOf(
        left,
        [
          [1, 'a', 2],
          [1, 'a', 3],
        ],
        [0, 3],
      ),
    )
    operator.push(
      1,
      batchOf(
        right,
        [
          [5, 'a'],
          [5, 'b'],
        ],
        [1, 3],
      ),
    )
    expect(changelog.lines).toEqual(['+I[1, "a", 2, NULL, NULL]'])
  })

  test('keeps no rows and no keys of what was taken back', () => {
    const join: Case = { type: 'inner', keyed: true, nullsEqual: false, conditional: false, retracts: [true, true] }
    let operator: Join | undefined
    const steps: Step[] = []
    for (let round = 0; round < 50; round++) {
      const rows = Array.from({ length: 100 }, (_, i) => [i, `${round} ${i}`, i])
      steps.push({ input: 0, rows }, { input: 0, rows, kinds: rows.map(() => 3) })
    }
    runOperator(
      { inputs: [left, right], output: outputOf('inner') },
      (output) => {
        operator = new Join(shapeOf(join), output)
        return operator
      },
      steps,
    )
    expect(operator?.stateBytes).toBeLessThan(400_000)
  })
})

describe('bounded join', () => {
  test('gives what a join of the two tables gives', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (anyJoin, seed) => {
        const { type } = anyJoin
        if (type === 'right' || type === 'full') return
        const random = new Random(seed)
        const [leftChanges, rightChanges] = randomInputs(random, anyJoin, 60)
        const steps: Step[] = [
          ...randomBatches(random, rightChanges, 1, !anyJoin.retracts[1]),
          { input: 1, end: true },
          ...randomBatches(random, leftChanges, 0, !anyJoin.retracts[0]),
        ]
        const contract = { inputs: [left, right], output: outputOf(type), appends: !anyJoin.retracts[0] }
        const shape = { ...shapeOf(anyJoin), type }
        const changelog = runOperator(contract, (output) => new BoundedJoin(shape, output), steps)
        expect(changelog.table()).toEqual(joinNaively(anyJoin, rowsLeft(leftChanges), rowsLeft(rightChanges)))
      }),
      { numRuns: 300 },
    )
  })
})
