/** Matches on their way out: collects what their columns are read from, and sends them in batches. */
import { batchRows, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { Measures } from '../operators/measures.ts'
import { NumberList } from '../operators/number-list.ts'
import { grownNumbers } from '../state/grown.ts'
import type { RowStore } from '../state/row-store.ts'
import type { Matcher } from './matcher.ts'
import type { RowLogs } from './row-logs.ts'
import type { MatchAggregates } from './running-aggregates.ts'
import { type MatchedRows, none, type RowReference, type Stretches } from './stretches.ts'

export interface FoundMatchesShape {
  /** The rows of a match that columns are read from. */
  readonly references: readonly RowReference[]
  /** The columns read: a reference by its place, and the place of a kept column. */
  readonly reads: readonly { readonly reference: number; readonly column: number }[]
  /** Behind them, the measures of all groups. */
  readonly aggregates: readonly MatchAggregates[]
  /** Behind these, when a match was found, in milliseconds. */
  readonly isTimed: boolean
}

export class FoundMatches {
  readonly #shape: FoundMatchesShape
  readonly #store: RowStore
  readonly #stretches: Stretches
  readonly #logs: RowLogs
  readonly #output: Output
  readonly #measures: readonly Measures[]
  /** The rows that references mean, match by match. */
  readonly #rows: readonly NumberList[]
  /** The rows that each group of aggregates is over, and the match of each. */
  readonly #aggregated: readonly { readonly rows: NumberList; readonly matches: NumberList }[]
  #times = new Float64Array(16)
  #watermarks = new Float64Array(16)
  #count = 0

  constructor(shape: FoundMatchesShape, store: RowStore, { stretches, logs }: Pick<Matcher, 'stretches' | 'logs'>, output: Output) {
    this.#shape = shape
    this.#store = store
    this.#stretches = stretches
    this.#logs = logs
    this.#output = output
    this.#measures = shape.aggregates.map((group) => new Measures(group.measures))
    this.#rows = shape.references.map(() => new NumberList())
    this.#aggregated = shape.aggregates.map(() => ({ rows: new NumberList(), matches: new NumberList() }))
    for (const measures of this.#measures) measures.reserve(batchRows)
  }

  /** Adds a match. Its rows must be readable until the next `flush`. */
  add(matched: MatchedRows, timeMs: number, watermarkMs: number): void {
    if (this.#count === batchRows) this.flush()
    const { slot, from, to, stretch } = matched
    const match = this.#count++
    this.#times = grownNumbers(this.#times, this.#count)
    this.#watermarks = grownNumbers(this.#watermarks, this.#count)
    this.#times[match] = timeMs
    this.#watermarks[match] = watermarkMs
    for (const [index, reference] of this.#shape.references.entries()) {
      const place = this.#stretches.find(stretch, from, to, reference)
      this.#rows[index]?.push(place === none ? none : this.#logs.rowAt(slot, place))
    }
    for (const [index, { variable }] of this.#shape.aggregates.entries()) this.#addRows(index, variable, matched, match)
  }

  flush(): void {
    const length = this.#count
    if (length === 0) return
    this.#count = 0
    const columns = this.#shape.reads.map(({ reference, column }) =>
      this.#store.gatherColumn(column, this.#rows[reference]?.toArray() as Int32Array, length),
    )
    const matches = Int32Array.from({ length }, (_, match) => match)
    for (const [index, group] of this.#shape.aggregates.entries()) columns.push(...this.#aggregate(group, index, matches))
    if (this.#shape.isTimed) columns.push({ form: 'numbers', data: this.#times.slice(0, length), nulls: null })
    for (const rows of this.#rows) rows.clear()
    this.#output.push({ length, columns, kinds: null, watermarks: this.#watermarks.slice(0, length) })
  }

  /** Notes the rows of a match that a group of aggregates is over. */
  #addRows(index: number, variable: number | null, { slot, from, to, stretch }: MatchedRows, match: number): void {
    const first = this.#stretches.find(stretch, from, to, { variable, from: 'first', offset: 0 })
    if (first === none) return
    const last = this.#stretches.find(stretch, from, to, { variable, from: 'last', offset: 0 })
    for (let place = first; place <= last; place++) {
      this.#aggregated[index]?.rows.push(this.#logs.rowAt(slot, place))
      this.#aggregated[index]?.matches.push(match)
    }
  }

  #aggregate({ argumentsOf }: MatchAggregates, index: number, matches: Int32Array): Vector[] {
    const measures = this.#measures[index]
    const aggregated = this.#aggregated[index]
    if (measures === undefined || aggregated === undefined) return []
    const rows = aggregated.rows.toArray()
    const matchesOfRows = aggregated.matches.toArray()
    for (let at = 0; at < rows.length; at += batchRows) {
      const part = rows.slice(at, at + batchRows)
      const columns = this.#store.gather(part, part.length)
      const batch = argumentsOf({ length: part.length, columns, kinds: null, watermarks: null })
      measures.add(batch, matchesOfRows.slice(at, at + batchRows), false)
    }
    aggregated.rows.clear()
    aggregated.matches.clear()
    const results = measures.results(matches, matches.length)
    for (const match of matches) measures.clear(match)
    return results
  }
}
