/**
 * MATCH_RECOGNIZE without an automaton: every way to read the rows is written out, row by row, and the rules are followed by the letter.
 * Which of several readings of the same first row comes first is left to whoever is checked.
 */
import type { PatternStep } from './automaton.ts'

/** The variable of each row, from the first one on. */
type Variables = readonly number[]

export interface Reading {
  readonly start: number
  readonly variables: Variables
}

export interface NaiveCase {
  readonly steps: readonly PatternStep[]
  readonly times: readonly number[]
  /** Whether a row may be matched to a variable, after a reading that ends just before it. */
  readonly holds: (variable: number, row: number, before: Reading) => boolean
  /** Where the next match may begin after one. */
  nextStart(match: Reading): number
  readonly withinMs: number | null
}

/** Takes a match that was found; what it gives is an error text, or null when all is well. */
export class NaiveMatches {
  readonly #case: NaiveCase
  #open: Reading[] = []
  #complete: Reading[] = []
  readonly #found: readonly Reading[]
  #checked = 0

  constructor(naive: NaiveCase, found: readonly Reading[]) {
    this.#case = naive
    this.#found = found
  }

  /** What is wrong with the matches that were found; null when they are right. */
  problem(): string | null {
    for (const [row, time] of this.#case.times.entries()) {
      const problem = this.#passTime(time) ?? this.#take(row)
      if (problem !== null) return problem
    }
    return this.#passTime(Number.POSITIVE_INFINITY) ?? (this.#checked < this.#found.length ? `too many: ${this.#next()}` : null)
  }

  #passTime(time: number): string | null {
    const { times, withinMs } = this.#case
    if (withinMs === null) return null
    this.#open = this.#open.filter(({ start }) => time - (times[start] as number) < withinMs)
    return this.#hand()
  }

  #take(row: number): string | null {
    const before = [...this.#open, { start: row, variables: [] }]
    this.#open = []
    for (const reading of before) {
      for (const variable of this.#case.steps.keys()) {
        if (!this.#fits(variable, row, reading)) continue
        const longer = { start: reading.start, variables: [...reading.variables, variable] }
        if (this.#goesOn(longer.variables)) this.#open.push(longer)
        if (this.#isComplete(variable, row, reading)) this.#complete.push(longer)
      }
    }
    return this.#hand()
  }

  /** Whether a row may go on with a variable: in order, as often as it may, and if no greedy variable before it claims the row. */
  #fits(variable: number, row: number, reading: Reading): boolean {
    const { steps, holds } = this.#case
    const last = reading.variables.at(-1)
    if (last !== undefined && variable < last) return false
    if (variable === last) {
      if (countOf(last, reading.variables) >= (steps[last]?.max ?? Number.POSITIVE_INFINITY)) return false
    } else {
      if (last !== undefined && countOf(last, reading.variables) < (steps[last]?.min ?? 0)) return false
      for (let skipped = (last ?? -1) + 1; skipped < variable; skipped++) if (steps[skipped]?.min !== 0) return false
      for (let claiming = last ?? 0; claiming < variable; claiming++) {
        if (isGreedy(steps[claiming]) && holds(claiming, row, reading)) return false
      }
    }
    return holds(variable, row, reading)
  }

  /** Whether more rows could follow. */
  #goesOn(variables: Variables): boolean {
    const { steps } = this.#case
    const last = variables.at(-1) as number
    return last < steps.length - 1 || countOf(last, variables) < (steps[last]?.max ?? Number.POSITIVE_INFINITY)
  }

  /** Whether the rest may be empty; a greedy variable before an empty one must not fit the row either. */
  #isComplete(variable: number, row: number, before: Reading): boolean {
    const { steps, holds } = this.#case
    if (countOf(variable, [...before.variables, variable]) < (steps[variable]?.min ?? 0)) return false
    for (let skipped = variable + 1; skipped < steps.length; skipped++) {
      if (steps[skipped]?.min !== 0) return false
      if (isGreedy(steps[skipped - 1]) && holds(skipped - 1, row, before)) return false
    }
    return true
  }

  /** Checks the matches that must be found by now. */
  #hand(): string | null {
    while (this.#complete.length > 0) {
      const first = Math.min(...this.#complete.map(({ start }) => start))
      if (this.#open.some(({ start }) => start < first)) return null
      const found = this.#found[this.#checked]
      const expected = this.#complete.filter(({ start }) => start === first)
      if (found === undefined || !expected.some((reading) => textOf(reading) === textOf(found))) {
        return `expected ${expected.map(textOf).join(' or ')}, got ${this.#next()}`
      }
      this.#checked += 1
      const from = this.#case.nextStart(found)
      this.#open = this.#open.filter(({ start }) => start >= from)
      this.#complete = this.#complete.filter(({ start }) => start >= from)
    }
    return null
  }

  #next(): string {
    const found = this.#found[this.#checked]
    return found === undefined ? 'nothing' : textOf(found)
  }
}

function countOf(variable: number, variables: Variables): number {
  return variables.filter((each) => each === variable).length
}

function isGreedy(step: PatternStep | undefined): boolean {
  return step?.greedy === true && step.min !== step.max && !(step.min === 0 && step.max === 1)
}

function textOf({ start, variables }: Reading): string {
  return `${start}:${variables.join('')}`
}
