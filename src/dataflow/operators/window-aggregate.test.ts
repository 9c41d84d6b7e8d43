import { describe, expect, it } from 'vitest'
import { bigintType, type Schema, stringType, timestampType, withNullable } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import type { Operator, Output } from '../operator.ts'
import type { MeasureShape } from './measures.ts'
import { SessionAggregate } from './session-aggregate.ts'
import type { SliceShape } from './slices.ts'
import { WindowAggregate } from './window-aggregate.ts'

const countType = withNullable(bigintType, false)
const instant = withNullable(timestampType, false)
const input: Schema = [
  { name: 'name', type: stringType },
  { name: 'at', type: timestampType },
  { name: 'amount', type: bigintType },
]
const output: Schema = [
  { name: 'name', type: stringType },
  { name: 'window_start', type: instant },
  { name: 'window_end', type: instant },
  { name: 'window_time', type: instant },
  { name: 'rows', type: countType },
  { name: 'total', type: bigintType },
  { name: 'different', type: countType },
]
const measures: MeasureShape[] = [
  { aggregate: { kind: 'count', arguments: [], result: countType, distinct: false, retracts: false }, arguments: [], filter: null },
  {
    aggregate: { kind: 'sum', arguments: [bigintType], result: bigintType, distinct: false, retracts: false },
    arguments: [2],
    filter: null,
  },
  {
    aggregate: { kind: 'count', arguments: [bigintType], result: countType, distinct: true, retracts: false },
    arguments: [2],
    filter: null,
  },
]
type Row = readonly [name: string | null, at: number, amount: number | null]

/** The windows of an instant, as [start, end). */
function windowsOf(shape: SliceShape, at: number): [number, number][] {
  switch (shape.kind) {
    case 'tumble': {
      const start = Math.floor((at - shape.offsetMs) / shape.sizeMs) * shape.sizeMs + shape.offsetMs
      return [[start, start + shape.sizeMs]]
    }
    case 'hop': {
      const windows: [number, number][] = []
      let start = Math.floor((at - shape.offsetMs) / shape.slideMs) * shape.slideMs + shape.offsetMs
      for (; start > at - shape.sizeMs; start -= shape.slideMs) windows.push([start, start + shape.sizeMs])
      return windows
    }
    case 'cumulate': {
      const windows: [number, number][] = []
      const start = Math.floor((at - shape.offsetMs) / shape.sizeMs) * shape.sizeMs + shape.offsetMs
      for (let end = start + shape.stepMs; end <= start + shape.sizeMs; end += shape.stepMs) if (end > at) windows.push([start, end])
      return windows
    }
    default:
      return []
  }
}

/** What a window holds, by the words of the definition: a row counts in each of its windows that no watermark before it has closed. */
function expectedRows(shape: SliceShape, rows: readonly Row[], watermarks: readonly number[]): unknown[][] {
  const groups = new Map<string, { key: unknown[]; rows: Row[] }>()
  rows.forEach((row, index) => {
    for (const [start, end] of windowsOf(shape, row[1])) {
      if ((watermarks[index] as number) >= end - 1) continue
      const id = JSON.stringify([row[0], start, end])
      const group = groups.get(id) ?? { key: [row[0], start, end, end - 1], rows: [] }
      group.rows.push(row)
      groups.set(id, group)
    }
  })
  const open = new Map([...groups].filter(([, group]) => group.rows.length > 0))
  return [...open.values()].map((group) => [...group.key, ...results(group.rows)])
}

function results(rows: readonly Row[]): unknown[] {
  const amounts = rows.flatMap((row) => (row[2] === null ? [] : [row[2]]))
  return [rows.length, amounts.length === 0 ? null : amounts.reduce((a, b) => a + b, 0), new Set(amounts).size]
}

/** Rows with the watermark in force before each: the greatest time so far less a delay. */
function randomRows(random: Random, count: number): { rows: Row[]; watermarks: number[] } {
  const rows: Row[] = []
  const watermarks: number[] = []
  let at = -30
  let watermark = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) {
    at += random.below(6) === 0 ? random.below(90) : random.below(5)
    const time = at - random.below(25)
    rows.push([random.pick(['a', 'b', null]), time, random.pick([null, 1, 2, 3])])
    watermarks.push(watermark)
    watermark = Math.max(watermark, time - 8)
  }
  return { rows, watermarks: [...watermarks, watermark] }
}

/** Cuts the rows at random; each batch is followed by the watermark after its last row. */
function cut(random: Random, rows: readonly Row[], watermarks: readonly number[]): Step[] {
  const steps: Step[] = []
  for (let from = 0; from < rows.length; ) {
    const to = Math.min(rows.length, from + 1 + random.below(20))
    steps.push({ rows: rows.slice(from, to), watermarks: watermarks.slice(from, to) })
    const after = watermarks[to] as number
    if (Number.isFinite(after)) steps.push({ watermarkMs: after })
    from = to
  }
  return steps
}

const shapes: Record<string, SliceShape> = {
  tumble: { kind: 'tumble', sizeMs: 10, offsetMs: 0 },
  'tumble with offset': { kind: 'tumble', sizeMs: 10, offsetMs: 3 },
  hop: { kind: 'hop', slideMs: 5, sizeMs: 20, offsetMs: 0 },
  cumulate: { kind: 'cumulate', stepMs: 5, sizeMs: 20, offsetMs: 0 },
}

function rowsOfRun(operator: (to: Output) => Operator, steps: readonly Step[]): string[] {
  return tableOf(runOperator({ inputs: [input], output, appends: true }, operator, steps).changes).toSorted()
}

describe('window aggregate', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`gives the sums of ${name} windows, however rows are cut into batches`, () => {
      for (let seed = 0; seed < 80; seed++) {
        const random = new Random(seed)
        const { rows, watermarks } = randomRows(random, 120)
        const make = (to: Output) => new WindowAggregate({ keys: [stringType], time: 1, slices: shape, measures, clock: null }, to)
        const wanted = tableOf(expectedRows(shape, rows, watermarks).map((row) => ({ kind: 0, row }))).toSorted()
        expect(rowsOfRun(make, cut(random, rows, watermarks)), `seed ${seed}`).toEqual(wanted)
        expect(rowsOfRun(make, cut(random, rows, watermarks)), `seed ${seed}, cut again`).toEqual(wanted)
      }
    })
  }

  it('emits a window when the watermark reaches its last millisecond, not before', () => {
    const make = (to: Output) =>
      new WindowAggregate({ keys: [stringType], time: 1, slices: { kind: 'tumble', sizeMs: 10, offsetMs: 0 }, measures, clock: null }, to)
    const { changes } = runOperator({ inputs: [input], output, appends: true }, make, [{ rows: [['a', 3, 1]] }, { watermarkMs: 8 }])
    expect(changes).toHaveLength(1)
    const operator = make({ push: (batch) => expect(batch.length).toBe(1), advance: (at) => expect(at).toBe(9), finish: () => undefined })
    operator.advance(0, 9)
  })

  it('crosses years without rows at once', () => {
    const make = (to: Output) =>
      new WindowAggregate(
        { keys: [stringType], time: 1, slices: { kind: 'hop', slideMs: 1, sizeMs: 3, offsetMs: 0 }, measures, clock: null },
        to,
      )
    const { changes } = runOperator({ inputs: [input], output, appends: true }, make, [
      { rows: [['a', 0, 1]] },
      { watermarkMs: 5 },
      { rows: [['a', 253_402_300_799_999, 1]] },
      { watermarkMs: 253_402_300_799_998 },
    ])
    expect(changes).toHaveLength(6)
  })
})

describe('session aggregate', () => {
  const gapMs = 12

  function expectedSessions(rows: readonly Row[], watermarks: readonly number[]): unknown[][] {
    const sessions: { name: unknown; start: number; end: number; rows: Row[] }[] = []
    rows.forEach((row, index) => {
      const watermark = watermarks[index] as number
      const met = sessions.filter((s) => s.name === row[0] && s.end - 1 > watermark && s.start <= row[1] + gapMs && s.end >= row[1])
      const start = Math.min(row[1], ...met.map((session) => session.start))
      const end = Math.max(row[1] + gapMs, ...met.map((session) => session.end))
      if (end - 1 <= watermark) return
      for (const session of met) sessions.splice(sessions.indexOf(session), 1)
      sessions.push({ name: row[0], start, end, rows: [...met.flatMap((session) => session.rows), row] })
    })
    return sessions.map((session) => [session.name, session.start, session.end, session.end - 1, ...results(session.rows)])
  }

  it('gives the sums of sessions, however rows are cut into batches', () => {
    for (let seed = 0; seed < 150; seed++) {
      const random = new Random(seed)
      const { rows, watermarks } = randomRows(random, 120)
      const make = (to: Output) => new SessionAggregate({ keys: [stringType], time: 1, gapMs, measures, clock: null }, to)
      const wanted = tableOf(expectedSessions(rows, watermarks).map((row) => ({ kind: 0, row }))).toSorted()
      expect(rowsOfRun(make, cut(random, rows, watermarks)), `seed ${seed}`).toEqual(wanted)
    }
  })

  it('lets sessions that meet count as the one that starts first', () => {
    const make = (to: Output) => new SessionAggregate({ keys: [stringType], time: 1, gapMs: 10, measures, clock: null }, to)
    const steps: Step[] = [
      { rows: [['a', 0, 1]] },
      { rows: [['b', 20, 1]] },
      { rows: [['a', 20, 1]] },
      { rows: [['a', 10, 1]] },
      { watermarkMs: 28 },
      { watermarkMs: 29 },
    ]
    const { changes } = runOperator({ inputs: [input], output, appends: true }, make, steps)
    expect(changes.map(({ row }) => row.slice(0, 3))).toEqual([
      ['a', 0, 30],
      ['b', 20, 30],
    ])
  })
})
