import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Batch,
  batchOf,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  changeUpdateBefore,
  integerType,
  type Schema,
  stringType,
  timestampType,
  type Vector,
  valueAt,
  withNullable,
} from '#data'
import { Changelog } from '../check/changelog.fixture.ts'
import { runClocked } from '../check/clocked-run.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { restarted } from '../check/restarted-operator.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { cutWithWatermarks, mixPieces, watermarksOf } from '../check/timed-rows.fixture.ts'
import type { OperatorFactory } from '../operator.ts'
import { TemporalJoin, type TemporalJoinShape } from './temporal-join.ts'

const side = (prefix: string): Schema => [
  { name: `${prefix}_key`, type: stringType },
  { name: `${prefix}_at`, type: timestampType, role: 'event-time' },
  { name: `${prefix}_number`, type: integerType },
]
const left = side('left')
const right = side('right')
const output: Schema = [...left, ...right].map((column) => ({ ...column, type: withNullable(column.type, true) }))
const contract = { inputs: [left, right], output }

type Row = readonly unknown[]

interface Case {
  readonly type: 'inner' | 'left'
  readonly conditional: boolean
  readonly nullsEqual: boolean
}

function holds(a: unknown, b: unknown): boolean {
  return (Number(a) + Number(b)) % 3 !== 0
}

function condition(pairs: Batch): Uint8Array {
  return Uint8Array.from({ length: pairs.length }, (_, i) => {
    const [a, b] = [2, 5].map((place) => valueAt(pairs.columns[place] as Vector, i, integerType))
    return holds(a, b) ? 1 : 0
  })
}

function shapeOf({ type, conditional, nullsEqual }: Case): TemporalJoinShape {
  return {
    type,
    keys: { types: [stringType], columns: [[0], [0]], nullsEqual: [nullsEqual] },
    types: [left.map((column) => column.type), right.map((column) => column.type)],
    times: [1, 1],
    condition: conditional ? condition : null,
  }
}

interface Waiting {
  readonly order: number
  readonly kind: number
  readonly row: Row
}
/** What the model keeps of a key. */
interface KeyState {
  waiting: Waiting[]
  readonly versions: Map<number, { readonly kind: number; readonly row: Row }>
  timer: number
}

/** The operator as it is specified, row by row: maps that are searched through and sorted whenever the timer of a key fires. */
class Model {
  readonly #join: Case
  readonly #keys = new Map<unknown, KeyState>()
  readonly sent: { readonly kind: number; readonly row: Row; readonly watermarkMs: number }[] = []
  #watermarkMs = Number.NEGATIVE_INFINITY
  #order = 0

  constructor(join: Case) {
    this.#join = join
  }

  take(input: number, kind: number, row: Row): void {
    const [key, at] = row as [unknown, number | null]
    if (at === null || (key === null && !this.#join.nullsEqual)) {
      if (input === 0) this.#send({ order: 0, kind, row }, undefined, this.#watermarkMs)
      return
    }
    const state: KeyState = this.#keys.get(key) ?? { waiting: [], versions: new Map(), timer: Number.POSITIVE_INFINITY }
    this.#keys.set(key, state)
    if (input === 0) state.waiting.push({ order: this.#order++, kind, row })
    else state.versions.set(at, { kind, row })
    state.timer = Math.min(state.timer, at)
  }

  pass(watermarkMs: number): void {
    if (watermarkMs <= this.#watermarkMs) return
    const released: { readonly waiting: Waiting; readonly version: Row | undefined }[] = []
    for (const state of this.#keys.values()) {
      if (state.timer > watermarkMs) continue
      const times = [...state.versions.keys()].sort((a, b) => a - b)
      for (const waiting of state.waiting.filter(({ row }) => Number(row[1]) <= watermarkMs)) {
        const found = state.versions.get(times.findLast((time) => time <= Number(waiting.row[1])) ?? Number.NaN)
        const isThere = found !== undefined && found.kind !== changeDelete && found.kind !== changeUpdateBefore
        released.push({ waiting, version: isThere ? found.row : undefined })
      }
      state.waiting = state.waiting.filter(({ row }) => Number(row[1]) > watermarkMs)
      const kept = times.findLast((time) => time <= watermarkMs)
      for (const time of times) if (kept !== undefined && time < kept) state.versions.delete(time)
      state.timer = Math.min(Number.POSITIVE_INFINITY, ...state.waiting.map(({ row }) => Number(row[1])))
    }
    for (const { waiting, version } of released.sort((a, b) => a.waiting.order - b.waiting.order))
      this.#send(waiting, version, this.#watermarkMs)
    this.#watermarkMs = watermarkMs
  }

  #send({ kind, row }: Waiting, version: Row | undefined, watermarkMs: number): void {
    const matches = version !== undefined && (!this.#join.conditional || holds(row[2], version[2]))
    if (matches || this.#join.type === 'left') {
      this.sent.push({ kind, row: [...row, ...(matches ? version : [null, null, null])], watermarkMs })
    }
  }
}

function modelOf(join: Case, steps: readonly Step[]): Model {
  const model = new Model(join)
  const marks = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const step of steps) {
    const input = step.input ?? 0
    if ('end' in step) marks[input] = Number.POSITIVE_INFINITY
    else if ('watermarkMs' in step) marks[input] = Math.max(marks[input] as number, step.watermarkMs)
    else {
      for (const [i, row] of step.rows.entries()) {
        const own = step.watermarks?.[i] ?? marks[input] ?? Number.NaN
        model.pass(Math.min(own, marks[1 - input] as number))
        model.take(input, step.kinds?.[i] ?? changeInsert, row)
      }
    }
    model.pass(Math.min(...marks))
  }
  // The left input ends first.
  model.pass(marks[1] as number)
  model.pass(Number.POSITIVE_INFINITY)
  return model
}

function randomRows(random: Random): Row[] {
  const disorder = 1 + random.below(30)
  return Array.from({ length: random.below(70) }, (_, i) => {
    const at = random.below(30) === 0 ? null : i + random.below(disorder)
    return [random.pick(['a', 'b', 'c', null]), at, random.below(9)]
  })
}

/** The same steps with changes of all kinds, which need not fit what was said before. */
function withKinds(random: Random, steps: readonly Step[]): Step[] {
  const kinds = [changeInsert, changeUpdateAfter, changeUpdateAfter, changeDelete, changeUpdateBefore]
  return steps.map((step) => ('rows' in step ? { ...step, kinds: step.rows.map(() => random.pick(kinds)) } : step))
}

function randomSteps(random: Random, delayMs: number): Step[] {
  const inputs = [randomRows(random), randomRows(random)]
  const pieces = inputs.map((rows, input) => cutWithWatermarks(random, rows, watermarksOf(rows, 1, delayMs), input))
  return mixPieces(random, pieces)
}

/** Runs without the checks that want changes to fit one another. */
function runFreely(factory: OperatorFactory, steps: readonly Step[]): Changelog {
  const changelog = new Changelog(output)
  const operator = factory(changelog)
  for (const step of steps) {
    const input = step.input ?? 0
    if ('end' in step) operator.finish(input)
    else if ('watermarkMs' in step) operator.advance(input, step.watermarkMs)
    else {
      const batch = batchOf(contract.inputs[input] ?? [], step.rows, step.kinds)
      operator.push(input, step.watermarks === undefined ? batch : { ...batch, watermarks: Float64Array.from(step.watermarks) })
    }
  }
  for (const input of contract.inputs.keys()) operator.finish(input)
  return changelog
}

const anyCase = fc.record({ type: fc.constantFrom('inner', 'left'), conditional: fc.boolean(), nullsEqual: fc.boolean() })

describe('temporal join', () => {
  test('sends what the model sends, late rows and all, for all cuts and interleavings', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 0, max: 30 }), fc.integer(), (join: Case, delayMs, seed) => {
        const steps = randomSteps(new Random(seed), delayMs)
        const changelog = runOperator({ ...contract, appends: true }, (receiver) => new TemporalJoin(shapeOf(join), receiver), steps)
        expect(changelog.changes).toEqual(modelOf(join, steps).sent)
      }),
      { numRuns: 400 },
    )
  })

  test('takes changes of all kinds on both sides', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 0, max: 30 }), fc.integer(), (join: Case, delayMs, seed) => {
        const random = new Random(seed)
        const steps = withKinds(random, randomSteps(random, delayMs))
        const factory: OperatorFactory = (receiver) => new TemporalJoin(shapeOf(join), receiver)
        const { sent } = modelOf(join, steps)
        expect(runFreely(factory, steps).changes).toEqual(sent)
        const resumed = restarted(factory, (call) => call % 3 === seed % 3)
        expect(runFreely(resumed, steps).changes).toEqual(sent)
      }),
      { numRuns: 200 },
    )
  })
})

describe('emission of a temporal join', () => {
  const join: Case = { type: 'left', conditional: false, nullsEqual: false }
  const run = (steps: readonly Step[]): readonly string[] =>
    runOperator({ ...contract, appends: true }, (receiver) => new TemporalJoin(shapeOf(join), receiver), steps).lines

  test('sends rows in the order in which they came, when both watermarks have reached them', () => {
    const lines = run([
      {
        input: 1,
        rows: [
          ['a', 1, 10],
          ['b', 2, 20],
          ['a', 5, 11],
        ],
      },
      {
        input: 0,
        rows: [
          ['b', 7, 1],
          ['a', 4, 2],
          ['a', 5, 3],
          ['c', 6, 4],
          ['a', 9, 5],
        ],
      },
      { input: 0, watermarkMs: 8 },
      { input: 1, watermarkMs: 5 },
      { input: 1, watermarkMs: 20 },
    ])
    expect(lines).toEqual([
      '+I["a", 4, 2, "a", 1, 10]',
      '+I["a", 5, 3, "a", 5, 11]',
      'watermark 5',
      '+I["b", 7, 1, "b", 2, 20]',
      '+I["c", 6, 4, NULL, NULL, NULL]',
      'watermark 8',
      '+I["a", 9, 5, "a", 5, 11]',
      'watermark 20',
      'end',
    ])
  })

  test('a late row meets what is still kept, with the next watermark', () => {
    const lines = run([
      {
        input: 1,
        rows: [
          ['a', 1, 10],
          ['a', 5, 11],
        ],
      },
      { input: 1, watermarkMs: 100 },
      { input: 0, watermarkMs: 3 },
      { input: 0, rows: [['a', 2, 1]] },
      { input: 0, watermarkMs: 6 },
      {
        input: 0,
        rows: [
          ['a', 2, 2],
          ['a', 6, 3],
        ],
      },
      { input: 0, watermarkMs: 7 },
    ])
    expect(lines).toEqual([
      'watermark 3',
      '+I["a", 2, 1, "a", 1, 10]',
      'watermark 6',
      '+I["a", 2, 2, NULL, NULL, NULL]',
      '+I["a", 6, 3, "a", 5, 11]',
      'watermark 7',
      'watermark 100',
      'end',
    ])
  })

  test('keeps no more versions than rows can still meet, and no key without rows', () => {
    let operator: TemporalJoin | undefined
    const steps: Step[] = Array.from({ length: 200 }, (_, round): Step[] => [
      { input: 1, rows: Array.from({ length: 100 }, (_row, i) => [`${i % 10}`, round * 100 + i, i]) },
      { input: 0, rows: Array.from({ length: 100 }, (_row, i) => [`${round} ${i}`, round * 100 + i, i]) },
      { input: 0, watermarkMs: round * 100 + 99 },
      { input: 1, watermarkMs: round * 100 + 99 },
    ]).flat()
    const changelog = runOperator(
      { ...contract, appends: true },
      (receiver) => {
        operator = new TemporalJoin(shapeOf(join), receiver)
        return operator
      },
      steps,
    )
    expect(changelog.changes.length).toBe(20_000)
    expect(operator?.stateBytes).toBeLessThan(200_000)
  })
})

test('with a retention, a temporal join forgets a key that no row comes to', () => {
  const lines = runClocked(
    {
      inputs: [left, right],
      output,
      create: (receiver, retentionOf) =>
        new TemporalJoin({ ...shapeOf({ type: 'left', conditional: false, nullsEqual: false }), retention: retentionOf(100) }, receiver),
    },
    [
      {
        atMs: 0,
        input: 1,
        rows: [
          ['a', 1, 10],
          ['b', 1, 20],
        ],
      },
      { atMs: 0, input: 1, watermarkMs: 90 },
      { atMs: 0, input: 0, watermarkMs: 1 },
      {
        atMs: 120,
        input: 0,
        rows: [
          ['a', 2, 1],
          ['c', 2, 2],
        ],
      },
      { atMs: 120, input: 0, watermarkMs: 3 },
      {
        atMs: 155,
        input: 0,
        rows: [
          ['b', 4, 3],
          ['a', 4, 4],
        ],
      },
      { atMs: 155, input: 0, watermarkMs: 5 },
      { atMs: 160, input: 0, rows: [['d', 80, 5]] },
      { atMs: 400 },
      { atMs: 400, input: 0, watermarkMs: 90 },
    ],
  )
  expect(lines.flat()).toEqual([
    'watermark 1',
    '+I["a", 2, 1, "a", 1, 10]',
    '+I["c", 2, 2, NULL, NULL, NULL]',
    'watermark 3',
    '+I["b", 4, 3, NULL, NULL, NULL]',
    '+I["a", 4, 4, "a", 1, 10]',
    'watermark 5',
    'watermark 90',
  ])
})
