import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Batch,
  batchOf,
  bigintType,
  changeDelete,
  changeUpdateBefore,
  rowsOf,
  type Schema,
  stringType,
  timestampType,
  withNullable,
} from '#data'
import { Random } from '../check/random-changes.fixture.ts'
import { Exchanges } from '../exchange/exchanges.ts'
import type { Operator, Output } from '../operator.ts'
import { Combine, type CombinedWindows } from './combine.ts'
import { GroupAggregate } from './group-aggregate.ts'
import type { MeasureShape } from './measures.ts'
import type { SliceShape } from './slices.ts'
import { WatermarkOperator } from './watermark.ts'
import { WindowAggregate } from './window-aggregate.ts'

const timeType = timestampType
const schema: Schema = [
  { name: 'key', type: stringType },
  { name: 'at', type: timeType },
  { name: 'n', type: bigintType },
]
const plain = { distinct: false, retracts: false }
const measures: readonly MeasureShape[] = [
  { aggregate: { ...plain, kind: 'count', arguments: [], result: withNullable(bigintType, false) }, arguments: [], filter: null },
  { aggregate: { ...plain, kind: 'sum', arguments: [bigintType], result: bigintType }, arguments: [2], filter: null },
  { aggregate: { ...plain, kind: 'average', arguments: [bigintType], result: bigintType }, arguments: [2], filter: null },
  { aggregate: { ...plain, kind: 'min', arguments: [bigintType], result: bigintType }, arguments: [2], filter: null },
  { aggregate: { ...plain, kind: 'max', arguments: [stringType], result: stringType }, arguments: [0], filter: null },
]
const resultTypes = measures.map(({ aggregate }) => aggregate.result)

type Row = readonly [string | null, number, number | null]

const row: fc.Arbitrary<Row> = fc.tuple(
  fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null }),
  fc.nat(50).map((at) => at * 10),
  fc.option(fc.integer(), { nil: null }),
)
/** Each batch has a time of its own, which may lie before that of the one before. */
const batches = fc.array(
  fc
    .tuple(fc.nat(8), fc.array(row, { minLength: 1, maxLength: 150, size: 'max' }))
    .map(([base, rows]) => rows.map(([key, at, n]): Row => [key, base * 250 + at, n])),
  { maxLength: 6 },
)

function sinkOf(batchesSeen: Batch[], types: Schema): Output & { readonly rows: unknown[][] } {
  const rows: unknown[][] = []
  return {
    rows,
    push: (batch) => {
      batchesSeen.push(batch)
      rows.push(...rowsOf(batch, types).map((values, index) => [batch.kinds?.[index] ?? 0, ...values]))
    },
    advance: () => undefined,
    finish: () => undefined,
  }
}

/** The watermark stays so far behind the rows. */
function feed(operator: Operator, all: readonly (readonly Row[])[], lagMs = 300): void {
  let last = 0
  const watermarks = new WatermarkOperator(
    (batch) => {
      const data = Float64Array.from({ length: batch.length }, (_, i) => (batch.columns[1] as { data: Float64Array }).data[i] ?? 0)
      return { form: 'numbers', data: data.map((at) => at - lagMs), nulls: null }
    },
    {
      push: (batch) => operator.push(0, batch),
      advance: (watermark) => {
        last = watermark
        operator.advance(0, watermark)
      },
      finish: () => operator.finish(0),
    },
  )
  for (const rows of all)
    watermarks.push(
      0,
      batchOf(
        schema,
        rows.map((each) => [...each]),
      ),
    )
  expect(last).toBeLessThan(Number.POSITIVE_INFINITY)
  watermarks.finish()
}

/** The operator behind a first stage. Counts the rows that the stage sends. */
function staged(operator: Operator, windows: CombinedWindows | null, sent: { rows: number; combined: number }): Operator {
  const counted: Operator = {
    push: (input, batch) => {
      sent.rows += batch.length
      if (input === 1) sent.combined += batch.length
      operator.push(input, batch)
    },
    advance: (input, watermark) => operator.advance(input, watermark),
    finish: (input) => operator.finish(input),
  }
  const alone = new Exchanges(
    { index: 0, count: 1 },
    { send: () => undefined, isFull: () => false, waiting: () => 0, release: () => undefined },
  )
  return new Combine(
    { keys: [stringType], measures, windows },
    alone.add({ level: 1, priority: 0, types: [stringType], keys: [0] }, counted),
  )
}

const shapes: readonly SliceShape[] = [
  { kind: 'tumble', sizeMs: 500, offsetMs: 0 },
  { kind: 'hop', slideMs: 250, sizeMs: 1000, offsetMs: 0 },
  { kind: 'cumulate', stepMs: 250, sizeMs: 1000, offsetMs: 0 },
]

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((values) => JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toSorted()
}

describe('two stages give what one gives', () => {
  test.each(shapes)('for $kind windows', (slices) => {
    const windows = { time: 1, slices, clock: null }
    const types = [stringType, timeType, timeType, timeType, ...resultTypes].map((type, i) => ({ name: `c${i}`, type }))
    let combined = 0
    fc.assert(
      fc.property(batches, fc.constantFrom(0, 300), (all, lagMs) => {
        const [one, two] = [sinkOf([], types), sinkOf([], types)]
        const sent = { rows: 0, combined: 0 }
        const alone = new WindowAggregate({ keys: [stringType], measures, ...windows }, one)
        const second = new WindowAggregate({ keys: [stringType], measures, ...windows }, two)
        feed(alone, all, lagMs)
        feed(staged(second, windows, sent), all, lagMs)
        expect(sorted(two.rows)).toEqual(sorted(one.rows))
        expect(second.lateRows).toBe(alone.lateRows)
        combined += sent.combined
      }),
      { numRuns: 60 },
    )
    expect(combined).toBeGreaterThan(0)
  })

  test('for groups that are updated', () => {
    const types = [stringType, ...resultTypes].map((type, i) => ({ name: `c${i}`, type }))
    const shape = { keys: [stringType], measures, resultTypes, emitsUpdateBefore: false }
    fc.assert(
      fc.property(batches, (all) => {
        const [one, two] = [sinkOf([], types), sinkOf([], types)]
        feed(new GroupAggregate(shape, one), all)
        feed(staged(new GroupAggregate(shape, two), null, { rows: 0, combined: 0 }), all)
        const final = ({ rows }: { readonly rows: unknown[][] }): unknown[][] => [
          ...new Map(
            rows.map(([kind, key, ...values]) => [key, [kind === changeDelete || kind === changeUpdateBefore, key, ...values]]),
          ).values(),
        ]
        expect(sorted(final(two))).toEqual(sorted(final(one)))
      }),
    )
  })

  test('for groups of which few have nearly all rows, now these and then those', () => {
    const types = [stringType, ...resultTypes].map((type, i) => ({ name: `c${i}`, type }))
    const shape = { keys: [stringType], measures, resultTypes, emitsUpdateBefore: false }
    const random = new Random(7)
    const [one, two] = [sinkOf([], types), sinkOf([], types)]
    const sent = { rows: 0, combined: 0 }
    const alone = new GroupAggregate(shape, one)
    const both = staged(new GroupAggregate(shape, two), null, sent)
    for (let turn = 0; turn < 200; turn++) {
      const hot = turn < 100 ? 'hot' : null
      const keyOf = (): string | null => (random.below(10) > 0 ? hot : `rare-${random.below(500)}`)
      const rows = Array.from({ length: 2000 }, (_, i) => [keyOf(), turn, i])
      for (const operator of [alone, both]) {
        operator.push(0, batchOf(schema, rows))
        operator.advance(0, turn)
      }
    }
    const final = ({ rows }: { readonly rows: unknown[][] }): unknown[][] => [
      ...new Map(rows.map(([, key, ...values]) => [key, [key, ...values]])).values(),
    ]
    expect(sorted(final(two))).toEqual(sorted(final(one)))
    // A tenth is rare and goes as it is; of the frequent keys little besides sums.
    expect(sent.combined).toBeGreaterThan(150)
    expect(sent.rows).toBeLessThan(50_000)
  })

  test('rows that hardly share keys are passed on as they are', () => {
    const sent = { rows: 0, combined: 0 }
    const operator = staged(
      new GroupAggregate({ keys: [stringType], measures, resultTypes, emitsUpdateBefore: true }, sinkOf([], [])),
      null,
      sent,
    )
    for (let turn = 0; turn < 50; turn++) {
      operator.push(
        0,
        batchOf(
          schema,
          Array.from({ length: 100 }, (_, i) => [`key-${turn}-${i}`, 0, i]),
        ),
      )
    }
    expect(sent).toEqual({ rows: 5000, combined: 0 })
    for (let turn = 0; turn < 200; turn++)
      operator.push(
        0,
        batchOf(
          schema,
          Array.from({ length: 100 }, (_, i) => ['hot', 0, i]),
        ),
      )
    operator.finish(0)
    expect(sent.combined).toBe(1)
    expect(sent.rows).toBeLessThan(10_000)
  })
})
