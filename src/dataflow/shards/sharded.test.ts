import { describe, expect, test } from 'vitest'
import { batchOf, bigintType, integerType, type Schema, stringType, withNullable } from '#data'
import { Changelog, tableOf } from '../check/changelog.fixture.ts'
import { checked, type OperatorContract } from '../check/checked-operator.fixture.ts'
import { interleave, Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { restarted, restartsIn } from '../check/restarted-operator.fixture.ts'
import type { Step } from '../check/run-operator.fixture.ts'
import { varyForms } from '../check/vary-forms.fixture.ts'
import type { Operator, OperatorFactory } from '../operator.ts'
import { GroupAggregate } from '../operators/group-aggregate.ts'
import { Join } from '../operators/join.ts'
import { type BytesFile, inSmallMemory, type SmallMemory } from './sharded.fixture.ts'
import type { KeyedInput, Sharded } from './sharded.ts'

const left: Schema = [
  { name: 'id', type: integerType },
  { name: 'name', type: stringType },
]
const right: Schema = [
  { name: 'word', type: stringType },
  { name: 'number', type: integerType },
]

interface Case {
  readonly contract: OperatorContract
  readonly inputs: readonly KeyedInput[]
  readonly create: OperatorFactory
  /** The steps of a history. */
  readonly steps: (random: Random) => readonly Step[]
}

const count = {
  aggregate: { kind: 'count', arguments: [], result: withNullable(bigintType, false), distinct: false, retracts: true },
  arguments: [],
  filter: null,
} as const
const sum = {
  aggregate: { kind: 'sum', arguments: [integerType], result: integerType, distinct: false, retracts: true },
  arguments: [0],
  filter: null,
} as const

const id = (random: Random): number | null => random.pick([null, ...Array.from({ length: 200 }, (_, each) => each)])
const name = (random: Random): string | null => random.pick([null, 'a', 'b', `long text number ${random.below(30)}`])

const cases: Readonly<Record<string, Case>> = {
  'group aggregate': {
    contract: { inputs: [left], output: [...left, { name: 'count', type: bigintType }, { name: 'sum', type: integerType }] },
    inputs: [{ types: [integerType, stringType], places: [0, 1] }],
    create: (output) =>
      new GroupAggregate(
        {
          keys: [integerType, stringType],
          measures: [count, sum],
          resultTypes: [count.aggregate.result, integerType],
          emitsUpdateBefore: true,
          repeats: false,
        },
        output,
      ),
    steps: (random) =>
      randomBatches(
        random,
        randomChanges(random, 600, () => [id(random), name(random)], true),
      ),
  },
  'full join': {
    contract: { inputs: [left, right], output: [...left, ...right.map((column) => ({ ...column, name: `right ${column.name}` }))] },
    inputs: [
      { types: [integerType], places: [0] },
      { types: [integerType], places: [1] },
    ],
    create: (output) =>
      new Join(
        {
          type: 'full',
          keys: { types: [integerType], columns: [[0], [1]], nullsEqual: [false] },
          left: { types: left.map(({ type }) => type), retracts: true },
          right: { types: right.map(({ type }) => type), retracts: true },
          condition: null,
        },
        output,
      ),
    steps: (random) =>
      interleave(random, [
        randomBatches(
          random,
          randomChanges(random, 250, () => [id(random), name(random)], true),
          0,
        ),
        randomBatches(
          random,
          randomChanges(random, 250, () => [name(random), id(random)], true),
          1,
        ),
      ]),
  },
}

/** Takes the steps, and returns the rows that are there in the end. */
function tableAfter({ contract }: Case, factory: OperatorFactory, steps: readonly Step[]): readonly string[] {
  const changelog = new Changelog(contract.output)
  const operator = checked(contract, factory)(changelog)
  for (const [turn, step] of steps.entries()) take(operator, contract, step, turn)
  for (const input of contract.inputs.keys()) operator.finish(input)
  return tableOf(changelog.changes).toSorted()
}

function take(operator: Operator, { inputs }: OperatorContract, step: Step, turn: number): void {
  const input = step.input ?? 0
  if ('watermarkMs' in step) operator.advance(input, step.watermarkMs)
  else if ('rows' in step && step.rows.length > 0) {
    const schema = inputs[input] ?? []
    operator.push(input, varyForms(batchOf(schema, step.rows, step.kinds), schema, turn))
  }
}

describe.each(Object.entries(cases))('a %s with little memory', (_name, each) => {
  const limits = [0, 3000, 20_000]

  test('gives the rows of one that has enough', () => {
    let spilled = 0
    for (let seed = 1; seed <= 8; seed++) {
      const random = new Random(seed)
      const steps = each.steps(random)
      const files: BytesFile[] = []
      const small: SmallMemory = {
        inputs: each.inputs,
        limitBytes: random.pick(limits),
        catchesUp: () => random.below(7) === 0,
        made: (_operator, file) => files.push(file),
      }
      expect(tableAfter(each, inSmallMemory(each.create, small), steps), `seed ${seed}`).toEqual(tableAfter(each, each.create, steps))
      spilled += files.reduce((bytes, { length }) => bytes + length, 0)
    }
    expect(spilled).toBeGreaterThan(0)
  })

  test('loads nothing into memory where more is expected than has room there', () => {
    const random = new Random(1)
    const operators: Sharded[] = []
    const small = { inputs: each.inputs, limitBytes: 1e9, expectedBytes: 2e9, catchesUp: () => true }
    const made = (operator: Sharded): void => void operators.push(operator)
    const steps = each.steps(random)
    tableAfter(each, restarted(inSmallMemory(each.create, { ...small, made }), restartsIn(steps.length)), steps)
    expect(operators.length).toBeGreaterThan(1)
    for (const operator of operators) expect(operator.hasShards).toBe(true)
  })

  test('goes on from what it saved, with less memory and with more', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = new Random(seed)
      const steps = each.steps(random)
      const factory: OperatorFactory = (output) =>
        inSmallMemory(each.create, {
          inputs: each.inputs,
          limitBytes: random.pick([...limits, 1e9]),
          expectedBytes: random.pick([0, 10_000]),
          catchesUp: () => true,
        })(output)
      const rows = tableAfter(each, restarted(factory, restartsIn(steps.length)), steps)
      expect(rows, `seed ${seed}`).toEqual(tableAfter(each, each.create, steps))
    }
  })
})
