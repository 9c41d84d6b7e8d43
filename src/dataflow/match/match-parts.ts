/** What MATCH_RECOGNIZE keeps, as state parts: its rows, each with its place among those of its key, and its runs. */
import type { DataType, Vector } from '#data'
import { grownNumbers } from '../state/grown.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { savedNumbersIn } from '../state/saved-columns.ts'
import type { Matcher } from './matcher.ts'
import { RunsPart } from './runs-part.ts'
import { none } from './stretches.ts'

export interface MatchPartsShape {
  readonly types: readonly DataType[]
  readonly partitionBy: readonly number[]
  /** Variables of the pattern. */
  readonly variables: number
  readonly table: KeyTable
  readonly store: RowStore
  readonly matcher: Matcher
  /** Takes loaded rows in, in order of arrival; gives the slots of their keys. */
  readonly enterRows: (ids: Int32Array, columns: readonly Vector[]) => Int32Array
  /** A loaded row waits. */
  readonly wait: (id: number) => void
  /** The runs of a key have been loaded. */
  readonly enterRuns: (slot: number) => void
}

interface LoadedKey {
  readonly rows: { readonly place: number; readonly row: number }[]
  readonly open: number[]
  readonly done: number[]
}

export class MatchParts {
  readonly rows: RowsPart
  readonly runs: RunsPart
  readonly #shape: MatchPartsShape
  /** By row: its place among those of its key, or none while it waits. */
  #places = new Float64Array(0)
  readonly #loaded = new Map<number, LoadedKey>()

  constructor(shape: MatchPartsShape) {
    const { types, partitionBy, variables, table, store, matcher } = shape
    this.#shape = shape
    const place = savedNumbersIn(() => this.#places)
    this.rows = new RowsPart({
      name: 'rows',
      store,
      rowTypes: types,
      keys: partitionBy,
      columns: [place],
      ordered: true,
      reserve: (ids) => {
        this.#places = grownNumbers(this.#places, ids)
      },
      enter: (ids, columns) => {
        this.#enterRows(ids, columns)
      },
      entered: () => {
        for (const [slot, { rows }] of this.#loaded) matcher.logs.restore(slot, rows)
      },
    })
    this.runs = new RunsPart({
      runs: matcher.runs,
      table,
      keyTypes: partitionBy.map((column) => types[column] as DataType),
      variables,
      listsOf: (slot) => matcher.listsOf(slot),
      enter: (run, at) => {
        const { slots } = matcher.runs
        const { open, done } = this.#keyOf(slots[run] as number)
        ;(matcher.runs.isComplete(run) ? done : open)[at] = run
      },
      entered: () => {
        this.#enterRuns()
      },
    })
  }

  get stateBytes(): number {
    return this.rows.stateBytes + this.#places.byteLength
  }

  /** Rows came, and wait. */
  come(ids: Int32Array, count: number): void {
    this.#places = grownNumbers(this.#places, this.#shape.store.capacity)
    for (let i = 0; i < count; i++) this.#places[ids[i] as number] = none
    this.rows.come(ids, count)
  }

  /** A row waits no more and has a place. */
  place(id: number, place: number): void {
    this.rows.pages.mark(id)
    this.#places[id] = place
  }

  #enterRows(ids: Int32Array, columns: readonly Vector[]): void {
    const slots = this.#shape.enterRows(ids, columns)
    for (const [index, id] of ids.entries()) {
      const place = this.#places[id] as number
      if (place === none) this.#shape.wait(id)
      else this.#keyOf(slots[index] as number).rows.push({ place, row: id })
    }
  }

  #enterRuns(): void {
    for (const [slot, { open, done }] of this.#loaded) {
      this.#shape.matcher.restore(slot, open, done)
      this.#shape.enterRuns(slot)
    }
    this.#loaded.clear()
  }

  #keyOf(slot: number): LoadedKey {
    const known = this.#loaded.get(slot)
    if (known !== undefined) return known
    const key: LoadedKey = { rows: [], open: [], done: [] }
    this.#loaded.set(slot, key)
    return key
  }
}
