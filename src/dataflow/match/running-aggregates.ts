/**
 * Aggregates that conditions ask for: over the rows that a run has matched, and the row that is tested.
 *
 * State: accumulators for each open run. They follow from its rows.
 */
import { type Batch, type DataType, type Vector, valueAt } from '#data'
import { type MeasureShape, Measures } from '../operators/measures.ts'
import { grownIntegers } from '../state/grown.ts'
import type { RowStore } from '../state/row-store.ts'
import { beginning } from './run-table.ts'

/** Aggregates over the rows of one variable, or of all. */
export interface MatchAggregates {
  readonly variable: number | null
  /** Computes the arguments from kept rows; the result is valid until the next call. */
  readonly argumentsOf: (batch: Batch) => Batch
  readonly measures: readonly MeasureShape[]
}

/** Slots for no rows, and for the rows of a run with the tested one. */
const empty = 0
const scratch = 1

interface Group extends MatchAggregates {
  readonly accumulators: Measures
  /** The arguments of the row at hand. */
  args: Batch | null
  /** The results for the run at hand, without the tested row and with it. */
  before: readonly Vector[] | null
  with: readonly Vector[] | null
}

export class RunningAggregates {
  readonly #groups: readonly Group[]
  readonly #store: RowStore
  /** By run. */
  #slots = new Int32Array(64)
  readonly #freed: number[] = []
  #used = 2
  #reserved = 0
  readonly #id = new Int32Array(1)
  readonly #slot = new Int32Array(1)

  constructor(groups: readonly MatchAggregates[], store: RowStore) {
    this.#groups = groups.map((group) => ({ ...group, accumulators: new Measures(group.measures), args: null, before: null, with: null }))
    this.#store = store
    this.#slots[beginning] = empty
    this.#reserve()
  }

  /** Another row is at hand. */
  turnRow(): void {
    for (const group of this.#groups) group.args = null
  }

  /** Another run is at hand. */
  turnRun(): void {
    for (const group of this.#groups) {
      group.before = null
      group.with = null
    }
  }

  /** A boxed result after what a run has matched, and the tested row when it would be matched to the group's variable. */
  value(place: number, measure: number, tested: number, row: number, run: number): unknown {
    const group = this.#groups[place] as Group
    const results = includes(group, tested) ? this.#with(group, row, run) : this.#before(group, run)
    return valueAt(results[measure] as Vector, 0, group.measures[measure]?.aggregate.result as DataType)
  }

  /** A run goes on as another one, with a row more. */
  extended(run: number, before: number, variable: number, row: number): void {
    const slot = this.#freed.pop() ?? this.#used++
    this.#reserve()
    this.#slots = grownIntegers(this.#slots, run + 1)
    this.#slots[run] = slot
    for (const group of this.#groups) {
      const { accumulators } = group
      if (includes(group, variable) && group.with !== null) accumulators.merge(slot, accumulators, scratch)
      else {
        accumulators.merge(slot, accumulators, this.#slots[before] as number)
        if (includes(group, variable)) this.#add(group, row, slot)
      }
    }
  }

  /** Computes anew what a run has, from its rows: those of each variable, in order. */
  restore(run: number, rowsOf: (variable: number | null) => Int32Array): void {
    const slot = this.#freed.pop() ?? this.#used++
    this.#reserve()
    this.#slots = grownIntegers(this.#slots, run + 1)
    this.#slots[run] = slot
    for (const group of this.#groups) {
      for (const row of rowsOf(group.variable)) {
        group.args = null
        this.#add(group, row, slot)
      }
      group.args = null
    }
  }

  dropped(run: number): void {
    const slot = this.#slots[run] as number
    if (run >= this.#slots.length || slot === empty) return
    this.#slots[run] = empty
    for (const { accumulators } of this.#groups) accumulators.clear(slot)
    this.#freed.push(slot)
  }

  #before(group: Group, run: number): readonly Vector[] {
    group.before ??= this.#results(group, this.#slots[run] as number)
    return group.before
  }

  #with(group: Group, row: number, run: number): readonly Vector[] {
    if (group.with === null) {
      const { accumulators } = group
      accumulators.clear(scratch)
      accumulators.merge(scratch, accumulators, this.#slots[run] as number)
      this.#add(group, row, scratch)
      group.with = this.#results(group, scratch)
    }
    return group.with
  }

  #results({ accumulators }: Group, slot: number): readonly Vector[] {
    this.#slot[0] = slot
    return accumulators.results(this.#slot, 1)
  }

  #add(group: Group, row: number, slot: number): void {
    if (group.args === null) {
      this.#id[0] = row
      group.args = group.argumentsOf({ length: 1, columns: this.#store.gather(this.#id, 1), kinds: null, watermarks: null })
    }
    this.#slot[0] = slot
    group.accumulators.add(group.args, this.#slot, false)
  }

  #reserve(): void {
    if (this.#used <= this.#reserved) return
    this.#reserved = this.#used * 2
    for (const { accumulators } of this.#groups) accumulators.reserve(this.#reserved)
  }
}

/** Whether the rows of a variable are among those that are aggregated. */
function includes({ variable }: MatchAggregates, matched: number): boolean {
  return variable === null || variable === matched
}
