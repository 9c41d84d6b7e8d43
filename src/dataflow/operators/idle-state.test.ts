/** Operators that keep idle state for 100 ms: what they send when state is there, gone, or put off. */
import { describe, expect, test } from 'vitest'
import { bigintType, integerType, type Schema, stringType, timestampType } from '#data'
import { type ClockedRun, type ClockedStep, runClocked } from '../check/clocked-run.fixture.ts'
import { BoundedJoin } from './bounded-join.ts'
import { createDeduplicate, type DeduplicateShape } from './deduplicate.ts'
import { Distinct } from './distinct.ts'
import { GroupAggregate } from './group-aggregate.ts'
import { Join } from './join.ts'
import type { JoinType } from './join-probe.ts'
import type { MeasureShape } from './measures.ts'
import { Normalise } from './normalise.ts'
import { OverAggregate, type OverAggregateShape } from './over-aggregate.ts'
import { Top, type TopShape } from './top.ts'

const pair: Schema = [
  { name: 'key', type: stringType },
  { name: 'number', type: integerType },
]
const types = pair.map((column) => column.type)
const [insert, before, after, gone] = [0, 1, 2, 3]

function measure(kind: 'count' | 'sum' | 'last', retracts: boolean): MeasureShape {
  const args = kind === 'count' ? [] : [1]
  const result = kind === 'last' ? integerType : bigintType
  return { aggregate: { kind, arguments: args.map(() => integerType), result, distinct: false, retracts }, arguments: args, filter: null }
}

describe('groups', () => {
  const output: Schema = [...pair.slice(0, 1), { name: 'count', type: bigintType }, { name: 'sum', type: bigintType }]
  const run = (retracts: boolean, repeats = true, keys = [stringType]): ClockedRun => ({
    inputs: [pair],
    output: keys.length === 0 ? output.slice(1) : output,
    create: (receiver, retentionOf) =>
      new GroupAggregate(
        {
          keys,
          measures: [measure('count', retracts), measure('sum', retracts)],
          resultTypes: [bigintType, bigintType],
          emitsUpdateBefore: true,
          retention: retentionOf(100),
          repeats,
        },
        receiver,
      ),
  })
  const a = (...numbers: (number | null)[]) => numbers.map((number) => ['a', number])

  test('begin anew after their time, which every row puts off', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: a(1) },
      { atMs: 99, rows: a(2) },
      { atMs: 198, rows: a(4) },
      { atMs: 298, rows: a(8) },
    ]
    expect(runClocked(run(false), steps)).toEqual([
      ['+I["a", 1, 1]'],
      ['-U["a", 1, 1]', '+U["a", 2, 3]'],
      ['-U["a", 2, 3]', '+U["a", 3, 7]'],
      ['+I["a", 1, 8]'],
    ])
  })

  test('begin anew though a sweep has taken them away', () => {
    const steps: ClockedStep[] = [{ atMs: 0, rows: a(1) }, { atMs: 100 }, { atMs: 101 }, { atMs: 102, rows: a(2) }]
    expect(runClocked(run(false), steps)).toEqual([['+I["a", 1, 1]'], [], [], ['+I["a", 1, 2]']])
  })

  test('send results that stayed the same, so that who follows keeps its state as well, but not where nobody takes updates', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: a(1, 2), kinds: [insert, insert] },
      { atMs: 50, rows: a(2, 2), kinds: [before, after] },
    ]
    expect(runClocked(run(true), steps)[1]).toEqual(['-U["a", 2, 3]', '+U["a", 2, 3]'])
    expect(runClocked(run(true, false), steps)[1]).toEqual([])
  })

  test('pass over what is taken away from a group that is not there', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: a(1, 2) },
      { atMs: 100, rows: a(1, 5), kinds: [before, after] },
      { atMs: 110, rows: a(2), kinds: [gone] },
      { atMs: 120, rows: a(5, 7, 7), kinds: [gone, gone, insert] },
    ]
    expect(runClocked(run(true), steps)).toEqual([['+I["a", 2, 3]'], ['+I["a", 1, 5]'], ['-D["a", 1, 5]'], ['+I["a", 1, 7]']])
  })

  test('keep nothing of rows that they lost when the next comes in the same batch', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: a(1) },
      { atMs: 100, rows: a(5) },
      { atMs: 110, rows: a(1, 9, 9, 4), kinds: [gone, insert, gone, insert] },
    ]
    expect(runClocked(run(true), steps)).toEqual([['+I["a", 1, 1]'], ['+I["a", 1, 5]'], ['-U["a", 1, 5]', '+U["a", 1, 4]']])
  })

  test('expire without keys too', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: a(1) },
      { atMs: 100, rows: a(2) },
    ]
    expect(runClocked(run(false, true, []), steps)).toEqual([['+I[1, 1]'], ['+I[1, 2]']])
  })
})

describe('different rows', () => {
  const run = (repeats?: { emitsUpdateBefore: boolean }): ClockedRun => ({
    inputs: [pair],
    output: pair,
    create: (receiver, retentionOf) =>
      new Distinct({ types, retention: retentionOf(100), ...(repeats === undefined ? {} : { repeats }) }, receiver),
  })
  const steps: ClockedStep[] = [
    { atMs: 0, rows: [['a', 1]] },
    {
      atMs: 90,
      rows: [
        ['a', 1],
        ['b', 1],
        ['a', 1],
      ],
    },
    { atMs: 189, rows: [['a', 1]] },
    {
      atMs: 190,
      rows: [
        ['a', 1],
        ['b', 1],
      ],
    },
  ]

  test('are sent again when they were idle for too long', () => {
    expect(runClocked(run(), steps)).toEqual([['+I["a", 1]'], ['+I["b", 1]'], [], ['+I["b", 1]']])
  })

  test('are sent as updates of themselves once a batch, so that who follows keeps its state as well', () => {
    expect(runClocked(run({ emitsUpdateBefore: true }), steps)).toEqual([
      ['+I["a", 1]'],
      ['-U["a", 1]', '+U["a", 1]', '+I["b", 1]'],
      ['-U["a", 1]', '+U["a", 1]'],
      ['-U["a", 1]', '+U["a", 1]', '+I["b", 1]'],
    ])
    expect(runClocked(run({ emitsUpdateBefore: false }), steps)[1]).toEqual(['+U["a", 1]', '+I["b", 1]'])
  })

  test('that were forgotten cannot go', () => {
    const changes: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1]], kinds: [insert] },
      { atMs: 100, rows: [['a', 1]], kinds: [gone] },
      {
        atMs: 101,
        rows: [
          ['a', 1],
          ['a', 1],
          ['a', 1],
        ],
        kinds: [insert, insert, gone],
      },
      { atMs: 102, rows: [['a', 1]], kinds: [gone] },
    ]
    expect(runClocked(run(), changes)).toEqual([['+I["a", 1]'], [], ['+I["a", 1]'], ['-D["a", 1]']])
  })

  test('are sent in batches of a length that others take', () => {
    const rows = Array.from({ length: 4096 }, (_, i) => ['a', i])
    const lines = runClocked(run({ emitsUpdateBefore: true }), [
      { atMs: 0, rows },
      { atMs: 1, rows },
    ])
    expect(lines.map((each) => each.length)).toEqual([4096, 8192])
    expect(lines[1]?.slice(4094, 4098)).toEqual(['-U["a", 2047]', '+U["a", 2047]', '-U["a", 2048]', '+U["a", 2048]'])
  })
})

describe('deduplication', () => {
  const schema: Schema = [...pair, { name: 'at', type: timestampType, role: 'event-time' }]
  const run = (keep: 'first' | 'last', time: number | null): ClockedRun => ({
    inputs: [schema],
    output: schema,
    create: (receiver, retentionOf) => {
      const shape: DeduplicateShape = {
        types: schema.map((column) => column.type),
        key: [0],
        keep,
        time,
        emitsUpdateBefore: true,
        retention: retentionOf(100),
      }
      return createDeduplicate(shape, receiver)
    },
  })

  test('by first arrival is put off by the first row alone', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1, 0]] },
      { atMs: 60, rows: [['a', 2, 0]] },
      {
        atMs: 100,
        rows: [
          ['a', 3, 0],
          ['b', 4, 0],
          ['a', 5, 0],
        ],
      },
      { atMs: 199, rows: [['a', 6, 0]] },
      { atMs: 200 },
      { atMs: 201, rows: [['a', 7, 0]] },
    ]
    expect(runClocked(run('first', null), steps)).toEqual([
      ['+I["a", 1, 0]'],
      [],
      ['+I["a", 3, 0]', '+I["b", 4, 0]'],
      [],
      [],
      ['+I["a", 7, 0]'],
    ])
  })

  test('by last arrival is put off by every row, and sends equal ones', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1, 0]] },
      { atMs: 90, rows: [['a', 1, 0]] },
      { atMs: 189, rows: [['a', 2, 0]] },
      { atMs: 289, rows: [['a', 3, 0]] },
    ]
    expect(runClocked(run('last', null), steps)).toEqual([
      ['+I["a", 1, 0]'],
      ['-U["a", 1, 0]', '+U["a", 1, 0]'],
      ['-U["a", 1, 0]', '+U["a", 2, 0]'],
      ['+I["a", 3, 0]'],
    ])
  })

  test('by event time is put off by rows that take the place', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1, 50]] },
      { atMs: 90, rows: [['a', 2, 40]] },
      { atMs: 100, rows: [['a', 3, 30]] },
      { atMs: 150, rows: [['a', 4, 30]] },
      { atMs: 249, rows: [['a', 5, 20]] },
      { atMs: 251, rows: [['a', 6, 10]] },
    ]
    expect(runClocked(run('last', 2), steps)).toEqual([
      ['+I["a", 1, 50]'],
      [],
      ['+I["a", 3, 30]'],
      ['-U["a", 3, 30]', '+U["a", 4, 30]'],
      [],
      ['+I["a", 6, 10]'],
    ])
    expect(runClocked(run('first', 2), steps)).toEqual([
      ['+I["a", 1, 50]'],
      ['-U["a", 1, 50]', '+U["a", 2, 40]'],
      ['-U["a", 2, 40]', '+U["a", 3, 30]'],
      [],
      ['+I["a", 5, 20]'],
      ['-U["a", 5, 20]', '+U["a", 6, 10]'],
    ])
  })

  test('of an upsert stream passes over the deletion of an expired key', () => {
    const normalise: ClockedRun = {
      inputs: [pair],
      output: pair,
      create: (receiver, retentionOf) => new Normalise({ types, key: [0], emitsUpdateBefore: true, retention: retentionOf(100) }, receiver),
    }
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1]], kinds: [after] },
      { atMs: 50, rows: [['a', 1]], kinds: [after] },
      { atMs: 150, rows: [['a', null]], kinds: [gone] },
      { atMs: 151, rows: [['a', 1]], kinds: [after] },
    ]
    expect(runClocked(normalise, steps)).toEqual([['+I["a", 1]'], ['-U["a", 1]', '+U["a", 1]'], [], ['+I["a", 1]']])
  })
})

describe('places', () => {
  const run = (more: Partial<TopShape>): ClockedRun => ({
    inputs: [pair],
    output: more.placed === true ? [...pair, { name: 'place', type: bigintType }] : pair,
    create: (receiver, retentionOf) =>
      new Top(
        {
          types,
          partitionBy: [0],
          orderBy: [{ column: 1, descending: false, nullsFirst: true }],
          from: 1,
          to: 2,
          placed: false,
          retracts: false,
          emitsUpdateBefore: true,
          retention: retentionOf(100),
          ...more,
        },
        receiver,
      ),
  })

  test('are given up without a word, each row at its time', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1]] },
      { atMs: 50, rows: [['a', 2]] },
      { atMs: 99, rows: [['a', 3]] },
      { atMs: 100, rows: [['a', 3]] },
      { atMs: 120, rows: [['a', 1]] },
      { atMs: 200, rows: [['a', 9]] },
    ]
    expect(runClocked(run({}), steps)).toEqual([
      ['+I["a", 1]'],
      ['+I["a", 2]'],
      [],
      ['+I["a", 3]'],
      ['-D["a", 3]', '+I["a", 1]'],
      ['+I["a", 9]'],
    ])
    expect(runClocked(run({ placed: true }), steps).slice(3, 5)).toEqual([
      ['+I["a", 3, 2]'],
      ['-U["a", 2, 1]', '+U["a", 1, 1]', '-U["a", 3, 2]', '+U["a", 2, 2]'],
    ])
  })

  test('of a stream that retracts are filled by rows that are still there', () => {
    const steps: ClockedStep[] = [
      {
        atMs: 0,
        rows: [
          ['a', 1],
          ['a', 2],
        ],
        kinds: [insert, insert],
      },
      {
        atMs: 60,
        rows: [
          ['a', 3],
          ['a', 4],
          ['a', 5],
        ],
        kinds: [insert, insert, insert],
      },
      { atMs: 90, rows: [['a', 1]], kinds: [gone] },
      { atMs: 100, rows: [['a', 4]], kinds: [gone] },
      { atMs: 101, rows: [['a', 2]], kinds: [gone] },
      { atMs: 102, rows: [['a', 3]], kinds: [gone] },
    ]
    expect(runClocked(run({ retracts: true }), steps)).toEqual([
      ['+I["a", 1]', '+I["a", 2]'],
      [],
      ['-D["a", 1]', '+I["a", 3]'],
      ['-D["a", 4]', '+I["a", 5]'],
      [],
      ['-D["a", 3]'],
    ])
  })

  test('of rows in no order are kept together for as long as any row comes or goes', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1]], kinds: [insert] },
      {
        atMs: 90,
        rows: [
          ['a', 2],
          ['a', 3],
        ],
        kinds: [insert, insert],
      },
      { atMs: 180, rows: [['a', 3]], kinds: [gone] },
      { atMs: 279, rows: [['a', 1]], kinds: [gone] },
      { atMs: 379, rows: [['a', 2]], kinds: [gone] },
      { atMs: 380, rows: [['a', 4]], kinds: [insert] },
    ]
    expect(runClocked(run({ retracts: true, orderBy: [], partitionBy: [] }), steps)).toEqual([
      ['+I["a", 1]'],
      ['+I["a", 2]'],
      [],
      ['-D["a", 1]'],
      [],
      ['+I["a", 4]'],
    ])
  })
})

describe('joined rows', () => {
  const right: Schema = [
    { name: 'key2', type: stringType },
    { name: 'number2', type: integerType },
  ]
  const run = (type: JoinType, ttls: readonly [number, number] = [100, 100]): ClockedRun => ({
    inputs: [pair, right],
    output: type === 'semi' || type === 'anti' ? pair : [...pair, ...right],
    create: (receiver, retentionOf) => {
      const side = (ttlMs: number) => ({ types, retracts: true, ...(ttlMs === 0 ? {} : { retention: retentionOf(ttlMs) }) })
      const keys = { types: [stringType], columns: [[0], [0]], nullsEqual: [false] } as const
      return new Join({ type, keys, left: side(ttls[0]), right: side(ttls[1]), condition: null }, receiver)
    },
  })
  const left = (atMs: number, number: number, kind = insert): ClockedStep => ({ atMs, input: 0, rows: [['a', number]], kinds: [kind] })
  const other = (atMs: number, number: number, kind = insert): ClockedStep => ({ atMs, input: 1, rows: [['a', number]], kinds: [kind] })

  test('meet those that came less than their time ago', () => {
    expect(runClocked(run('inner'), [left(0, 1), left(50, 2), other(99, 8), other(100, 9), left(198, 3)])).toEqual([
      [],
      [],
      ['+I["a", 1, "a", 8]', '+I["a", 2, "a", 8]'],
      ['+I["a", 2, "a", 9]'],
      ['+I["a", 3, "a", 8]', '+I["a", 3, "a", 9]'],
    ])
  })

  test('have a time for each side', () => {
    const steps = [left(0, 1), other(0, 9), left(500, 2), other(500, 8)]
    expect(runClocked(run('inner', [100, 0]), steps).slice(2)).toEqual([['+I["a", 2, "a", 9]'], ['+I["a", 2, "a", 8]']])
    expect(runClocked(run('inner', [0, 100]), steps).slice(2)).toEqual([[], ['+I["a", 1, "a", 8]', '+I["a", 2, "a", 8]']])
  })

  test('of an outer side are put off by each partner that comes or goes', () => {
    const steps = [left(0, 1), other(90, 9), left(189, 2), other(189, 9, gone), left(189, 1, gone), other(288, 8), other(289, 7)]
    expect(runClocked(run('left'), steps)).toEqual([
      ['+I["a", 1, NULL, NULL]'],
      ['-D["a", 1, NULL, NULL]', '+I["a", 1, "a", 9]'],
      ['+I["a", 2, "a", 9]'],
      ['-D["a", 1, "a", 9]', '+I["a", 1, NULL, NULL]', '-D["a", 2, "a", 9]', '+I["a", 2, NULL, NULL]'],
      ['-D["a", 1, NULL, NULL]'],
      ['-D["a", 2, NULL, NULL]', '+I["a", 2, "a", 8]'],
      ['+I["a", 2, "a", 7]'],
    ])
  })

  test('of an inner join are not put off by partners', () => {
    expect(runClocked(run('inner'), [left(0, 1), other(90, 9), other(100, 8)])).toEqual([[], ['+I["a", 1, "a", 9]'], []])
  })

  test('count partners that have expired', () => {
    const steps = [other(0, 9), left(50, 1), left(100, 2), other(140, 8), other(150, 8, gone)]
    expect(runClocked(run('left'), steps)).toEqual([
      [],
      ['+I["a", 1, "a", 9]'],
      ['+I["a", 2, NULL, NULL]'],
      ['+I["a", 1, "a", 8]', '-D["a", 2, NULL, NULL]', '+I["a", 2, "a", 8]'],
      ['-D["a", 1, "a", 8]', '-D["a", 2, "a", 8]', '+I["a", 2, NULL, NULL]'],
    ])
  })

  test('that are taken away after their time take back the pairs that they would make', () => {
    const steps = [left(0, 1), other(60, 9), left(100, 1, gone), left(160, 1, gone)]
    expect(runClocked(run('inner'), steps)).toEqual([[], ['+I["a", 1, "a", 9]'], ['-D["a", 1, "a", 9]'], []])
    expect(runClocked(run('left'), [left(0, 1), left(100, 1, gone)])).toEqual([['+I["a", 1, NULL, NULL]'], ['-D["a", 1, NULL, NULL]']])
    expect(runClocked(run('semi'), steps)).toEqual([[], ['+I["a", 1]'], ['-D["a", 1]'], []])
    expect(runClocked(run('anti'), [left(0, 1), left(100, 1, before)])).toEqual([['+I["a", 1]'], ['-U["a", 1]']])
  })

  test('of a table that ends are gone as well', () => {
    const bounded: ClockedRun = {
      inputs: [pair, right],
      output: [...pair, ...right],
      create: (receiver, retentionOf) => {
        const keys = { types: [stringType], columns: [[0], [0]], nullsEqual: [false] } as const
        const table = { types, retracts: false, retention: retentionOf(100) }
        const operator = new BoundedJoin({ type: 'left', keys, right: table, condition: null }, receiver)
        operator.push(1, { length: 1, columns: [text('a'), numbers(9)], kinds: null, watermarks: null })
        operator.finish(1)
        // Without its state: it has the table from the start, and would get it twice from a restart.
        return {
          push: (input, batch) => operator.push(input, batch),
          tick: (nowMs) => operator.tick(nowMs),
          advance: (input, watermarkMs) => operator.advance(input, watermarkMs),
          finish: (input) => operator.finish(input),
        }
      },
    }
    const steps: ClockedStep[] = [left(99, 1), left(100, 2), { atMs: 101 }, left(102, 3)]
    expect(runClocked(bounded, steps)).toEqual([['+I["a", 1, "a", 9]'], ['+I["a", 2, NULL, NULL]'], [], ['+I["a", 3, NULL, NULL]']])
  })
})

function text(value: string) {
  return { form: 'text', data: [value], nulls: null } as const
}

function numbers(value: number) {
  return { form: 'integers', data: Int32Array.of(value), nulls: null } as const
}

describe('frames', () => {
  const schema: Schema = [
    { name: 'key', type: stringType },
    { name: 'at', type: timestampType },
    { name: 'number', type: integerType },
  ]
  const run = (timeKind: OverAggregateShape['timeKind'], frame: OverAggregateShape['frame']): ClockedRun => ({
    inputs: [schema],
    output: [...schema, { name: 'sum', type: bigintType }],
    create: (receiver, retentionOf) =>
      new OverAggregate(
        {
          types: schema.map((column) => column.type),
          columns: 3,
          partitionBy: [0],
          time: 1,
          timeKind,
          frame,
          measures: [
            {
              function: {
                kind: 'aggregate',
                aggregate: {
                  kind: 'sum',
                  arguments: [integerType],
                  result: bigintType,
                  distinct: false,
                  retracts: frame.preceding !== null,
                },
              },
              arguments: [2],
              result: bigintType,
            },
          ],
          retention: retentionOf(100),
        },
        receiver,
      ),
  })
  const sums = (lines: readonly string[][]) =>
    lines.map((each) => each.flatMap((line) => (line.startsWith('+I') ? [Number(/(\d+)\]$/.exec(line)?.[1])] : [])))

  test('over all rows by processing time begin anew after their time', () => {
    const steps: ClockedStep[] = [0, 99, 198, 298].map((atMs, index) => ({ atMs, rows: [['a', atMs, 2 ** index]] }))
    expect(sums(runClocked(run('processing-time', { unit: 'range', preceding: null }), steps))).toEqual([[1], [3], [7], [8]])
  })

  test('over some rows by processing time begin anew after one to one and a half times as long', () => {
    const steps: ClockedStep[] = [0, 50, 149, 299, 448, 449].map((atMs, index) => ({ atMs, rows: [['a', atMs, 2 ** index]] }))
    expect(sums(runClocked(run('processing-time', { unit: 'rows', preceding: 5 }), steps))).toEqual([[1], [3], [7], [8], [24], [32 + 24]])
  })

  test('by event time begin anew after one to one and a half times as long', () => {
    const steps: ClockedStep[] = [0, 150, 301, 302, 600].map((atMs, index) => ({
      atMs,
      rows: [['a', 1000 + index, 2 ** index]],
      watermarkMs: 1000 + index,
    }))
    expect(sums(runClocked(run('event-time', { unit: 'rows', preceding: null }), steps))).toEqual([[1], [2], [4], [12], [16]])
  })

  test('are kept while rows wait for their watermark', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 1, 1]], watermarkMs: 1 },
      { atMs: 10, rows: [['a', 5, 2]] },
      { atMs: 400 },
      { atMs: 401, rows: [['a', 6, 4]] },
      { atMs: 402, watermarkMs: 6 },
    ]
    const frames = run('event-time', { unit: 'rows', preceding: null })
    expect(sums(runClocked(frames, steps))).toEqual([[1], [], [], [], [3, 7]])
    expect(sums(runClocked(frames, steps.toSpliced(2, 1)))).toEqual([[1], [], [], [3, 7]])
    // Two more steps let the operator start anew right behind the tick.
    expect(sums(runClocked(frames, [...steps, { atMs: 403 }, { atMs: 404 }])).slice(0, 5)).toEqual([[1], [], [], [], [3, 7]])
  })

  test('go with the clock, whether rows come or not', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 0, 1]] },
      { atMs: 300 },
      { atMs: 301 },
      { atMs: 302, rows: [['a', 302, 2]] },
      { atMs: 303 },
    ]
    expect(sums(runClocked(run('processing-time', { unit: 'rows', preceding: 5 }), steps))).toEqual([[1], [], [], [2], []])
  })

  test('of a range of time are bounded by time alone', () => {
    const steps: ClockedStep[] = [
      { atMs: 0, rows: [['a', 10, 1]], watermarkMs: 10 },
      { atMs: 1000, rows: [['a', 11, 2]], watermarkMs: 11 },
    ]
    expect(sums(runClocked(run('event-time', { unit: 'range', preceding: 50 }), steps))).toEqual([[1], [3]])
  })
})
