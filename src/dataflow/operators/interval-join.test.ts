import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, integerType, type Schema, stringType, timestampType, type Vector, valueAt, withNullable } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { cutWithWatermarks, mixPieces, watermarksOf } from '../check/timed-rows.fixture.ts'
import { IntervalJoin, type IntervalJoinShape } from './interval-join.ts'
import type { JoinType } from './join-probe.ts'

const side = (prefix: string): Schema => [
  { name: `${prefix}_key`, type: stringType },
  { name: `${prefix}_at`, type: timestampType, role: 'event-time' },
  { name: `${prefix}_number`, type: integerType },
]
const left = side('left')
const right = side('right')
const joinTypes: readonly JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti']

function sumIsEven(pairs: Batch): Uint8Array {
  return Uint8Array.from({ length: pairs.length }, (_, i) => {
    const a = valueAt(pairs.columns[2] as Vector, i, integerType)
    const b = valueAt(pairs.columns[5] as Vector, i, integerType)
    return (Number(a) + Number(b)) % 3 !== 0 ? 1 : 0
  })
}

interface Case {
  readonly type: JoinType
  readonly conditional: boolean
  readonly nullsEqual: boolean
  readonly keyed: boolean
  readonly fromMs: number
  readonly toMs: number
}

function shapeOf({ type, conditional, nullsEqual, keyed, fromMs, toMs }: Case): IntervalJoinShape {
  return {
    type,
    keys: keyed ? { types: [stringType], columns: [[0], [0]], nullsEqual: [nullsEqual] } : { types: [], columns: [[], []], nullsEqual: [] },
    types: [left.map((column) => column.type), right.map((column) => column.type)],
    times: [1, 1],
    time: 'event-time',
    fromMs,
    toMs,
    condition: conditional ? sumIsEven : null,
  }
}

function outputOf(type: JoinType): Schema {
  return type === 'semi' || type === 'anti'
    ? left
    : [...left, ...right].map((column) => ({ ...column, type: withNullable(column.type, true) }))
}

type Row = readonly unknown[]
/** A row of either input in order of arrival, with the watermark of both inputs before it. */
interface Arrival {
  readonly input: number
  readonly row: Row
  readonly watermarkMs: number
}

/** Rows in the order of the steps. */
function arrivalsOf(steps: readonly Step[]): Arrival[] {
  const marks = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return steps.flatMap((step) => {
    const input = step.input ?? 0
    if ('end' in step) return []
    if ('watermarkMs' in step) {
      marks[input] = step.watermarkMs
      return []
    }
    return step.rows.map((row, i) => {
      const own = step.watermarks?.[i] ?? marks[input] ?? Number.NEGATIVE_INFINITY
      return { input, row, watermarkMs: Math.min(own, marks[1 - input] ?? Number.NEGATIVE_INFINITY) }
    })
  })
}

/** Each row meets the rows before it that a row after the watermark could still meet. */
function joinNaively(join: Case, arrivals: readonly Arrival[]): string[] {
  const { type, fromMs, toMs } = join
  const met = new Set<Row>()
  const rows: Row[] = []
  for (const [at, { input, row, watermarkMs }] of arrivals.entries()) {
    for (const before of arrivals.slice(0, at)) {
      if (before.input === input) continue
      const [l, r] = input === 0 ? [row, before.row] : [before.row, row]
      const reachMs = before.input === 0 ? -fromMs : toMs
      if (!matches(join, l, r) || Number(before.row[1]) + reachMs <= watermarkMs) continue
      if (type === 'semi' && !met.has(l)) rows.push(l)
      else if (type !== 'semi' && type !== 'anti') rows.push([...l, ...r])
      met.add(l)
      met.add(r)
    }
  }
  const pads = [null, null, null]
  for (const { input, row } of arrivals) {
    if (met.has(row)) continue
    if (input === 0 && type === 'anti') rows.push(row)
    if (input === 0 && (type === 'left' || type === 'full')) rows.push([...row, ...pads])
    if (input === 1 && (type === 'right' || type === 'full')) rows.push([...pads, ...row])
  }
  return tableOf(rows.map((row) => ({ kind: 0, row })))
}

function matches({ keyed, nullsEqual, conditional, fromMs, toMs }: Case, l: Row, r: Row): boolean {
  if (keyed && (l[0] !== r[0] || (l[0] === null && !nullsEqual))) return false
  if (l[1] === null || r[1] === null) return false
  const difference = Number(l[1]) - Number(r[1])
  if (difference < fromMs || difference > toMs) return false
  return !conditional || (Number(l[2]) + Number(r[2])) % 3 !== 0
}

function randomRows(random: Random, nulls: boolean): Row[] {
  const disorder = 1 + random.below(30)
  return Array.from({ length: random.below(60) }, (_, i) => {
    const at = nulls && random.below(20) === 0 ? null : i + random.below(disorder)
    return [random.pick(['a', 'b', null]), at, random.below(9)]
  })
}

const anyCase = fc
  .record({
    type: fc.constantFrom(...joinTypes),
    conditional: fc.boolean(),
    nullsEqual: fc.boolean(),
    keyed: fc.boolean(),
    fromMs: fc.integer({ min: -20, max: 20 }),
    span: fc.integer({ min: -3, max: 25 }),
  })
  .map(({ span, ...rest }): Case => ({ ...rest, toMs: rest.fromMs + span }))

describe('interval join', () => {
  test('gives what a nested loop gives, late rows and all, for all types, cuts and interleavings', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 0, max: 30 }), fc.integer(), (join, delayMs, seed) => {
        const random = new Random(seed)
        const rows = [randomRows(random, true), randomRows(random, true)]
        const steps = mixPieces(
          random,
          rows.map((each, input) => cutWithWatermarks(random, each, watermarksOf(each, 1, delayMs), input)),
        )
        const contract = { inputs: [left, right], output: outputOf(join.type), appends: true }
        const changelog = runOperator(contract, (output) => new IntervalJoin(shapeOf(join), output), steps)
        expect(changelog.table()).toEqual(joinNaively(join, arrivalsOf(steps)))
      }),
      { numRuns: 1000 },
    )
  })

  test('makes no row late', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (join, seed) => {
        const random = new Random(seed)
        const rows = [randomRows(random, false), randomRows(random, false)]
        const steps = mixPieces(
          random,
          rows.map((each, input) => cutWithWatermarks(random, each, watermarksOf(each, 1, 31), input)),
        )
        const contract = { inputs: [left, right], output: outputOf(join.type), appends: true }
        const changelog = runOperator(contract, (output) => new IntervalJoin(shapeOf(join), output), steps)
        const late = changelog.changes.filter(({ row, watermarkMs }) =>
          [row[1], row[4]].some((at) => typeof at === 'number' && at <= watermarkMs),
        )
        expect(late).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('gives the same changes for every cut of one input', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (join, seed) => {
        const random = new Random(seed)
        const [lefts, rights] = [randomRows(random, true), randomRows(random, true)]
        const watermarks = watermarksOf(rights, 1, 5)
        const steps = (longest: number): Step[] => [
          { input: 0, rows: lefts },
          { input: 0, end: true },
          ...cutWithWatermarks(new Random(longest), rights, watermarks, 1).flat(),
        ]
        const contract = { inputs: [left, right], output: outputOf(join.type), appends: true }
        const run = (longest: number) => runOperator(contract, (output) => new IntervalJoin(shapeOf(join), output), steps(longest)).table()
        expect(run(seed)).toEqual(run(seed + 1))
      }),
      { numRuns: 200 },
    )
  })
})

describe('emission of an interval join', () => {
  const join: Case = { type: 'full', conditional: false, nullsEqual: false, keyed: true, fromMs: -10, toMs: 0 }

  test('sends pairs at once, lonely rows when they are certain, and holds the watermark back', () => {
    const steps: Step[] = [
      {
        input: 0,
        rows: [
          ['a', 10, 1],
          ['b', 12, 2],
          ['a', 5, 3],
        ],
      },
      {
        input: 1,
        rows: [
          ['a', 12, 4],
          ['c', 13, 5],
        ],
      },
      { input: 0, watermarkMs: 14 },
      { input: 1, watermarkMs: 14 },
      { input: 1, watermarkMs: 22 },
      { input: 0, watermarkMs: 21 },
      { input: 0, watermarkMs: 22 },
    ]
    const contract = { inputs: [left, right], output: outputOf('full'), appends: true }
    const changelog = runOperator(contract, (output) => new IntervalJoin(shapeOf(join), output), steps)
    expect(changelog.lines).toEqual([
      '+I["a", 5, 3, "a", 12, 4]',
      '+I["a", 10, 1, "a", 12, 4]',
      '+I[NULL, NULL, NULL, "c", 13, 5]',
      'watermark 4',
      'watermark 11',
      '+I["b", 12, 2, NULL, NULL, NULL]',
      'watermark 12',
      'end',
    ])
  })

  test('keeps no row and no key for longer than the interval', () => {
    for (const type of ['inner', 'full'] as const) {
      let operator: IntervalJoin | undefined
      const steps: Step[] = Array.from({ length: 200 }, (_, round) => [
        { input: 0, rows: Array.from({ length: 200 }, (_row, i) => [`${round} ${i}`, round * 10, i]) },
        { input: 1, rows: Array.from({ length: 200 }, (_row, i) => [`${round} ${i + 100}`, round * 10, i]) },
        { input: 0, watermarkMs: round * 10 },
        { input: 1, watermarkMs: round * 10 },
      ]).flat()
      const changelog = runOperator(
        { inputs: [left, right], output: outputOf(type), appends: true },
        (output) => {
          operator = new IntervalJoin(shapeOf({ ...join, type, fromMs: -5, toMs: 5 }), output)
          return operator
        },
        steps,
      )
      expect(changelog.changes.length).toBe(type === 'inner' ? 20_000 : 60_000)
      expect(operator?.stateBytes).toBeLessThan(600_000)
    }
  })

  test('by processing time, drops rows by the clock of those that come', () => {
    const shape: IntervalJoinShape = { ...shapeOf({ ...join, type: 'left' }), time: 'processing-time' }
    const steps: Step[] = [
      {
        input: 0,
        rows: [
          ['a', 10, 1],
          ['b', 10, 2],
        ],
      },
      { input: 1, watermarkMs: 5 },
      { input: 0, watermarkMs: 5 },
      { input: 1, rows: [['a', 20, 3]] },
      { input: 1, rows: [['b', 21, 4]] },
    ]
    const contract = { inputs: [left, right], output: outputOf('left'), appends: true }
    const changelog = runOperator(contract, (output) => new IntervalJoin(shape, output), steps)
    expect(changelog.lines).toEqual(['watermark 5', '+I["a", 10, 1, "a", 20, 3]', '+I["b", 10, 2, NULL, NULL, NULL]', 'end'])
  })
})
