import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigintType, integerType, type Schema, stringType, timestampType } from '#data'
import type { AggregateKind } from '../aggregates/create.ts'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { cutWithWatermarks, watermarksOf } from '../check/timed-rows.fixture.ts'
import { OverAggregate, type OverAggregateShape } from './over-aggregate.ts'
import type { OverFrame } from './over-frames.ts'
import type { OverMeasureShape } from './over-measures.ts'

const schema: Schema = [
  { name: 'key', type: stringType },
  { name: 'at', type: timestampType, role: 'event-time' },
  { name: 'number', type: integerType },
  { name: 'word', type: stringType },
  { name: 'id', type: integerType },
]

function aggregate(kind: AggregateKind, argument: number | null, retracts: boolean, distinct = false): OverMeasureShape {
  const types = argument === null ? [] : [schema[argument]?.type ?? integerType]
  const result = kind === 'count' || kind === 'sum' ? bigintType : (types[0] ?? bigintType)
  return {
    function: { kind: 'aggregate', aggregate: { kind, arguments: types, result, distinct, retracts } },
    arguments: argument === null ? [] : [argument],
    result,
  }
}

function measuresOf(retracts: boolean): readonly OverMeasureShape[] {
  return [
    aggregate('count', null, retracts),
    aggregate('sum', 2, retracts),
    aggregate('max', 3, retracts),
    aggregate('min', 2, retracts),
    aggregate('count', 3, retracts, true),
    aggregate('last', 2, retracts),
  ]
}

const byRow: readonly OverMeasureShape[] = [
  { function: { kind: 'rank' }, arguments: [1], result: bigintType },
  { function: { kind: 'dense-rank' }, arguments: [1], result: bigintType },
  { function: { kind: 'lag', offset: 2, type: integerType, otherwiseType: integerType }, arguments: [2, 4], result: integerType },
]

function shapeOf(frame: OverFrame, partitionBy: readonly number[]): OverAggregateShape {
  const measures = measuresOf(frame.preceding !== null)
  return {
    types: schema.map((column) => column.type),
    columns: schema.length,
    partitionBy,
    time: 1,
    timeKind: 'event-time',
    frame,
    measures: isWhole(frame) ? [...measures, ...byRow] : measures,
  }
}

function isWhole({ unit, preceding }: OverFrame): boolean {
  return unit === 'rows' && preceding === null
}

function outputOf({ measures }: OverAggregateShape): Schema {
  return [...schema, ...measures.map(({ result }, i) => ({ name: `result ${i}`, type: result }))]
}

type Row = readonly unknown[]
const at = (row: Row): number => Number(row[1])

/** What is known of a key: the rows computed so far, in order. */
interface Key {
  done: Row[]
  lastAt: number
}

/** Computes each row from the whole history of its key, one watermark after another. */
class NaiveOver {
  readonly rows: Row[] = []
  late = 0
  readonly #shape: OverAggregateShape
  readonly #keys = new Map<unknown, Key>()
  #waiting: Row[] = []
  #watermarkMs = Number.NEGATIVE_INFINITY

  constructor(shape: OverAggregateShape) {
    this.#shape = shape
  }

  add(row: Row, watermarkMs: number): void {
    this.advance(watermarkMs)
    const last = this.#shape.frame.preceding === null ? this.#watermarkMs : this.#keyOf(row).lastAt
    if (at(row) <= last) this.late += 1
    else this.#waiting.push(row)
  }

  advance(watermarkMs: number): void {
    if (watermarkMs <= this.#watermarkMs) return
    this.#watermarkMs = watermarkMs
    const due = this.#waiting.filter((row) => at(row) <= watermarkMs).toSorted((a, b) => at(a) - at(b))
    this.#waiting = this.#waiting.filter((row) => at(row) > watermarkMs)
    const results = due.map((row) => {
      const key = this.#keyOf(row)
      key.done.push(row)
      key.lastAt = at(row)
      return { row, key, count: key.done.length }
    })
    for (const { row, key, count } of results) this.rows.push([...row, ...this.#resultsOf(key.done, count, row)])
    this.#giveUp(watermarkMs)
  }

  #keyOf(row: Row): Key {
    const name = this.#shape.partitionBy.length === 0 ? '' : row[0]
    let key = this.#keys.get(name)
    if (key === undefined) {
      key = { done: [], lastAt: Number.NEGATIVE_INFINITY }
      this.#keys.set(name, key)
    }
    return key
  }

  #giveUp(watermarkMs: number): void {
    const { unit, preceding } = this.#shape.frame
    if (unit === 'rows' || preceding === null) return
    for (const [name, key] of this.#keys) {
      const waits = this.#waiting.some((row) => this.#keyOf(row) === key)
      if (!waits && key.lastAt + Math.floor(preceding * 1.5) + 1 <= watermarkMs) this.#keys.delete(name)
    }
  }

  #resultsOf(done: readonly Row[], count: number, row: Row): unknown[] {
    const { unit, preceding } = this.#shape.frame
    const frame =
      unit === 'rows'
        ? done.slice(preceding === null ? 0 : Math.max(0, count - preceding - 1), count)
        : done.filter((other) => at(other) <= at(row) && at(other) >= at(row) - (preceding ?? Number.POSITIVE_INFINITY))
    const numbers = frame.map((other) => other[2]).filter((value) => value !== null) as number[]
    const words = frame.map((other) => other[3]).filter((value) => value !== null) as string[]
    const results = [
      frame.length,
      numbers.length === 0 ? null : numbers.reduce((a, b) => a + b),
      words.toSorted().at(-1) ?? null,
      numbers.toSorted((a, b) => a - b)[0] ?? null,
      new Set(words).size,
      numbers.at(-1) ?? null,
    ]
    if (!isWhole(this.#shape.frame)) return results
    const times = done.slice(0, count).map(at)
    const lagged = count > 2 ? done[count - 3]?.[2] : row[4]
    return [...results, times.filter((time) => time < at(row)).length + 1, new Set(times).size, lagged]
  }
}

function randomRows(random: Random): Row[] {
  const disorder = 1 + random.below(25)
  const spread = 1 + random.below(4)
  return Array.from({ length: random.below(70) }, (_, id) => [
    random.pick(['a', 'b', null]),
    Math.floor((id * spread + random.below(disorder)) / 2),
    random.pick([1, 2, 3, null]),
    random.pick(['x', 'y', 'z', null]),
    id,
  ])
}

const anyFrame = fc.record({ unit: fc.constantFrom('rows', 'range'), preceding: fc.constantFrom(null, 0, 1, 3, 10) })

describe('over aggregate', () => {
  test('gives what looking at the whole history gives, for all frames, wherever batches are cut', () => {
    fc.assert(
      fc.property(
        anyFrame,
        fc.constantFrom([0], []),
        fc.integer({ min: 0, max: 15 }),
        fc.integer(),
        (frame, partitionBy, delayMs, seed) => {
          const random = new Random(seed)
          const rows = randomRows(random)
          const watermarks = watermarksOf(rows, 1, delayMs)
          const shape = shapeOf(frame, partitionBy)
          const naive = new NaiveOver(shape)
          for (const [i, row] of rows.entries()) naive.add(row, watermarks[i] ?? 0)
          naive.advance(Number.POSITIVE_INFINITY)
          let operator: OverAggregate | undefined
          const contract = { inputs: [schema], output: outputOf(shape), appends: true }
          const changelog = runOperator(
            contract,
            (output) => {
              operator = new OverAggregate(shape, output)
              return operator
            },
            cutWithWatermarks(random, rows, watermarks).flat(),
          )
          expect(changelog.table()).toEqual(tableOf(naive.rows.map((row) => ({ kind: 0, row }))))
          expect(operator?.lateRows).toBe(naive.late)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('computes many rows of one time together', () => {
    const shape = shapeOf({ unit: 'range', preceding: 5 }, [])
    const rows = Array.from({ length: 5000 }, (_, id) => ['a', 7, 1, 'x', id])
    const steps: Step[] = [{ rows: rows.slice(0, 4000) }, { rows: rows.slice(4000) }]
    const changelog = runOperator({ inputs: [schema], output: outputOf(shape), appends: true }, (to) => new OverAggregate(shape, to), steps)
    expect(changelog.changes.length).toBe(5000)
    expect(changelog.changes.every(({ row }) => row[5] === 5000 && row[6] === 5000)).toBe(true)
  })
})

describe('state of an over aggregate', () => {
  test('drops keys that a bounded range no longer reaches', () => {
    const shape = shapeOf({ unit: 'range', preceding: 10 }, [0])
    let operator: OverAggregate | undefined
    const steps: Step[] = Array.from({ length: 100 }, (_, round) => [
      { rows: Array.from({ length: 100 }, (_row, i) => [`${round} ${i}`, round * 20, 1, 'x', i]) },
      { watermarkMs: round * 20 },
    ]).flat()
    runOperator(
      { inputs: [schema], output: outputOf(shape), appends: true },
      (to) => {
        operator = new OverAggregate(shape, to)
        return operator
      },
      steps,
    )
    expect(operator?.stateBytes).toBeLessThan(250_000)
  })

  test('by processing time, computes rows as they come', () => {
    const base = shapeOf({ unit: 'range', preceding: 5 }, [0])
    const shape: OverAggregateShape = {
      ...base,
      timeKind: 'processing-time',
      measures: [aggregate('count', null, true), aggregate('sum', 2, true)],
    }
    const steps: Step[] = [
      { watermarkMs: 3 },
      {
        rows: [
          ['a', 10, 1, null, 0],
          ['b', 10, 1, null, 1],
          ['a', 10, 2, null, 2],
        ],
      },
      { rows: [['a', 15, 3, null, 3]] },
      { rows: [['a', 16, 4, null, 4]] },
    ]
    const changelog = runOperator({ inputs: [schema], output: outputOf(shape), appends: true }, (to) => new OverAggregate(shape, to), steps)
    expect(changelog.changes.map(({ row }) => row.slice(4))).toEqual([
      [0, 2, 3],
      [1, 1, 1],
      [2, 2, 3],
      [3, 3, 6],
      [4, 2, 7],
    ])
  })
})
