import { describe, expect, it } from 'vitest'
import { bigintType, booleanType, type DataType, doubleType, integerType, type Schema, stringType, withNullable } from '#data'
import type { AggregateShape } from '../aggregates/create.ts'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { rowsLeft } from '../check/rows-left.fixture.ts'
import { runOperator } from '../check/run-operator.fixture.ts'
import { userTotal } from '../check/user-total.fixture.ts'
import { GroupAggregate } from './group-aggregate.ts'
import type { MeasureShape } from './measures.ts'

const countType = withNullable(bigintType, false)
const input: Schema = [
  { name: 'name', type: stringType },
  { name: 'day', type: integerType },
  { name: 'amount', type: bigintType },
  { name: 'wanted', type: booleanType },
]

function aggregate(
  kind: AggregateShape['kind'],
  args: readonly number[],
  result: DataType,
  more: Partial<AggregateShape> = {},
): MeasureShape {
  const shape: AggregateShape = {
    kind,
    arguments: args.map((place) => input[place]?.type ?? bigintType),
    result,
    distinct: false,
    retracts: true,
    ...more,
  }
  return { aggregate: shape, arguments: args, filter: null }
}

/** The same over the rows that are wanted. */
function filtered(shape: MeasureShape): MeasureShape {
  return { ...shape, filter: 3 }
}

type Amounts = readonly (number | bigint)[]

/** Each measure with what it should be over the non-NULL amounts of a group, and over those that are wanted. */
const measures: readonly {
  readonly shape: MeasureShape
  readonly expected: (amounts: Amounts, rows: number, wanted: Amounts) => unknown
}[] = [
  { shape: aggregate('count', [], countType), expected: (_amounts, rows) => rows },
  { shape: aggregate('count', [2], countType), expected: (amounts) => amounts.length },
  { shape: aggregate('count', [2], countType, { distinct: true }), expected: (amounts) => new Set(amounts).size },
  {
    shape: aggregate('sum', [2], bigintType),
    expected: (amounts) => (amounts.length === 0 ? null : boxed(BigInt.asIntN(64, total(amounts)))),
  },
  {
    shape: aggregate('average', [2], bigintType),
    expected: (amounts) => (amounts.length === 0 ? null : boxed(BigInt.asIntN(64, total(amounts)) / BigInt(amounts.length))),
  },
  { shape: aggregate('min', [2], bigintType), expected: (amounts) => amounts.toSorted(ascending)[0] ?? null },
  { shape: aggregate('max', [2], bigintType), expected: (amounts) => amounts.toSorted(ascending).at(-1) ?? null },
  {
    shape: aggregate('sum', [2], bigintType, { distinct: true }),
    expected: (amounts) => (amounts.length === 0 ? null : boxed(BigInt.asIntN(64, total([...new Set(amounts)])))),
  },
  { shape: filtered(aggregate('count', [2], countType)), expected: (_amounts, _rows, wanted) => wanted.length },
  {
    shape: filtered(aggregate('count', [2], countType, { distinct: true })),
    expected: (_amounts, _rows, wanted) => new Set(wanted).size,
  },
  {
    shape: filtered(aggregate('sum', [2], bigintType, { distinct: true })),
    expected: (_amounts, _rows, wanted) => (wanted.length === 0 ? null : boxed(BigInt.asIntN(64, total([...new Set(wanted)])))),
  },
  {
    shape: aggregate('user', [2], bigintType, { user: userTotal, keepsNulls: true }),
    expected: (amounts) => (amounts.length === 0 ? null : boxed(BigInt.asIntN(64, total(amounts)))),
  },
]

function total(amounts: readonly (number | bigint)[]): bigint {
  return amounts.reduce<bigint>((sum, amount) => sum + BigInt(amount), 0n)
}

function boxed(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

function ascending(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const output: Schema = [...input.slice(0, 2), ...measures.map(({ shape }, index) => ({ name: `m${index}`, type: shape.aggregate.result }))]
const shape = (retracts: boolean, emitsUpdateBefore: boolean) => ({
  keys: [stringType, integerType],
  measures: measures.map((measure) => ({ ...measure.shape, aggregate: { ...measure.shape.aggregate, retracts } })),
  resultTypes: measures.map((measure) => measure.shape.aggregate.result),
  emitsUpdateBefore,
})

function expectedRows(rows: readonly (readonly unknown[])[]): unknown[][] {
  const groups = new Map<string, (readonly unknown[])[]>()
  for (const row of rows) {
    const key = JSON.stringify(row.slice(0, 2))
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map((group) => {
    const amountsOf = (rows: typeof group) => rows.flatMap((row) => (row[2] === null ? [] : [row[2] as number | bigint]))
    const wanted = amountsOf(group.filter((row) => row[3] === true))
    return [...(group[0] ?? []).slice(0, 2), ...measures.map((measure) => measure.expected(amountsOf(group), group.length, wanted))]
  })
}

describe('group aggregate', () => {
  for (const retracts of [false, true]) {
    for (const before of [true, false]) {
      it(`adds up to the aggregates of the rows that are left (retracting: ${retracts}, with -U: ${before})`, () => {
        for (let seed = 0; seed < 60; seed++) {
          const random = new Random(seed)
          const amounts = [null, 1, 2, 3, -7, 9007199254740991, 9007199254740993n, 4611686018427387904n]
          const row = () => [
            random.pick(['a', 'b', null, 'é']),
            random.pick([1, 2, null]),
            random.pick(amounts),
            random.pick([true, false, null]),
          ]
          const changes = randomChanges(random, 80, row, retracts)
          const contract = before ? { inputs: [input], output } : { inputs: [input], output, key: [0, 1] }
          const result = runOperator(
            contract,
            (to) => new GroupAggregate(shape(retracts, before), to),
            randomBatches(random, changes, 0, !retracts),
          )
          const wanted = expectedRows(rowsLeft(changes)).map((values) => ({ kind: 0, row: values }))
          const got = before ? result.changes : lastByKey(result.changes)
          expect(tableOf(got).toSorted(), `seed ${seed}`).toEqual(tableOf(wanted).toSorted())
        }
      })
    }
  }
})

describe('a group', () => {
  it('gives nothing without rows, one row a key, and the row back when the last one goes', () => {
    const factory = (to: ConstructorParameters<typeof GroupAggregate>[1]) => new GroupAggregate(shape(true, true), to)
    const contract = { inputs: [input], output }
    expect(runOperator(contract, factory, []).changes).toEqual([])
    const changes = runOperator(contract, factory, [
      { rows: [['a', 1, 5]] },
      { rows: [['a', 1, 6]] },
      {
        rows: [
          ['a', 1, 5],
          ['a', 1, 6],
        ],
        kinds: [3, 3],
      },
    ]).changes
    expect(changes.map((change) => change.kind)).toEqual([0, 1, 2, 3])
    expect(changes.at(-1)?.row.slice(0, 6)).toEqual(['a', 1, 2, 2, 2, 11])
  })

  it('sends nothing for a key whose results stay the same', () => {
    const only = { keys: [stringType], measures: [aggregate('max', [2], bigintType)], resultTypes: [bigintType], emitsUpdateBefore: true }
    const narrow: Schema = [input[0] as Schema[number], { name: 'max', type: bigintType }]
    const changes = runOperator({ inputs: [input], output: narrow }, (to) => new GroupAggregate(only, to), [
      { rows: [['a', 1, 5]] },
      { rows: [['a', 1, 3]] },
    ]).changes
    expect(changes.map((change) => change.kind)).toEqual([0])
  })
})

describe('measures of a group', () => {
  it('counts only rows whose filter is true', () => {
    const flags: Schema = [...input, { name: 'wanted', type: { kind: 'boolean', nullable: true } }]
    const filtered = {
      keys: [stringType],
      measures: [{ ...aggregate('count', [], countType), filter: 3 }],
      resultTypes: [countType],
      emitsUpdateBefore: true,
    }
    const rows = [
      ['a', 1, 1, true],
      ['a', 1, 1, false],
      ['a', 1, 1, null],
      ['b', 1, 1, null],
    ]
    const out: Schema = [input[0] as Schema[number], { name: 'count', type: countType }]
    const { changes } = runOperator({ inputs: [flags], output: out }, (to) => new GroupAggregate(filtered, to), [{ rows }])
    expect(changes.map((change) => change.row)).toEqual([
      ['a', 1],
      ['b', 0],
    ])
  })

  it('keeps floating sums of rows that come and go near the truth', () => {
    const real: Schema = [input[0] as Schema[number], { name: 'x', type: doubleType }]
    const moments = {
      keys: [stringType],
      measures: [
        {
          aggregate: {
            kind: 'deviation-population' as const,
            arguments: [doubleType],
            result: doubleType,
            distinct: false,
            retracts: true,
          },
          arguments: [1],
          filter: null,
        },
      ],
      resultTypes: [doubleType],
      emitsUpdateBefore: true,
    }
    const { changes } = runOperator({ inputs: [real], output: real }, (to) => new GroupAggregate(moments, to), [
      { rows: [2, 4, 4, 4, 5, 5, 7, 9, 100].map((x) => ['a', x]) },
      { rows: [['a', 100]], kinds: [3] },
    ])
    expect(changes.at(-1)?.row[1]).toBeCloseTo(2, 10)
  })
})

/** The rows of an upsert stream that are left, by key. */
function lastByKey(
  changes: readonly { readonly kind: number; readonly row: readonly unknown[] }[],
): { kind: number; row: readonly unknown[] }[] {
  const rows = new Map<string, readonly unknown[]>()
  for (const { kind, row } of changes) {
    const key = JSON.stringify(row.slice(0, 2))
    if (kind === 3) rows.delete(key)
    else rows.set(key, row)
  }
  return [...rows.values()].map((row) => ({ kind: 0, row }))
}
