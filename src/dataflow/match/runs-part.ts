/** The runs of all keys as a state part: an entry for each run, with its place in the list of its key. */
import type { DataType } from '#data'
import type { KeyTable } from '../state/key-table.ts'
import { savedKeys } from '../state/keyed-part.ts'
import { loadColumns, type SavedColumns, saveColumns, savedNumber, typesOf } from '../state/saved-columns.ts'
import type { Pages, StatePart, StateRows } from '../state/state-part.ts'
import type { RunTable } from './run-table.ts'
import { none } from './stretches.ts'

export interface RunsPartShape {
  readonly runs: RunTable
  readonly table: KeyTable
  readonly keyTypes: readonly DataType[]
  /** Variables of the pattern. */
  readonly variables: number
  /** The lists of a key: its open runs and its complete ones. */
  readonly listsOf: (slot: number) => readonly (readonly number[])[]
  /** Takes a loaded run into its list, at its place there. */
  readonly enter: (run: number, place: number) => void
  /** Called when all loaded runs have entered. */
  readonly entered: () => void
}

/** A run while it is loaded: numbers by what they are, and the place where the rows of each variable begin, or none. */
type LoadedRun = { slot: number; state: number; from: number; to: number; fromTime: number; place: number; readonly stretches: number[] }

export class RunsPart implements StatePart {
  readonly name = 'runs'
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
  readonly pages: Pages
  readonly #shape: RunsPartShape
  readonly #columns: readonly SavedColumns[]
  readonly #places = new Map<number, number>()
  #loaded: LoadedRun[] = []

  constructor(shape: RunsPartShape) {
    const { runs, table, keyTypes, variables } = shape
    this.#shape = shape
    this.pages = runs.pages
    const loaded = (entry: number): LoadedRun => this.#loaded[entry] as LoadedRun
    this.#columns = [
      savedKeys({
        table,
        keyTypes,
        slotOf: (run) => runs.slots[run] as number,
        setSlot: (entry, slot) => {
          loaded(entry).slot = slot
        },
      }),
      savedNumber(...this.#number('state', (run) => runs.states[run] as number)),
      savedNumber(...this.#number('from', (run) => runs.starts[run] as number)),
      savedNumber(...this.#number('to', (run) => runs.ends[run] as number)),
      savedNumber(...this.#number('fromTime', (run) => runs.startTimes[run] as number)),
      savedNumber(...this.#number('place', (run) => this.#places.get(run) ?? none)),
      ...Array.from({ length: variables }, (_, variable) =>
        savedNumber(
          (run) => this.#beginOf(run, variable),
          (entry, from) => {
            loaded(entry).stretches[variable] = from
          },
        ),
      ),
    ]
    this.types = typesOf(this.#columns)
    this.keys = keyTypes.map((_, place) => place)
  }

  save(page: number): StateRows {
    const { runs } = this.#shape
    const entries = runs.pages.entriesOf(page, runs.capacity, (run) => runs.isThere(run))
    this.#notePlaces(entries)
    return { length: entries.length, columns: saveColumns(this.#columns, entries, entries.length) }
  }

  load({ length, columns }: StateRows): void {
    const from = this.#loaded.length
    for (let i = 0; i < length; i++) this.#loaded.push({ slot: 0, state: 0, from: 0, to: 0, fromTime: 0, place: 0, stretches: [] })
    const entries = Int32Array.from({ length }, (_, i) => from + i)
    loadColumns(this.#columns, entries, columns, length)
  }

  settle(): void {
    const { runs, enter, entered } = this.#shape
    for (const { stretches, place, ...run } of this.#loaded) {
      let stretch = none
      for (const [variable, from] of stretches.entries()) if (from !== none) stretch = runs.stretches.begin(variable, from, stretch)
      enter(runs.begin({ ...run, stretch }), place)
    }
    this.#loaded = []
    entered()
  }

  #number(name: 'state' | 'from' | 'to' | 'fromTime' | 'place', get: (run: number) => number) {
    const set = (entry: number, value: number): void => {
      ;(this.#loaded[entry] as LoadedRun)[name] = value
    }
    return [get, set] as const
  }

  /** Where the rows of a variable begin in a run, or none. */
  #beginOf(run: number, variable: number): number {
    const { stretches, lastStretches } = this.#shape.runs
    for (let each = lastStretches[run] as number; each !== none; each = stretches.beforeOf(each)) {
      if (stretches.variableOf(each) === variable) return stretches.fromOf(each)
    }
    return none
  }

  /** Notes the places of runs in the lists of their keys. */
  #notePlaces(entries: Int32Array): void {
    this.#places.clear()
    for (const run of entries) {
      if (this.#places.has(run)) continue
      for (const list of this.#shape.listsOf(this.#shape.runs.slots[run] as number)) {
        for (const [place, each] of list.entries()) this.#places.set(each, place)
      }
    }
  }
}
