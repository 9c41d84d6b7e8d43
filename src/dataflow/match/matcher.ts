/**
 * Moves the runs of each key on, row by row, and finds the matches among them.
 *
 * A match that is complete waits as long as a run that began before it is still open: matches are found in the order of their first rows.
 * Then AFTER MATCH SKIP drops the runs, open or complete, that began too early for the next match.
 *
 * State: the rows of each key from the first row of its oldest run on; the open and the complete runs of each key, and where the rows of
 * each variable begin in them. Without WITHIN a run stays open as long as rows fit; a key may have `runsMax` runs.
 */
import { assert } from '#base'
import { dataflowErrors } from '../errors.ts'
import { type Automaton, complete, type Move, type Test } from './automaton.ts'
import { RowLogs } from './row-logs.ts'
import { orderRuns, popRun, pushRun } from './run-queue.ts'
import { beginning, RunTable } from './run-table.ts'
import { type MatchedRows, none, type RowReference, Stretches } from './stretches.ts'

export type MatchSkip =
  | { readonly kind: 'past-last-row' | 'to-next-row' }
  | { readonly kind: 'to-first' | 'to-last'; readonly variable: number /** For errors. */; readonly name: string }

export interface MatcherShape {
  readonly automaton: Automaton
  readonly skip: MatchSkip
  /** Rows that far or further behind the first row of a run are not in it. */
  readonly withinMs: number | null
  /** Open and complete runs that a key may have. */
  readonly runsMax: number
}

/** What the matcher asks and tells as it goes. */
export interface MatcherHost {
  /** Whether the condition of a variable holds for a row that would follow what a run has matched. */
  holds(variable: number, row: number, run: number, matched: MatchedRows): boolean
  /** Another row or another run is at hand. */
  turn(): void
  /** A run goes on as another one, with a row more. */
  extended(run: number, before: number, variable: number, row: number): void
  /** A run is over. */
  dropped(run: number): void
  /** A match was found, at a time. */
  matched(rows: MatchedRows, timeMs: number): void
  /** No run holds a row any more. */
  released(row: number): void
}

export class Matcher {
  readonly stretches = new Stretches()
  readonly logs = new RowLogs()
  readonly runs = new RunTable(this.stretches)
  readonly #shape: MatcherShape
  readonly #host: MatcherHost
  readonly #release: (row: number) => void
  /** By slot of a key: the open runs and the complete ones; nothing where there are none. */
  readonly #open: (number[] | undefined)[] = []
  readonly #complete: (number[] | undefined)[] = []
  #next: number[] = []
  readonly #ended: number[] = []
  /** What the run at hand has matched. */
  readonly #matched = { slot: 0, from: 0, to: 0, stretch: none }

  constructor(shape: MatcherShape, host: MatcherHost) {
    this.#shape = shape
    this.#host = host
    this.#release = (row) => host.released(row)
  }

  get stateBytes(): number {
    return this.runs.stateBytes
  }

  /** The lists of a key: its open runs and its complete ones. */
  listsOf(slot: number): number[][] {
    return [this.#open[slot] ?? [], this.#complete[slot] ?? []]
  }

  /** The rows that a run has matched to a variable, in order; all of them without one. */
  rowsOf(run: number, variable: number | null): Int32Array {
    const { slots, starts, ends, lastStretches } = this.runs
    const place = (from: 'first' | 'last'): number =>
      this.stretches.find(lastStretches[run] as number, starts[run] as number, ends[run] as number, { variable, from, offset: 0 })
    const first = place('first')
    const length = first === none ? 0 : place('last') - first + 1
    return Int32Array.from({ length }, (_, index) => this.logs.rowAt(slots[run] as number, first + index))
  }

  /** Takes loaded runs of a key, each at its place in its list. */
  restore(slot: number, open: number[], done: number[]): void {
    this.#open[slot] = open.length === 0 ? undefined : open
    this.#complete[slot] = done.length === 0 ? undefined : done
  }

  /** Whether a key has no runs. */
  isIdle(slot: number): boolean {
    return this.#open[slot] === undefined && this.#complete[slot] === undefined
  }

  /** When the oldest open run of a key ends for want of time. */
  dueAt(slot: number): number {
    const { withinMs } = this.#shape
    const open = this.#open[slot]
    if (withinMs === null || open === undefined) return Number.POSITIVE_INFINITY
    return (this.runs.startTimes[open[0] as number] as number) + withinMs
  }

  /** Takes the next row of a key. */
  take(slot: number, row: number, timeMs: number): void {
    const place = this.logs.next(slot)
    const open = this.#open[slot]
    const ended = this.#ended
    if (open !== undefined) for (let index = 0; index < open.length; index++) this.#move(open[index] as number, slot, row, place, timeMs)
    this.#move(beginning, slot, row, place, timeMs)
    this.#keepOpen(slot, open)
    if (this.#open[slot] === undefined && ended.length === 0 && this.#complete[slot] === undefined) {
      this.#host.released(row)
      this.#dropRows(slot)
      return
    }
    this.logs.add(slot, row)
    if (ended.length > 0) this.#complete[slot] ??= []
    const done = this.#complete[slot]
    if (done !== undefined) {
      for (const run of ended) pushRun(done, run, this.runs.starts)
      ended.length = 0
      this.#moved(done)
      this.#findMatches(slot, done, timeMs)
    }
    this.#dropRows(slot)
  }

  /** Ends the open runs of a key whose time is over, as time comes to `timeMs`. */
  expire(slot: number, timeMs: number): void {
    const { withinMs } = this.#shape
    if (withinMs === null) return
    for (let open = this.#open[slot]; open !== undefined; open = this.#open[slot]) {
      const due = this.dueAt(slot)
      if (due > timeMs) break
      for (const run of open) {
        if ((this.runs.startTimes[run] as number) + withinMs <= due) this.#drop(run)
        else pushRun(this.#next, run, this.runs.starts)
      }
      this.#keepOpen(slot, open)
      this.#moved(this.#open[slot])
      const done = this.#complete[slot]
      if (done !== undefined) this.#findMatches(slot, done, due)
    }
    this.#dropRows(slot)
  }

  /** Tries all moves of a run with a row. */
  #move(run: number, slot: number, row: number, place: number, timeMs: number): void {
    const isNew = run === beginning
    const start = isNew ? place : (this.runs.starts[run] as number)
    const matched = this.#at(slot, run, start, place - 1)
    this.#host.turn()
    for (const move of this.#shape.automaton[this.runs.states[run] as number] as readonly Move[]) {
      if (!this.#pass(move.tests, row, run, matched)) continue
      const { stretch } = matched
      const goesOn = this.stretches.variableOf(stretch) === move.variable
      const grown = goesOn ? stretch : this.stretches.begin(move.variable, place, stretch)
      const fromTime = isNew ? timeMs : (this.runs.startTimes[run] as number)
      const rows = { slot, stretch: grown, from: start, to: place, fromTime }
      const completes = move.completes !== null && this.#pass(move.completes, row, run, matched)
      if (move.target !== complete) {
        const goingOn = this.runs.begin({ ...rows, state: move.target })
        this.#host.extended(goingOn, run, move.variable, row)
        pushRun(this.#next, goingOn, this.runs.starts)
      }
      if (completes) pushRun(this.#ended, this.runs.begin({ ...rows, state: complete }), this.runs.starts)
    }
    if (!isNew) this.#drop(run)
  }

  #at(slot: number, run: number, from: number, to: number): MatchedRows {
    const matched = this.#matched
    matched.slot = slot
    matched.from = from
    matched.to = to
    matched.stretch = this.runs.lastStretches[run] as number
    return matched
  }

  #pass(tests: readonly Test[], row: number, run: number, matched: MatchedRows): boolean {
    for (const { variable, holds } of tests) if (this.#host.holds(variable, row, run, matched) !== holds) return false
    return true
  }

  #drop(run: number): void {
    this.runs.drop(run)
    this.#host.dropped(run)
  }

  /** Makes the runs that go on the open ones of a key; the list before it serves again. */
  #keepOpen(slot: number, before: number[] | undefined): void {
    const next = this.#next
    if (next.length === 0) {
      this.#open[slot] = undefined
      return
    }
    const runs = next.length + (this.#complete[slot]?.length ?? 0)
    if (runs > this.#shape.runsMax) throw dataflowErrors.DATAFLOW_MATCH_RUNS_FULL({ limit: this.#shape.runsMax })
    this.#open[slot] = next
    this.#next = before ?? []
    this.#next.length = 0
  }

  /** Lets go of the rows of a key that no run holds. */
  #dropRows(slot: number): void {
    const oldest = this.#open[slot]?.[0]
    if (oldest === undefined) this.logs.clear(slot, this.#release)
    else this.logs.dropBefore(slot, this.runs.starts[oldest] as number, this.#release)
  }

  /** Hands over the complete runs that no open run began before. */
  #findMatches(slot: number, done: number[], timeMs: number): void {
    for (let run = done[0]; run !== undefined; run = done[0]) {
      const oldest = this.#open[slot]?.[0]
      if (oldest !== undefined && (this.runs.starts[run] as number) > (this.runs.starts[oldest] as number)) return
      popRun(done, this.runs.starts)
      this.#moved(done)
      const matched = this.#at(slot, run, this.runs.starts[run] as number, this.runs.ends[run] as number)
      this.#skip(slot, done, this.#nextStart(matched))
      this.#host.matched(matched, timeMs)
      this.#drop(run)
    }
    this.#complete[slot] = undefined
  }

  /** Drops the runs that began before the place where the next match may begin. */
  #skip(slot: number, done: number[], place: number): void {
    const open = this.#open[slot]
    if (open !== undefined && this.#dropBefore(open, place) && open.length === 0) this.#open[slot] = undefined
    this.#dropBefore(done, place)
  }

  #dropBefore(queue: number[], place: number): boolean {
    let kept = 0
    for (const run of queue) {
      if ((this.runs.starts[run] as number) < place) this.#drop(run)
      else queue[kept++] = run
    }
    if (kept === queue.length) return false
    queue.length = kept
    orderRuns(queue, this.runs.starts)
    this.#moved(queue)
    return true
  }

  /** Notes that the runs of a list may have other places there. */
  #moved(queue: number[] | undefined): void {
    if (queue === undefined || !this.runs.pages.isTracked) return
    for (const run of queue) this.runs.pages.mark(run)
  }

  /** The place of the first row that the next match may begin with. */
  #nextStart(matched: MatchedRows): number {
    const { skip } = this.#shape
    if (!('variable' in skip)) return (skip.kind === 'to-next-row' ? matched.from : matched.to) + 1
    const reference: RowReference = { variable: skip.variable, from: skip.kind === 'to-first' ? 'first' : 'last', offset: 0 }
    const place = this.stretches.find(matched.stretch, matched.from, matched.to, reference)
    if (place === none) throw dataflowErrors.DATAFLOW_MATCH_SKIP_MISSING({ variable: skip.name })
    assert(place >= matched.from, 'a match holds no row before its first')
    if (place === matched.from) throw dataflowErrors.DATAFLOW_MATCH_SKIP_ENDLESS({ variable: skip.name })
    return place
  }
}
