/**
 * Kept rows with what stands beside each, as a state part. Rows come back in order of arrival, whatever numbers they had: lists of them
 * are made anew in that order. A row is noted as gone, and marked, before it or anything that stands beside it changes.
 */
import { batchRows, type DataType, doubleType, numbersIn, ReusedArrays, type Vector } from '#data'
import { ChangedPages } from './changed-pages.ts'
import { grownBytes, grownNumbers } from './grown.ts'
import type { RowStore } from './row-store.ts'
import { loadColumns, type SavedColumns, saveColumns, typesOf } from './saved-columns.ts'
import { sortByRank } from './sort-by-rank.ts'
import type { SavePage, StatePart, StateRows } from './state-part.ts'

export interface RowsPartShape {
  readonly name: string
  readonly store: RowStore
  readonly rowTypes: readonly DataType[]
  /** Places of the key columns among the row's, or behind them among those of `columns`. */
  readonly keys: readonly number[]
  readonly columns?: readonly SavedColumns[]
  /** Whether `compareArrivals` is asked, so that arrivals are noted always and not only while changes are tracked. */
  readonly ordered?: boolean
  /** Makes room for ids below `ids`, before their columns are set. */
  readonly reserve?: (ids: number) => void
  /** Takes loaded rows into lists and indexes, in order of arrival; called for as many at a time as a batch has. */
  readonly enter: (ids: Int32Array, columns: readonly Vector[]) => void
  /** Called when all loaded rows have entered. */
  readonly entered?: () => void
}

export class RowsPart implements StatePart {
  readonly name: string
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
  readonly pages = new ChangedPages()
  readonly #shape: RowsPartShape
  readonly #columns: readonly SavedColumns[]
  readonly #ordered: boolean
  /** By row id: how many rows had come before it, and 1 while it is there. */
  #arrivals = new Float64Array(0)
  #live = new Uint8Array(0)
  #arrived = 0
  readonly #saved = new ReusedArrays()
  #loaded: Int32Array[] = []

  constructor(shape: RowsPartShape) {
    this.name = shape.name
    this.#columns = shape.columns ?? []
    this.types = [...shape.rowTypes, ...typesOf(this.#columns), { ...doubleType, nullable: false }]
    this.keys = shape.keys
    this.#shape = shape
    this.#ordered = shape.ordered ?? false
  }

  get stateBytes(): number {
    return this.#arrivals.byteLength + this.#live.byteLength
  }

  /** Notes rows that have come, in order; negative ids stand for none. */
  come(ids: Int32Array, count: number): void {
    if (!this.#ordered && !this.pages.isTracked) return
    this.#makeRoom()
    this.pages.markAll(ids, count)
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number
      if (id < 0) continue
      this.#arrivals[id] = ++this.#arrived
      this.#live[id] = 1
    }
  }

  /** Notes that a row is let go. Its arrival stays known until its id is given again. */
  go(id: number): void {
    if (!this.#ordered && !this.pages.isTracked) return
    this.pages.mark(id)
    this.#live[id] = 0
  }

  /** Whether a row is there; known where the part is ordered. */
  has(id: number): boolean {
    return this.#live[id] === 1
  }

  /** Negative when row `a` came before row `b`; known where the part is ordered. */
  compareArrivals(a: number, b: number): number {
    return (this.#arrivals[a] as number) - (this.#arrivals[b] as number)
  }

  freeze(save: SavePage): () => boolean {
    return this.pages.freeze((page) => save(page, this.save(page)))
  }

  save(page: number): StateRows {
    const { store } = this.#shape
    const ids = this.pages.entriesOf(page, store.capacity, (id) => this.#live[id] === 1)
    const { length } = ids
    const arrays = this.#saved.restart()
    const data = arrays.numbers(length)
    for (let i = 0; i < length; i++) data[i] = this.#arrivals[ids[i] as number] as number
    const arrivals: Vector = { form: 'numbers', data, nulls: null }
    return { length, columns: [...store.gather(ids, length, false, arrays), ...saveColumns(this.#columns, ids, length), arrivals] }
  }

  load({ length, columns }: StateRows): void {
    const { store, rowTypes, reserve } = this.#shape
    const ids = new Int32Array(length)
    store.appendCopies(columns, length, ids)
    reserve?.(store.capacity)
    loadColumns(this.#columns, ids, columns.slice(rowTypes.length), length)
    this.#makeRoom()
    const arrivals = numbersIn(columns.at(-1) as Vector)
    for (let i = 0; i < length; i++) {
      this.#arrivals[ids[i] as number] = arrivals[i] as number
      this.#live[ids[i] as number] = 1
    }
    this.#loaded.push(ids)
    this.pages.markAll(ids, length)
  }

  settle(): void {
    const { store, enter, entered } = this.#shape
    const loaded = concatenated(this.#loaded)
    this.#loaded = []
    const ids = sortByRank(
      loaded,
      Float64Array.from(loaded, (id) => this.#arrivals[id] as number),
      () => 0,
    )
    if (ids.length > 0) this.#arrived = this.#arrivals[ids[ids.length - 1] as number] as number
    for (let from = 0; from < ids.length; from += batchRows) {
      const some = ids.subarray(from, from + batchRows)
      enter(some, store.gather(some, some.length))
    }
    entered?.()
  }

  #makeRoom(): void {
    const { capacity } = this.#shape.store
    this.#arrivals = grownNumbers(this.#arrivals, capacity)
    this.#live = grownBytes(this.#live, capacity)
  }
}

function concatenated(lists: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((length, list) => length + list.length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  return all
}
