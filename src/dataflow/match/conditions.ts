/**
 * The conditions of pattern variables. What a condition asks of a row alone is answered for whole batches as they come; what it asks of
 * the rows matched before is answered when a run gets that far, at most once for each row and run.
 *
 * State: an answer for each kept row and variable. It follows from the row.
 */
import { type Batch, flagsIn, type Vector } from '#data'
import { grownBytes } from '../state/grown.ts'
import type { RowStore } from '../state/row-store.ts'
import type { Matcher } from './matcher.ts'
import type { RowLogs } from './row-logs.ts'
import type { RunningAggregates } from './running-aggregates.ts'
import { type MatchedRows, none, type RowReference, type Stretches } from './stretches.ts'

/** Where a condition takes a value from; places are those of kept columns. */
export type MatchRead =
  | { readonly kind: 'tested'; readonly column: number }
  /** Among the matched rows and the tested one. */
  | { readonly kind: 'matched'; readonly reference: RowReference; readonly column: number }
  | { readonly kind: 'aggregate'; readonly group: number; readonly measure: number }

/** A test of boxed values: it holds when it gives true. */
export interface ScalarTest {
  readonly reads: readonly MatchRead[]
  readonly test: (...values: unknown[]) => unknown
}

/** Both parts must hold. */
export interface MatchCondition {
  /** What is asked of the row alone; `vector` is its place among the vectors that `testRows` gives. */
  readonly alone: (ScalarTest & { readonly vector: number }) | null
  readonly together: ScalarTest | null
}

export interface ConditionsShape {
  /** By variable; null holds for every row. */
  readonly conditions: readonly (MatchCondition | null)[]
  /**
   * Flags for all rows of a batch, one vector for each condition of rows alone; valid until the next call. When it throws, rows are tested
   * one by one where a run needs to know, so that only those fail that matter.
   */
  readonly testRows: ((batch: Batch) => readonly Vector[]) | null
}

const fails = 0
const holds = 1
const open = 2

export class MatchConditions {
  readonly #shape: ConditionsShape
  readonly #store: RowStore
  readonly #stretches: Stretches
  readonly #logs: RowLogs
  readonly #aggregates: RunningAggregates | null
  /** By variable, then by row: whether the part holds that looks at the row alone. */
  readonly #alone: (Uint8Array<ArrayBuffer> | null)[]
  /** By variable: what is known of the row and the run at hand. */
  readonly #known: Uint8Array

  constructor(
    shape: ConditionsShape,
    store: RowStore,
    { stretches, logs }: Pick<Matcher, 'stretches' | 'logs'>,
    aggregates: RunningAggregates | null,
  ) {
    this.#shape = shape
    this.#store = store
    this.#stretches = stretches
    this.#logs = logs
    this.#aggregates = aggregates
    this.#alone = shape.conditions.map((condition) => (condition === null || condition.alone === null ? null : new Uint8Array(64)))
    this.#known = new Uint8Array(shape.conditions.length).fill(open)
  }

  get stateBytes(): number {
    return this.#alone.reduce((bytes, flags) => bytes + (flags === null ? 0 : flags.byteLength), 0)
  }

  /** Tests the rows of a batch alone; they are kept under `ids`. */
  enter(batch: Batch, ids: Int32Array): void {
    const { testRows } = this.#shape
    if (testRows === null) return
    let vectors: readonly Vector[] | null = null
    try {
      vectors = testRows(batch)
    } catch {
      // Whichever row cannot be tested: it counts only where a run asks for it.
    }
    this.#alone.forEach((known, variable) => {
      const place = this.#shape.conditions[variable]?.alone?.vector
      if (known === null || place === undefined) return
      const flags = grownBytes(known, this.#store.capacity)
      this.#alone[variable] = flags
      const vector = vectors?.[place]
      if (vector === undefined) for (let i = 0; i < batch.length; i++) flags[ids[i] as number] = open
      else note(vector, batch.length, ids, flags)
    })
  }

  /** Another row or another run is at hand. */
  turn(): void {
    this.#known.fill(open)
  }

  /** Whether the condition of a variable holds for a row that would follow what a run has matched. */
  holds(variable: number, row: number, run: number, matched: MatchedRows): boolean {
    const condition = this.#shape.conditions[variable]
    if (condition === null || condition === undefined) return true
    const flags = this.#alone[variable] ?? null
    if (flags !== null) {
      if (flags[row] === open) flags[row] = this.#test(condition.alone as ScalarTest, variable, row, run, matched) ? holds : fails
      if (flags[row] === fails) return false
    }
    if (condition.together === null) return true
    if (this.#known[variable] === open) this.#known[variable] = this.#test(condition.together, variable, row, run, matched) ? holds : fails
    return this.#known[variable] === holds
  }

  #test({ reads, test }: ScalarTest, variable: number, row: number, run: number, matched: MatchedRows): boolean {
    const [first, second, third] = reads
    if (first === undefined) return test() === true
    const value = this.#read(first, variable, row, run, matched)
    if (second === undefined) return test(value) === true
    if (third === undefined) return test(value, this.#read(second, variable, row, run, matched)) === true
    return test(...reads.map((read) => this.#read(read, variable, row, run, matched))) === true
  }

  #read(read: MatchRead, variable: number, row: number, run: number, matched: MatchedRows): unknown {
    switch (read.kind) {
      case 'tested':
        return this.#store.valueAt(read.column, row)
      case 'matched': {
        const found = this.#find(read.reference, variable, row, matched)
        return found === none ? null : this.#store.valueAt(read.column, found)
      }
      case 'aggregate':
        return this.#aggregates?.value(read.group, read.measure, variable, row, run)
    }
  }

  /** The row that a reference means, the tested row being the last one of its variable. */
  #find(reference: RowReference, tested: number, row: number, matched: MatchedRows): number {
    const { variable, offset } = reference
    const { slot, from, to, stretch } = matched
    if (variable !== null && variable !== tested) return this.#rowAt(slot, this.#stretches.find(stretch, from, to, reference))
    if (variable !== null && this.#stretches.variableOf(stretch) !== variable) return offset === 0 ? row : none
    const place = this.#stretches.find(stretch, from, to + 1, reference)
    return place === to + 1 ? row : this.#rowAt(slot, place)
  }

  #rowAt(slot: number, place: number): number {
    return place === none ? none : this.#logs.rowAt(slot, place)
  }
}

function note(vector: Vector, rows: number, ids: Int32Array, flags: Uint8Array): void {
  const data = flagsIn(vector)
  const { nulls } = vector
  for (let i = 0; i < rows; i++) flags[ids[i] as number] = data[i] === 1 && (nulls === null || nulls[i] === 0) ? holds : fails
}
