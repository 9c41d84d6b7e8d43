/** Patterns over rows of a time, a key, a letter and a number, and how the operator under test matches them. */

import { MillraceError } from '#base'
import { type Batch, type DataType, integerType, type Schema, stringType, timestampType, type Vector, valueAt } from '#data'
import type { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import type { PatternStep } from './automaton.ts'
import { Match, type MatchShape } from './match.ts'
import type { MatchSkip } from './matcher.ts'
import { NaiveMatches, type Reading } from './naive-matches.fixture.ts'

/** A variable that takes certain letters and, in some cases, only numbers not less than that of the last row of a variable. */
interface LetterStep extends PatternStep {
  readonly letters: string
  /** A variable up to this one; null: any number. Without such a row, the condition holds for the variable itself alone. */
  readonly notLessThan: number | null
}

export interface LetterPattern {
  readonly steps: readonly LetterStep[]
  readonly skip: MatchSkip
  readonly withinMs: number | null
}

const rowSchema: Schema = [
  { name: 'at', type: timestampType, role: 'event-time' },
  { name: 'key', type: integerType },
  { name: 'letter', type: stringType },
  { name: 'number', type: integerType },
  { name: 'id', type: integerType },
]

export type LetterRow = readonly [at: number, key: number | null, letter: string, number: number, id: number]

const letter = 2
const number = 3
const id = 4

/** The columns: the key, then for each variable the ids of its first and its last row. */
export function foundSchema(steps: readonly PatternStep[]): Schema {
  return [
    { name: 'key', type: integerType },
    ...steps.flatMap((_, variable) => [
      { name: `first${variable}`, type: integerType },
      { name: `last${variable}`, type: integerType },
    ]),
  ]
}

export function shapeOf({ steps, skip, withinMs }: LetterPattern): MatchShape {
  const variables = [...steps.keys()]
  return {
    types: rowSchema.map((column): DataType => column.type),
    partitionBy: [1],
    time: 0,
    order: 'time',
    orderBy: [],
    pattern: steps,
    skip,
    withinMs,
    conditions: steps.map(({ letters, notLessThan }, variable) => ({
      alone: { vector: variable, reads: [{ kind: 'tested', column: letter }], test: (value) => letters.includes(String(value)) },
      together: notLessThan === null ? null : notLess(notLessThan, variable),
    })),
    testRows: (batch) => steps.map(({ letters }) => flagsOf(batch, (value) => letters.includes(value))),
    aggregates: [],
    found: {
      references: [
        { variable: null, from: 'first', offset: 0 },
        ...variables.flatMap((variable) => (['first', 'last'] as const).map((from) => ({ variable, from, offset: 0 }))),
      ],
      reads: [{ reference: 0, column: 1 }, ...variables.flatMap((v) => [1, 2].map((end) => ({ reference: 2 * v + end, column: id })))],
      aggregates: [],
      isTimed: false,
    },
  }
}

function notLess(other: number, variable: number): NonNullable<NonNullable<MatchShape['conditions'][number]>['together']> {
  const offset = other === variable ? 1 : 0
  return {
    reads: [
      { kind: 'tested', column: number },
      { kind: 'matched', reference: { variable: other, from: 'last', offset }, column: number },
    ],
    test: (value, before) => (before === null ? other === variable : Number(value) >= Number(before)),
  }
}

function flagsOf(batch: Batch, test: (value: string) => boolean): Vector {
  const data = Uint8Array.from({ length: batch.length }, (_, row) =>
    test(String(valueAt(batch.columns[letter] as Vector, row, stringType))) ? 1 : 0,
  )
  return { form: 'flags', data, nulls: null }
}

/** The same condition for the naive model; `rows` are those of one key, in order. */
export function holdsFor({ steps }: LetterPattern, rows: readonly LetterRow[]) {
  return (variable: number, row: number, { start, variables }: Reading): boolean => {
    const { letters, notLessThan } = steps[variable] as LetterStep
    const tested = rows[row] as LetterRow
    if (!letters.includes(tested[letter])) return false
    if (notLessThan === null) return true
    const last = variables.lastIndexOf(notLessThan)
    return last < 0 ? notLessThan === variable : tested[number] >= (rows[start + last] as LetterRow)[number]
  }
}

/** The first row that the next match may begin with; an error text where there can be none. */
function nextStart({ skip }: LetterPattern, { start, variables }: Reading): number | string {
  if (skip.kind === 'to-next-row') return start + 1
  if (skip.kind === 'past-last-row') return start + variables.length
  const { variable } = skip as Extract<MatchSkip, { variable: number }>
  const place = skip.kind === 'to-first' ? variables.indexOf(variable) : variables.lastIndexOf(variable)
  return place < 0 ? 'DATAFLOW_MATCH_SKIP_MISSING' : place === 0 ? 'DATAFLOW_MATCH_SKIP_ENDLESS' : start + place
}

/** What a match read, from the ids of its first and last rows; `rows` are those of its key, in order. */
export function readingOf(found: readonly unknown[], rows: readonly LetterRow[]): Reading {
  const placeOf = (value: unknown): number => rows.findIndex((row) => row[id] === value)
  const variables: number[] = []
  let start = Number.POSITIVE_INFINITY
  for (let variable = 0; 2 * variable + 2 < found.length; variable++) {
    const first = found[2 * variable + 1]
    if (first === null) continue
    start = Math.min(start, placeOf(first))
    for (let place = placeOf(first); place <= placeOf(found[2 * variable + 2]); place++) variables.push(variable)
  }
  return { start, variables }
}

const bounds: readonly (readonly [number, number | null])[] = [
  [1, 1],
  [1, 1],
  [1, 1],
  [1, null],
  [1, null],
  [0, null],
  [0, 1],
  [2, 2],
  [2, null],
  [1, 2],
  [1, 3],
  [0, 2],
]

/** A pattern that Flink would take: not empty, not greedy at its end, and nothing optional without a limit after a greedy variable. */
export function randomPattern(random: Random): LetterPattern {
  for (;;) {
    const steps = Array.from({ length: 1 + random.below(4) }, (_, variable): LetterStep => {
      const [min, max] = random.pick(bounds)
      const letters = random.pick(['a', 'b', 'c', 'ab', 'bc', 'ac', 'abc'])
      return { min, max, greedy: random.below(2) === 0, letters, notLessThan: random.below(3) === 0 ? random.below(variable + 1) : null }
    })
    if (isTaken(steps)) {
      const variable = random.below(steps.length)
      const kind = random.pick(['past-last-row', 'to-next-row', 'to-first', 'to-last'] as const)
      const skip: MatchSkip = kind === 'to-first' || kind === 'to-last' ? { kind, variable, name: `v${variable}` } : { kind }
      return { steps, skip, withinMs: random.below(3) === 0 ? 1 + random.below(9) : null }
    }
  }
}

function isTaken(steps: readonly LetterStep[]): boolean {
  const isGreedy = ({ min, max, greedy }: LetterStep): boolean => greedy && min !== max && !(min === 0 && max === 1)
  const last = steps.at(-1) as LetterStep
  if (steps.every(({ min }) => min === 0) || isGreedy(last)) return false
  return steps.every(({ min, max }, at) => !(min === 0 && (max === null || max === 1) && at > 0 && isGreedy(steps[at - 1] as LetterStep)))
}

export function contractOf({ steps }: LetterPattern) {
  return { inputs: [rowSchema], output: foundSchema(steps), appends: true }
}

export interface Outcome {
  readonly found: (readonly unknown[])[]
  readonly error: string | null
}

/** All matches, or an error. */
export function run(pattern: LetterPattern, steps: readonly Step[], change: Partial<MatchShape> = {}): Outcome {
  try {
    const changelog = runOperator(contractOf(pattern), (output) => new Match({ ...shapeOf(pattern), ...change }, output), steps)
    return { found: changelog.changes.map(({ row }) => row), error: null }
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return { found: [], error: error.code }
  }
}

/** What is wrong with an outcome, by the naive model; rows come in order and under one key. */
export function problemOf(pattern: LetterPattern, rows: readonly LetterRow[], { found, error }: Outcome): string | null {
  if (error !== null) return 'variable' in pattern.skip ? null : `unexpected ${error}`
  const missed: string[] = []
  const naive = new NaiveMatches(
    {
      steps: pattern.steps,
      times: rows.map(([at]) => at),
      withinMs: pattern.withinMs,
      holds: holdsFor(pattern, rows),
      nextStart: (match) => {
        const next = nextStart(pattern, match)
        if (typeof next === 'number') return next
        missed.push(next)
        return Number.POSITIVE_INFINITY
      },
    },
    found.map((row) => readingOf(row, rows)),
  )
  const problem = naive.problem()
  return missed[0] ?? problem
}

export const letters = ['a', 'b', 'c']

export function rowsFrom(random: Random, count: number): LetterRow[] {
  let at = 1
  return Array.from({ length: count }, (_, id): LetterRow => {
    at += random.below(3)
    return [at, 1, random.pick(letters), random.below(4), id]
  })
}

/** `A+? B{0,2} C` with the letters that each variable takes: `a`, `b` and `c` unless others are given. */
export function patternOf(text: string, change: Partial<LetterPattern> = {}, taken: Readonly<Record<string, string>> = {}): LetterPattern {
  const steps = text.split(' ').map((part): LetterStep => {
    const [, name = '', quantifier = '', reluctant = ''] = /^([A-Z])([*+?]|\{[\d,]+\})?(\??)$/.exec(part) ?? []
    const [min, max] = boundsOf(quantifier)
    return { min, max, greedy: reluctant === '', letters: taken[name] ?? name.toLowerCase(), notLessThan: null }
  })
  return { steps, skip: { kind: 'to-next-row' }, withinMs: null, ...change }
}

function boundsOf(quantifier: string): [number, number | null] {
  if (quantifier === '') return [1, 1]
  if (quantifier === '*') return [0, null]
  if (quantifier === '+') return [1, null]
  if (quantifier === '?') return [0, 1]
  const [min = '', max] = quantifier.slice(1, -1).split(',')
  return [Number(min), max === undefined ? Number(min) : max === '' ? null : Number(max)]
}

/** Rows of one key, a millisecond apart, from their letters. */
export function rowsOf(text: string): LetterRow[] {
  return Array.from(text, (each, index): LetterRow => [index, 1, each, 0, index])
}
