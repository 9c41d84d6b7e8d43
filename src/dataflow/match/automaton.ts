/**
 * The pattern of MATCH_RECOGNIZE as an automaton over the rows of a key. A run stands in a state; each row moves it on to one or several
 * states, or ends it: no row is passed over.
 *
 * Flink's rules, which differ from those of regular expressions: all ways that a pattern can be read are followed side by side; a greedy
 * variable has the first claim on a row, so that what follows it takes only rows for which its condition does not hold; and a pattern
 * whose rest may be empty is complete as soon as it can be.
 */

/** One variable of the pattern; its number is its place. */
export interface PatternStep {
  readonly min: number
  /** null: no limit. */
  readonly max: number | null
  readonly greedy: boolean
}

/** The condition of a variable, which must hold for a row or must not. */
export interface Test {
  readonly variable: number
  readonly holds: boolean
}

/** One way to take a row. */
export interface Move {
  /** What the row is matched to. */
  readonly variable: number
  readonly tests: readonly Test[]
  /** The state of the run after the row; `complete` when the pattern ends with it. */
  readonly target: number
  /** What must be so, of the same row, for the pattern to be complete with it as well; null when more rows have to come. */
  readonly completes: readonly Test[] | null
}

/** The moves of each state, in the order in which they are tried. Runs start in state 0. */
export type Automaton = readonly (readonly Move[])[]

export const complete = -1

/** While an automaton is made: a state takes a row, or hands it to another state as if it stood there already. */
interface State {
  readonly variable: number
  /** The tests of the row that it takes. */
  readonly tests: Test[]
  /** null: the state itself, again and again. */
  readonly target: State | typeof end | null
  readonly skip: { readonly tests: Test[]; readonly target: State | typeof end } | null
}

/** What follows the last variable. */
const end = 'end'

export function compilePattern(steps: readonly PatternStep[]): Automaton {
  let rest: State | typeof end = end
  for (let variable = steps.length - 1; variable >= 0; variable--) rest = stateOf(steps[variable] as PatternStep, variable, rest)
  const states: (State | typeof end)[] = [rest]
  const automaton: Move[][] = []
  for (let index = 0; index < states.length; index++) automaton.push(movesOf(states[index] as State | typeof end, states))
  return automaton
}

/** The first state of a variable whose rows are followed by those of `rest`. */
function stateOf({ min, max, greedy }: PatternStep, variable: number, rest: State | typeof end): State {
  const take = (target: State['target'], skips: boolean): State => ({
    variable,
    tests: [{ variable, holds: true }],
    target,
    skip: skips ? { tests: [], target: rest } : null,
  })
  if (greedy && min !== max && !(min === 0 && max === 1)) claimFirst(variable, rest)
  const least = Math.max(min, 1)
  let state: State | typeof end = max === null ? take(null, true) : rest
  for (let count = least; count < (max ?? least); count++) state = take(state, true)
  for (let count = 1; count < least; count++) state = take(state, false)
  return take(state, min === 0)
}

/** Leaves to a state the rows alone for which the condition of a variable before it does not hold. */
function claimFirst(variable: number, state: State | typeof end): void {
  if (state === end) return
  state.tests.push({ variable, holds: false })
  state.skip?.tests.push({ variable, holds: false })
}

function movesOf(from: State | typeof end, states: (State | typeof end)[]): Move[] {
  const numberOf = (state: State): number => {
    const known = states.indexOf(state)
    return known >= 0 ? known : states.push(state) - 1
  }
  const moves: Move[] = []
  const skipped: Test[] = []
  for (let state = from; state !== end; ) {
    const target = state.target ?? state
    const next = target === end ? complete : numberOf(target)
    const completes = target === end ? [] : testsToEnd(target)
    moves.push({ variable: state.variable, tests: [...skipped, ...state.tests], target: next, completes })
    if (state.skip === null) break
    skipped.push(...state.skip.tests)
    state = state.skip.target
  }
  return moves
}

/** What must be so to skip all that is left of a pattern; null when it cannot be skipped. */
function testsToEnd(from: State): readonly Test[] | null {
  const tests: Test[] = []
  for (let state: State | typeof end = from; state !== end; ) {
    if (state.skip === null) return null
    tests.push(...state.skip.tests)
    state = state.skip.target
  }
  return tests
}
