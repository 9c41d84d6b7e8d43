import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigintType, type DataType, integerType, timestampType, watermarkEnd } from '#data'
import type { AggregateShape } from '../aggregates/create.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { cutWithWatermarks, watermarksOf } from '../check/timed-rows.fixture.ts'
import type { Output } from '../operator.ts'
import { Match, type MatchShape } from './match.ts'
import {
  contractOf,
  foundSchema,
  type LetterPattern,
  type LetterRow,
  letters,
  patternOf,
  problemOf,
  randomPattern,
  shapeOf,
} from './match-runs.fixture.ts'
import type { MatchAggregates } from './running-aggregates.ts'

describe('cutting the input', () => {
  test('changes nothing, with rows out of order, late rows and several keys', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed)
        const pattern = { ...randomPattern(random), skip: random.pick([{ kind: 'past-last-row' }, { kind: 'to-next-row' }] as const) }
        let at = 10
        const rows = Array.from({ length: random.below(50) }, (_, id): LetterRow => {
          at += random.below(3)
          return [at - random.below(6), random.pick([1, 2, null]), random.pick(letters), random.below(4), id]
        })
        const watermarks = watermarksOf(rows, 0, random.below(4))
        const one = sent(pattern, oneByOne(rows, watermarks))
        const other = sent(pattern, cutWithWatermarks(random, rows, watermarks).flat())
        expect(other.changes).toEqual(one.changes)
        expect(other.lateRows).toBe(one.lateRows)
        const matchesOfKey = (key: number | null) => one.changes.filter(({ row }) => row[0] === key)
        for (const key of [1, 2, null]) {
          const own = rows.filter((row, index) => row[1] === key && row[0] > (watermarks[index] as number)).toSorted((a, b) => a[0] - b[0])
          expect(problemOf(pattern, own, { found: matchesOfKey(key).map(({ row }) => row), error: null })).toBeNull()
        }
      }),
      { numRuns: 200 },
    )
  })

  function oneByOne(rows: readonly LetterRow[], watermarks: readonly number[]): Step[] {
    return rows.flatMap((row, index) => {
      const watermarkMs = watermarks[index] as number
      return Number.isFinite(watermarkMs) ? [{ watermarkMs }, { rows: [row] }] : [{ rows: [row] }]
    })
  }
})

/** What an operator sends, line by line, and how many rows came late. */
function sent(pattern: LetterPattern, steps: readonly Step[], change: Partial<MatchShape> = {}) {
  let operator: Match | undefined
  const output = change.found?.isTimed === true ? [...foundSchema(pattern.steps), { name: 'found', type: timestampType }] : undefined
  const contract = { ...contractOf(pattern), ...(output === undefined ? {} : { output }) }
  const changelog = runOperator(
    contract,
    (receiver) => {
      operator = new Match({ ...shapeOf(pattern), ...change }, receiver)
      return operator
    },
    steps,
  )
  return { lines: changelog.lines, changes: changelog.changes, lateRows: operator?.lateRows }
}

const row = (at: number, letter: string, id: number, key: number | null = 1, number = 0): LetterRow => [at, key, letter, number, id]

describe('time', () => {
  test('rows wait for the watermark, and late ones are dropped and counted', () => {
    const { lines, lateRows } = sent(patternOf('A B'), [
      { rows: [row(5, 'b', 1), row(3, 'a', 2), row(7, 'a', 3)] },
      { watermarkMs: 4 },
      { rows: [row(4, 'b', 4), row(6, 'a', 5), row(8, 'b', 6)] },
      { watermarkMs: 7 },
      { watermarkMs: watermarkEnd },
    ])
    expect(lines).toEqual(['watermark 4', '+I[1, 2, 2, 1, 1]', 'watermark 7', '+I[1, 3, 3, 6, 6]', 'watermark Infinity', 'end'])
    expect(lateRows).toBe(1)
  })

  test('rows of the same time follow the other sort columns, then their arrival', () => {
    const rows = [row(1, 'a', 1, 1, 2), row(1, 'a', 2, 1, 1), row(1, 'a', 3, 1, 1), row(1, 'a', 4, 1, 3)]
    const pattern = patternOf('A B C', {}, { B: 'a', C: 'a' })
    const orderBy = [{ column: 3, descending: true, nullsFirst: false }]
    expect(sent(pattern, [{ rows }]).lines[0]).toBe('+I[1, 1, 1, 2, 2, 3, 3]')
    expect(sent(pattern, [{ rows }], { orderBy }).lines[0]).toBe('+I[1, 4, 4, 1, 1, 2, 2]')
  })

  test('rows are taken as they come where arrival is their order', () => {
    const { lines } = sent(patternOf('A B'), [{ rows: [row(9, 'a', 1), row(3, 'b', 2)] }, { rows: [row(1, 'a', 3)] }], { order: 'arrival' })
    expect(lines).toEqual(['+I[1, 1, 1, 2, 2]', 'end'])
  })

  test('a match that waits comes when the time of the run before it is over, with that time', () => {
    const pattern = patternOf('A X+? B', { withinMs: 10 }, { A: 'ac', X: 'abc' })
    const claims: MatchShape['conditions'][number] = {
      alone: null,
      together: {
        reads: [
          { kind: 'tested', column: 3 },
          { kind: 'matched', reference: { variable: 0, from: 'first', offset: 0 }, column: 3 },
        ],
        test: (number, first) => number === first,
      },
    }
    const found = { ...shapeOf(pattern).found, isTimed: true }
    const conditions = [...shapeOf(pattern).conditions.slice(0, 2), claims]
    const rows = [row(1, 'a', 1, 1, 7), row(2, 'c', 2, 1, 8), row(3, 'b', 3, 1, 9), row(4, 'b', 4, 1, 8)]
    const { lines, changes } = sent(pattern, [{ rows }, { watermarkMs: 10 }, { watermarkMs: 15 }], { conditions, found })
    expect(lines).toEqual(['watermark 10', '+I[1, 2, 2, 3, 3, 4, 4, 11]', 'watermark 15', 'end'])
    expect(changes[0]?.watermarkMs).toBe(10)
  })

  test('time that passes ends runs of keys without rows', () => {
    const pattern = patternOf('A X+? B', { withinMs: 5, skip: { kind: 'past-last-row' } }, { X: 'abc' })
    const steps: Step[] = Array.from({ length: 200 }, (_, id) => [{ rows: [row(id, 'a', id, id)] }, { watermarkMs: id }] as Step[]).flat()
    let most = 0
    let operator: Match | undefined
    runOperator(
      contractOf(pattern),
      (output) => {
        operator = new Match(shapeOf(pattern), {
          ...output,
          push: (batch) => output.push(batch),
          advance: (ms) => count(ms, output),
          finish: () => output.finish(),
        })
        return operator
      },
      steps,
    )
    expect(most).toBeLessThanOrEqual(8)
    function count(watermarkMs: number, output: { advance(ms: number): void }): void {
      most = Math.max(most, operator?.keys ?? 0)
      output.advance(watermarkMs)
    }
  })
})

describe('memory', () => {
  test('rows are let go when no run holds them, though there are always runs', () => {
    const pattern = patternOf('A X', { skip: { kind: 'to-next-row' } }, { A: 'abc', X: 'abc' })
    let operator: Match | undefined
    const steps = Array.from({ length: 300 }, (_, step): Step[] => [
      { rows: Array.from({ length: 100 }, (_, index) => row(step * 100 + index, 'a', step * 100 + index)) },
      { watermarkMs: step * 100 + 99 },
    ])
    const sizes: number[] = []
    const create = (output: Output): Match => {
      operator = new Match(shapeOf(pattern), { ...output, push: (batch) => output.push(batch), advance, finish: () => output.finish() })
      function advance(watermarkMs: number): void {
        sizes.push(operator?.stateBytes ?? 0)
        output.advance(watermarkMs)
      }
      return operator
    }
    const changelog = runOperator(contractOf(pattern), create, steps.flat())
    expect(changelog.changes.length).toBe(29_999)
    expect(sizes.at(-1)).toBe(sizes[9])
  })

  test('many matches at once go out in batches', () => {
    const steps = [0, 1, 2].map((step): Step => ({ rows: Array.from({ length: 4000 }, (_, index) => row(1, 'a', step * 4000 + index)) }))
    expect(sent(patternOf('A'), steps).changes.length).toBe(12_000)
  })
})

describe('conditions', () => {
  test('the tested row is the only one of its variable where none was matched before', () => {
    const pattern = patternOf('A X B', {}, { X: 'abc' })
    const [first, , last] = shapeOf(pattern).conditions
    const values: unknown[][] = []
    const at = (from: 'first' | 'last', offset: number) =>
      ({ kind: 'matched', reference: { variable: 1, from, offset }, column: 4 }) as const
    const reads = [at('first', 0), at('first', 1), at('last', 0), at('last', 1)]
    const note = { alone: null, together: { reads, test: (...read: unknown[]) => values.push(read) > 0 } }
    const conditions = [first ?? null, note, last ?? null]
    sent(pattern, [{ rows: [row(1, 'a', 1), row(2, 'c', 2), row(3, 'b', 3)] }], { conditions })
    expect(new Set(values.map(String))).toEqual(new Set([String([2, null, 2, null])]))
  })

  test('rows that nobody asks for need not be testable', () => {
    const pattern = patternOf('A B')
    const asked: unknown[] = []
    const [first, second] = shapeOf(pattern).conditions
    const alone = { reads: [{ kind: 'tested', column: 4 } as const], vector: 1, test: (id: unknown) => asked.push(id) > 0 && id === 3 }
    const change: Partial<MatchShape> = {
      conditions: [first ?? null, { alone, together: second?.together ?? null }],
      testRows: () => {
        throw new Error('one of the rows cannot be tested')
      },
    }
    const { lines } = sent(pattern, [{ rows: [row(1, 'c', 1), row(2, 'a', 2), row(3, 'b', 3), row(4, 'b', 4)] }], change)
    expect(lines).toEqual(['+I[1, 2, 2, 3, 3]', 'end'])
    expect(new Set(asked)).toEqual(new Set([3]))
  })

  test('a key has no more runs than it may have', () => {
    const pattern = patternOf('A X+ B', {}, { A: 'abc', X: 'abc' })
    const rows = (count: number): Step => ({ rows: Array.from({ length: count }, (_, id) => row(id, 'c', id)) })
    expect(() => sent(pattern, [rows(10)], { runsMax: 10 })).not.toThrow()
    expect(() => sent(pattern, [rows(11)], { runsMax: 10 })).toThrow('a partition of MATCH_RECOGNIZE has more than 10 matches under way')
  })
})

describe('aggregates', () => {
  const sumType: DataType = bigintType
  const sum: AggregateShape = { kind: 'sum', arguments: [integerType], result: integerType, distinct: false, retracts: false }
  const count: AggregateShape = { kind: 'count', arguments: [], result: sumType, distinct: false, retracts: false }
  const over = (variable: number | null): MatchAggregates => ({
    variable,
    argumentsOf: ({ length, columns }) => ({ length, columns: columns.slice(3, 4), kinds: null, watermarks: null }),
    measures: [
      { aggregate: sum, arguments: [0], filter: null },
      { aggregate: count, arguments: [], filter: null },
    ],
  })
  const rows = [4, 1, 5, 2, 9, 3, 3].map((number, id) => row(id, id === 6 ? 'b' : 'a', id, 1, number))

  test('conditions read those of the rows so far, with the tested one', () => {
    const pattern = patternOf('A+ X', {}, { X: 'abc' })
    const below = (group: number): MatchShape['conditions'][number] => ({
      alone: null,
      together: { reads: [{ kind: 'aggregate', group, measure: 0 }], test: (value) => value !== null && Number(value) < 11 },
    })
    const change = (group: number): Partial<MatchShape> => ({
      conditions: [below(group), null],
      aggregates: [over(0), over(null), over(1)],
    })
    const spans = (group: number) => sent(pattern, [{ rows }], change(group)).changes.map((each) => each.row.slice(1))
    expect(spans(0)).toEqual([
      [0, 2, 3, 3],
      [1, 3, 4, 4],
      [2, 3, 4, 4],
      [3, 3, 4, 4],
      [4, 4, 5, 5],
    ])
    expect(spans(1)).toEqual(spans(0))
    const oneByOne = rows.flatMap((each): Step[] => [{ rows: [each] }, { watermarkMs: each[0] }])
    expect(sent(pattern, oneByOne, change(0)).changes.map((each) => each.row.slice(1))).toEqual(spans(0))
    expect(spans(2)).toEqual([])
  })

  test('measures read those of a whole match', () => {
    const pattern = patternOf('A{2} B? X', { skip: { kind: 'past-last-row' } }, { B: 'c', X: 'ab' })
    const found = { ...shapeOf(pattern).found, references: [], reads: [], aggregates: [over(0), over(null), over(1)] }
    const types = [integerType, sumType]
    const output = [0, 1, 2].flatMap((group) => types.map((type, index) => ({ name: `${group}${index}`, type })))
    const changelog = runOperator({ ...contractOf(pattern), output }, (receiver) => new Match({ ...shapeOf(pattern), found }, receiver), [
      { rows },
      { watermarkMs: 3 },
      { watermarkMs: 9 },
    ])
    const lines = ['+I[5, 2, 10, 3, NULL, 0]', 'watermark 3', '+I[11, 2, 14, 3, NULL, 0]', 'watermark 9', 'end']
    expect(changelog.lines).toEqual(lines)
  })
})
