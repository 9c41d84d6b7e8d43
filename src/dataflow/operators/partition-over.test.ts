import { expect, test } from 'vitest'
import { bigintType, integerType, type Schema, stringType, withNullable } from '#data'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { PartitionOver, type PartitionOverShape } from './partition-over.ts'

const countType = withNullable(bigintType, false)
const input: Schema = [
  { name: 'partition', type: stringType },
  { name: 'place', type: integerType },
  { name: 'number', type: integerType },
]
const results = ['row', 'rank', 'tile', 'next', 'sum'].map((name, index) => ({ name, type: index < 3 ? countType : integerType }))

function shape(unit: 'rows' | 'range', preceding: number | null, following: number | null): PartitionOverShape {
  const sum = { kind: 'sum', arguments: [integerType], result: integerType, distinct: false, retracts: preceding !== null } as const
  return {
    types: input.map(({ type }) => type),
    passed: 3,
    partitionBy: [0],
    orderBy: [1],
    frame: { unit, preceding, following },
    measures: [
      { function: { kind: 'row-number' }, arguments: [], result: countType },
      { function: { kind: 'rank' }, arguments: [], result: countType },
      { function: { kind: 'tile', tiles: 3 }, arguments: [], result: countType },
      { function: { kind: 'neighbour', offset: 1 }, arguments: [2], result: integerType },
      { function: { kind: 'aggregate', aggregate: sum }, arguments: [2], result: integerType },
    ],
  }
}

type Row = readonly [partition: string | null, place: number | null, number: number | null]

function total(rows: readonly Row[]): number | null {
  const numbers = rows.flatMap(([, , number]) => (number === null ? [] : [number]))
  return numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0)
}

function expected(rows: readonly Row[], { frame: { unit, preceding, following } }: PartitionOverShape): unknown[][] {
  return rows.map((row, index) => {
    const rank = rows.findIndex(([, place]) => place === row[1])
    const lastPeer = rows.findLastIndex(([, place]) => place === row[1])
    const end = following === null ? rows.length - 1 : (unit === 'range' ? lastPeer : index) + following
    const from = preceding === null ? 0 : Math.max(0, (unit === 'range' ? rank : index) - preceding)
    // The first tiles have a row more than the last ones.
    const sizes = [0, 1, 2].map((tile) => Math.floor(rows.length / 3) + (tile < rows.length % 3 ? 1 : 0))
    const tile = index < (sizes[0] ?? 0) ? 1 : index < (sizes[0] ?? 0) + (sizes[1] ?? 0) ? 2 : 3
    return [...row, index + 1, rank + 1, tile, rows[index + 1]?.[2] ?? null, total(rows.slice(from, end + 1))]
  })
}

test.each([
  ['range', null, 0],
  ['range', 0, 0],
  ['range', 0, null],
  ['rows', null, 0],
  ['rows', 2, 0],
  ['rows', 0, 0],
  ['rows', 1, 2],
  ['rows', null, null],
] as const)('each row gets the values of its partition, however batches are cut (%s, %s, %s)', (unit, preceding, following) => {
  for (let seed = 0; seed < 40; seed++) {
    const random = new Random(seed)
    const partitions = [null, 'a', 'b'].map((partition) => {
      const places = Array.from({ length: random.below(12) }, () => random.below(5)).sort((a, b) => a - b)
      return places.map((place): Row => [partition, place === 0 ? null : place, random.pick([null, 1, 2, 50])])
    })
    const rows = partitions.flat()
    const steps: Step[] = []
    for (let at = 0; at < rows.length; ) {
      const length = 1 + random.below(6)
      steps.push({ rows: rows.slice(at, at + length) })
      at += length
    }
    const asked = shape(unit, preceding, following)
    const changelog = runOperator(
      { inputs: [input], output: [...input, ...results], appends: true },
      (to) => new PartitionOver(asked, to),
      steps,
    )
    expect(
      changelog.changes.map(({ row }) => row),
      `seed ${seed}`,
    ).toEqual(partitions.flatMap((partition) => expected(partition, asked)))
  }
})
