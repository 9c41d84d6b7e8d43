/** The rules of patterns and of matches: what fits, which match comes first, and where the next one begins. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assert, MillraceError } from '#base'
import { Random } from '../check/random-changes.fixture.ts'
import { compilePattern } from './automaton.ts'
import type { MatchShape } from './match.ts'
import {
  holdsFor,
  type LetterPattern,
  type LetterRow,
  letters,
  patternOf,
  problemOf,
  randomPattern,
  readingOf,
  rowsFrom,
  rowsOf,
  run,
} from './match-runs.fixture.ts'
import { Matcher, type MatchSkip } from './matcher.ts'
import { type MatchedRows, none } from './stretches.ts'

/** All texts of letters up to a length, as rows one after another. */
function* allRows(lengthMax: number): Generator<LetterRow[]> {
  let texts = ['']
  for (let length = 1; length <= lengthMax; length++) {
    texts = texts.flatMap((text) => letters.map((each) => text + each))
    for (const text of texts) yield Array.from(text, (each, index): LetterRow => [index, 1, each, 0, index])
  }
}

/** Matches as the letters of their rows, with the place of the first: `2:bbc`. */
function found(pattern: LetterPattern, text: string, change: Partial<MatchShape> = {}): string[] {
  const rows = rowsOf(text)
  const outcome = run(pattern, [{ rows }], change)
  if (outcome.error !== null) return [outcome.error]
  return outcome.found.map((row) => {
    const { start, variables } = readingOf(row, rows)
    return `${start}:${text.slice(start, start + variables.length)}`
  })
}

describe('a naive model that writes out every way to read the rows', () => {
  test('agrees for random patterns and random rows', () => {
    let matches = 0
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed)
        const pattern = randomPattern(random)
        const rows = rowsFrom(random, random.below(14))
        const outcome = run(pattern, [{ rows }])
        matches += outcome.found.length
        expect(problemOf(pattern, rows, outcome)).toBeNull()
      }),
      { numRuns: 1000 },
    )
    expect(matches).toBeGreaterThan(500)
  })

  const variables = { X: 'abc', Y: 'ab' }
  const skips: readonly MatchSkip[] = [
    { kind: 'past-last-row' },
    { kind: 'to-next-row' },
    { kind: 'to-first', variable: 1, name: 'second' },
    { kind: 'to-last', variable: 1, name: 'second' },
  ]
  test.each([
    'A B C',
    'A B+ C',
    'A B+? C',
    'A B* C',
    'X Y+? C',
    'A X? C',
    'Y{2} B C',
    'Y{1,2} B C',
    'Y{1,2}? B C',
    'A X{2,}? B',
    'A Y{0,2} X?',
    'A B+?',
  ])('agrees for %s and all rows of three letters', (text) => {
    for (const skip of skips) {
      for (const withinMs of [null, 3]) {
        const pattern = patternOf(text, { skip, withinMs }, variables)
        for (const rows of allRows(4)) expect(problemOf(pattern, rows, run(pattern, [{ rows }]))).toBeNull()
      }
    }
  })
})

describe('quantifiers', () => {
  test('greedy ones have the first claim on a row', () => {
    expect(found(patternOf('A X+ C', {}, { X: 'bc' }), 'abbcb')).toEqual([])
    expect(found(patternOf('A X+ C', {}, { X: 'b' }), 'abbcb')).toEqual(['0:abbc'])
  })

  test('reluctant ones leave it', () => {
    expect(found(patternOf('A X+? C', { skip: { kind: 'past-last-row' } }, { X: 'bc' }), 'abccabcc')).toEqual(['0:abc', '4:abc'])
  })

  test('what may be empty at the end is', () => {
    expect(found(patternOf('A B?'), 'abaab')).toEqual(['0:a', '2:a', '3:a'])
  })
})

describe('after a match', () => {
  test.each([
    ['past-last-row', ['0:aaab', '4:ab']],
    ['to-next-row', ['0:aaab', '1:aab', '2:ab', '4:ab']],
  ] as const)('goes on %s', (kind, expected) => {
    expect(found(patternOf('A+ B', { skip: { kind } }), 'aaabab')).toEqual(expected)
  })

  test('goes on with the row of a variable', () => {
    const skip = (kind: 'to-first' | 'to-last'): LetterPattern =>
      patternOf('X B+ C', { skip: { kind, variable: 1, name: 'B' } }, { X: 'abc' })
    expect(found(skip('to-first'), 'abbbc')).toEqual(['0:abbbc', '1:bbbc', '2:bbc'])
    expect(found(skip('to-last'), 'abbbc')).toEqual(['0:abbbc'])
    expect(found(skip('to-first'), 'bbc')).toEqual(['0:bbc'])
  })

  test('cannot go on with the first row of the match, nor with a row that is not there', () => {
    const toA = patternOf('A B', { skip: { kind: 'to-last', variable: 0, name: 'A' } })
    expect(found(toA, 'ab')).toEqual(['DATAFLOW_MATCH_SKIP_ENDLESS'])
    const toB = patternOf('A B? C', { skip: { kind: 'to-last', variable: 1, name: 'B' } })
    expect(found(toB, 'ac')).toEqual(['DATAFLOW_MATCH_SKIP_MISSING'])
    expect(found(toB, 'abc')).toEqual(['0:abc'])
  })
})

describe('the library that Flink matches with', () => {
  const lines = readFileSync(new URL('cases/flink-matches.txt', import.meta.url), 'utf8').split('\n')
  const cases = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(' | '))

  test('has answered for many patterns', () => {
    expect(cases.length).toBeGreaterThanOrEqual(400)
  })

  test.each(cases)('%s, skip %s, within %s: %s', (pattern, skip, within, rows, answer) => {
    expect(matchesOf(readPattern(pattern, skip, within), readRows(rows))).toBe(answer)
  })

  function readPattern(text = '', skip = '', within = ''): LetterPattern {
    const parts = text.split(' ').map((part) => part.split(':'))
    const { steps } = patternOf(parts.map(([quantified]) => quantified).join(' '))
    return {
      steps: steps.map((step, index) => {
        const [taken = '', other] = parts[index]?.[1]?.split('>=') ?? []
        return { ...step, letters: taken, notLessThan: other === undefined ? null : variableNamed(other) }
      }),
      skip: readSkip(skip),
      withinMs: within === '-' ? null : Number(within),
    }
  }

  function variableNamed(name: string): number {
    return name.charCodeAt(0) - 'A'.charCodeAt(0)
  }

  function readSkip(text: string): MatchSkip {
    const variable = text.at(-1) ?? ''
    if (text.startsWith('to first')) return { kind: 'to-first', variable: variableNamed(variable), name: variable }
    if (text.startsWith('to last')) return { kind: 'to-last', variable: variableNamed(variable), name: variable }
    return { kind: text === 'past last row' ? 'past-last-row' : 'to-next-row' }
  }

  function readRows(text = ''): LetterRow[] {
    return text.split(' ').map((row, index): LetterRow => {
      const [, at, letter = '', number] = /^(\d+)([a-c])(\d)$/.exec(row) ?? []
      return [Number(at), 1, letter, Number(number), index]
    })
  }

  function matchesOf(pattern: LetterPattern, rows: readonly LetterRow[]): string {
    const texts: string[] = []
    let when = ''
    let held = 0
    const holds = holdsFor(pattern, rows)
    const matcher: Matcher = new Matcher(
      { automaton: compilePattern(pattern.steps), skip: pattern.skip, withinMs: pattern.withinMs, runsMax: 1e6 },
      {
        holds: (variable, row, _run, matched) => {
          const variables = variablesOf(matcher, matched)
          return holds(variable, row, { start: row - variables.length, variables })
        },
        turn: () => undefined,
        extended: () => undefined,
        dropped: () => undefined,
        released: () => (held -= 1),
        matched: (matched) => {
          const first = matcher.logs.rowAt(0, matched.from)
          const names = variablesOf(matcher, matched).map((variable, index) => `${'ABCD'[variable]}${first + index}`)
          texts.push(`${when}[${names.join(' ')}]`)
        },
      },
    )
    try {
      for (const [index, [at]] of rows.entries()) {
        when = `t${index}`
        matcher.expire(0, at)
        when = `${index}`
        held += 1
        matcher.take(0, index, at)
      }
      when = `t${rows.length}`
      matcher.expire(0, Number.POSITIVE_INFINITY)
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      return error.code === 'DATAFLOW_MATCH_SKIP_ENDLESS' ? 'endless' : 'no such row'
    }
    assert(!matcher.isIdle(0) || (held === 0 && matcher.stretches.count === 0), 'an idle key holds nothing')
    return texts.join(' ')
  }

  function variablesOf({ stretches }: Matcher, { stretch, to }: MatchedRows): number[] {
    const variables: number[] = []
    let last = to
    for (let each = stretch; each !== none; each = stretches.beforeOf(each)) {
      for (let place = last; place >= stretches.fromOf(each); place--) variables.unshift(stretches.variableOf(each))
      last = stretches.fromOf(each) - 1
    }
    return variables
  }
})
