/** The runs of all keys: what each has matched, and the state of the automaton that it is in. A run goes on as a new one with each row. */
import { ChangedPages } from '../state/changed-pages.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { complete } from './automaton.ts'
import { none, type Stretches } from './stretches.ts'

/** Stands for the run that each row may begin. It is in no list. */
export const beginning = 0

/** The state of a number that no run has. */
const free = -2

/** A run, as it is when it begins. */
export interface Run {
  readonly slot: number
  readonly state: number
  readonly stretch: number
  /** The places of its first and last row, and the time of the first. */
  readonly from: number
  readonly to: number
  readonly fromTime: number
}

export class RunTable {
  readonly pages = new ChangedPages()
  readonly stretches: Stretches
  /** By run. */
  slots = new Int32Array(64)
  states = new Int32Array(64)
  lastStretches = new Int32Array(64)
  starts = new Float64Array(64)
  ends = new Float64Array(64)
  startTimes = new Float64Array(64)
  readonly #freed: number[] = []
  #used = 1

  constructor(stretches: Stretches) {
    this.stretches = stretches
    this.states.fill(free)
    this.states[beginning] = 0
    this.lastStretches[beginning] = none
  }

  get stateBytes(): number {
    return this.stretches.stateBytes + this.starts.byteLength * 3 + this.states.byteLength * 3
  }

  /** All runs ever made are below it. */
  get capacity(): number {
    return this.#used
  }

  isThere(run: number): boolean {
    return run !== beginning && this.states[run] !== free
  }

  isComplete(run: number): boolean {
    return this.states[run] === complete
  }

  begin({ slot, state, stretch, from, to, fromTime }: Run): number {
    const run = this.#freed.pop() ?? this.#used++
    if (run >= this.states.length) this.#reserve(run + 1)
    this.slots[run] = slot
    this.states[run] = state
    this.lastStretches[run] = stretch
    this.starts[run] = from
    this.ends[run] = to
    this.startTimes[run] = fromTime
    this.stretches.hold(stretch)
    this.pages.mark(run)
    return run
  }

  drop(run: number): void {
    this.stretches.leave(this.lastStretches[run] as number)
    this.states[run] = free
    this.#freed.push(run)
    this.pages.mark(run)
  }

  #reserve(runs: number): void {
    this.slots = grownIntegers(this.slots, runs)
    this.states = grownIntegers(this.states, runs, free)
    this.lastStretches = grownIntegers(this.lastStretches, runs)
    this.starts = grownNumbers(this.starts, runs)
    this.ends = grownNumbers(this.ends, runs)
    this.startTimes = grownNumbers(this.startTimes, runs)
  }
}
